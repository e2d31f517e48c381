from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

import pytest

from cryptocast.collect.backfill import backfill_bars, backfill_documents
from cryptocast.collect.sources import Sources
from cryptocast.domain import DocumentKind
from cryptocast.settings import Settings
from cryptocast.store import bars, documents
from cryptocast.store.database import Database
from tests.integration.collect.conftest import AS_OF, SYMBOLS, Vendors

pytestmark = pytest.mark.integration

SINCE = AS_OF - timedelta(days=20)
CANDLES = "/coinbase/products/BTC-USD/candles"
PAGES = math.ceil(20 * 96 / 300)


class Killed(BaseException):
    """The process ends here."""


def kill_after(pages: int) -> Callable[[str, int, int], None]:
    def tick(_task: str, done: int, _total: int) -> None:
        if done == pages:
            raise Killed

    return tick


def count(db: Database, table: str) -> int:
    with db.connection() as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def test_history_is_stored_page_by_page_with_progress(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    ticks: list[tuple[str, int, int]] = []
    report = backfill_bars(
        db, sources.candles, SYMBOLS, SINCE, AS_OF, AS_OF, progress=lambda *tick: ticks.append(tick)
    )
    assert report.missing == []
    assert report.rows_stored == count(db, "bars") == 20 * 96 * len(SYMBOLS)
    assert vendors.asked()[CANDLES] == PAGES
    assert ticks[0] == ("BTC bars", 0, PAGES)
    assert ticks[-1] == ("AAVE bars", PAGES, PAGES)


def test_a_killed_backfill_continues_and_stores_nothing_twice(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    with pytest.raises(Killed):
        backfill_bars(db, sources.candles, ("BTC",), SINCE, AS_OF, AS_OF, progress=kill_after(3))
    assert count(db, "bars") == 900
    assert vendors.asked()[CANDLES] == 3
    report = backfill_bars(db, sources.candles, ("BTC",), SINCE, AS_OF, AS_OF)
    assert vendors.asked()[CANDLES] == PAGES - 3
    assert report.rows_stored == 20 * 96 - 900
    assert count(db, "bars") == 20 * 96


def test_a_later_backfill_asks_only_for_what_is_new(db: Database, sources: Sources, vendors: Vendors) -> None:
    backfill_bars(db, sources.candles, ("BTC",), SINCE, AS_OF, AS_OF)
    vendors.asked()
    later, hour = AS_OF + timedelta(hours=1), timedelta(hours=1)
    vendors.clock(later)
    report = backfill_bars(db, sources.candles, ("BTC",), SINCE + hour, later, later)
    assert (report.rows_stored, vendors.asked()[CANDLES]) == (4, 1)


def test_an_earlier_backfill_fills_what_lies_before(db: Database, sources: Sources, vendors: Vendors) -> None:
    backfill_bars(db, sources.candles, ("BTC",), AS_OF - timedelta(days=5), AS_OF, AS_OF)
    vendors.asked()
    backfill_bars(db, sources.candles, ("BTC",), SINCE, AS_OF, AS_OF)
    assert count(db, "bars") == 20 * 96
    assert vendors.asked()[CANDLES] <= PAGES - 1


def test_a_source_that_dies_midway_is_named_and_continued_later(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coinbase/products/ETH-USD", status=503)
    report = backfill_bars(db, sources.candles, ("BTC", "ETH", "SOL"), SINCE, AS_OF, AS_OF)
    assert report.missing == ["coinbase: HTTP 503"]
    vendors.recover()
    again = backfill_bars(db, sources.candles, ("BTC", "ETH", "SOL"), SINCE, AS_OF, AS_OF)
    assert again.missing == []
    assert count(db, "bars") == 3 * 20 * 96


def test_a_coin_the_exchange_lacks_does_not_cost_the_others(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coinbase/products/MATIC-USD", status=404)
    report = backfill_bars(db, sources.candles, ("MATIC", "BTC"), AS_OF - timedelta(days=1), AS_OF, AS_OF)
    assert report.missing == ["coinbase: no MATIC"]
    assert count(db, "bars") == 96


def test_a_quote_bar_is_completed_by_the_backfill(db: Database, sources: Sources, vendors: Vendors) -> None:
    from cryptocast.collect.prices import collect_prices
    from tests.integration.collect.conftest import window

    vendors.fail("/coinbase", status=503)
    collect_prices(db, sources, window(), ("BTC",))
    vendors.recover()
    backfill_bars(db, sources.candles, ("BTC",), AS_OF - timedelta(days=1), AS_OF, AS_OF)
    newest = bars.latest(db, "BTC", 1)[0]
    assert (newest.source, newest.volume_source) == ("coingecko", "coinbase")


def settings(vendors: Vendors) -> Settings:
    return Settings(source_base_url=vendors.url)


def test_documents_are_backfilled_with_estimated_first_seen(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    since = AS_OF - timedelta(days=8)
    report = backfill_documents(db, sources, settings(vendors), since, AS_OF, AS_OF)
    assert report.missing == []
    found = [record.document for record in documents.recent(db, 100_000)]
    assert {d.kind for d in found} == {DocumentKind.NEWS, DocumentKind.POST}
    assert report.rows_stored == len(found)
    for document in found:
        assert document.first_seen_estimated
        assert since <= document.published_at < AS_OF
        assert document.first_seen_at == min(AS_OF, document.published_at + timedelta(hours=1))


def test_a_killed_document_backfill_continues_and_stores_nothing_twice(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    since = AS_OF - timedelta(days=9)
    with pytest.raises(Killed):
        backfill_documents(
            db, sources, settings(vendors), since, AS_OF, AS_OF, progress=kill_after(2), posts=False
        )
    begun = count(db, "documents")
    assert begun > 0
    backfill_documents(db, sources, settings(vendors), since, AS_OF, AS_OF, posts=False)
    complete = count(db, "documents")
    assert complete > begun
    vendors.asked()
    again = backfill_documents(db, sources, settings(vendors), since, AS_OF, AS_OF, posts=False)
    assert (again.rows_stored, count(db, "documents")) == (0, complete)
    assert vendors.asked() == {}


def test_posts_of_the_past_are_opt_in_against_the_real_vendors(db: Database, sources: Sources) -> None:
    live = Settings(source_base_url=None)
    backfill_documents(db, sources, live, AS_OF - timedelta(days=1), AS_OF, AS_OF)
    assert {r.document.kind for r in documents.recent(db, 10_000)} == {DocumentKind.NEWS}
