"""The day's head: published once, by whichever cycle comes first, never written again."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import boto3
import pytest

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.errors import PromotionConflict
from cryptocast.monitor.run import monitor
from cryptocast.record.heads import head_key, newest_head, publish_heads, published_days, read_head
from cryptocast.record.verify import verify
from cryptocast.registry.bucket import Bucket
from cryptocast.store import cycles, forecasts
from cryptocast.store.database import Database
from tests.factories import AS_OF, INTERVAL
from tests.integration.record.conftest import DAY, NEXT_CYCLE, Tamper, said

pytestmark = pytest.mark.integration
FIRST = AS_OF.date()
MIDNIGHT = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=AS_OF.tzinfo) + DAY


def nowhere() -> Bucket:
    """A bucket that nobody made: S3 answers with an error."""
    return Bucket(boto3.client("s3", region_name="us-east-1"), "no-such-bucket")


def days_from_first(*numbers: int) -> list[date]:
    return [FIRST + timedelta(days=n) for n in numbers]


def test_every_day_that_is_over_gets_its_head_once(log: Database, bucket: Bucket) -> None:
    made = publish_heads(log, bucket, NEXT_CYCLE)
    assert [head.day for head in made] == published_days(bucket) == days_from_first(0, 1, 2, 3)
    assert [(head.sequence, head.count) for head in made] == [(2, 2), (4, 2), (6, 2), (8, 2)]
    assert made[0].previous_day is made[0].previous_hash is None
    assert (made[3].previous_day, made[3].previous_hash) == (made[2].day, made[2].hash)
    assert [head.hash for head in made] == [
        entry.hash.hex() for entry in forecasts.entries_after(log, 0) if entry.sequence % 2 == 0
    ]
    assert made[3].as_of == AS_OF + 3 * DAY
    assert json.loads(bucket.get("record/heads/2026-03-05.json").body) == {
        "day": "2026-03-05",
        "sequence": 8,
        "hash": made[3].hash,
        "as_of": "2026-03-05T12:00:00Z",
        "count": 2,
        "previous_day": "2026-03-04",
        "previous_hash": made[2].hash,
    }
    assert publish_heads(log, bucket, NEXT_CYCLE + INTERVAL) == []


def test_a_day_gets_its_head_when_it_is_over_and_not_before(log: Database, bucket: Bucket) -> None:
    assert publish_heads(log, bucket, MIDNIGHT - timedelta(seconds=1)) == []
    assert [head.day for head in publish_heads(log, bucket, MIDNIGHT)] == [FIRST]
    assert newest_head(bucket) == read_head(bucket, FIRST)


def test_a_day_without_forecasts_has_no_head(db: Database, bucket: Bucket) -> None:
    assert publish_heads(db, bucket, NEXT_CYCLE) == []
    forecasts.insert(db, [said(0, "BTC")])
    forecasts.insert(db, [said(3, "BTC")])
    made = publish_heads(db, bucket, NEXT_CYCLE)
    assert [head.day for head in made] == days_from_first(0, 3)
    assert made[1].previous_day == FIRST
    assert publish_heads(db, bucket, NEXT_CYCLE + 5 * DAY) == []


def test_many_missed_days_are_caught_up_over_several_cycles(log: Database, bucket: Bucket) -> None:
    assert len(publish_heads(log, bucket, NEXT_CYCLE, most=3)) == 3
    assert [head.day for head in publish_heads(log, bucket, NEXT_CYCLE, most=3)] == days_from_first(3)
    assert verify(log, bucket).broken is None


def test_an_entry_that_came_after_its_days_head_belongs_to_the_next(log: Database, bucket: Bucket) -> None:
    publish_heads(log, bucket, MIDNIGHT + 3 * DAY)
    late = said(3, "SOL", horizon=Horizon.H24, issued_at=MIDNIGHT + 3 * DAY - timedelta(seconds=5))
    forecasts.insert(log, [late])
    forecasts.insert(log, [said(4, "BTC")])
    (head,) = publish_heads(log, bucket, NEXT_CYCLE + DAY)
    assert (head.sequence, head.count) == (10, 2)
    # `late` lies behind entry 8 in time and in the chain: stored seconds after it was issued.
    assert verify(log, bucket).broken is None


def test_a_head_that_lies_there_is_never_overwritten(log: Database, bucket: Bucket, tamper: Tamper) -> None:
    publish_heads(log, bucket, MIDNIGHT + DAY)
    bucket.put(head_key(FIRST + 2 * DAY), b"{}")  # lies where the third day's head will
    before = bucket.get(head_key(FIRST + 2 * DAY)).body
    report = run_monitor(log, bucket)
    assert any("record: the head of the chain is not published" in word for word in report.missing)
    assert bucket.get(head_key(FIRST + 2 * DAY)).body == before


def test_two_that_disagree_are_named(log: Database, bucket: Bucket, s3: Any) -> None:
    class OtherWasFirst(Bucket):
        """Another cycle's head arrives between the look and the write."""

        def create(self, key: str, body: bytes) -> str:
            self.put(key, b"{}")
            return super().create(key, body)

    with pytest.raises(PromotionConflict, match="verify-log"):
        publish_heads(log, OtherWasFirst(s3, bucket.name), NEXT_CYCLE)


def run_monitor(db: Database, bucket: Bucket | None, now: datetime = NEXT_CYCLE) -> Any:
    window = CycleWindow(now, now - INTERVAL, now + timedelta(seconds=40))
    cloudwatch = boto3.client("cloudwatch", region_name="us-east-1")
    return monitor(db, cloudwatch, window, "Cryptocast", "dev", ("BTC",), bucket=bucket)


def test_the_cycle_publishes_and_says_so(log: Database, bucket: Bucket) -> None:
    report = run_monitor(log, bucket)
    assert report.detail["heads"] == [day.isoformat() for day in days_from_first(0, 1, 2, 3)]
    assert run_monitor(log, bucket, NEXT_CYCLE + INTERVAL).detail["heads"] == []


def test_an_s3_that_fails_breaks_no_cycle_and_the_next_one_publishes(log: Database, bucket: Bucket) -> None:
    report = run_monitor(log, nowhere())
    assert any(word.startswith("record: the head of the chain") for word in report.missing)
    assert report.detail["metrics"] > 0
    (cycle,) = cycles.latest(log, 1)
    assert "record: the head of the chain" in str(cycle.report["monitor"]["missing"])
    assert len(run_monitor(log, bucket, NEXT_CYCLE + INTERVAL).detail["heads"]) == 4


def test_without_a_registry_the_cycle_says_that_nothing_is_published(log: Database, s3: Any) -> None:
    assert any("no registry bucket" in word for word in run_monitor(log, None).missing)
