"""The feature rows that price files give from their first bar on, without documents, for the benches."""

from __future__ import annotations

from cryptocast.features.rows import FeatureTable
from cryptocast.series import BarSeries
from cryptocast.train.dataset import build_table, no_documents
from cryptocast.train.files import PriceFiles
from cryptocast.train.resample import bars_at, coarser_than


def price_table(
    files: PriceFiles, interval_s: int, until_s: int, told_by: PriceFiles | None = None
) -> tuple[dict[str, BarSeries], FeatureTable]:
    """Bars of `interval_s`, and every row up to `until_s`; longer bars of `told_by` tell of the market.

    These are the files' own where `told_by` is not given.
    """
    bars = bars_at(files, interval_s, [])
    since = min(int(series.opened_s[0]) for series in bars.values())
    coarser = coarser_than(told_by or files, interval_s, [])
    return bars, build_table(bars, no_documents(tuple(bars)), since, until_s, interval_s, coarser)
