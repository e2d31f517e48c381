"""Columns on the 15-minute grid and rolling windows over them.

A window's values are joined in an order that its width alone decides, each step one elementwise operation on
whole columns. A row's value therefore depends on nothing but its own window: not on how many rows are
computed together, and live equals bulk to the last bit. `np.sum` would not promise it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.errors import BadInput
from cryptocast.series import Bools, Floats, Ints

DAY = 96
"""Grid steps in 24 hours of 15-minute bars. Windows are counted in bars, whatever a bar's length."""
WEEK = 7 * DAY
"""The longest window of any feature."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Consecutive grid times. Position `i` is the moment `first_s + step_s * i`, in POSIX seconds."""

    first_s: int
    size: int
    step_s: int = BAR_INTERVAL_S

    def position(self, moments_s: Ints) -> Ints:
        """The first position whose time is not before each moment; may lie outside the grid."""
        return np.asarray(-((self.first_s - moments_s) // self.step_s), dtype=np.int64)

    def inside(self, positions: Ints) -> Bools:
        """Which positions the grid has."""
        return np.asarray((positions >= 0) & (positions < self.size))


def grid_for(as_ofs: Ints, lookback: int, step_s: int = BAR_INTERVAL_S) -> Grid:
    """The grid from `lookback` steps before the first `as_of` to the last one; `as_ofs` ascend.

    Raises `BadInput` where an `as_of` does not lie on the grid.
    """
    off = as_ofs[as_ofs % step_s != 0]
    if off.size:
        raise BadInput(f"as_of {int(off[0])} is not on the {step_s} s grid")
    first = int(as_ofs[0]) - lookback * step_s
    return Grid(first, (int(as_ofs[-1]) - first) // step_s + 1, step_s)


def shifted(column: Floats, steps: int) -> Floats:
    """The value `steps` earlier; NaN where the grid had not begun."""
    out = np.full(column.shape, np.nan)
    out[steps:] = column[: column.size - steps]
    return out


def window_sum(column: Floats, width: int) -> Floats:
    """The sum of the last `width` (≥ 1) values at each position; before the grid there is nothing to add.

    Sums of 1, 2, 4 … values are made of one another; those whose lengths make up `width` are added.
    """
    out, done, part, length = np.zeros(column.shape), 0, column, 1
    while done < width:
        if width & length:
            out[done:] += part[: max(column.size - done, 0)]
            done += length
        if done < width:
            part, length = _joined(np.add, part, length), 2 * length
    return out


def window_max(column: Floats, width: int) -> Floats:
    """The largest of the last `width` (≥ 1) values, NaN left out; NaN where there is none."""
    part, length = column, 1
    while 2 * length <= width:
        part, length = _joined(np.fmax, part, length), 2 * length
    out = part.copy()  # two windows of `length` that overlap cover `width`
    rest = width - length
    out[rest:] = np.fmax(part[rest:], part[: max(column.size - rest, 0)])
    return out


def _joined(join: np.ufunc, part: Floats, length: int) -> Floats:
    """Windows of `length` values → windows of twice as many; those that begin before the grid are shorter."""
    out = part.copy()
    out[length:] = join(part[length:], part[: max(part.size - length, 0)])
    return out


def window_min(column: Floats, width: int) -> Floats:
    """The smallest of the last `width` values, NaN left out; NaN where there is none."""
    return -window_max(-column, width)


def weighted_sum(column: Floats, weights: Sequence[float]) -> Floats:
    """Sum of `weights[age] * column[position - age]`, added from the oldest age to the newest."""
    out = np.zeros(column.shape)
    for age in reversed(range(min(len(weights), column.size))):
        out[age:] += weights[age] * column[: column.size - age]
    return out
