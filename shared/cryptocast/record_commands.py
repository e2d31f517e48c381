"""`cryptocast verify-log`: the record against itself and against what was published of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cryptocast.errors import BadInput
from cryptocast.terminal import console, plain_errors, progress_bars

if TYPE_CHECKING:
    from cryptocast.record.heads import Head
    from cryptocast.record.verify import Verdict
    from cryptocast.registry.bucket import Bucket

BROKEN = 1
NOT_CHECKED = 3


def verify_log(
    kept: Annotated[
        list[Path] | None, typer.Option(help="a head that you kept, as JSON; may be given several times")
    ] = None,
    without_heads: Annotated[bool, typer.Option(help="check Postgres alone, not the heads in S3")] = False,
) -> None:
    """Check every forecast ever issued, link by link and against each published head; name the first fault.

    Exit code 0: all holds. 1: a link is broken. 3: it could not be checked, for a store did not answer.
    """
    from cryptocast import wiring
    from cryptocast.record.verify import verify

    with plain_errors(NOT_CHECKED):
        bucket = None if without_heads else _bucket()
        heads = [_kept(path) for path in kept or []]
        with progress_bars() as tick:
            verdict = verify(wiring.database(), bucket, heads, tick)
    for line in lines(verdict, with_heads=bucket is not None):
        console.print(line, highlight=False, soft_wrap=True)
    if verdict.broken is not None:
        raise typer.Exit(BROKEN)


def lines(verdict: Verdict, *, with_heads: bool) -> list[str]:
    """What the operator reads."""
    said = _of_links(verdict)
    kept = max((head.sequence for head in verdict.kept), default=0)
    if len(verdict.kept) == 1:
        said.append(f"1 kept head agrees, at entry {kept:,}")
    elif verdict.kept:
        said.append(f"{len(verdict.kept)} kept heads agree, the newest at entry {kept:,}")
    if not with_heads:
        said.append(f"the heads in S3 were not looked at{_would_not_show(verdict, kept)}")
    elif head := verdict.newest_head:
        open_ = verdict.entries - max(head.sequence, kept)
        heads = "1 published head" if verdict.heads == 1 else f"{verdict.heads} published heads"
        said.append(f"{heads}, the newest of {head.day} at entry {head.sequence:,}")
        if not verdict.broken and open_ > 0:
            said.append(
                f"{open_:,} entries after the newest head have none yet: only their links speak for them"
            )
    else:
        said.append(f"no head was published yet{_would_not_show(verdict, kept)}")
    if verdict.late_by_label:
        said.append(
            f"{verdict.late_by_label:,} replayed or simulated forecasts came after their outcome, as labelled"
        )
    return said


def _of_links(verdict: Verdict) -> list[str]:
    if broken := verdict.broken:
        where = f"entry {broken.sequence}" if broken.sequence else "a published head"
        return [
            f"[red]broken[/red] at {where} ({broken.fault.value}): {broken.words}",
            f"{verdict.entries:,} entries before it hold",
        ]
    return [f"all {verdict.entries:,} entries follow from those before them"]


def _would_not_show(verdict: Verdict, kept: int) -> str:
    """What nothing was held against, where the newest kept head that agrees is of entry `kept`."""
    if not kept:
        return ": a log rewritten as a whole would not show"
    return f": a log rewritten after entry {kept:,} would not show" if kept < verdict.entries else ""


def _bucket() -> Bucket:
    from cryptocast import wiring

    if not wiring.settings().registry_bucket:
        raise BadInput(
            "REGISTRY_BUCKET is not set, so there are no heads to check; set it, or pass --without-heads"
        )
    return wiring.bucket()


def _kept(path: Path) -> Head:
    from cryptocast.record.heads import parse_head

    try:
        return parse_head(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
