"""The one definition of a feature row, for training and for serving.

`compute` is pure: it sees nothing but its arguments, and a row depends only on bars that closed by
its `as_of` and documents first seen by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cryptocast.domain import BAR_INTERVAL_S, FeatureRow
from cryptocast.features.coarser import coarse_returns
from cryptocast.features.grid import WEEK, Grid, grid_for
from cryptocast.features.market import market_features
from cryptocast.features.placed import CARRY
from cryptocast.features.prices import PriceColumns, price_columns
from cryptocast.features.spec import (
    FEATURE_NAMES,
    FEATURE_VERSION,
    FEATURES,
    MISSING_INPUTS,
    FeatureSpec,
)
from cryptocast.features.texts import TextColumns, text_columns
from cryptocast.series import BarSeries, Bools, DocumentSeries, Floats, Ints

__all__ = (
    "FEATURES",
    "FEATURE_NAMES",
    "FEATURE_VERSION",
    "HISTORY_S",
    "MISSING_INPUTS",
    "FeatureSpec",
    "FeatureTable",
    "compute",
)

Symbols: TypeAlias = npt.NDArray[np.str_]

_LOOKBACK = WEEK + CARRY
HISTORY_S = (_LOOKBACK + 1) * BAR_INTERVAL_S
"""A row needs bars opened, and documents first seen, no earlier than this many seconds before `as_of`:
a week of window and, for a close that fell into a gap, 48 h in which to look for the one before it."""
_HOUR_S = 3_600
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Feature rows as columns, ascending by (`as_of`, symbol). All arrays have n rows.

    `as_of` is POSIX seconds; `values` is (n, candidates) in the order of `FEATURE_NAMES`, always finite;
    `missing` is (n, 6) in the order of `MISSING_INPUTS`; `close` is the close at `as_of` in USD.
    `skipped` tells, per coin, for how many `as_of`s there is no row and why.
    """

    symbols: Symbols
    as_of: Ints
    values: Floats
    missing: Bools
    close: Floats
    skipped: Mapping[str, Mapping[str, int]]

    def missing_names(self, row: int) -> tuple[str, ...]:
        """The inputs that were absent from one row."""
        return tuple(name for name, absent in zip(MISSING_INPUTS, self.missing[row], strict=True) if absent)

    def rows(self) -> list[FeatureRow]:
        """The table as records."""
        return [
            FeatureRow(
                symbol=str(self.symbols[i]),
                as_of=datetime.fromtimestamp(int(self.as_of[i]), tz=UTC),
                values=dict(zip(FEATURE_NAMES, self.values[i].tolist(), strict=True)),
                missing=self.missing_names(i),
                feature_version=FEATURE_VERSION,
            )
            for i in range(self.as_of.size)
        ]


def compute(
    bars: Mapping[str, BarSeries],
    documents: DocumentSeries,
    as_ofs: Ints,
    interval_s: int = BAR_INTERVAL_S,
    coarser: Sequence[BarSeries] = (),
) -> FeatureTable:
    """The feature rows of every coin in `bars` at every one of `as_ofs`.

    `as_ofs` are POSIX seconds on the grid of `interval_s`, in any order, repeats ignored. Inputs may reach
    further back than `HISTORY_S` and further forward than the last `as_of`: neither changes a row.
    With bars of another length every window keeps its number of bars, so 24 h becomes 96 bars. `coarser` bars
    give no rows: they tell of the market where a coin has no row of its own (`features.coarser`).
    Raises `BadInput` for times off the grid and for bars of another interval.
    """
    moments = np.unique(np.asarray(as_ofs, dtype=np.int64))
    symbols = sorted(bars)
    if not moments.size or not symbols:
        return _empty()
    grid = grid_for(moments, _LOOKBACK, interval_s)
    at = grid.position(moments)
    prices = {symbol: price_columns(bars[symbol], grid) for symbol in symbols}
    wider = coarse_returns(coarser, grid)
    texts = {symbol: text_columns(documents, symbol, grid) for symbol in symbols}
    parts = [_part(symbol, prices, wider, texts[symbol], grid, at) for symbol in symbols]
    return _join(parts, {symbol: _reasons(prices[symbol], at) for symbol in symbols})


def _part(
    symbol: str,
    prices: Mapping[str, PriceColumns],
    wider: Mapping[str, Mapping[str, Floats]],
    text: TextColumns,
    grid: Grid,
    at: Ints,
) -> FeatureTable:
    price = prices[symbol]
    market, alone = market_features(prices, symbol, wider)
    at = at[price.has_row[at]]
    as_of = grid.first_s + at * grid.step_s
    on_grid = {**price.values, **market, **text.values}
    columns = {name: column[at] for name, column in on_grid.items()} | _clock(as_of)
    absent = (
        price.bars_missing,
        price.volume_missing,
        alone,
        text.news_missing,
        text.posts_missing,
        text.sentiment_missing,
    )
    return FeatureTable(
        symbols=np.full(at.shape, symbol),
        as_of=as_of,
        values=np.column_stack([columns[name] for name in FEATURE_NAMES]),
        missing=np.column_stack([flags[at] for flags in absent]),
        close=price.close[at],
        skipped={},
    )


def _clock(as_of: Ints) -> dict[str, Floats]:
    return {
        "hour": (as_of % _DAY_S) / _HOUR_S,
        "minute": (as_of % _HOUR_S) / 60.0,
        # The epoch was a Thursday.
        "weekday": ((as_of // _DAY_S + 3) % 7).astype(np.float64),
    }


def _reasons(price: PriceColumns, at: Ints) -> dict[str, int]:
    """Why `as_of`s have no row, counted."""
    unclosed = int((~price.closed[at]).sum())
    short = int((price.closed[at] & ~price.has_row[at]).sum())
    reasons = {"no bar closes at as_of": unclosed, "under 24 h of bars": short}
    return {reason: count for reason, count in reasons.items() if count}


def _join(parts: list[FeatureTable], reasons: dict[str, dict[str, int]]) -> FeatureTable:
    symbols = np.concatenate([part.symbols for part in parts])
    as_of = np.concatenate([part.as_of for part in parts])
    order = np.lexsort((symbols, as_of))
    return FeatureTable(
        symbols=symbols[order],
        as_of=as_of[order],
        values=np.concatenate([part.values for part in parts])[order],
        missing=np.concatenate([part.missing for part in parts])[order],
        close=np.concatenate([part.close for part in parts])[order],
        skipped={symbol: counts for symbol, counts in reasons.items() if counts},
    )


def _empty() -> FeatureTable:
    return FeatureTable(
        symbols=np.array([], dtype=np.str_),
        as_of=np.array([], dtype=np.int64),
        values=np.zeros((0, len(FEATURE_NAMES))),
        missing=np.zeros((0, len(MISSING_INPUTS)), dtype=np.bool_),
        close=np.zeros(0),
        skipped={},
    )
