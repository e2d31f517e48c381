"""Quarantine, sources, cycles."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from cryptocast.domain import Rejected
from cryptocast.errors import QuotaExceeded
from cryptocast.store import cycles, quarantine, sources
from cryptocast.store.database import Database
from tests.factories import AS_OF, INTERVAL, make_bar

pytestmark = pytest.mark.integration
BAD = Rejected("quotes", "coingecko", "price: not above 0", {"symbol": "BTC", "price": -1.0, "at": AS_OF})


def test_quarantine_is_idempotent(db: Database) -> None:
    other = Rejected("quotes", "coingecko", "price: not above 0", {"symbol": "ETH", "price": -1.0})
    assert quarantine.add(db, [BAD, BAD, other], AS_OF) == 2
    assert quarantine.add(db, [other, BAD], AS_OF + INTERVAL) == 0
    assert quarantine.add(db, [], AS_OF) == 0
    assert quarantine.counts(db, AS_OF + INTERVAL, AS_OF + 2 * INTERVAL) == {("quotes", "coingecko"): 2}
    assert quarantine.counts(db, AS_OF, AS_OF + INTERVAL) == {}
    found = {record.payload["symbol"]: record for record in quarantine.recent(db, 10)}
    assert found["BTC"].payload == {"symbol": "BTC", "price": -1.0, "at": AS_OF.isoformat()}
    assert (found["BTC"].rejected_at, found["BTC"].reason) == (AS_OF + INTERVAL, BAD.reason)


def test_a_bad_record_that_is_asked_for_again_is_kept_once(db: Database) -> None:
    for cycle in range(3):
        seen = {"high": 1.0, "close": 2.0, "first_seen_at": AS_OF + cycle * INTERVAL}
        rejected = [Rejected("bars", "coinbase", "high below close", seen)]
        assert quarantine.add(db, rejected, AS_OF + cycle * INTERVAL) == (cycle == 0)
        met = AS_OF + cycle * INTERVAL
        assert quarantine.counts(db, met, met + INTERVAL) == {("bars", "coinbase"): 1}
    (kept,) = quarantine.recent(db, 5)
    assert (kept.payload["first_seen_at"], kept.rejected_at) == (AS_OF.isoformat(), AS_OF + 2 * INTERVAL)


def test_quarantine_takes_whatever_was_refused(db: Database) -> None:
    endless: dict[str, object] = {}
    endless["itself"] = endless
    payload = {
        "nan": math.nan, "inf": -math.inf, "nul": "a\0b", "half": "\ud83d", "page": "x" * 10_000_000,
        "many": list(range(10_000)), "huge": 10**400, "bytes": b"\xff", "record": make_bar(),
        "endless": endless,
        "key\0": {1: {2}},
    }  # fmt: skip
    assert quarantine.add(db, [Rejected("bars", "a\0b", "\ud83d", payload)], AS_OF) == 1
    assert quarantine.add(db, [Rejected("bars", "a\0b", "\ud83d", payload)], AS_OF) == 0
    kept = quarantine.recent(db, 1)[0].payload
    assert (kept["nan"], kept["nul"], kept["half"]) == ("nan", "a\\x00b", "\\ud83d")
    assert len(kept["page"]) == 2_001
    assert len(kept["many"]) == 100


def test_conditional_headers_are_what_the_page_last_said(db: Database) -> None:
    url = "https://www.coindesk.com/feed"
    assert sources.conditional_headers(db, url) == {}
    sources.remember(db, url, '"abc"', None)
    assert sources.conditional_headers(db, url) == {"If-None-Match": '"abc"'}
    sources.remember(db, url, None, "Mon, 02 Mar 2026 12:00:00 GMT")
    assert sources.conditional_headers(db, url) == {"If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"}


def test_a_budget_is_spent_to_the_last_call_and_no_further(db: Database) -> None:
    assert sources.spend(db, "coingecko", "2026-03", 9, 10) == 9
    with pytest.raises(QuotaExceeded, match="coingecko: the budget of 10 calls for 2026-03 is spent"):
        sources.spend(db, "coingecko", "2026-03", 2, 10)
    assert sources.spend(db, "coingecko", "2026-03", 1, 10) == 10
    assert sources.spend(db, "coingecko", "2026-04", 1, 10) == 1
    assert sources.spend(db, "cryptocompare", "2026-03", 1, 10) == 1


def test_progress_is_kept_per_source_and_coin(db: Database) -> None:
    assert sources.progress(db, "coinbase", "BTC") is None
    sources.save_progress(db, "coinbase", "BTC", {"until": AS_OF.isoformat()})
    sources.save_progress(db, "coinbase", "BTC", {"until": "earlier", "done": True})
    assert sources.progress(db, "coinbase", "BTC") == {"until": "earlier", "done": True}
    assert sources.progress(db, "coinbase", "ETH") is None


def test_a_status_says_since_when(db: Database) -> None:
    hour = timedelta(hours=1)
    sources.set_status(db, "reddit", False, "no credentials", AS_OF)
    sources.set_status(db, "reddit", False, "still none", AS_OF + hour)
    sources.set_status(db, "coindesk", True, "", AS_OF)
    sources.set_status(db, "coindesk", False, "late report of an earlier cycle", AS_OF - hour)
    assert sources.statuses(db) == [
        sources.SourceStatus("coindesk", True, "", AS_OF, AS_OF),
        sources.SourceStatus("reddit", False, "still none", AS_OF + hour, AS_OF),
    ]
    assert [status.source for status in sources.statuses(db, AS_OF + hour)] == ["reddit"]


def test_a_cycle_that_ran_again_replaces_its_report(db: Database) -> None:
    cycles.record(db, AS_OF, AS_OF - INTERVAL, AS_OF, AS_OF + timedelta(seconds=9), {"n": 1})
    again = AS_OF + timedelta(minutes=2)
    cycles.record(db, AS_OF, AS_OF - INTERVAL, again, again, {"n": 2})
    cycles.record(db, AS_OF - INTERVAL, AS_OF - 2 * INTERVAL, AS_OF, AS_OF, {})
    assert [(c.as_of, c.started_at, c.report) for c in cycles.latest(db, 5)] == [
        (AS_OF, again, {"n": 2}),
        (AS_OF - INTERVAL, AS_OF, {}),
    ]
