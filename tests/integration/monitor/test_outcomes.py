"""Forecasts whose horizon has ended get their outcome where the bar is, over a real Postgres."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from cryptocast.domain import CycleWindow, Horizon
from cryptocast.monitor.outcomes import Recorded, recent_scores, record_outcomes
from cryptocast.store import bars, forecasts, outcomes
from cryptocast.store.database import Database
from tests.factories import AS_OF, INTERVAL, make_bar, make_forecast

pytestmark = pytest.mark.integration
WINDOW = CycleWindow(AS_OF, AS_OF - INTERVAL, AS_OF + timedelta(seconds=40))


def test_a_forecast_gets_its_outcome_once_its_horizon_ended(db: Database) -> None:
    due = make_forecast(as_of=AS_OF - timedelta(hours=1), price=100.0)
    early = make_forecast(as_of=AS_OF - timedelta(minutes=45), price=100.0)
    forecasts.insert(db, [due, early])
    bars.upsert(db, [make_bar(close=101.0)])
    assert record_outcomes(db, WINDOW).stored == 1
    ((forecast, outcome),) = outcomes.with_forecasts(db, Horizon.H1, AS_OF - timedelta(days=1), AS_OF)
    assert forecast.as_of == due.as_of
    assert outcome.correct
    assert outcome.return_log == pytest.approx(np.log(1.01))
    assert record_outcomes(db, WINDOW).stored == 0


def test_without_its_bar_it_waits_and_after_48_hours_is_unknown(db: Database) -> None:
    forecasts.insert(
        db,
        [make_forecast(as_of=AS_OF - timedelta(hours=1)), make_forecast(as_of=AS_OF - timedelta(hours=50))],
    )
    found = record_outcomes(db, WINDOW)
    assert (found.stored, found.waiting, found.unknown) == (0, 1, 1)
    removed = record_outcomes(db, WINDOW, ("ETH",))
    assert (removed.stored, removed.waiting, removed.unknown) == (0, 0, 0)
    bars.upsert(db, [make_bar(), make_bar(closed_at=AS_OF - timedelta(hours=49))])
    assert record_outcomes(db, WINDOW).stored == 2


def test_a_score_needs_enough_outcomes_and_only_recent_ones(db: Database) -> None:
    horizon = Horizon.M15
    old = [
        make_forecast(horizon=horizon, as_of=AS_OF - timedelta(days=3) - i * INTERVAL, p_up=0.9)
        for i in range(60)
    ]
    new = [
        make_forecast(horizon=horizon, as_of=AS_OF - i * INTERVAL, p_up=0.6, price=100.0)
        for i in range(1, 50)
    ]
    forecasts.insert(db, old + new)
    bars.upsert(db, [make_bar(closed_at=AS_OF - i * INTERVAL) for i in range(400)])
    record_outcomes(db, WINDOW)
    assert recent_scores(db, AS_OF) == {}
    forecasts.insert(db, [make_forecast("ETH", horizon, AS_OF - INTERVAL, p_up=0.6, price=100.0)])
    bars.upsert(db, [make_bar("ETH")])
    record_outcomes(db, WINDOW)
    score = recent_scores(db, AS_OF)[horizon]
    assert (score.n, score.accuracy) == (50, 1.0)
    assert score.brier == pytest.approx(0.16)


def test_what_can_never_be_judged_is_counted_where_it_lies(db: Database) -> None:
    """After a pause hundreds stay open for good, and the host of Postgres counts the bytes of every cycle."""
    lost = [make_forecast(as_of=AS_OF - timedelta(days=9) - n * INTERVAL) for n in range(200)]
    forecasts.insert(db, [*lost, make_forecast(as_of=AS_OF - timedelta(hours=1))])
    bars.upsert(db, [make_bar()])
    sent: list[int] = []

    class Counting(psycopg.Cursor[Any]):
        def fetchall(self) -> list[Any]:
            rows = super().fetchall()
            sent.append(len(rows))
            return rows

    with db.connection() as connection:
        connection.cursor_factory = Counting
    assert record_outcomes(db, WINDOW) == Recorded(1, waiting=0, unknown=200)
    assert sent, "no statement was seen"
    assert sum(sent) == 1


def test_one_that_is_due_and_has_its_bar_is_never_waiting(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A catch-up may bring more than one cycle judges; the rest is the next one's."""
    monkeypatch.setattr("cryptocast.monitor.outcomes._AT_ONCE", 2)
    forecasts.insert(db, [make_forecast(as_of=AS_OF - n * INTERVAL) for n in range(4, 9)])
    bars.upsert(db, [make_bar(closed_at=AS_OF - n * INTERVAL) for n in range(4)])
    assert [record_outcomes(db, WINDOW) for _ in range(3)] == [
        Recorded(2, waiting=1, unknown=0),
        Recorded(2, waiting=1, unknown=0),
        Recorded(0, waiting=1, unknown=0),
    ]
