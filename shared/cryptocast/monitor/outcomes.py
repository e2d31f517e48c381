"""What became of past forecasts, and how good they were lately."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptocast.domain import COINS, Call, CycleWindow, Horizon, Outcome
from cryptocast.store import open_forecasts, outcomes
from cryptocast.store.database import Database
from cryptocast.store.open_forecasts import Decided
from cryptocast.store.outcomes import OutcomeSummary

UNKNOWN_AFTER = timedelta(hours=48)
"""Gaps are filled for 24 h; a close that is absent this long after its moment is not expected any more."""
SCORED_OVER: Mapping[Horizon, timedelta] = {
    Horizon.M15: timedelta(days=1),
    Horizon.H1: timedelta(days=2),
    Horizon.H4: timedelta(days=4),
    Horizon.H24: timedelta(days=14),
}
"""Over which past forecasts a score is taken: long horizons overlap, so they need more time."""
MIN_SCORED = 50
"""Fewer outcomes make no score. Alarms watch the ends of intervals, which so few leave wide."""
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """`stored` outcomes; of followed coins those still `waiting` for a close, and after 48 h: `unknown`."""

    stored: int
    waiting: int
    unknown: int


def outcome_of(forecast: Decided) -> Outcome:
    """Judge one forecast by the close at its horizon.

    A price that did not move at all went neither up nor down: then no call was right.
    """
    return_log = math.log(forecast.close / forecast.price)
    went_up = return_log > 0
    right = {Call.UP: return_log > 0, Call.DOWN: return_log < 0}
    return Outcome(
        symbol=forecast.symbol,
        horizon=forecast.horizon,
        as_of=forecast.as_of,
        known_at=forecast.due_at,
        return_log=return_log,
        went_up=went_up,
        correct=right.get(forecast.call),
        brier=(forecast.p_up - went_up) ** 2,
    )


def record_outcomes(db: Database, window: CycleWindow, followed: Sequence[str] = tuple(COINS)) -> Recorded:
    """Give every forecast whose horizon ended by `as_of` its outcome, where the bar is there.

    A forecast without its bar waits: the bar may still be filled in. After 48 h it counts as unknown:
    it has no outcome, enters no score, and is named by the monitor; should the bar come after all,
    it gets its outcome then. A coin that is not `followed` any more gets no bars: of it nothing waits.
    Nothing is estimated. Raises `StoreUnavailable`.
    """
    decided = open_forecasts.decided(db, window.as_of, _AT_ONCE)
    stored = outcomes.upsert(db, map(outcome_of, decided))
    waiting, unknown = open_forecasts.count_undecided(
        db, window.as_of, window.as_of - UNKNOWN_AFTER, followed
    )
    return Recorded(stored, waiting=waiting, unknown=unknown)


def recent_scores(db: Database, as_of: datetime) -> dict[Horizon, OutcomeSummary]:
    """Per horizon, the score of the forecasts that came due lately; too few outcomes, no entry."""
    scores = {}
    for horizon in Horizon:
        until = as_of - timedelta(seconds=horizon.seconds) + timedelta(microseconds=1)
        found = outcomes.summary(db, horizon, until - SCORED_OVER[horizon], until)
        if found.n >= MIN_SCORED:
            scores[horizon] = found
    return scores
