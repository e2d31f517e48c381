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
from cryptocast.features.grid import DAY, WEEK, Grid, shifted, weighted_sum, window_sum
from cryptocast.series import BarSeries, Bools, Floats

MIN_BARS = 48
CARRY = 2 * DAY
"""Steps for which a close may stand for those after it."""
STEPS_UP = 32
"""Steps over which rises are counted: 8 hours."""
DECAY = tuple((1 - 2 / 9) ** age for age in range(40))
"""Weights of the moving average: a span of 8 bars, cut where 1/25,000 of the newest is left."""
MIN_WEEK_RETURNS = 192
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
    return_before: Floats
    return_pair: Floats
    """Over two bars: what others read as `market_return_30m`."""
    return_3h: Floats
    return_6h: Floats
    return_day: Floats
    average_short: Floats
    average_day: Floats
    rises: Floats
    close_location: Floats
    range_ratio: Floats
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
    moves = {steps: _scaled(carried - shifted(carried, steps), sigma, steps) for steps in (1, 2, 12, 24, DAY)}
    before = _scaled(shifted(carried, 1) - shifted(carried, 2), sigma, 1)
    short = weighted_sum(np.where(np.isfinite(carried), carried, 0.0), DECAY)
    weight = weighted_sum(np.isfinite(carried).astype(np.float64), DECAY)
    return PriceColumns(
        return_bar=moves[1],
        return_before=np.where(np.isfinite(before), before, 0.0),
        return_pair=moves[2],
        return_3h=moves[12],
        return_6h=moves[24],
        return_day=moves[DAY],
        average_short=_scaled(carried - short / np.maximum(weight, 1.0), sigma, 8),
        average_day=_scaled(carried - _mean(carried, DAY), sigma, DAY),
        rises=_rises(step),
        close_location=_close_location(placed),
        range_ratio=_range_ratio(placed),
        volatility_ratio=_volatility_ratio(step, sigma),
        close=placed.close,
        closed=placed.present,
        has_row=placed.present & np.isfinite(shifted(carried, DAY)) & (count >= MIN_BARS),
        bars_missing=count < DAY,
        volume_missing=_volume_missing(placed),
    )


def _place(bars: BarSeries, grid: Grid) -> _Bars:
    """Bars off the grid, or whose close is not a positive number, count as absent; so do such ranges."""
    if bars.interval_s != grid.step_s:
        raise BadInput(f"{bars.symbol}: features need {grid.step_s} s bars, these are {bars.interval_s} s")
    at = grid.position(bars.opened_s + grid.step_s)
    keep = grid.inside(at) & (bars.opened_s % grid.step_s == 0) & _usable(bars.close)
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


def _scaled(move: Floats, sigma: Floats, steps: int) -> Floats:
    return np.clip(move / (sigma * float(np.sqrt(steps))), -CUT, CUT)


def _mean(column: Floats, width: int) -> Floats:
    """The mean of the last `width` values, those that are not finite left out."""
    there = np.isfinite(column)
    count = window_sum(there.astype(np.float64), width)
    return window_sum(np.where(there, column, 0.0), width) / np.maximum(count, 1.0)


def _rises(step: Floats) -> Floats:
    """Bars that rose less bars that fell, as a share of those with a bar before them."""
    there = np.isfinite(step)
    sign = np.sign(np.where(there, step, 0.0))
    return window_sum(sign, STEPS_UP) / np.maximum(window_sum(there.astype(np.float64), STEPS_UP), 1.0)


def _volatility_ratio(step: Floats, sigma: Floats) -> Floats:
    week, count = _volatility(step, WEEK)
    return np.where(count >= MIN_WEEK_RETURNS, _log(sigma / week), 0.0)


def _range_ratio(placed: _Bars) -> Floats:
    """The newest bar's range over the mean range of 24 h, in logs of price; 1 where nothing ever ranged."""
    known = placed.present
    span = np.where(
        known, _log(np.where(known, placed.high, 1.0)) - _log(np.where(known, placed.low, 1.0)), np.nan
    )
    mean = _mean(span, DAY)
    usable = known & (mean > 0)
    return np.where(usable, np.minimum(span / np.where(usable, mean, 1.0), CUT), 1.0)


def _close_location(placed: _Bars) -> Floats:
    """Where in its own range the bar closed: -1 at the low, 1 at the high, 0 where it has no range."""
    known = placed.present
    high, low = np.where(known, placed.high, 1.0), np.where(known, placed.low, 1.0)
    close, span = np.where(known, placed.close, 1.0), high - low
    return np.where(span > 0, ((close - low) - (high - close)) / np.where(span > 0, span, 1.0), 0.0)


def _volume_missing(placed: _Bars) -> Bools:
    there = np.isfinite(placed.volume)
    return np.asarray(~there | (window_sum(there.astype(np.float64), DAY) < MIN_BARS))
