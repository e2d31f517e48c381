"""What a price model must do whatever it was fitted on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xgboost

from cryptocast.features.mirror import mirrored
from cryptocast.features.rows import FEATURE_NAMES
from cryptocast.train.fit import FitRules, fit, fit_known, margins, recency
from tests.unit.train.markets import make_examples

RULES = FitRules(rounds=120)
EXAMPLES = make_examples(6_000)
KNOWN = np.arange(4_000)
LATER = EXAMPLES.x[4_000:]


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    return fit_known(EXAMPLES, KNOWN, int(EXAMPLES.as_of[4_000]), RULES)


def test_upside_down_it_says_the_opposite(booster: xgboost.Booster) -> None:
    said, opposite = margins(booster, LATER), margins(booster, mirrored(LATER))
    assert np.corrcoef(said, -opposite)[0, 1] > 0.97
    assert abs(float((said + opposite).mean())) < 0.05 * float(said.std())


def test_a_market_that_rose_all_year_does_not_make_it_lean(booster: xgboost.Booster) -> None:
    mostly_up = EXAMPLES.up | (np.random.default_rng(0).random(len(EXAMPLES)) < 0.3)
    leaning = fit(EXAMPLES.x[KNOWN], mostly_up[KNOWN], replace(RULES, mirror=False))
    level = fit(EXAMPLES.x[KNOWN], mostly_up[KNOWN], RULES)
    assert float(margins(leaning, LATER).mean()) > 0.2
    assert abs(float(margins(level, LATER).mean())) < 0.05


def test_more_of_what_raises_the_odds_raises_the_forecast(booster: xgboost.Booster) -> None:
    grid = np.zeros((9, len(FEATURE_NAMES)), dtype=np.float32)
    grid[:, 0] = np.linspace(-2, 2, 9)
    assert np.corrcoef(grid[:, 0], margins(booster, grid))[0, 1] > 0.9


def test_an_extreme_row_gets_a_finite_and_modest_forecast(booster: xgboost.Booster) -> None:
    wild = np.full((2, len(FEATURE_NAMES)), 1e6, dtype=np.float32) * np.array([[1], [-1]], dtype=np.float32)
    assert (np.abs(margins(booster, wild)) < 5).all()


def test_the_newest_rows_weigh_most_and_the_mean_weight_is_one() -> None:
    weight = recency(np.array([0, 86_400 * 180, 86_400 * 360]), 86_400 * 360, 180.0)
    assert weight == pytest.approx(np.array([1, 2, 4]) / (7 / 3))
    assert recency(np.array([0, 86_400]), 86_400, 0.0).tolist() == [1.0, 1.0]


def test_the_same_rows_give_the_same_trees() -> None:
    one, other = (fit(EXAMPLES.x[KNOWN], EXAMPLES.up[KNOWN], RULES) for _ in range(2))
    assert one.save_raw("json") == other.save_raw("json")
