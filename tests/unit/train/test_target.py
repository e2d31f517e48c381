"""The 65 % target beside rows of coverages: cards and reports say it by one function."""

from __future__ import annotations

import numpy as np
import pytest

from cryptocast.train.statistics import surely
from cryptocast.train.target import against_target, called_row, widest_row


def row(coverage: float, accuracy: float | None, low: float | None, n: int = 2_000) -> dict:
    return {"coverage": coverage, "accuracy": accuracy, "ci95": [low, 0.9], "n_independent": n}


@pytest.mark.parametrize(
    ("rows", "met", "coverage", "said"),
    [
        ([row(0.2, 0.6, 0.5), row(0.0, None, None)], False, 0.0, "missed at every coverage"),
        (
            [row(0.5, 0.6, 0.5), row(0.05, 0.66, 0.62)],
            False,
            0.05,
            "but not both lower bounds of that are above 65%: 62.0% by block",
        ),
        ([row(0.2, 0.66, 0.62), row(0.05, 0.7, 0.66)], True, 0.05, "is met: 70.0% of the surest 5.0%"),
        (
            [row(0.2, 0.7, 0.66), row(0.05, 0.8, 0.7)],
            True,
            0.2,
            "and both lower bounds of that are above 65%: 66.0% by block",
        ),
        ([row(0.2, 0.65, 0.6)], False, 0.0, "missed at every coverage"),
        ([row(0.2, 0.7, 0.65)], False, 0.2, "but not both"),
        ([row(0.2, 0.7, 0.66, 12)], False, 0.2, "but not both"),
        ([row(0.2, 0.7, 0.66, 0)], False, 0.2, "but not both"),
        ([row(0.2, 0.7, 0.66, 350)], True, 0.2, "corrected for 1 coverage)."),
        ([row(0.2, 0.7, 0.66, 350)] * 7, False, 0.2, "corrected for 7 coverages)."),
    ],
)
def test_the_widest_that_surely_holds_it_counts(rows, met, coverage, said) -> None:
    target = against_target(rows)
    assert (target["met"], target["coverage"]) == (met, coverage)
    assert said in target["said"]
    assert target["said"].startswith("The 65% target is")


def test_both_bounds_are_told_with_their_methods() -> None:
    target = against_target([row(0.2, 0.7, 0.66, 350)] * 7)
    assert target["lower95"] == 0.66
    assert target["lower_exact"] == pytest.approx(surely(0.7, 350, 0.05 / 7))
    assert target["lower_exact"] < 0.65
    bounds = (
        f"66.0% by block bootstrap (lower end of the 95% interval) and {target['lower_exact']:.1%} by Clopper"
    )
    assert bounds in target["said"]
    assert against_target([])["lower_exact"] is None


def test_no_call_is_no_accuracy() -> None:
    none = np.zeros(50, dtype=bool)
    found = called_row(none, none, np.arange(50, dtype=np.int64) * 900, 3_600)
    assert found == {"coverage": 0.0, "n": 0, "n_independent": 0, "accuracy": None, "ci95": [None, None]}
    assert widest_row([found]) is None


def test_a_dozen_calls_that_are_all_right_meet_no_target() -> None:
    all_right = np.ones(12, dtype=bool)
    found = called_row(all_right, all_right, np.arange(12, dtype=np.int64) * 86_400, 3_600)
    assert (found["n_independent"], found["accuracy"]) == (3, 1.0)
    assert found["ci95"][0] < 0.75
    assert not against_target([found])["met"]


def test_of_models_at_the_target_one_in_twenty_at_most_is_said_to_meet_it() -> None:
    """The best of seven coverages of calls that are right in 65 % of cases, by the exact bound alone."""
    random, met = np.random.default_rng(5), 0
    for _ in range(300):
        right = random.random(2_000) < 0.65
        called = [right[random.random(2_000) < share] for share in (0.9, 0.5, 0.3, 0.2, 0.15, 0.1, 0.05)]
        met += against_target([row(len(a) / 2_000, a.mean(), 0.9, len(a)) for a in called])["met"]
    assert met / 300 <= 0.05
