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


def extended(series: BarSeries, other: BarSeries) -> BarSeries:
    """`series` with the bars of `other`, of the same length, at the moments where it has none."""
    new = ~np.isin(other.opened_s, series.opened_s)
    opened = np.concatenate([series.opened_s, other.opened_s[new]])
    order = np.argsort(opened, kind="stable")
    columns = (
        np.concatenate([getattr(series, name), getattr(other, name)[new]])[order]
        for name in ("open", "high", "low", "close", "volume")
    )
    return BarSeries(series.symbol, series.interval_s, opened[order], *columns)
