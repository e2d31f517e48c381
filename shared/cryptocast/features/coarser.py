"""What bars longer than the grid's step tell of the market: returns no shorter than such a bar.

Live, every coin has bars of the grid's length and none of this is asked. Files are not so tidy: where BTC has
hourly bars alone, the 15-minute rows of other coins would know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cryptocast.errors import BadInput
from cryptocast.features.grid import DAY, Grid, shifted
from cryptocast.features.placed import CARRY, place, scaled, volatility
from cryptocast.features.spec_prices import LEADER_RETURNS, MARKET_MEANS, RETURNS
from cryptocast.series import BarSeries, Floats

LONGEST = 4
"""Steps that a bar may last: an hour beside 15 minutes. An older close says little of now."""
_READ = {name for name, _ in MARKET_MEANS} | {f"return_{label}" for label in LEADER_RETURNS}


def coarse_returns(coarser: Sequence[BarSeries], grid: Grid) -> dict[str, dict[str, Floats]]:
    """`return_…` by coin and name, each of the grid's shape, NaN where no bar tells it; finest bars first.

    Raises `BadInput` for bars that are no multiple of the grid's step, or last more than `LONGEST` steps.
    """
    found: dict[str, dict[str, Floats]] = {}
    for series in sorted(coarser, key=lambda one: (one.symbol, one.interval_s)):
        told = found.setdefault(series.symbol, {})
        for name, column in _returns(series, grid).items():
            finer = told.get(name)
            told[name] = column if finer is None else np.where(np.isfinite(finer), finer, column)
    return found


def _returns(series: BarSeries, grid: Grid) -> Mapping[str, Floats]:
    """Up to the newest close, which is less than one bar old; the bar that closed last must be there.

    As for a row, the close 24 h before must be known, and half of the bars since.
    """
    steps, odd = divmod(series.interval_s, grid.step_s)
    if odd or not 1 < steps <= LONGEST:
        raise BadInput(
            f"{series.symbol}: bars of {series.interval_s} s cannot stand beside those of {grid.step_s} s; "
            f"possible are 2 to {LONGEST} times as long"
        )
    first = grid.first_s // series.interval_s * series.interval_s
    newest = (grid.first_s + grid.step_s * np.arange(grid.size) - first) // series.interval_s
    own = Grid(first, int(newest[-1]) + 1, series.interval_s)
    day = DAY // steps
    placed = place(series, own, CARRY // steps)
    sigma, count = volatility(placed.step, day)
    known = placed.present & np.isfinite(shifted(placed.carried, day)) & (count >= day // 2)
    out = {}
    for label, span in RETURNS:
        if span % steps == 0 and f"return_{label}" in _READ:
            move = placed.carried - shifted(placed.carried, span // steps)
            told = np.where(known & np.isfinite(move), scaled(move, sigma / np.sqrt(steps), span), np.nan)
            out[f"return_{label}"] = told[newest]
    return out
