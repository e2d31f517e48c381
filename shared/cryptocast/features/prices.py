"""The price features of one coin, on the grid: all that its own bars tell.

Gaps: an absent bar's close is the last one before it, at most 48 h old; returns that span a gap are
left out of every volatility; range and volume are taken over the bars that are there. A coin has
a row where a bar closes at `as_of`, the close 24 h before is known (carried or not), and at least 48
of the last 96 bars are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cryptocast.features.grid import (
    DAY,
    WEEK,
    Grid,
    shifted,
    weighted_sum,
    window_max,
    window_min,
    window_sum,
)
from cryptocast.features.placed import (
    CUT,
    Placed,
    finite,
    log,
    mean,
    place,
    ratio,
    scaled,
    volatility,
)
from cryptocast.features.spec_prices import RANGES, RETURNS
from cryptocast.features.volumes import volume_features, volume_missing
from cryptocast.series import BarSeries, Bools, Floats

MIN_BARS = 48
MIN_WEEK_RETURNS = 192
_AVERAGES = (("1h", 4), ("2h", 8), ("4h", 16))
_MEANS = (("6h", 24), ("24h", DAY), ("4d", 4 * DAY))
_RISES = (("1h", 4), ("8h", 32), ("24h", DAY))


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """The price features of one coin by name; every array has the grid's shape.

    Values are finite where `has_row`; `bars_missing` and `volume_missing` say what was absent.
    """

    values: Mapping[str, Floats]
    close: Floats
    closed: Bools
    """A bar closes here."""
    has_row: Bools
    bars_missing: Bools
    volume_missing: Bools


def price_columns(bars: BarSeries, grid: Grid) -> PriceColumns:
    """Compute the price features of one coin at every position of `grid`.

    Raises `BadInput` where the bars are not as long as the grid's step.
    """
    placed = place(bars, grid)
    count = window_sum(placed.present.astype(np.float64), DAY)
    values = {
        **_returns(placed),
        **_distances(placed),
        **_rises(placed),
        **_positions(placed),
        **_newest_bar(placed),
        **_volatilities(placed),
        **_shapes(placed),
        **volume_features(placed),
    }
    return PriceColumns(
        values=values,
        close=placed.close,
        closed=placed.present,
        has_row=placed.present & np.isfinite(shifted(placed.carried, DAY)) & (count >= MIN_BARS),
        bars_missing=count < DAY,
        volume_missing=volume_missing(placed, MIN_BARS),
    )


def _returns(placed: Placed) -> dict[str, Floats]:
    out = {}
    for label, steps in RETURNS:
        move = placed.carried - shifted(placed.carried, steps)
        out[f"return_{label}"] = scaled(move, placed.sigma, steps)
    one = placed.carried - shifted(placed.carried, 1)
    for lag in (1, 2):
        out[f"return_15m_lag{lag}"] = scaled(shifted(one, lag), placed.sigma, 1)
    return out


def _distances(placed: Placed) -> dict[str, Floats]:
    there = np.isfinite(placed.carried)
    known, count = np.where(there, placed.carried, 0.0), there.astype(np.float64)
    out = {}
    for label, span in _AVERAGES:
        weights = tuple((1 - 2 / (span + 1)) ** age for age in range(5 * span))
        average = weighted_sum(known, weights) / np.maximum(weighted_sum(count, weights), 1.0)
        out[f"average_distance_{label}"] = scaled(placed.carried - average, placed.sigma, span)
    for label, width in _MEANS:
        away = placed.carried - mean(placed.carried, width)
        out[f"average_distance_{label}"] = scaled(away, placed.sigma, width)
    return out


def _rises(placed: Placed) -> dict[str, Floats]:
    """Bars that rose less bars that fell, as a share of those with a bar before them."""
    sign = np.sign(placed.step)
    return {f"rises_{label}": mean(sign, width) for label, width in _RISES}


def _positions(placed: Placed) -> dict[str, Floats]:
    high, low, close = log(placed.high), log(placed.low), log(placed.close)
    out = {}
    for label, width in RANGES:
        top, bottom = window_max(high, width), window_min(low, width)
        out[f"range_position_{label}"] = finite(ratio(2 * close - top - bottom, top - bottom))
    return out


def _newest_bar(placed: Placed) -> dict[str, Floats]:
    span = placed.high - placed.low
    location = ratio((placed.close - placed.low) - (placed.high - placed.close), span)
    location = np.where(placed.present, location, np.nan)
    wick = _wick(placed)
    return {
        "close_location": finite(location),
        "close_location_1h": mean(location, 4),
        "wick": finite(wick),
        "wick_1h": mean(wick, 4),
    }


def _wick(placed: Placed) -> Floats:
    """The lower wick less the upper one; NaN where there is no bar, 0 where its open is absent."""
    body_top = log(np.fmax(placed.open, placed.close))
    body_bottom = log(np.fmin(placed.open, placed.close))
    upper = np.maximum(log(placed.high) - body_top, 0.0)
    lower = np.maximum(body_bottom - log(placed.low), 0.0)
    wick = np.where(np.isfinite(placed.open), lower - upper, 0.0)
    return np.where(placed.present, np.clip(wick / placed.sigma, -CUT, CUT), np.nan)


def _volatilities(placed: Placed) -> dict[str, Floats]:
    span = log(placed.high) - log(placed.low)
    usual = mean(span, DAY)
    week, count = volatility(placed.step, WEEK)
    out = {
        "range_ratio": np.minimum(finite(ratio(span, usual, 1.0)), CUT),
        "range_ratio_1h": np.minimum(ratio(mean(span, 4), usual, 1.0), CUT),
        "volatility": log(placed.sigma),
        "volatility_ratio_7d": np.where(count >= MIN_WEEK_RETURNS, log(placed.sigma / week), 0.0),
    }
    for label, width in (("1h", 4), ("4h", 16)):
        short, count = volatility(placed.step, width)
        near = np.maximum(log(short / placed.sigma), -5.0)
        out[f"volatility_ratio_{label}"] = np.where(count > 0, near, 0.0)
    return out


def _shapes(placed: Placed) -> dict[str, Floats]:
    """How the returns follow one another."""
    step, sigma = placed.step, placed.sigma
    unit = step / sigma
    pairs, squares = finite(step * shifted(step, 1)), finite(step * step)
    moved = finite(placed.carried - shifted(placed.carried, 16))
    out = {
        "skewness_24h": mean(unit * unit * unit, DAY),
        "variance_ratio_4h": np.minimum(mean(moved * moved, DAY) / (16 * sigma * sigma), CUT),
    }
    for label, width in (("8h", 32), ("24h", DAY)):
        # The oldest pair reaches one bar out of the window: calm after a crash would give any number.
        share = ratio(window_sum(pairs, width), window_sum(squares, width))
        out[f"autocorrelation_{label}"] = np.clip(share, -1.0, 1.0)
    for label, width in (("2h", 8), ("6h", 24)):
        gone = window_sum(np.abs(finite(step)), width)
        out[f"efficiency_{label}"] = ratio(window_sum(finite(step), width), gone)
    return out
