"""Labels are exact, or NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cryptocast.features.labels import labels
from tests.unit.features.markets import START, STEP, bars, kept

COUNT = 200
SERIES = bars("SOL", COUNT)
CLOSED = SERIES.opened_s + STEP


@pytest.mark.parametrize("horizon_s", [900, 3_600, 14_400, 86_400])
def test_a_label_is_the_log_return_to_the_close_one_horizon_later(horizon_s):
    found = labels(SERIES, CLOSED, horizon_s)
    ahead = horizon_s // STEP
    expected = [math.log(SERIES.close[i + ahead] / SERIES.close[i]) for i in range(COUNT - ahead)]
    assert found[: COUNT - ahead] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("horizon_s", [900, 3_600, 14_400, 86_400])
def test_the_last_rows_have_no_label_and_are_not_filled(horizon_s):
    ahead = horizon_s // STEP
    found = labels(SERIES, CLOSED, horizon_s)
    assert np.isnan(found[-ahead:]).all()
    assert np.isfinite(found[:-ahead]).all()


def test_a_gap_at_either_end_gives_no_label_even_with_bars_on_both_sides():
    there = np.arange(COUNT) != 100
    found = labels(kept(SERIES, there), CLOSED, 3_600)
    assert np.isnan(found[[100, 96]]).all()
    assert np.isfinite(found[[95, 97, 99, 101]]).all()


def test_bars_after_the_horizon_change_no_label():
    until = CLOSED[120]
    early = kept(SERIES, until >= CLOSED)
    assert labels(early, CLOSED[:117], 3_600).tobytes() == labels(SERIES, CLOSED[:117], 3_600).tobytes()


def test_as_ofs_may_come_in_any_order_and_off_the_bars():
    as_ofs = np.array([CLOSED[50], START - STEP, CLOSED[10], CLOSED[10] + 1])
    found = labels(SERIES, as_ofs, 900)
    assert np.isnan(found[[1, 3]]).all()
    assert found[2] == pytest.approx(math.log(SERIES.close[11] / SERIES.close[10]))


def test_no_bars_no_labels_and_a_price_that_is_not_positive_is_none():
    assert np.isnan(labels(kept(SERIES, np.zeros(COUNT, dtype=np.bool_)), CLOSED, 900)).all()
    broken = bars("SOL", COUNT)
    broken.close[10] = -1.0
    assert np.isnan(labels(broken, CLOSED, 900)[[9, 10]]).all()
