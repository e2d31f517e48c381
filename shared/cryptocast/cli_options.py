"""Options of several commands: moments; files as `--prices a.parquet b.parquet`, repeated, or with commas."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from typer.core import TyperCommand

from cryptocast.errors import BadInput

_SEVERAL = ("--prices", "--documents")


def moment(text: str) -> datetime:
    """A date or a time, UTC where it names no zone. Raises `typer.BadParameter`, which names the option."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2021-10-12 or 2021-10-12T12:00") from None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _moment_option(help_text: str) -> Any:
    return typer.Option(parser=moment, metavar="UTC", help=help_text)


Since: TypeAlias = Annotated[
    datetime | None, _moment_option("e.g. 2021-10-12; default: a year before --until")
]
Until: TypeAlias = Annotated[datetime | None, _moment_option("e.g. 2021-10-12T12:00; default: now")]
AsOf: TypeAlias = Annotated[datetime | None, _moment_option("the cycle's moment; default: the newest one")]
After: TypeAlias = Annotated[
    datetime | None, _moment_option("where the cycle before ended; default: 15 minutes before --as-of")
]
TestFrom: TypeAlias = Annotated[datetime, _moment_option("first moment that is forecast, e.g. 2023-04-01")]
TestTo: TypeAlias = Annotated[datetime, _moment_option("end of the test, itself not forecast")]

BARS = "Parquet files of bars: symbol, ts (the open), interval_s, open, high, low, close, volume"
TEXTS = (
    "Parquet files of texts: kind, source, external_id, published_at, title, body, url; p_bearish, p_bullish "
    "where `sentiment score` added them"
)


class SeveralFiles(TyperCommand):
    """A command whose file options may be followed by more than one file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, spread(args))


def spread(args: list[str]) -> list[str]:
    """`--prices a b` → `--prices a --prices b`."""
    out: list[str] = []
    option: str | None = None
    for arg in args:
        if arg.startswith("-"):
            option = arg if arg in _SEVERAL else None
            out.append(arg)
        elif option and out[-1] != option:
            out += [option, arg]
        else:
            out.append(arg)
    return out


def files(given: list[Path] | None) -> list[Path]:
    """The paths; one that is no file but has commas in it is a list of them."""
    out: list[Path] = []
    for path in given or []:
        several = "," in str(path) and not path.exists()
        out += [Path(part) for part in str(path).split(",") if part] if several else [path]
    return out


def check_folder(out: Path) -> None:
    """Whether files can be written into the folder `out`, made or not yet, asked before hours of work.

    Raises `BadInput`.
    """
    there = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not there.is_dir():
        raise BadInput(f"--out is {out}, but {there} is a file; name a folder")
    if not os.access(there, os.W_OK):
        raise BadInput(f"--out is {out}, but nothing may be written into {there}")
