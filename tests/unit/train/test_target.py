"""The 65 % target beside rows of coverages: cards and reports say it by one function."""

from __future__ import annotations

import numpy as np
import pytest

from cryptocast.train.target import against_target, called_row, widest_row


def row(coverage: float, accuracy: float | None, low: float | None) -> dict:
    return {"coverage": coverage, "accuracy": accuracy, "ci95": [low, 0.9]}


@pytest.mark.parametrize(
    ("rows", "met", "coverage", "said"),
    [
        ([row(0.2, 0.6, 0.5), row(0.0, None, None)], False, 0.0, "missed at every coverage"),
        ([row(0.5, 0.6, 0.5), row(0.05, 0.66, 0.62)], False, 0.05, "lower bound of that is not above 65 %."),
        ([row(0.2, 0.66, 0.62), row(0.05, 0.7, 0.66)], True, 0.05, "is met: 70.0% of the surest 5.0%"),
        ([row(0.2, 0.7, 0.66), row(0.05, 0.8, 0.7)], True, 0.2, "is met"),
    ],
)
def test_the_widest_that_surely_holds_it_counts(rows, met, coverage, said) -> None:
    target = against_target(rows)
    assert (target["met"], target["coverage"]) == (met, coverage)
    assert said in target["said"]
    assert target["said"].startswith("The 65 % target is")


def test_no_call_is_no_accuracy() -> None:
    none = np.zeros(50, dtype=bool)
    found = called_row(none, none, np.arange(50, dtype=np.int64) * 900, 3_600)
    assert found == {"coverage": 0.0, "n": 0, "n_independent": 0, "accuracy": None, "ci95": [None, None]}
    assert widest_row([found]) is None
