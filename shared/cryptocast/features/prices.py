"""The price features of one coin, on the grid.

Gaps: an absent bar's close is the last one before it, at most 48 h old; returns that span a gap are
left out of every volatility; range and volume are taken over the bars that are there. A coin has
a row where a bar closes at `as_of`, the close 24 h before is known (carried or not), and at least 48
of the last 96 bars are there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cryptocast.domain import BAR_INTERVAL_S
from cryptocast.errors import BadInput
from cryptocast.features.grid import DAY, Grid, shifted, window_max, window_sum
from cryptocast.series import BarSeries, Bools, Floats

MIN_BARS = 48
CARRY = 2 * DAY
"""Steps for which a close may stand for those after it."""
SHORT = 16
"""Steps of the short volatility: 4 hours."""
MIN_SHORT_RETURNS = 4
SIGMA_FLOOR = 1e-5
CUT = 10.0
LARGEST = 1e18
"""No price and no volume is larger; what claims to be counts as absent and cannot overflow a sum."""
RETURN_STEPS = (1, 4, 16, DAY)


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """The price features of one coin; every array has the grid's shape.

    Values are finite where `has_row`; `bars_missing` and `volume_missing` say what was absent.
    """

    returns: tuple[Floats, Floats, Floats, Floats]
    volatility_ratio: Floats
    range_position: Floats
    volume_ratio: Floats
    close: Floats
    closed: Bools
    """A bar closes here."""
    has_row: Bools
    bars_missing: Bools
    volume_missing: Bools


@dataclass(frozen=True, slots=True)
class _Bars:
    """Bars placed at their closes; NaN where there is none."""

    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    present: Bools


def price_columns(bars: BarSeries, grid: Grid) -> PriceColumns:
    """Compute the price features of one coin at every position of `grid`.

    Raises `BadInput` where the bars are not 15-minute bars.
    """
    placed = _place(bars, grid)
    count = window_sum(placed.present.astype(np.float64), DAY)
    carried = _carry(placed)
    step = _log(placed.close) - shifted(_log(placed.close), 1)
    sigma, _ = _volatility(step, DAY)
    sigma_short, in_short = _volatility(step, SHORT)
    ratio = np.where(in_short >= MIN_SHORT_RETURNS, _log(sigma_short / sigma), 0.0)
    volume_ratio, volume_missing = _volume_ratio(placed)
    return PriceColumns(
        returns=tuple(_scaled_return(carried, sigma, steps) for steps in RETURN_STEPS),  # type: ignore[arg-type]
        volatility_ratio=ratio,
        range_position=_range_position(placed),
        volume_ratio=volume_ratio,
        close=placed.close,
        closed=placed.present,
        has_row=placed.present & np.isfinite(shifted(carried, DAY)) & (count >= MIN_BARS),
        bars_missing=count < DAY,
        volume_missing=volume_missing,
    )


def _place(bars: BarSeries, grid: Grid) -> _Bars:
    """Bars off the grid, or whose close is not a positive number, count as absent; so do such ranges."""
    if bars.interval_s != BAR_INTERVAL_S:
        raise BadInput(f"{bars.symbol}: features need {BAR_INTERVAL_S} s bars, these are {bars.interval_s} s")
    at = grid.position(bars.opened_s + BAR_INTERVAL_S)
    keep = grid.inside(at) & (bars.opened_s % BAR_INTERVAL_S == 0) & _usable(bars.close)
    at = at[keep]
    high, low, close, volume = (np.full(grid.size, np.nan) for _ in range(4))
    close[at] = bars.close[keep]
    high[at] = np.fmax(np.where(_usable(bars.high), bars.high, np.nan)[keep], bars.close[keep])
    low[at] = np.fmin(np.where(_usable(bars.low), bars.low, np.nan)[keep], bars.close[keep])
    volume[at] = np.where(_usable(bars.volume) | (bars.volume == 0), bars.volume, np.nan)[keep]
    return _Bars(high, low, close, volume, np.isfinite(close))


def _usable(column: Floats) -> Bools:
    return np.asarray((column > 0) & (column <= LARGEST))


def _log(column: Floats) -> Floats:
    return np.asarray(np.log(np.ascontiguousarray(column)))


def _carry(placed: _Bars) -> Floats:
    """Log close at each position, or that of the last bar before it; NaN after 48 h without one."""
    here = np.arange(placed.close.size)
    last = np.maximum.accumulate(np.where(placed.present, here, -1))
    known = (last >= 0) & (here - last <= CARRY)
    return np.where(known, _log(placed.close)[np.maximum(last, 0)], np.nan)


def _volatility(step: Floats, width: int) -> tuple[Floats, Floats]:
    """Root mean square of the returns between neighbouring bars, at least the floor; and their number."""
    there = np.isfinite(step)
    squares = window_sum(np.where(there, step * step, 0.0), width)
    count = window_sum(there.astype(np.float64), width)
    return np.maximum(np.sqrt(squares / np.maximum(count, 1.0)), SIGMA_FLOOR), count


def _scaled_return(carried: Floats, sigma: Floats, steps: int) -> Floats:
    move = carried - shifted(carried, steps)
    return np.clip(move / (sigma * float(np.sqrt(steps))), -CUT, CUT)


def _range_position(placed: _Bars) -> Floats:
    highest = window_max(np.where(placed.present, placed.high, -np.inf), DAY)
    lowest = -window_max(np.where(placed.present, -placed.low, -np.inf), DAY)
    known = np.isfinite(highest) & np.isfinite(lowest) & placed.present
    width = np.where(known, highest, 1.0) - np.where(known, lowest, 0.0)
    above = np.where(known, placed.close, 0.5) - np.where(known, lowest, 0.0)
    return np.where(width > 0, above / np.where(width > 0, width, 1.0), 0.5)


def _volume_ratio(placed: _Bars) -> tuple[Floats, Bools]:
    there = np.isfinite(placed.volume)
    count = window_sum(there.astype(np.float64), DAY)
    mean = window_sum(np.where(there, placed.volume, 0.0), DAY) / np.maximum(count, 1.0)
    missing = ~there | (count < MIN_BARS)
    usable = ~missing & (mean > 0)
    floor = np.where(usable, mean, 1.0) * 0.01
    ratio = (np.where(usable, placed.volume, 1.0) + floor) / (np.where(usable, mean, 1.0) + floor)
    return np.where(usable, _log(ratio), 0.0), missing
