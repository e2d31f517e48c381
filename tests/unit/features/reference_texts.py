"""The text features of docs/features.md a second time: one coin, one `as_of`, plain Python."""

from __future__ import annotations

import math

from cryptocast.series import DocumentSeries
from tests.unit.features.markets import STEP

DAY, QUARTER_DAY, THREE_HOURS = 96, 24, 12


def text_row(texts: DocumentSeries, symbol: str, as_of: int) -> dict[str, float]:
    scored, posts, news = _seen(texts, symbol, as_of)
    recent = [(weight * 2 ** (-age / 8), score) for age, weight, score in scored if age < QUARTER_DAY]
    now = _drawn_to_neutral(recent)
    return {
        "sentiment_6h": now,
        "sentiment_momentum": now - _drawn_to_neutral([(weight, score) for _, weight, score in scored]),
        "sentiment_dispersion": _deviation(recent),
        "posts_ratio_3h": math.log((sum(age < THREE_HOURS for age in posts) + 1) / (len(posts) / 8 + 1)),
        "news_count_6h": math.log(sum(age < QUARTER_DAY for age in news) + 1),
    }


def _seen(
    texts: DocumentSeries, symbol: str, as_of: int
) -> tuple[list[tuple[int, float, float]], list[int], list[int]]:
    """Of 24 h, about the coin or about no coin: (age, weight, score), and the ages of posts and of news."""
    own = texts.mentions[:, texts.symbols.index(symbol)] if symbol in texts.symbols else None
    scored: list[tuple[int, float, float]] = []
    posts: list[int] = []
    news: list[int] = []
    for i, seen in enumerate(texts.first_seen_s.tolist()):
        age = (as_of - seen) // STEP
        named = own is not None and bool(own[i])
        if seen > as_of or age >= DAY or not (named or not texts.mentions[i].any()):
            continue
        (news if texts.is_news[i] else posts).append(age)
        if not math.isnan(texts.score[i]):
            scored.append((age, 1.0 if named else 0.25, float(texts.score[i])))
    return scored, posts, news


def _drawn_to_neutral(weighted: list[tuple[float, float]]) -> float:
    return sum(w * s for w, s in weighted) / (sum(w for w, _ in weighted) + 1)


def _deviation(weighted: list[tuple[float, float]]) -> float:
    total = sum(w for w, _ in weighted)
    if not total:
        return 0.0
    centre = sum(w * s for w, s in weighted) / total
    return math.sqrt(sum(w * (s - centre) ** 2 for w, s in weighted) / total)
