"""Bars of one coin placed on the grid, each at its close, with the documented treatment of gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cryptocast.errors import BadInput
from cryptocast.features.grid import DAY, Grid, shifted, window_sum
from cryptocast.series import BarSeries, Bools, Floats

CARRY = 2 * DAY
"""Steps for which a close may stand for those after it."""
SIGMA_FLOOR = 1e-5
CUT = 10.0
LARGEST = 1e18
"""No price and no volume is larger; what claims to be counts as absent and cannot overflow a sum."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Bars at their closes, NaN where there is none; every array has the grid's shape."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    present: Bools
    carried: Floats
    """Log close, or that of the last bar before it; NaN after 48 h (of 15-minute steps) without one."""
    step: Floats
    """Log return between neighbouring bars; NaN across a gap."""
    sigma: Floats
    """Root mean square of the steps of 24 h, at least the floor."""


def place(bars: BarSeries, grid: Grid, carry: int = CARRY) -> Placed:
    """Bars off the grid, or whose close is not a positive number, count as absent; so do such ranges.

    A close stands for at most `carry` steps after it. Raises `BadInput` where the bars are not as long as
    the grid's step.
    """
    if bars.interval_s != grid.step_s:
        raise BadInput(f"{bars.symbol}: features need {grid.step_s} s bars, these are {bars.interval_s} s")
    at = grid.position(bars.opened_s + grid.step_s)
    keep = grid.inside(at) & (bars.opened_s % grid.step_s == 0) & _usable(bars.close)
    at = at[keep]
    opening, high, low, close, volume = (np.full(grid.size, np.nan) for _ in range(5))
    close[at] = bars.close[keep]
    opening[at] = np.where(_usable(bars.open), bars.open, np.nan)[keep]
    high[at] = np.fmax(np.where(_usable(bars.high), bars.high, np.nan)[keep], bars.close[keep])
    low[at] = np.fmin(np.where(_usable(bars.low), bars.low, np.nan)[keep], bars.close[keep])
    volume[at] = np.where(_usable(bars.volume) | (bars.volume == 0), bars.volume, np.nan)[keep]
    present = np.isfinite(close)
    step = log(close) - shifted(log(close), 1)
    return Placed(
        opening,
        high,
        low,
        close,
        volume,
        present,
        _carry(close, present, carry),
        step,
        volatility(step, DAY)[0],
    )


def volatility(step: Floats, width: int) -> tuple[Floats, Floats]:
    """Root mean square of the returns between neighbouring bars, at least the floor; and their number."""
    there = np.isfinite(step)
    squares = window_sum(np.where(there, step * step, 0.0), width)
    count = window_sum(there.astype(np.float64), width)
    return np.maximum(np.sqrt(squares / np.maximum(count, 1.0)), SIGMA_FLOOR), count


def scaled(move: Floats, sigma: Floats, steps: int) -> Floats:
    """In standard deviations of `steps` bars, cut; 0 where the move is unknown."""
    return finite(np.clip(move / (sigma * float(np.sqrt(steps))), -CUT, CUT))


def mean(column: Floats, width: int) -> Floats:
    """The mean of the last `width` values, those that are not finite left out; 0 where there is none."""
    there = np.isfinite(column)
    count = window_sum(there.astype(np.float64), width)
    return window_sum(np.where(there, column, 0.0), width) / np.maximum(count, 1.0)


def ratio(above: Floats, below: Floats, otherwise: float = 0.0) -> Floats:
    """`above / below`, and `otherwise` where `below` is not positive."""
    positive = below > 0
    return np.where(positive, above / np.where(positive, below, 1.0), otherwise)


def log(column: Floats) -> Floats:
    """The logarithm of a column laid out alike whatever it was cut from."""
    return np.asarray(np.log(np.ascontiguousarray(column)))


def finite(column: Floats) -> Floats:
    return np.where(np.isfinite(column), column, 0.0)


def _usable(column: Floats) -> Bools:
    return np.asarray((column > 0) & (column <= LARGEST))


def _carry(close: Floats, present: Bools, carry: int) -> Floats:
    here = np.arange(close.size)
    last = np.maximum.accumulate(np.where(present, here, -1))
    known = (last >= 0) & (here - last <= carry)
    return np.where(known, log(close)[np.maximum(last, 0)], np.nan)
