"""Each way to tamper with the record, done in SQL past the trigger, is named where it begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptocast.domain import DataLabel
from cryptocast.record.diagnose import Broken, Fault
from cryptocast.record.heads import Head, head_key, newest_head, publish_heads, read_head
from cryptocast.record.verify import verify
from cryptocast.registry.bucket import Bucket
from cryptocast.store import chain, forecasts
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_forecast
from tests.integration.record.conftest import DAY, NEXT_CYCLE, Tamper, said

pytestmark = pytest.mark.integration
JUNK = b"\x07" * 32
PAGE = 3
"""Smaller than the log, so that every check crosses pages."""


@pytest.fixture
def heads(log: Database, bucket: Bucket) -> list[Head]:
    """At entries 2, 4, 6 and 8."""
    return publish_heads(log, bucket, NEXT_CYCLE)


def broken(db: Database, bucket: Bucket | None = None, kept: tuple[Head, ...] = ()) -> Broken:
    found = verify(db, bucket, kept, page=PAGE).broken
    assert found is not None
    return found


def test_a_log_as_it_was_issued_holds(log: Database, bucket: Bucket, heads: list[Head]) -> None:
    seen: list[tuple[str, int, int]] = []
    verdict = verify(log, bucket, progress=lambda *tick: seen.append(tick), page=PAGE)
    assert verdict.broken is None
    assert (verdict.entries, verdict.heads, verdict.newest_head) == (8, 4, heads[-1])
    assert seen[-1] == ("entries", 8, 8)
    assert ("heads", 4, 4) in seen


def test_an_empty_log_holds(db: Database, bucket: Bucket) -> None:
    verdict = verify(db, bucket)
    assert (verdict.broken, verdict.entries, verdict.newest_head) == (None, 0, None)


@pytest.mark.parametrize(
    "change",
    [
        "p_up = 0.61",
        "call = 'abstain'",
        "price = 101.0001",
        "as_of = as_of + interval '1 minute'",
        "issued_at = issued_at - interval '1 second'",
        "contributions = ARRAY[0.3, -0.2]",
        "contributions = ARRAY[0.3]",
        "contributions = ARRAY[0.3, 'NaN']::float8[]",
        "data_label = 'replay'",
        "data_label = 'nonsense'",
        "model_version = 'another'",
        "missing = ARRAY['news']",
    ],
)
def test_an_altered_entry(log: Database, tamper: Tamper, change: str) -> None:
    tamper.run(f"UPDATE forecasts SET {change} WHERE sequence = 4")
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.ALTERED, 4)


def test_altered_names_of_contributions(log: Database, tamper: Tamper) -> None:
    tamper.run("UPDATE name_lists SET names = ARRAY['return_1h', 'something_else']")
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.ALTERED, 1)


def test_an_entry_altered_together_with_its_hash(log: Database, tamper: Tamper) -> None:
    tamper.run("UPDATE forecasts SET p_up = 0.61 WHERE sequence = 4")
    altered = forecasts.entries_after(log, 3, 1)[0].forecast
    assert altered is not None
    own = chain.entry_hash(tamper.hash_of(3), altered)
    tamper.run("UPDATE forecasts SET hash = %(h)s WHERE sequence = 4", h=own)
    found = broken(log)
    assert (found.fault, found.sequence, found.since) == (Fault.ALTERED, 5, 4)
    assert "one of the two" in found.words


def test_the_last_entry_altered(log: Database, tamper: Tamper) -> None:
    tamper.run("UPDATE forecasts SET p_up = 0.61 WHERE sequence = 8")
    assert (broken(log).fault, broken(log).sequence) == (Fault.ALTERED, 8)


def test_an_altered_hash(log: Database, tamper: Tamper) -> None:
    tamper.run("UPDATE forecasts SET hash = %(h)s WHERE sequence = 4", h=JUNK)
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.HASH_ALTERED, 4)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (4, 4), (3, 6)])
def test_deleted_entries(log: Database, tamper: Tamper, first: int, last: int) -> None:
    tamper.delete(first, last)
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.DELETED, first)
    assert f"the next is entry {last + 1}" in found.words


def test_a_deleted_entry_with_the_rest_numbered_anew(
    log: Database, bucket: Bucket, heads: list[Head], tamper: Tamper
) -> None:
    tamper.delete(4, 4)
    tamper.renumber(5, by=-1)
    alone = broken(log)
    assert (alone.fault, alone.sequence) == (Fault.ALTERED, 4)
    assert "numbered anew" in alone.words
    with_heads = broken(log, bucket)
    assert (with_heads.fault, with_heads.sequence) == (Fault.DELETED, 4)
    assert "published at entry 6 and is entry 5 now: 1 removed" in with_heads.words


@pytest.mark.parametrize("good_hash", [True, False])
def test_an_inserted_entry(log: Database, tamper: Tamper, good_hash: bool) -> None:
    tamper.renumber(4, by=1)
    tamper.copy(3, to=4, symbol="SOL", hash_=JUNK)
    if good_hash:
        made_up = forecasts.entries_after(log, 3, 1)[0].forecast
        assert made_up is not None
        own = chain.entry_hash(tamper.hash_of(3), made_up)
        tamper.run("UPDATE forecasts SET hash = %(h)s WHERE sequence = 4", h=own)
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.INSERTED, 4)
    assert "entry 5" in found.words


def test_an_entry_before_the_first(log: Database, tamper: Tamper) -> None:
    tamper.copy(1, to=0, symbol="SOL", hash_=JUNK)
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.INSERTED, 0)


def test_two_entries_that_changed_places(log: Database, tamper: Tamper) -> None:
    tamper.swap(4, 5)
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.REORDERED, 4)
    assert "entry 5 now" in found.words


def test_an_entry_moved_to_the_end(log: Database, tamper: Tamper) -> None:
    tamper.run("UPDATE forecasts SET sequence = 9 WHERE sequence = 3")
    tamper.renumber(4, by=-1)
    found = broken(log)
    assert (found.fault, found.sequence) == (Fault.REORDERED, 3)
    assert "entry 8 now" in found.words


def test_a_log_rewritten_as_a_whole_contradicts_the_first_head_behind_it(
    log: Database, bucket: Bucket, heads: list[Head], tamper: Tamper
) -> None:
    tamper.run("UPDATE forecasts SET p_up = 0.61 WHERE sequence = 5")
    tamper.rehash(5)
    assert verify(log, None).broken is None
    found = broken(log, bucket)
    assert (found.fault, found.sequence, found.since) == (Fault.REWRITTEN, 6, 5)
    assert str(heads[2].day) in found.words
    assert "after entry 4" in found.words


def test_a_log_rewritten_from_the_start(
    log: Database, bucket: Bucket, heads: list[Head], tamper: Tamper
) -> None:
    tamper.run("UPDATE forecasts SET p_up = 0.61 WHERE sequence = 1")
    tamper.rehash(1)
    found = broken(log, bucket)
    assert (found.fault, found.sequence, found.since) == (Fault.REWRITTEN, 2, 1)


def test_a_log_that_was_cut_off(log: Database, bucket: Bucket, heads: list[Head], tamper: Tamper) -> None:
    tamper.delete(6, 8)
    found = broken(log, bucket)
    assert (found.fault, found.sequence) == (Fault.CUT_OFF, 6)
    assert str(heads[2].day) in found.words


def test_one_kept_head_tells_what_log_and_heads_rewritten_together_do_not(
    log: Database, bucket: Bucket, heads: list[Head], tamper: Tamper
) -> None:
    kept = newest_head(bucket)
    assert kept is not None
    tamper.run("UPDATE forecasts SET p_up = 0.61 WHERE sequence = 5")
    tamper.rehash(5)
    for head in heads:
        bucket._client.delete_object(Bucket=bucket.name, Key=head_key(head.day))
    publish_heads(log, bucket, NEXT_CYCLE)
    assert verify(log, bucket).broken is None
    found = broken(log, bucket, (kept,))
    assert (found.fault, found.sequence) == (Fault.REWRITTEN, 8)


class TestPublishedHeads:
    def test_one_that_was_replaced(self, log: Database, bucket: Bucket, heads: list[Head]) -> None:
        forged = heads[1].model_copy(update={"hash": JUNK.hex()})
        bucket.put(head_key(forged.day), forged.model_dump_json().encode())
        found = broken(log, bucket)
        assert (found.fault, found.sequence) == (Fault.REWRITTEN, 4)

    def test_one_that_was_removed(self, log: Database, bucket: Bucket, heads: list[Head]) -> None:
        bucket._client.delete_object(Bucket=bucket.name, Key=head_key(heads[1].day))
        found = broken(log, bucket)
        assert found.fault is Fault.HEAD
        assert f"{heads[1].day} at entry 4" in found.words

    def test_one_that_is_no_head(self, log: Database, bucket: Bucket, heads: list[Head]) -> None:
        bucket.put(head_key(heads[3].day), b"not JSON")
        found = broken(log, bucket)
        assert found.fault is Fault.HEAD
        assert head_key(heads[3].day) in found.words

    def test_one_under_another_days_name(self, log: Database, bucket: Bucket, heads: list[Head]) -> None:
        bucket.put(head_key(heads[3].day + timedelta(days=1)), heads[3].model_dump_json().encode())
        assert broken(log, bucket).fault is Fault.HEAD

    def test_a_broken_link_comes_first(
        self, log: Database, bucket: Bucket, heads: list[Head], tamper: Tamper
    ) -> None:
        bucket.put(head_key(heads[0].day), b"not JSON")
        tamper.delete(4, 4)
        assert broken(log, bucket).fault is Fault.DELETED
        assert read_head(bucket, heads[1].day) == heads[1]


class TestTime:
    def test_live_a_forecast_issued_when_its_outcome_was_known(self, log: Database) -> None:
        forecasts.insert(log, [said(4, "BTC", issued_at=NEXT_CYCLE + timedelta(hours=1))])
        found = broken(log)
        assert (found.fault, found.sequence) == (Fault.LATE, 9)
        assert "BTC 1h of 2026-03-06 12:00" in found.words

    def test_live_a_forecast_issued_just_in_time(self, log: Database) -> None:
        forecasts.insert(log, [said(4, "BTC", issued_at=NEXT_CYCLE + timedelta(minutes=59, seconds=59))])
        assert verify(log, None).broken is None

    def test_live_a_forecast_of_yesterday_put_in_today(self, log: Database) -> None:
        forecasts.insert(log, [said(2, "SOL")])
        found = broken(log)
        assert (found.fault, found.sequence) == (Fault.BACKDATED, 9)

    def test_live_two_cycles_that_overlap(self, log: Database) -> None:
        forecasts.insert(log, [said(3, "SOL", issued_at=AS_OF + 3 * DAY + timedelta(seconds=1))])
        assert verify(log, None).broken is None

    @pytest.mark.parametrize("label", [DataLabel.REPLAY, DataLabel.SIMULATED])
    def test_a_replay_that_catches_up_is_no_alarm(
        self, db: Database, bucket: Bucket, label: DataLabel
    ) -> None:
        now = AS_OF + DAY
        caught_up = [
            make_forecast(as_of=AS_OF + i * timedelta(hours=1), issued_at=now, data_label=label)
            for i in range(24)
        ]
        forecasts.insert(db, caught_up)
        forecasts.insert(db, [make_forecast("ETH", data_label=label)])
        publish_heads(db, bucket, now + DAY)
        verdict = verify(db, bucket)
        assert verdict.broken is None
        assert verdict.late_by_label == 24
