"""The newest published head of the record, so that anybody can keep it."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import Field

from cryptocast.errors import CorruptArtifact
from cryptocast.record.heads import NewestHead
from cryptocast.serve import examples, schemas
from cryptocast.serve.deps import DepsOf
from cryptocast.serve.problems import ApiError

router = APIRouter(prefix="/v1/record")


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
    """The head that was published last, once a day. `as_of` is its last forecast's."""
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
    return HeadAnswer(data_label=deps.data_label, data_since=deps.data_since, **head.model_dump())
