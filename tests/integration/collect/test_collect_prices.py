from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cryptocast.collect.prices import collect_prices
from cryptocast.collect.sources import Sources
from cryptocast.monitor.quality import measure_quality
from cryptocast.store import bars, quarantine
from cryptocast.store import sources as source_store
from cryptocast.store.database import Database
from tests.factories import make_bar
from tests.integration.collect.conftest import AS_OF, SYMBOLS, Vendors, window

pytestmark = pytest.mark.integration

MARKETS = "/coingecko/api/v3/coins/markets"


def latest(db: Database, symbol: str) -> Any:
    return bars.latest(db, symbol, 1)[0]


def statuses(db: Database) -> dict[str, bool]:
    return {status.source: status.ok for status in source_store.statuses(db)}


def quotes(quoted_at: datetime, **prices: float) -> str:
    """CoinGecko's answer, prices by its own names of the coins."""
    items = [
        f'{{"id": "{coin}", "current_price": {price}, "last_updated": "{quoted_at.isoformat()}"}}'
        for coin, price in prices.items()
    ]
    return f"[{', '.join(items)}]"


def test_a_cycle_closes_every_bar_by_the_candle_of_the_exchange(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    report = collect_prices(db, sources, window(), SYMBOLS)
    assert report.missing == []
    assert report.detail["closed_by"] == dict.fromkeys(SYMBOLS, "coinbase")
    for symbol in SYMBOLS:
        bar = latest(db, symbol)
        assert bar.closed_at == AS_OF
        assert (bar.source, bar.volume_source) == ("coinbase", "coinbase")
        assert bar.volume > 0
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    asked = vendors.asked()
    assert not any("cryptocompare" in path for path in asked)
    assert asked[MARKETS] == 1
    assert statuses(db) == {"coingecko": True, "coinbase": True}


def test_a_quote_that_is_older_than_the_candle_closes_no_bar_whose_range_tells_what_came_after(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    """The exchange's range runs to `as_of`; beside an older close it would tell the next return."""
    vendors.fail("/coingecko", body=quotes(AS_OF - timedelta(seconds=90), bitcoin=2.0))
    report = collect_prices(db, sources, window(), ("BTC",))
    bar = latest(db, "BTC")
    assert (bar.source, bar.close) == ("coinbase", pytest.approx(bar.open, rel=0.1))
    assert report.missing == [f"prices: coinbase has BTC at {bar.close:g}, coingecko at 2"]


def test_the_first_bar_after_a_gap_opens_where_the_candle_did(db: Database, sources: Sources) -> None:
    bars.upsert(db, [make_bar("BTC", AS_OF - timedelta(hours=5))])
    collect_prices(db, sources, window(), ("BTC",))
    bar = latest(db, "BTC")
    assert bar.closed_at == AS_OF
    assert bar.open != bar.close


def test_a_coin_that_the_exchange_does_not_have_is_closed_by_one_quote(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    for coin in ("DOT", "AAVE"):
        vendors.fail(f"/coinbase/products/{coin}-USD", status=404)
    report = collect_prices(db, sources, window(), SYMBOLS)
    assert report.missing == ["coinbase: no DOT", "coinbase: no AAVE"]
    by_candle = dict.fromkeys(("BTC", "ETH", "SOL"), "coinbase")
    assert report.detail["closed_by"] == by_candle | dict.fromkeys(("DOT", "AAVE"), "coingecko")
    assert latest(db, "DOT").volume is None
    assert vendors.asked()[MARKETS] == 1


def test_the_first_cycle_fills_the_day_before_it_and_a_rerun_changes_nothing(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    first = collect_prices(db, sources, window(), SYMBOLS)
    stored = {symbol: bars.latest(db, symbol, 500) for symbol in SYMBOLS}
    assert {len(found) for found in stored.values()} == {96}
    assert first.rows_stored >= 96 * len(SYMBOLS)
    vendors.asked()
    again = collect_prices(db, sources, window(), SYMBOLS)
    assert again.rows_stored == 0
    assert {symbol: bars.latest(db, symbol, 500) for symbol in SYMBOLS} == stored
    assert not any("coinbase" in path for path in vendors.asked())


def test_a_catch_up_of_a_day_does_every_bar(db: Database, sources: Sources) -> None:
    collect_prices(db, sources, window(back=timedelta(days=2)), SYMBOLS)
    assert {len(bars.latest(db, symbol, 500)) for symbol in SYMBOLS} == {192}


def test_the_backup_serves_where_coingecko_is_down_and_the_bar_says_so(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coingecko", status=503)
    vendors.fail("/coinbase", status=500)
    report = collect_prices(db, sources, window(), SYMBOLS)
    assert report.missing == ["coingecko: HTTP 503", "coinbase: HTTP 500"]
    assert report.detail["closed_by"] == dict.fromkeys(SYMBOLS, "cryptocompare")
    bar = latest(db, "BTC")
    assert (bar.closed_at, bar.source, bar.volume_source) == (AS_OF, "cryptocompare", "cryptocompare")
    assert statuses(db) == {"coinbase": False, "coingecko": False, "cryptocompare": True}


def test_a_stale_quote_is_not_used_and_the_bar_says_who_served_it(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    stale = quotes(AS_OF - timedelta(minutes=6), bitcoin=1.0)
    fresh = quotes(AS_OF - timedelta(minutes=4), ethereum=2.0)
    vendors.fail("/coinbase", status=500)
    vendors.fail("/coingecko", body=f"{stale[:-1]}, {fresh[1:]}")
    report = collect_prices(db, sources, window(), ("BTC", "ETH"))
    assert report.detail["closed_by"] == {"BTC": "cryptocompare", "ETH": "coingecko"}
    assert (latest(db, "BTC").source, latest(db, "ETH").source) == ("cryptocompare", "coingecko")
    assert latest(db, "BTC").close != 1.0
    assert latest(db, "ETH").close == 2.0
    assert report.missing == ["coingecko: stale for BTC", "coinbase: HTTP 500"]


def test_a_quote_from_long_after_the_bar_does_not_close_it(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coinbase", status=500)
    late = replace(window(AS_OF - timedelta(hours=3)), now=AS_OF)
    report = collect_prices(db, sources, late, ("BTC",))
    assert report.detail["closed_by"] == {"BTC": "cryptocompare"}
    too_late = f"coingecko: quoted too long after {late.as_of:%H:%M} for BTC"
    assert report.missing == [too_late, "coinbase: HTTP 500"]
    again = collect_prices(db, sources, late, ("BTC",))
    assert too_late not in again.missing
    assert latest(db, "BTC").source == "cryptocompare"


def test_what_a_vendor_says_of_itself_can_always_be_stored(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coinbase", status=500)
    vendors.fail("/coingecko", kind="disconnect")
    vendors.fail("/cryptocompare", body='{"Response": "Error", "Message": "a\\u0000b \\ud83d"}')
    report = collect_prices(db, sources, window(), ("BTC",))
    assert report.missing[2] == "cryptocompare: error as HTTP 200: a\\x00b \\ud83d"
    assert statuses(db)["cryptocompare"] is False


def test_a_bar_that_a_quote_closed_is_given_its_volume_by_the_next_cycle_and_keeps_its_prices(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coinbase", status=500)
    report = collect_prices(db, sources, window(), ("BTC",))
    assert report.missing == ["coinbase: HTTP 500"]
    without = latest(db, "BTC")
    assert (without.volume, without.volume_source) == (None, None)
    assert without.high == max(without.open, without.close)
    vendors.recover()
    next_as_of = AS_OF + timedelta(minutes=15)
    vendors.clock(next_as_of + timedelta(seconds=20))
    collect_prices(db, sources, window(next_as_of), ("BTC",))
    completed = next(bar for bar in bars.latest(db, "BTC", 5) if bar.closed_at == AS_OF)
    assert completed.volume
    assert completed == replace(without, volume=completed.volume, volume_source="coinbase")


def test_every_price_source_down_ends_in_names_not_in_an_error(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    for vendor in ("/coingecko", "/cryptocompare", "/coinbase"):
        vendors.fail(vendor, status=502)
    report = collect_prices(db, sources, window(), ("BTC",))
    assert report.missing == [
        "coingecko: HTTP 502",
        "coinbase: HTTP 502",
        "cryptocompare: HTTP 502",
        "prices: no source has BTC at 2026-03-02 12:00",
    ]
    assert bars.latest(db, "BTC", 1) == []


@pytest.mark.parametrize("kind", ["garbage", "html", "huge", "empty", "disconnect"])
def test_a_price_source_that_answers_nonsense_is_named_and_the_backup_used(
    kind: str, db: Database, sources: Sources, vendors: Vendors
) -> None:
    vendors.fail("/coinbase", status=500)
    vendors.fail("/coingecko", kind=kind)
    report = collect_prices(db, sources, window(), ("BTC",))
    assert report.missing[0].startswith("coingecko: ")
    assert latest(db, "BTC").source == "cryptocompare"


@pytest.mark.parametrize(
    ("price", "quoted_at", "reason"),
    [
        ("NaN", AS_OF, "price"),
        ("Infinity", AS_OF, "price"),
        ("-5", AS_OF, "price"),
        ("0", AS_OF, "price"),
        ("1e12", AS_OF, "price"),
        ('"64000"', AS_OF, "current_price is str"),
        ("null", AS_OF, "current_price is NoneType"),
        ("64000", AS_OF + timedelta(minutes=30), "quoted_at"),
    ],
)
def test_a_bad_quote_is_quarantined_and_the_backup_serves_the_bar(
    price: str, quoted_at: datetime, reason: str, db: Database, sources: Sources, vendors: Vendors
) -> None:
    body = f'[{{"id": "bitcoin", "current_price": {price}, "last_updated": "{quoted_at.isoformat()}"}}]'
    vendors.fail("/coinbase", status=500)
    vendors.fail("/coingecko", body=body)
    report = collect_prices(db, sources, window(), ("BTC",))
    assert report.rows_rejected == 1
    (kept,) = quarantine.recent(db, 10)
    assert (kept.stage, kept.source) == ("quotes", "coingecko")
    assert reason in kept.reason
    assert latest(db, "BTC").source == "cryptocompare"


@pytest.mark.parametrize(
    "values",
    ["[{s}, NaN, 4, 2, 3, 10]", "[{s}, -1, 4, 2, 3, 10]", "[{s}, 5, 4, 2, 3, 10]", "[{s}, 1, 4, 2, 3, -10]"],
)
def test_a_bad_candle_is_quarantined_and_does_not_touch_the_bar(
    values: str, db: Database, sources: Sources, vendors: Vendors
) -> None:
    opened_s = str(int(AS_OF.timestamp()) - 900)
    vendors.fail("/coinbase", body=f"[{values.replace('{s}', opened_s)}]")
    report = collect_prices(db, sources, window(), ("BTC",))
    assert report.rows_rejected == 1
    assert quarantine.recent(db, 10)[0].source == "coinbase"
    assert latest(db, "BTC").volume is None


def test_an_exchange_of_which_nothing_can_be_read_any_more_is_named_and_counted_in_every_cycle(
    db: Database, sources: Sources, vendors: Vendors
) -> None:
    opened_s = [int(AS_OF.timestamp()) - 900 * n for n in range(1, 6)]
    rows = [[s, 1.0, 3.0, 2.0, 2.5, "12.5"] for s in opened_s]  # its volume has become a text
    vendors.fail("/coinbase", body=json.dumps(rows))
    for _ in range(2):
        report = collect_prices(db, sources, window(), ("BTC",))
        assert report.missing == ["coinbase: all 5 records were refused (volume is str, not a number)"]
        assert measure_quality(db, window(), ("BTC",)).quarantined == {"bars coinbase": 5}
        assert statuses(db)["coinbase"] is False
    swapped = [[s, 3.0, 1.0, 2.0, 2.5, 12.5] for s in opened_s]  # its low and high have changed places
    vendors.fail("/coinbase", body=json.dumps(swapped))
    assert collect_prices(db, sources, window(), ("BTC",)).missing[0].startswith("coinbase: all 5 records")
    vendors.recover()
    assert collect_prices(db, sources, window(), ("BTC",)).missing == []
    assert statuses(db)["coinbase"] is True


def test_a_spent_quota_is_named_and_the_backup_used(
    db: Database, make: Callable[..., Sources], vendors: Vendors
) -> None:
    sources = make(coingecko_monthly_quota=2)
    vendors.fail("/coinbase", status=500)
    for cycle in range(3):
        as_of = AS_OF + timedelta(minutes=15 * cycle)
        vendors.clock(as_of + timedelta(seconds=20))
        report = collect_prices(db, sources, window(as_of), ("BTC",))
    assert report.missing == ["coingecko: the budget of this month is spent", "coinbase: HTTP 500"]
    assert report.detail["closed_by"] == {"BTC": "cryptocompare"}
    assert vendors.asked()[MARKETS] == 2


def test_failed_calls_count_against_the_quota(
    db: Database, make: Callable[..., Sources], vendors: Vendors
) -> None:
    vendors.fail("/coinbase", status=500)
    vendors.fail("/coingecko", status=500)
    collect_prices(db, make(), window(), ("BTC",))
    assert source_store.spend(db, "coingecko", "2026-03", 0, 10_000) == vendors.asked()[MARKETS] == 2


def test_binance_brings_trade_count_and_taker_buys(db: Database, make: Callable[..., Sources]) -> None:
    collect_prices(db, make(candles_exchange="binance"), window(), ("BTC",))
    bar = latest(db, "BTC")
    assert bar.volume_source == "binance"
    assert bar.trade_count > 0
    assert 0 <= bar.taker_buy_volume <= bar.volume
