"""What came of past forecasts: counted per horizon, and one by one without their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from cryptocast.domain import Call, Horizon
from cryptocast.intervals import independent_moments, wilson_95
from cryptocast.serve import examples, schemas
from cryptocast.serve.deps import DepsOf, checked_symbol
from cryptocast.serve.history import from_postgres
from cryptocast.serve.present import is_stale, newest
from cryptocast.serve.reading import present_moment
from cryptocast.store import outcomes
from cryptocast.store.outcomes import CallAndOutcome, OutcomeCounts

router = APIRouter(prefix="/v1")


class HorizonRecord(schemas.Record):
    """How every forecast of one horizon since `since` did, whichever model version made it."""

    right: int = Field(description="Calls that were right; a price that did not move makes none right.")
    accuracy_lower95: float | None = Field(
        description="Lower end of Wilson's 95 % interval over `independent_calls`; null without a call."
    )
    accuracy_upper95: float | None = Field(description="Its upper end.")
    independent_calls: float = Field(
        description="At least so many: moments called at by steps in a horizon. Calls at one moment are "
        "not independent, and calls whose horizons overlap are not."
    )
    independent_forecasts: float = Field(description="The same of all forecasts, for `brier`.")
    overdue: int = Field(
        description="Forecasts of followed coins besides, whose horizon ended over an hour ago and that have "
        "no outcome, mostly because no close came. They are in no other figure."
    )
    share_up: float | None = Field(
        description="How often the price rose after these forecasts, called or not; null without one."
    )


class PastCall(schemas.Body):
    """One forecast and what came of it at `as_of` plus the horizon. Its reasons are in the coin's history."""

    as_of: datetime
    p_up: schemas.Probability
    call: Call
    return_log: float = Field(description="log(close at the horizon / close at `as_of`).")
    correct: bool | None = Field(description="Whether the call was right; null where it was `abstain`.")


class CoinOutcomes(schemas.Body):
    symbol: str
    horizon: Horizon
    outcomes: list[PastCall] = Field(description="Newest first.")


class OutcomesAnswer(schemas.Labelled):
    """`as_of` is when the newest outcome was known."""

    since: datetime = Field(description="Forecasts with `as_of` from here on are counted.")
    record: list[HorizonRecord] = Field(description="Shortest horizon first; absent with nothing due.")
    coins: list[CoinOutcomes] = Field(description="Per coin and horizon; absent without an outcome.")


@router.get("/outcomes", tags=["record"], responses=examples.OUTCOMES)
def get_outcomes(
    deps: DepsOf,
    symbol: Annotated[str | None, Query(max_length=16, description="Only this coin.")] = None,
    horizon: Annotated[Horizon | None, Query(description="Only this horizon.")] = None,
    days: Annotated[int, Query(ge=1, le=30, description="How far back.")] = 7,
    limit: Annotated[int, Query(ge=0, le=96, description="Per coin and horizon, one by one.")] = 24,
) -> OutcomesAnswer:
    """What came of past forecasts: how many calls were right, and the last ones one by one.

    Every forecast with an outcome counts, whichever model version made it; without its close it has none.
    """
    coin = checked_symbol(symbol, deps) if symbol is not None else None
    horizons = (horizon,) if horizon else tuple(Horizon)
    now = from_postgres(lambda: present_moment(deps))
    since = now - timedelta(days=days)
    counted = from_postgres(lambda: outcomes.counts(deps.db, horizons, since, now, deps.symbols, coin))
    coins = (coin,) if coin else deps.symbols
    last = from_postgres(lambda: outcomes.last_of_each(deps.db, coins, horizons, since, now, limit))
    by_horizon = {one.horizon: one for one in counted}
    as_of = newest(one.known_at for one in counted)
    return OutcomesAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=is_stale(as_of, now),
        missing=[
            f"{h.value}: no outcome of a forecast since {since:%Y-%m-%d %H:%M} UTC"
            for h in horizons
            if h not in by_horizon or not by_horizon[h].n
        ],
        since=since,
        record=[_record(by_horizon[h]) for h in horizons if h in by_horizon],
        coins=_coins(last),
    )


def _record(counts: OutcomeCounts) -> HorizonRecord:
    independent = independent_moments(counts.moments, counts.horizon.seconds)
    accuracy = counts.right / counts.called if counts.called else None
    lower, upper = (None, None) if accuracy is None else wilson_95(accuracy, max(independent, 1.0))
    return HorizonRecord(
        horizon=counts.horizon,
        forecasts=counts.n,
        calls=counts.called,
        right=counts.right,
        accuracy=accuracy,
        accuracy_lower95=lower,
        accuracy_upper95=upper,
        independent_calls=independent,
        independent_forecasts=independent_moments(counts.moments_known, counts.horizon.seconds),
        overdue=counts.overdue,
        share_up=counts.rose / counts.n if counts.n else None,
        brier=counts.brier,
    )


def _coins(last: Sequence[CallAndOutcome]) -> list[CoinOutcomes]:
    return [
        CoinOutcomes(symbol=symbol, horizon=horizon, outcomes=[_past_call(one) for one in group])
        for (symbol, horizon), group in groupby(last, key=lambda one: (one.symbol, one.horizon))
    ]


def _past_call(one: CallAndOutcome) -> PastCall:
    return PastCall(
        as_of=one.as_of, p_up=one.p_up, call=one.call, return_log=one.return_log, correct=one.correct
    )
