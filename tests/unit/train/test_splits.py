from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptocast.domain import Horizon
from cryptocast.errors import NotEnoughData
from cryptocast.train.splits import DAY_S, Plan, SplitRules, make_plan


def as_ofs(days: int, coins: int = 2) -> np.ndarray:
    return np.repeat(np.arange(0, days * DAY_S, 900, dtype=np.int64), coins)


def assert_purged(as_of: np.ndarray, horizon_s: int, plan: Plan, rules: SplitRules) -> None:
    for fold in plan.folds:
        assert (as_of[fold.fit] + horizon_s + rules.embargo_s).max() <= as_of[fold.test].min()
    assert (as_of[plan.development] + horizon_s + rules.embargo_s).max() <= as_of[plan.held_out].min()
    tested = np.concatenate([fold.test for fold in plan.folds])
    assert len(np.unique(tested)) == len(tested)
    assert set(tested) <= set(plan.development)
    assert not set(plan.development) & set(plan.held_out)


@given(
    days=st.integers(20, 120),
    coins=st.integers(1, 3),
    horizon=st.sampled_from(list(Horizon)),
    embargo_h=st.integers(0, 24),
    folds=st.integers(2, 6),
    dropped=st.floats(0, 0.3),
)
@settings(max_examples=60, deadline=None)
def test_no_label_reaches_into_its_test(
    days: int, coins: int, horizon: Horizon, embargo_h: int, folds: int, dropped: float
) -> None:
    kept = np.random.default_rng(days).random(days * 96 * coins) >= dropped
    as_of = as_ofs(days, coins)[kept]
    rules = SplitRules(folds=folds, embargo_s=embargo_h * 3_600, fewest_rows=20, fewest_horizons=1)
    assert_purged(as_of, horizon.seconds, make_plan(as_of, horizon.seconds, rules), rules)


def test_the_newest_rows_are_held_out_and_at_most_three_weeks() -> None:
    as_of = as_ofs(182)
    plan = make_plan(as_of, 900, SplitRules())
    assert plan.held_out[-1] == len(as_of) - 1
    assert as_of[-1] - as_of[plan.held_out[0]] < 21 * DAY_S
    assert len(plan.folds) == 5


def test_sixty_days_of_three_coins_are_enough_for_every_horizon() -> None:
    as_of = as_ofs(59, 3)
    for horizon in Horizon:
        assert make_plan(as_of[as_of <= as_of[-1] - horizon.seconds], horizon.seconds, SplitRules()).folds


@pytest.mark.parametrize(
    ("days", "horizon", "said"),
    [
        (0, Horizon.M15, "no labelled row"),
        (2, Horizon.M15, "at least 200 of each are needed"),
        (10, Horizon.H24, "the held-out slice would last 36.0 h, 3 horizons of 24 h are needed"),
    ],
)
def test_too_little_data_is_said_in_plain_words(days: int, horizon: Horizon, said: str) -> None:
    with pytest.raises(NotEnoughData, match=said):
        make_plan(as_ofs(days), horizon.seconds, SplitRules())


def test_a_fold_without_rows_is_not_filled() -> None:
    with pytest.raises(NotEnoughData, match="a fold would fit on"):
        make_plan(as_ofs(15, 1), Horizon.M15.seconds, SplitRules())
