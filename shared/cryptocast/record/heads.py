"""The head of the chain, published each day to S3: `record/heads/2022-03-31.json`.

A head is the hash of the last entry that was issued on its day, and with it of everything before. It is
created where nothing lies and never written again, so whoever rewrites the chain contradicts it. A day
on which nothing was issued has no head.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cryptocast.errors import CorruptArtifact, ModelNotFound, PromotionConflict, StoreUnavailable
from cryptocast.registry.bucket import Bucket
from cryptocast.store import forecasts
from cryptocast.store.database import Database

FOLDER = "record/heads/"
MOST_AT_ONCE = 100
"""Heads written in one cycle; the next cycle goes on."""
_KEPT_FOR = timedelta(minutes=5)
_SUFFIX = ".json"

Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Head(BaseModel):
    """The content of one published head. When it was published is S3's to say (LastModified).

    Other fields are passed over, so that an answer of the API, kept as a file, is a head too.
    """

    model_config = ConfigDict(frozen=True)

    day: date
    """UTC day of `issued_at`, the cycle's own time."""
    sequence: int = Field(gt=0)
    """Number of the day's last entry: as many forecasts were issued until then."""
    hash: Hash
    """SHA-256 of that entry and, through it, of all before."""
    as_of: AwareDatetime
    """The moment that the last entry speaks for."""
    count: int = Field(gt=0)
    """Entries since the head before."""
    previous_day: date | None = None
    previous_hash: Hash | None = None
    """The head before; None for the first."""


def head_key(day: date) -> str:
    return f"{FOLDER}{day.isoformat()}{_SUFFIX}"


def published_days(bucket: Bucket) -> list[date]:
    """The days that have a head, in order. Raises `StoreUnavailable`, `CorruptArtifact`."""
    names = bucket.names(FOLDER)
    try:
        return [date.fromisoformat(name.removesuffix(_SUFFIX)) for name in names]
    except ValueError as error:
        raise CorruptArtifact(f"{FOLDER}: a file there is named after no day: {error}") from None


def read_head(bucket: Bucket, day: date) -> Head:
    """Raises `ModelNotFound`, `StoreUnavailable`; `CorruptArtifact` where it is not the head of `day`."""
    key = head_key(day)
    head = parse_head(bucket.get(key).body, key)
    if head.day != day:
        raise CorruptArtifact(f"{key}: it says that it is the head of {head.day}")
    return head


def parse_head(body: bytes | str, where: str) -> Head:
    """Raises `CorruptArtifact` that names `where` it lies."""
    try:
        return Head.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"])) or "the file"
        raise CorruptArtifact(f"{where}: not a head: {at}: {first['msg']}") from None


def newest_head(bucket: Bucket) -> Head | None:
    """The newest head, None where none was published. Raises as `read_head`."""
    days = published_days(bucket)
    return read_head(bucket, days[-1]) if days else None


def publish_heads(db: Database, bucket: Bucket, now: datetime, most: int = MOST_AT_ONCE) -> list[Head]:
    """Publish the head of every UTC day that ended before `now` and has none yet; returns them.

    Every cycle may call it: where yesterday's head lies there it asks S3 once and Postgres not at all.
    What was missed, because no cycle ran or S3 did not answer, is caught up. Raises `StoreUnavailable`;
    `PromotionConflict` where another body lies under a day's key, `CorruptArtifact` where the newest head
    cannot be read: nothing is overwritten.
    """
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    days = published_days(bucket)
    if days and days[-1] >= (today - timedelta(days=1)).date():
        return []
    last = read_head(bucket, days[-1]) if days else None
    made: list[Head] = []
    for head in _heads_after(db, last, today):
        if len(made) == most:
            break
        _create(bucket, head)
        made.append(head)
    return made


def publish_or_name(db: Database, bucket: Bucket | None, now: datetime) -> tuple[list[str], list[str]]:
    """As `publish_heads`, for a cycle that it must not break: what failed is named, the next tries again.

    The days published, and what to name.
    """
    if bucket is None:
        return [], ["record: no registry bucket, so the head of the chain is not published"]
    try:
        return [head.day.isoformat() for head in publish_heads(db, bucket, now)], []
    except (StoreUnavailable, PromotionConflict, CorruptArtifact, ModelNotFound) as error:
        return [], [f"record: the head of the chain is not published ({error})"]


class NewestHead:
    """The newest head, asked of S3 at most every five minutes; heads come once a day."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._lock = threading.Lock()
        self._kept: tuple[datetime, Head] | None = None

    def get(self, now: datetime) -> Head | None:
        """Raises as `read_head`."""
        with self._lock:
            if self._kept is not None and timedelta() <= now - self._kept[0] < _KEPT_FOR:
                return self._kept[1]
        head = newest_head(self._bucket)
        with self._lock:
            self._kept = None if head is None else (now, head)
        return head


def _heads_after(db: Database, last: Head | None, today: datetime) -> Iterator[Head]:
    """Each day's head; an entry that came after its day's head was published belongs to the next."""
    for day, sequence, entry_hash, as_of in forecasts.last_of_each_day(
        db, last.sequence if last else 0, today
    ):
        if last is not None and (day <= last.day or sequence <= last.sequence):
            continue
        last = Head(
            day=day,
            sequence=sequence,
            hash=entry_hash.hex(),
            as_of=as_of,
            count=sequence - (last.sequence if last else 0),
            previous_day=last.day if last else None,
            previous_hash=last.hash if last else None,
        )
        yield last


def _create(bucket: Bucket, head: Head) -> None:
    try:
        bucket.create(head_key(head.day), (head.model_dump_json(indent=1) + "\n").encode())
    except PromotionConflict:
        raise PromotionConflict(
            f"{head_key(head.day)} was published before and says otherwise; run `cryptocast verify-log`"
        ) from None
