"""The newest published head of the record, so that anybody can keep it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter, Request, Response
from pydantic import Field

from cryptocast.domain import DataLabel
from cryptocast.errors import CorruptArtifact, StoreUnavailable
from cryptocast.record.heads import NewestHead
from cryptocast.serve import examples, schemas
from cryptocast.serve.deps import Deps, DepsOf
from cryptocast.serve.present import is_stale, served_now
from cryptocast.serve.problems import ApiError

router = APIRouter(prefix="/v1/record")
_NO_CLOCK = "redis: does not tell the clock of the last cycle, so whether this is stale is not known"


class HeadAnswer(schemas.Labelled):
    """Keep it: whoever has it can later tell whether any forecast up to `sequence` was changed."""

    day: date = Field(description="UTC day whose last forecast it is.")
    sequence: int = Field(gt=0, description="How many forecasts had been issued by then.")
    hash: str = Field(description="SHA-256 over the last of them and, through it, over all, as hex.")
    count: int = Field(gt=0, description="Forecasts since the head before.")
    previous_day: date | None = Field(default=None, description="Day of the head before; null for the first.")
    previous_hash: str | None = Field(default=None, description="Its hash.")


@router.get("/head", tags=["record"], responses=examples.HEAD)
def get_record_head(deps: DepsOf, request: Request, response: Response) -> HeadAnswer:
    """The head that was published last, once a day. `as_of` is its last forecast's.

    `stale` where the head of a later day has been due for two cycles; a day without forecasts has none, too.
    """
    newest: NewestHead | None = request.app.state.newest_head
    try:
        head = newest.get(deps.clock()) if newest else None
    except CorruptArtifact as error:
        raise ApiError(503, "corrupt_head", f"{error}.", "Run `cryptocast verify-log`.") from None
    if head is None:
        raise ApiError(
            404,
            "no_head",
            "No head of the record was published yet.",
            "The first cycle of a UTC day does it.",
        )
    response.headers["Cache-Control"] = "public, max-age=300"
    now = _now(deps)
    return HeadAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        stale=now is not None and is_overdue(head.day, now),
        missing=[] if now else [_NO_CLOCK],
        **head.model_dump(),
    )


def is_overdue(day: date, now: datetime) -> bool:
    """Whether the head of the day after the UTC day `day` has been due for two cycles."""
    return is_stale(datetime.combine(day + timedelta(days=2), time(), UTC), now)


def _now(deps: Deps) -> datetime | None:
    """On the clock that the data runs by; None where Redis does not tell. Postgres is left asleep."""
    if deps.data_label is DataLabel.LIVE:
        return deps.clock()
    try:
        cycle = deps.online.read_cycle()
    except StoreUnavailable:
        return None
    return served_now(cycle, deps.clock()) if cycle else None
