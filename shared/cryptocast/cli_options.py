"""Options that take one value or several: `--prices a.parquet b.parquet`, repeated, or with commas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperCommand

_SEVERAL = ("--prices", "--documents")


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
