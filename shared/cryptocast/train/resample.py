"""Bars of one length joined to longer ones."""

from __future__ import annotations

import numpy as np

from cryptocast.series import BarSeries


def resample(series: BarSeries, interval_s: int) -> BarSeries:
    """Join finer bars; a longer bar is there only where every one of its parts is."""
    parts = interval_s // series.interval_s
    opened = series.opened_s - series.opened_s % interval_s
    begins, first, count = np.unique(opened, return_index=True, return_counts=True)
    whole = count == parts
    first, begins = first[whole], begins[whole]
    last = first + parts - 1
    rows = first[:, None] + np.arange(parts)
    return BarSeries(
        series.symbol,
        interval_s,
        begins,
        series.open[first],
        series.high[rows].max(axis=1),
        series.low[rows].min(axis=1),
        series.close[last],
        series.volume[rows].sum(axis=1),
    )
