"""What the price did: the labels that models are trained on."""

from __future__ import annotations

import numpy as np

from cryptocast.series import BarSeries, Floats, Ints


def labels(bars: BarSeries, as_ofs: Ints, horizon_s: int) -> Floats:
    """Log return from the close at each `as_of` to the close exactly `horizon_s` later, shape (n,).

    NaN where either close is not there: a label is never filled, carried or taken from a bar nearby.
    `as_ofs` are POSIX seconds, in any order.
    """
    moments = np.asarray(as_ofs, dtype=np.int64)
    return np.asarray(np.log(_close_at(bars, moments + horizon_s) / _close_at(bars, moments)))


def _close_at(bars: BarSeries, moments: Ints) -> Floats:
    """The close of the bar that closes at each moment; NaN where there is none or it is not positive."""
    if not bars.opened_s.size:
        return np.full(moments.shape, np.nan)
    opened = moments - bars.interval_s
    at = np.minimum(np.searchsorted(bars.opened_s, opened), bars.opened_s.size - 1)
    close = bars.close[at]
    usable = (bars.opened_s[at] == opened) & np.isfinite(close) & (close > 0)
    return np.where(usable, close, np.nan)
