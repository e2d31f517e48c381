"""Windows on the grid against the plain definition, value by value."""

from __future__ import annotations

import numpy as np
import pytest

from cryptocast.features.grid import window_max, window_min, window_sum

WIDTHS = (1, 2, 3, 7, 24, 96, 100, 672)


def column(size: int, gaps: bool) -> np.ndarray:
    random = np.random.default_rng(size)
    out = random.normal(size=size)
    if gaps:
        out[random.random(size) < 0.3] = np.nan
    return out


def last(values: np.ndarray, position: int, width: int) -> np.ndarray:
    return values[max(0, position - width + 1) : position + 1]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("size", [0, 1, 5, 96, 700])
def test_a_window_has_its_last_values_and_no_other(size: int, width: int) -> None:
    whole, gaps = column(size, gaps=False), column(size, gaps=True)
    wanted = [last(whole, i, width).sum() for i in range(size)]
    assert window_sum(whole, width) == pytest.approx(wanted, abs=1e-12)
    for window, plain in ((window_max, np.fmax), (window_min, np.fmin)):
        for values in (whole, gaps):
            wanted = [plain.reduce(last(values, i, width)) for i in range(size)]
            assert np.array_equal(window(values, width), wanted, equal_nan=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_where_the_grid_begins_changes_no_bit(width: int) -> None:
    values = column(1_500, gaps=False)
    for begins in (1, 37, 700):
        if begins + width > values.size:
            continue
        short = window_sum(values[begins:], width)[width - 1 :]
        assert np.array_equal(short, window_sum(values, width)[begins + width - 1 :])
