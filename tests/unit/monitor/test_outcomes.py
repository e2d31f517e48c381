from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptocast.domain import Call, Horizon
from cryptocast.monitor.outcomes import outcome_of
from tests.factories import AS_OF, make_decided


@pytest.mark.parametrize(
    ("call", "close", "correct"),
    [
        (Call.UP, 102.0, True),
        (Call.UP, 100.0, False),
        (Call.DOWN, 100.0, True),
        (Call.DOWN, 102.0, False),
        (Call.ABSTAIN, 102.0, None),
        (Call.UP, 101.0, False),
        (Call.DOWN, 101.0, False),
    ],
)
def test_a_call_is_judged_by_the_close_and_an_unmoved_price_by_neither(
    call: Call, close: float, correct: bool | None
) -> None:
    outcome = outcome_of(make_decided(call=call, price=101.0, close=close))
    assert outcome.correct is correct
    assert outcome.went_up == (close > 101.0)
    assert outcome.return_log == pytest.approx(math.log(close / 101.0))


@pytest.mark.parametrize("horizon", list(Horizon))
def test_it_is_known_when_the_horizon_ends(horizon: Horizon) -> None:
    outcome = outcome_of(make_decided(horizon=horizon))
    assert (outcome.known_at - AS_OF).total_seconds() == horizon.seconds


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_brier_is_the_squared_distance(p_up: float, close: float) -> None:
    outcome = outcome_of(make_decided(p_up=p_up, price=100.0, close=close))
    assert outcome.brier == pytest.approx((p_up - (1 if close > 100.0 else 0)) ** 2)
    assert 0 <= outcome.brier <= 1
