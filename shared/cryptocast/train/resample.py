"""Bars of one length out of files that hold several: finer ones are joined, coarser ones stand beside."""

from __future__ import annotations

import numpy as np

from cryptocast.features.coarser import LONGEST
from cryptocast.series import BarSeries
from cryptocast.train.files import PriceFiles


def bars_at(files: PriceFiles, interval_s: int, notes: list[str]) -> dict[str, BarSeries]:
    """Every coin's bars at one interval; finer ones are joined to it, coarser ones cannot be cut."""
    bars: dict[str, BarSeries] = {}
    for (symbol, interval), series in files.series.items():
        if interval == interval_s:
            bars[symbol] = series
    for (symbol, interval), series in sorted(files.series.items()):
        if interval < interval_s and interval_s % interval == 0:
            joined = resample(series, interval_s)
            bars[symbol] = extended(bars[symbol], joined) if symbol in bars else joined
            notes.append(f"{symbol}: bars of {interval} s are joined to {interval_s} s where there are none")
        elif interval < interval_s:
            notes.append(f"{symbol}: bars of {interval} s are left out, they do not make up {interval_s} s")
    return {symbol: bars[symbol] for symbol in sorted(bars)}


def coarser_than(
    files: PriceFiles, interval_s: int, notes: list[str], *, used: bool = True
) -> list[BarSeries]:
    """The series of longer bars that tell of the market; those too long for it are left out and noted.

    All are where they are not `used`.
    """
    kept = []
    for (symbol, interval), series in sorted(files.series.items()):
        if interval <= interval_s:
            continue
        fits = used and interval % interval_s == 0 and interval <= LONGEST * interval_s
        use = "tell of the market only" if fits else "are left out"
        notes.append(f"{symbol}: bars of {interval} s {use}, the evaluation is on {interval_s} s")
        kept += [series] if fits else []
    return kept


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
