from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from cryptocast.domain import Horizon
from cryptocast.intervals import independent_calls, independent_moments, wilson_95, wilson_lower
from tests.unit.train.markets import make_examples


def test_overlapping_labels_and_coins_of_one_moment_are_not_independent() -> None:
    examples = make_examples(960, horizon=Horizon.H24)
    assert independent_calls(examples.as_of, 900) == 481
    assert independent_calls(examples.as_of, Horizon.H24.seconds) == pytest.approx(481 / 96)


def test_wilson_lower_matches_the_published_example() -> None:
    assert wilson_lower(0.67, 2_185) > 0.65
    assert wilson_lower(0.5, 100, z=1.96) == pytest.approx(0.4038, abs=1e-4)


def test_moments_are_counted_as_calls_are() -> None:
    assert independent_moments(96, Horizon.H24.seconds) == 1
    assert independent_moments(96, Horizon.M15.seconds) == 96


@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (57, 100)])
def test_both_ends_of_wilsons_interval_are_those_of_statsmodels(right: int, n: int) -> None:
    theirs = proportion_confint(right, n, method="wilson")
    lower, upper = wilson_95(right / n, n)
    assert (lower, upper) == pytest.approx(theirs, abs=1e-4)
    assert 0 <= lower <= upper <= 1
