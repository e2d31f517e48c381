"""Bars: stored once, completed once, read by the grid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from cryptocast.store import bars
from cryptocast.store.database import Database
from tests.factories import AS_OF, INTERVAL, make_bar, make_bars, make_quote_bar, make_series

pytestmark = pytest.mark.integration


def test_same_batch_upserted_twice_counts_zero_new(db: Database) -> None:
    batch = make_bars(30)
    assert bars.upsert(db, batch) == 30
    assert bars.upsert(db, batch) == 0
    assert bars.latest(db, "BTC", 5) == batch[:-6:-1]


def test_a_stored_bar_is_not_rewritten(db: Database) -> None:
    bars.upsert(db, [make_bar()])
    assert bars.upsert(db, [make_bar(open=50.0, low=40.0, close=60.0, volume=9.0, source="other")]) == 0
    assert bars.latest(db, "BTC", 1) == [make_bar()]


def test_a_bar_that_a_quote_closed_is_given_volume_by_a_candle_and_keeps_its_prices(db: Database) -> None:
    quoted = make_quote_bar(open=100.0, close=101.0)
    candle = make_bar(
        open=99.0, high=100.9, low=98.0, close=100.5, volume=7.0, source="binance", volume_source="binance",
        trade_count=12, taker_buy_volume=3.5, first_seen_at=AS_OF + INTERVAL,
    )  # fmt: skip
    assert bars.upsert(db, [quoted]) == 1
    assert bars.upsert(db, [candle]) == 1
    # The candle runs on after the quote: its range would tell where the price went from the close.
    completed = replace(quoted, volume=7.0, volume_source="binance", trade_count=12, taker_buy_volume=3.5)
    assert bars.latest(db, "BTC", 1) == [completed]
    assert bars.upsert(db, [candle, quoted]) == 0
    assert bars.latest(db, "BTC", 1) == [completed]


def test_quote_and_candle_of_one_bar_in_one_batch(db: Database) -> None:
    assert bars.upsert(db, [make_quote_bar(), make_bar(close=100.5), make_quote_bar()]) == 2
    found = bars.latest(db, "BTC", 9)
    assert [(bar.close, bar.source, bar.volume) for bar in found] == [(101.0, "coingecko", 5.0)]


def test_a_series_goes_in_and_comes_out_bit_for_bit(db: Database) -> None:
    series = make_series(500)
    series.volume[3] = np.nan
    assert bars.upsert_series(db, series, "coinbase", AS_OF) == 500
    assert bars.upsert_series(db, series, "coinbase", AS_OF) == 0
    since = datetime.fromtimestamp(int(series.opened_s[0]), tz=UTC)
    found = bars.series(db, ["BTC", "ETH"], since, AS_OF)
    for column in ("opened_s", "open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(found["BTC"], column), getattr(series, column))
    assert len(found["ETH"].opened_s) == 0
    nameless = [bar for bar in bars.latest(db, "BTC", 500) if bar.volume is None]
    assert [bar.volume_source for bar in nameless] == [None]
    assert len(bars.series(db, ["BTC"], since, AS_OF - INTERVAL)["BTC"].close) == 499
    assert bars.series(db, ["BTC"], since, AS_OF, interval_s=3600)["BTC"].close.shape == (0,)


def test_gaps_are_the_bars_that_are_absent_or_lack_volume(db: Database) -> None:
    stored = make_bars(8)
    stored[5] = replace(stored[5], volume=None, volume_source=None)
    bars.upsert(db, [bar for n, bar in enumerate(stored) if n != 2])
    wanted = [stored[2].opened_at, stored[5].opened_at]
    since = stored[0].opened_at
    assert bars.gaps(db, "BTC", since, AS_OF) == wanted
    assert bars.gaps(db, "BTC", since - timedelta(seconds=1), AS_OF) == wanted
    assert bars.gaps(db, "BTC", since - INTERVAL, since + INTERVAL) == [since - INTERVAL]
    assert len(bars.gaps(db, "ETH", since, AS_OF)) == 8


def test_closes_at_speaks_of_the_close(db: Database) -> None:
    stored = make_bars(3)
    bars.upsert(db, stored)
    asked = [AS_OF, AS_OF - INTERVAL, AS_OF + INTERVAL]
    assert bars.closes_at(db, "BTC", asked) == {AS_OF: stored[2].close, AS_OF - INTERVAL: stored[1].close}
    assert bars.closes_at(db, "BTC", []) == {}


def test_nothing_stored_is_no_error(db: Database) -> None:
    assert bars.upsert(db, []) == 0
    assert bars.upsert_series(db, make_series(0), "coinbase", AS_OF) == 0
    assert bars.latest(db, "BTC", 3) == []
