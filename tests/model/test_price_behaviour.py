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
    # Images weigh .3, so a little of the rows' own lean stays: .06 of the spread on these.
    assert abs(float((said + opposite).mean())) < 0.1 * float(said.std())


def test_a_market_that_rose_all_year_does_not_make_it_lean(booster: xgboost.Booster) -> None:
    mostly_up = EXAMPLES.up | (np.random.default_rng(0).random(len(EXAMPLES)) < 0.3)
    leaning = fit(EXAMPLES.x[KNOWN], mostly_up[KNOWN], replace(RULES, mirror=0.0))
    level = fit(EXAMPLES.x[KNOWN], mostly_up[KNOWN], replace(RULES, mirror=1.0))
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


def test_the_units_of_the_clock_do_not_matter_and_neither_does_the_coin(booster: xgboost.Booster) -> None:
    """One pooled model: the same row gives the same forecast, whatever coin or moment it came from."""
    row = LATER[:1]
    assert margins(booster, np.repeat(row, 5, axis=0)).tolist() == margins(booster, row).tolist() * 5


def test_a_grain_of_noise_changes_a_forecast_by_a_grain(booster: xgboost.Booster) -> None:
    noise = np.random.default_rng(1).normal(0, 1e-3, LATER.shape).astype(np.float32)
    moved = np.abs(margins(booster, LATER + noise) - margins(booster, LATER))
    assert np.median(moved) < 0.02
    assert np.quantile(moved, 0.99) < 0.3


def test_a_feature_that_says_nothing_moves_nothing_much(booster: xgboost.Booster) -> None:
    shuffled = LATER.copy()
    shuffled[:, 5] = np.random.default_rng(2).permutation(shuffled[:, 5])
    known = LATER.copy()
    known[:, 0] = np.random.default_rng(2).permutation(known[:, 0])
    said = margins(booster, LATER)
    idle, telling = (np.abs(margins(booster, x) - said).mean() for x in (shuffled, known))
    assert idle < 0.1 * telling


def test_where_nothing_can_be_known_it_is_never_sure() -> None:
    examples = make_examples(6_000, signal=0.0, seed=5)
    blind = fit_known(examples, KNOWN, int(examples.as_of[4_000]), RULES)
    telling = fit_known(EXAMPLES, KNOWN, int(EXAMPLES.as_of[4_000]), RULES)
    quiet, loud = margins(blind, examples.x[4_000:]), margins(telling, LATER)
    assert np.abs(quiet).mean() < 0.4 * np.abs(loud).mean()
    accuracy = float(((quiet > 0) == examples.up[4_000:]).mean())
    assert accuracy == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2_000))


def test_a_missing_value_gets_a_finite_forecast_between_those_of_extremes(booster: xgboost.Booster) -> None:
    rows = np.repeat(LATER[:1], 3, axis=0)
    rows[:, 0] = [np.nan, -3, 3]
    missing, low, high = margins(booster, rows)
    assert np.isfinite(missing)
    assert low - 0.2 <= missing <= high + 0.2


def test_the_surer_it_is_the_more_often_it_is_right(booster: xgboost.Booster) -> None:
    said, up = margins(booster, LATER), EXAMPLES.up[4_000:]
    thirds = np.array_split(np.argsort(np.abs(said)), 3)
    least, middle, most = (float(((said > 0) == up)[rows].mean()) for rows in thirds)
    assert least < middle < most


def test_a_model_trained_upside_down_is_the_same_model_upside_down() -> None:
    one = fit(EXAMPLES.x[KNOWN], EXAMPLES.up[KNOWN], RULES)
    other = fit(mirrored(EXAMPLES.x[KNOWN]), ~EXAMPLES.up[KNOWN], RULES)
    assert np.corrcoef(margins(one, LATER), margins(other, LATER))[0, 1] > 0.97
