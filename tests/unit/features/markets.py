"""Made-up markets for the tests of features: seeded, with gaps and absent volumes where asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cryptocast.features.rows import HISTORY_S
from cryptocast.series import BarSeries, Bools, DocumentSeries

START = 1_640_995_200
"""2022-01-01, midnight."""
STEP = 900


def bars(symbol: str, count: int, seed: int = 0, start: int = START) -> BarSeries:
    """`count` consecutive bars, the first of which opens at `start`."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0, 0.003, count)))
    opening = np.concatenate([[100.0], close[:-1]])
    return BarSeries(
        symbol=symbol,
        interval_s=STEP,
        opened_s=start + STEP * np.arange(count, dtype=np.int64),
        open=opening,
        high=np.maximum(opening, close) * (1 + random.random(count) * 0.002),
        low=np.minimum(opening, close) * (1 - random.random(count) * 0.002),
        close=close,
        volume=np.exp(random.normal(5, 1, count)),
    )


def kept(series: BarSeries, keep: Bools) -> BarSeries:
    """Only the bars where `keep` holds."""
    columns = ("opened_s", "open", "high", "low", "close", "volume")
    return replace(series, **{name: getattr(series, name)[keep] for name in columns})


def documents(symbols: tuple[str, ...], count: int, span_s: int, seed: int = 0) -> DocumentSeries:
    """`count` documents, first seen within `span_s` of `START`; a few of them not scored."""
    random = np.random.default_rng(seed)
    score = random.uniform(-1, 1, count)
    score[random.random(count) < 0.05] = np.nan
    return DocumentSeries(
        symbols=symbols,
        first_seen_s=np.sort(random.integers(START, START + span_s, count)),
        is_news=random.random(count) < 0.3,
        score=score,
        mentions=random.random((count, len(symbols))) < 0.3,
    )


def some(series: DocumentSeries, keep: Bools) -> DocumentSeries:
    """Only the documents where `keep` holds."""
    return DocumentSeries(
        series.symbols,
        series.first_seen_s[keep],
        series.is_news[keep],
        series.score[keep],
        series.mentions[keep],
    )


def no_documents(symbols: tuple[str, ...] = ()) -> DocumentSeries:
    """Not one document."""
    return documents(symbols, 0, 1)


def known_at(
    market: dict[str, BarSeries], texts: DocumentSeries, as_of: int
) -> tuple[dict[str, BarSeries], DocumentSeries]:
    """What a cycle at `as_of` reads: `HISTORY_S` of bars that closed and documents that were seen."""
    since = as_of - HISTORY_S
    past = {
        symbol: kept(one, (one.opened_s >= since) & (one.opened_s + STEP <= as_of))
        for symbol, one in market.items()
    }
    return past, some(texts, (texts.first_seen_s >= since) & (texts.first_seen_s <= as_of))
