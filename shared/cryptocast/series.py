"""Columns of records as NumPy arrays: what features and training compute on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BarSeries:
    """The bars of one coin, strictly ascending by `opened_s`; gaps are simply absent rows.

    Shapes: all (n,). `opened_s` is POSIX seconds of the open; NaN in `volume` means unknown.
    """

    symbol: str
    interval_s: int
    opened_s: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def take(self, rows: Bools) -> BarSeries:
        """The same with some of the bars."""
        prices = (self.open, self.high, self.low, self.close, self.volume)
        return BarSeries(
            self.symbol, self.interval_s, self.opened_s[rows], *(column[rows] for column in prices)
        )


@dataclass(frozen=True, slots=True)
class DocumentSeries:
    """Scored documents, ascending by (`first_seen_s`, document id).

    Shapes: (n,), and `mentions` is (n, len(symbols)). `score` is p_bullish - p_bearish, in [-1, 1].
    """

    symbols: tuple[str, ...]
    first_seen_s: Ints
    is_news: Bools
    score: Floats
    mentions: Bools

    def take(self, rows: Bools) -> DocumentSeries:
        """The same with some of the documents."""
        return DocumentSeries(
            self.symbols,
            self.first_seen_s[rows],
            self.is_news[rows],
            self.score[rows],
            self.mentions[rows],
        )
