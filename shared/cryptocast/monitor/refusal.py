"""That a drift reference cannot be made, kept where it would lie: each asking reads two months of rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cryptocast.errors import CryptocastError, ModelNotFound, NotEnoughData
from cryptocast.observability import get_logger
from cryptocast.registry.bucket import Bucket

ASK_AGAIN_AFTER = timedelta(days=1)
GAPS_ARE_FILLED_FOR = timedelta(days=1)
"""So long after its end a span may still gain bars by itself."""


class SpanNotStored(NotEnoughData):
    """Postgres lacks what a champion was trained on, or makes rows of other formulas now: time mends neither.

    A new champion does, and a backfill where bars lack.
    """


class Refusal(BaseModel):
    """Why there is no reference, and when Postgres was last asked, by the cycle's clock."""

    model_config = ConfigDict(frozen=True)

    asked_at: AwareDatetime
    reason: str
    lasting: bool
    """Whether time alone does not mend it."""

    def error(self) -> NotEnoughData:
        """To be raised: `SpanNotStored` where it is lasting."""
        words = f"{self.reason} (asked on {self.asked_at:%Y-%m-%d %H:%M}, once a day)"
        return SpanNotStored(words) if self.lasting else NotEnoughData(words)


def refusal_key(reference_key: str) -> str:
    """Where the refusal of the reference at `reference_key` lies."""
    return f"{reference_key.removesuffix('.json')}.refused.json"


def refuse_if_asked_lately(bucket: Bucket, reference_key: str, as_of: datetime) -> None:
    """Raises the kept `NotEnoughData` where Postgres was asked in the day before `as_of`."""
    try:
        kept = Refusal.model_validate_json(bucket.get(refusal_key(reference_key)).body)
    except (ModelNotFound, ValidationError):
        return
    # A replay that begins anew may find what was asked in its future.
    if kept.asked_at <= as_of < kept.asked_at + ASK_AGAIN_AFTER:
        raise kept.error()


def keep_refusal(
    bucket: Bucket, reference_key: str, error: NotEnoughData, as_of: datetime, span_until: datetime
) -> NotEnoughData:
    """Keep why the reference of a span up to `span_until` was refused at `as_of`; returns what to raise."""
    lasting = isinstance(error, SpanNotStored) and as_of >= span_until + GAPS_ARE_FILLED_FOR
    refusal = Refusal(asked_at=as_of, reason=str(error), lasting=lasting)
    key = refusal_key(reference_key)
    try:
        bucket.put(key, refusal.model_dump_json().encode())
    except CryptocastError as failure:  # it is asked again next time; nothing is lost
        get_logger().warning("refusal not kept", extra={"key": key, "reason": str(failure)})
    return refusal.error()
