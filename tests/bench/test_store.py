"""What the store takes with a year of 20 coins at 15 minutes in it. Run by `make bench`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from cryptocast.domain import Horizon
from cryptocast.record.verify import verify
from cryptocast.store import bars, forecasts, open_forecasts
from cryptocast.store.database import Database
from cryptocast.validate.split import valid_bars
from tests.factories import AS_OF, INTERVAL, make_bars, make_forecast, make_series

pytestmark = pytest.mark.bench
SYMBOLS = [f"C{n:02d}" for n in range(20)]
YEAR = 35_040
HALF_YEAR = 17_520


@pytest.fixture(scope="module")
def year(module_database_url: str) -> Iterator[Database]:
    """700,800 bars and a month of forecasts."""
    db = Database(module_database_url)
    for seed, symbol in enumerate(SYMBOLS):
        bars.upsert_series(db, make_series(YEAR, symbol, seed=seed), "coinbase", AS_OF)
    made = [
        make_forecast(symbol, horizon, AS_OF - n * INTERVAL)
        for n in range(1_000)
        for symbol in SYMBOLS[:5]
        for horizon in Horizon
    ]
    forecasts.insert(db, made)
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    yield db
    db.close()


def test_latest_100_of_a_coin(year: Database, benchmark: Any) -> None:
    assert len(benchmark(bars.latest, year, "C07", 100)) == 100


def test_half_a_year_of_five_coins(year: Database, benchmark: Any) -> None:
    since = AS_OF - HALF_YEAR * INTERVAL
    found = benchmark.pedantic(bars.series, (year, SYMBOLS[:5], since, AS_OF), rounds=3)
    assert sum(len(series.close) for series in found.values()) == 5 * HALF_YEAR


def test_gaps_of_a_day(year: Database, benchmark: Any) -> None:
    assert benchmark(bars.gaps, year, "C07", AS_OF - timedelta(days=1), AS_OF) == []


def test_latest_forecasts(year: Database, benchmark: Any) -> None:
    assert len(benchmark(forecasts.latest, year, None, None, 100)) == 100


def test_forecasts_that_can_be_judged(year: Database, benchmark: Any) -> None:
    assert len(benchmark(open_forecasts.decided, year, AS_OF, 500)) == 500


def test_forecasts_that_cannot(year: Database, benchmark: Any) -> None:
    found = benchmark(open_forecasts.count_undecided, year, AS_OF, AS_OF - timedelta(days=2), SYMBOLS)
    assert sum(found) == 0


def test_upsert_of_86_000_bars_as_columns(db: Database, benchmark: Any) -> None:
    series = [make_series(HALF_YEAR, symbol) for symbol in SYMBOLS[:5]]

    def store() -> int:
        return sum(bars.upsert_series(db, one, "coinbase", AS_OF) for one in series)

    assert benchmark.pedantic(store, rounds=1) == 5 * HALF_YEAR


def test_upsert_of_17_520_bars_as_records(db: Database, benchmark: Any) -> None:
    batch = make_bars(HALF_YEAR)
    assert benchmark.pedantic(bars.upsert, (db, batch), rounds=1) == HALF_YEAR


def test_validation_of_17_520_bars(benchmark: Any) -> None:
    batch = make_bars(HALF_YEAR)
    good, rejected = benchmark.pedantic(valid_bars, (batch, AS_OF), rounds=2)
    assert (len(good), rejected) == (HALF_YEAR, [])


def test_validation_of_five_bars(benchmark: Any) -> None:
    batch = make_bars(5)
    assert len(benchmark(valid_bars, batch, AS_OF)[0]) == 5


def test_insert_of_5_000_forecasts(db: Database, benchmark: Any) -> None:
    made = [make_forecast(s, as_of=AS_OF - n * INTERVAL) for n in range(1_000) for s in SYMBOLS[:5]]
    assert benchmark.pedantic(forecasts.insert, (db, made), rounds=1) == 5_000


def test_verifying_100_000_forecasts(db: Database, benchmark: Any) -> None:
    """Seven weeks of 5 coins, 15 contributions each."""
    given = {f"feature_{n}": 0.01 * n for n in range(15)}
    made = (
        make_forecast(symbol, horizon, AS_OF - n * INTERVAL, contributions=given)
        for n in range(5_000)
        for symbol in SYMBOLS[:5]
        for horizon in Horizon
    )
    forecasts.insert(db, made)
    verdict = benchmark.pedantic(verify, (db, None), rounds=1)
    assert (verdict.broken, verdict.entries) == (None, 100_000)
