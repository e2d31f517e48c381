"""The price features of one coin, on the grid.

Gaps: an absent bar's close is the last one before it, at most 48 h old; returns that span a gap are
left out of every volatility; range and volume are taken over the bars that are there. A coin has
a row where a bar closes at `as_of`, the close 24 h before is known (carried or not), and at least 48
of the last 96 bars are there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cryptocast.errors import BadInput
from cryptocast.features.grid import DAY, WEEK, Grid, shifted, window_max, window_median, window_sum
from cryptocast.series import BarSeries, Bools, Floats

MIN_BARS = 48
CARRY = 2 * DAY
"""Steps for which a close may stand for those after it."""
SHORT = 32
"""Steps of the short volatility: 8 hours."""
MIN_SHORT_RETURNS = 8
MEDIAN = 16
UP_SHARE = 28
RANGES = (32, 192)
SIGMA_FLOOR = 1e-5
CUT = 10.0
LARGEST = 1e18
"""No price and no volume is larger; what claims to be counts as absent and cannot overflow a sum."""


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """The price features of one coin; every array has the grid's shape.

    Values are finite where `has_row`; `bars_missing` and `volume_missing` say what was absent.
    """

    return_bar: Floats
    return_day: Floats
    return_week: Floats
    median_distance: Floats
    up_share: Floats
    range_short: Floats
    range_long: Floats
    close_location: Floats
    signed_volume: Floats
    volatility_ratio: Floats
    close: Floats
    closed: Bools
    """A bar closes here."""
    has_row: Bools
    bars_missing: Bools
    volume_missing: Bools


@dataclass(frozen=True, slots=True)
class _Bars:
    """Bars placed at their closes; NaN where there is none."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    present: Bools


def price_columns(bars: BarSeries, grid: Grid) -> PriceColumns:
    """Compute the price features of one coin at every position of `grid`.

    Raises `BadInput` where the bars are not as long as the grid's step.
    """
    placed = _place(bars, grid)
    count = window_sum(placed.present.astype(np.float64), DAY)
    carried = _carry(placed)
    step = _log(placed.close) - shifted(_log(placed.close), 1)
    sigma, _ = _volatility(step, DAY)
    sigma_short, in_short = _volatility(step, SHORT)
    signed_volume, volume_missing = _signed_volume(placed)
    week = _scaled(carried - shifted(carried, WEEK), sigma, WEEK)
    return PriceColumns(
        return_bar=_scaled(carried - shifted(carried, 1), sigma, 1),
        return_day=_scaled(carried - shifted(carried, DAY), sigma, DAY),
        return_week=np.where(np.isfinite(week), week, 0.0),
        median_distance=_scaled(carried - window_median(carried, MEDIAN), sigma, MEDIAN),
        up_share=_up_share(step),
        range_short=_range_position(placed, RANGES[0]),
        range_long=_range_position(placed, RANGES[1]),
        close_location=_close_location(placed),
        signed_volume=signed_volume,
        volatility_ratio=np.where(in_short >= MIN_SHORT_RETURNS, _log(sigma_short / sigma), 0.0),
        close=placed.close,
        closed=placed.present,
        has_row=placed.present & np.isfinite(shifted(carried, DAY)) & (count >= MIN_BARS),
        bars_missing=count < DAY,
        volume_missing=volume_missing,
    )


def _place(bars: BarSeries, grid: Grid) -> _Bars:
    """Bars off the grid, or whose close is not a positive number, count as absent; so do such ranges."""
    if bars.interval_s != grid.step_s:
        raise BadInput(f"{bars.symbol}: features need {grid.step_s} s bars, these are {bars.interval_s} s")
    at = grid.position(bars.opened_s + grid.step_s)
    keep = grid.inside(at) & (bars.opened_s % grid.step_s == 0) & _usable(bars.close)
    at = at[keep]
    opened, high, low, close, volume = (np.full(grid.size, np.nan) for _ in range(5))
    close[at] = bars.close[keep]
    opened[at] = np.where(_usable(bars.open), bars.open, bars.close)[keep]
    high[at] = np.fmax(np.where(_usable(bars.high), bars.high, np.nan)[keep], bars.close[keep])
    low[at] = np.fmin(np.where(_usable(bars.low), bars.low, np.nan)[keep], bars.close[keep])
    volume[at] = np.where(_usable(bars.volume) | (bars.volume == 0), bars.volume, np.nan)[keep]
    return _Bars(opened, high, low, close, volume, np.isfinite(close))


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


def _scaled(move: Floats, sigma: Floats, steps: int) -> Floats:
    return np.clip(move / (sigma * float(np.sqrt(steps))), -CUT, CUT)


def _up_share(step: Floats) -> Floats:
    """Rises as a share of all movement between neighbouring bars; 0.5 where nothing moved."""
    there = np.isfinite(step)
    rises = window_sum(np.where(there, np.maximum(step, 0.0), 0.0), UP_SHARE)
    falls = window_sum(np.where(there, np.maximum(-step, 0.0), 0.0), UP_SHARE)
    moved = rises + falls
    return np.where(moved > 0, rises / np.where(moved > 0, moved, 1.0), 0.5)


def _range_position(placed: _Bars, width: int) -> Floats:
    highest = window_max(np.where(placed.present, placed.high, -np.inf), width)
    lowest = -window_max(np.where(placed.present, -placed.low, -np.inf), width)
    known = np.isfinite(highest) & np.isfinite(lowest) & placed.present
    span = np.where(known, highest, 1.0) - np.where(known, lowest, 0.0)
    above = np.where(known, placed.close, 0.5) - np.where(known, lowest, 0.0)
    return np.where(span > 0, above / np.where(span > 0, span, 1.0), 0.5)


def _close_location(placed: _Bars) -> Floats:
    """Where in its own range the bar closed: -1 at the low, 1 at the high, 0 where it has no range."""
    known = placed.present
    high, low = np.where(known, placed.high, 1.0), np.where(known, placed.low, 1.0)
    close, span = np.where(known, placed.close, 1.0), high - low
    return np.where(span > 0, ((close - low) - (high - close)) / np.where(span > 0, span, 1.0), 0.0)


def _signed_volume(placed: _Bars) -> tuple[Floats, Bools]:
    """Volume of bars that rose less that of bars that fell, as a share of all of 24 h."""
    there = np.isfinite(placed.volume)
    count = window_sum(there.astype(np.float64), DAY)
    volume = np.where(there, placed.volume, 0.0)
    rose = np.where(there, placed.close > placed.open, False)
    fell = np.where(there, placed.close < placed.open, False)
    total = window_sum(volume, DAY)
    risen, fallen = window_sum(np.where(rose, volume, 0.0), DAY), window_sum(np.where(fell, volume, 0.0), DAY)
    missing = ~there | (count < MIN_BARS)
    usable = (count >= MIN_BARS) & (total > 0)
    return np.where(usable, (risen - fallen) / np.where(usable, total, 1.0), 0.0), missing
