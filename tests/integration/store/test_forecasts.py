"""Feature rows, forecasts and outcomes: the record that cannot be rewritten."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import timedelta
from functools import partial

import psycopg
import pytest

from cryptocast.domain import Call, Horizon
from cryptocast.store import bars, feature_rows, forecasts, open_forecasts, outcomes
from cryptocast.store.database import Database
from tests.factories import AS_OF, INTERVAL, make_bar, make_feature_row, make_forecast, make_outcome

pytestmark = pytest.mark.integration


def test_feature_rows_are_replaced_only_by_different_ones(db: Database) -> None:
    row = make_feature_row(values={"a": 0.1 + 0.2, "b": -1e-300}, missing=("news", "a, quoted one"))
    older = make_feature_row(as_of=AS_OF - INTERVAL)
    assert feature_rows.upsert(db, [row, older, row]) == 2
    assert feature_rows.upsert(db, [row, older]) == 0
    assert feature_rows.latest(db, "BTC", 5) == [row, older]
    changed = replace(older, values={"b": 1.0}, feature_version="test-2")
    assert feature_rows.upsert(db, [changed]) == 1
    assert feature_rows.at(db, "BTC", AS_OF - INTERVAL) == changed
    assert feature_rows.at(db, "ETH", AS_OF) is None
    assert feature_rows.between(db, AS_OF - INTERVAL, AS_OF) == [changed]
    assert feature_rows.upsert(db, []) == 0


def test_of_feature_rows_only_the_wanted_features_are_read(db: Database) -> None:
    row = make_feature_row(values={"a": 0.1 + 0.2, "b": 2.0, "c": -1e-300}, missing=("news",))
    other = make_feature_row("ETH", values={"c": 3.0, "x": 4.0, "a": 5.0})
    feature_rows.upsert(db, [row, other, make_feature_row("SOL", values={"x": 1.0})])
    found = feature_rows.between(db, AS_OF, AS_OF + INTERVAL, {"c", "a"})
    assert found == [
        replace(row, values={"a": 0.1 + 0.2, "c": -1e-300}),
        replace(other, values={"c": 3.0, "a": 5.0}),
    ]
    assert feature_rows.between(db, AS_OF, AS_OF + INTERVAL, ["none"]) == []


def test_a_forecast_is_inserted_once(db: Database) -> None:
    issued = [make_forecast("BTC"), make_forecast("ETH", missing=("reddit: no credentials, yet",))]
    assert forecasts.insert(db, issued + issued) == 2
    assert forecasts.insert(db, [make_forecast("BTC", p_up=0.1, confidence=0.9, call=Call.DOWN)]) == 0
    assert forecasts.latest(db) == issued
    assert forecasts.insert(db, []) == 0


def test_latest_is_filtered_and_newest_first(db: Database) -> None:
    made = [
        make_forecast(s, h, AS_OF - n * INTERVAL) for s in ("BTC", "ETH") for h in Horizon for n in range(3)
    ]
    assert forecasts.insert(db, made) == 24
    found = forecasts.latest(db, "ETH", Horizon.H4)
    assert [(f.symbol, f.horizon, f.as_of) for f in found] == [
        ("ETH", Horizon.H4, AS_OF - n * INTERVAL) for n in range(3)
    ]
    assert {f.as_of for f in forecasts.latest(db, limit=8)} == {AS_OF}
    assert {f.as_of for f in forecasts.latest(db, before=AS_OF - INTERVAL)} == {AS_OF - 2 * INTERVAL}


@pytest.mark.parametrize(
    "statement", ["UPDATE forecasts SET p_up = 0.9", "DELETE FROM forecasts", "TRUNCATE forecasts CASCADE"]
)
def test_postgres_refuses_to_rewrite_the_record(db: Database, statement: str) -> None:
    forecasts.insert(db, [make_forecast()])
    with pytest.raises(psycopg.Error, match="public record"), db.connection() as connection:
        connection.execute(statement)
    assert forecasts.latest(db) == [make_forecast()]


def test_a_forecast_is_open_until_it_has_its_outcome(db: Database) -> None:
    hourly, daily = make_forecast(), make_forecast(horizon=Horizon.H24)
    later = make_forecast("ETH", as_of=AS_OF + INTERVAL)
    forecasts.insert(db, [hourly, daily, later])
    hour_later, day_later = AS_OF + timedelta(hours=1), AS_OF + timedelta(days=1)
    closes = [make_bar(closed_at=hour_later, close=101.5), make_bar("ETH", hour_later + INTERVAL)]
    bars.upsert(db, [*closes, make_bar(closed_at=day_later), make_bar(interval_s=60, closed_at=day_later)])
    assert open_forecasts.decided(db, hour_later - timedelta(seconds=1), 10) == []
    (found,) = open_forecasts.decided(db, hour_later, 10)
    assert (found.symbol, found.horizon, found.as_of, found.due_at) == ("BTC", Horizon.H1, AS_OF, hour_later)
    assert (found.p_up, found.call, found.price, found.close) == (0.6, Call.UP, 101.0, 101.5)
    newest = open_forecasts.decided(db, day_later, 2)
    assert [(f.symbol, f.horizon) for f in newest] == [("BTC", Horizon.H24), ("ETH", Horizon.H1)]
    assert outcomes.upsert(db, [make_outcome(hourly)]) == 1
    assert outcomes.upsert(db, [make_outcome(hourly)]) == 0
    assert open_forecasts.decided(db, hour_later, 10) == []
    forecasts.insert(db, [hourly])
    assert open_forecasts.decided(db, hour_later, 10) == []


def test_open_forecasts_without_their_bar_are_counted_by_age(db: Database) -> None:
    forecasts.insert(
        db, [make_forecast(s, as_of=AS_OF - n * INTERVAL) for s in ("BTC", "ETH") for n in range(5)]
    )
    bars.upsert(db, [make_bar(closed_at=AS_OF + timedelta(hours=1) - 4 * INTERVAL)])
    count = partial(open_forecasts.count_undecided, db, AS_OF + timedelta(hours=1))
    since = AS_OF + timedelta(hours=1) - 2 * INTERVAL
    assert count(since, ["BTC"]) == (3, 1)
    assert count(since, ["BTC", "ETH", "SOL"]) == (6, 3)
    assert count(since, []) == (0, 0)
    assert open_forecasts.count_undecided(db, AS_OF, since, ["ETH"]) == (0, 1)
    assert open_forecasts.decided(db, AS_OF, 10)[0].as_of == AS_OF - 4 * INTERVAL


def test_summary_counts_calls_and_all_of_them_for_brier(db: Database) -> None:
    right = make_forecast("BTC")
    wrong = make_forecast("ETH", model_version="prices-1h-2")
    unsure = make_forecast("SOL", p_up=0.5, confidence=0.5, call=Call.ABSTAIN)
    forecasts.insert(db, [right, wrong, unsure])
    unknown = make_outcome(make_forecast("DOT"))
    made = [make_outcome(right, 0.01), make_outcome(wrong, -0.01), make_outcome(unsure, 0.02), unknown]
    assert outcomes.upsert(db, made) == 3
    found = outcomes.summary(db, Horizon.H1, AS_OF, AS_OF + INTERVAL)
    assert (found.n, found.called, found.accuracy) == (3, 2, 0.5)
    assert found.brier == pytest.approx((0.16 + 0.36 + 0.25) / 3)
    assert found.coverage == pytest.approx(2 / 3)
    assert (found.moments, found.moments_called) == (1, 1)
    assert found.brier_deviation == pytest.approx(statistics.stdev([0.16, 0.36, 0.25]))
    one = outcomes.summary(db, Horizon.H1, AS_OF, AS_OF + INTERVAL, model_version="prices-1h-2")
    assert (one.n, one.accuracy) == (1, 0.0)
    empty = outcomes.summary(db, Horizon.H4, AS_OF, AS_OF + INTERVAL)
    assert (empty.n, empty.accuracy, empty.brier, empty.coverage) == (0, None, None, None)
    pairs = outcomes.with_forecasts(db, Horizon.H1, AS_OF, AS_OF + INTERVAL)
    assert pairs == [(right, made[0]), (wrong, made[1]), (unsure, made[2])]
    one_coin = partial(outcomes.with_forecasts, db, Horizon.H1, AS_OF, AS_OF + INTERVAL, limit=1)
    assert one_coin(symbol=wrong.symbol) == [pairs[1]]
    assert one_coin(symbol="DOT") == []
