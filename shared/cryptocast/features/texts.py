"""The sentiment and social features of one coin, on the grid.

A document is used from the first grid time that is not before its `first_seen_at`; when it was
published plays no part. A coin's documents are those that name it and, at a quarter of the weight,
those that name no coin at all. Near-duplicates are no part of the series: whoever reads it leaves them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cryptocast.features.grid import DAY, Grid, weighted_sum, window_sum
from cryptocast.series import Bools, DocumentSeries, Floats

MARKET_WEIGHT = 0.25
QUARTER_DAY = 24
POST_WINDOW = 12
DECAY = tuple(2.0 ** (-age / 8) for age in range(QUARTER_DAY))
"""Weight of a document by its age in grid steps: half of it is gone after 2 hours."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    """The text features of one coin; every array has the grid's shape, every value is finite."""

    values: Mapping[str, Floats]
    """By the names of `spec.FEATURES`."""
    news_missing: Bools
    posts_missing: Bools
    sentiment_missing: Bools


def text_columns(documents: DocumentSeries, symbol: str, grid: Grid) -> TextColumns:
    """Compute the text features of `symbol` at every position of `grid`.

    A document whose score is NaN was not scored: it is counted, and left out of the sentiment.
    """
    at = grid.position(documents.first_seen_s)
    named = documents.mentions.any(axis=1)
    column = documents.symbols.index(symbol) if symbol in documents.symbols else None
    own = documents.mentions[:, column] if column is not None else np.zeros(at.shape, dtype=np.bool_)
    use = grid.inside(at) & (own | ~named)
    at, own = at[use], own[use]
    news, score = documents.is_news[use], documents.score[use]

    def per_step(amount: Floats) -> Floats:
        # bincount adds in the order of the documents, step by step, so neighbours change nothing.
        return np.bincount(at, weights=amount, minlength=grid.size).astype(np.float64)

    scored = np.isfinite(score)
    weight = np.where(scored, np.where(own, 1.0, MARKET_WEIGHT), 0.0)
    s = np.where(scored, score, 0.0)
    weights, sums, squares = per_step(weight), per_step(weight * s), per_step(weight * s * s)
    posts, items = per_step((~news).astype(np.float64)), per_step(news.astype(np.float64))
    mean, total = _decayed_mean(weights, sums)
    spread = _dispersion(total, weighted_sum(sums, DECAY), weighted_sum(squares, DECAY))
    slow = window_sum(sums, DAY) / (window_sum(weights, DAY) + 1.0)
    posts_day = window_sum(posts, DAY)
    return TextColumns(
        values={
            "sentiment_6h": mean,
            "sentiment_momentum": mean - slow,
            "sentiment_dispersion": spread,
            "posts_ratio_3h": _log(
                (window_sum(posts, POST_WINDOW) + 1.0) / (posts_day / (DAY / POST_WINDOW) + 1.0)
            ),
            "news_count_6h": _log(window_sum(items, QUARTER_DAY) + 1.0),
        },
        news_missing=window_sum(items, DAY) == 0,
        posts_missing=posts_day == 0,
        sentiment_missing=total == 0,
    )


def _log(column: Floats) -> Floats:
    return np.asarray(np.log(np.ascontiguousarray(column)))


def _decayed_mean(weights: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """The mean, drawn towards 0 as by one neutral document of full weight; and the sum of weights."""
    total = weighted_sum(weights, DECAY)
    return weighted_sum(sums, DECAY) / (total + 1.0), total


def _dispersion(total: Floats, first: Floats, second: Floats) -> Floats:
    safe = np.where(total > 0, total, 1.0)
    mean = first / safe
    return np.sqrt(np.maximum(second / safe - mean * mean, 0.0))
