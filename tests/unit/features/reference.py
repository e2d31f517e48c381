"""The formulas of docs/features.md a second time, one row at a time, in plain Python."""

from __future__ import annotations

import math
from statistics import fmean

from cryptocast.series import BarSeries, DocumentSeries
from tests.unit.features.markets import STEP

DAY = 96


def price_row(series: BarSeries, as_of: int) -> dict[str, float]:
    closed = {int(opened) + STEP: i for i, opened in enumerate(series.opened_s)}

    def close(at: int) -> float:
        """The last close at or before `at`."""
        return float(series.close[closed[max(moment for moment in closed if moment <= at)]])

    def sigma(steps: int) -> float:
        moments = [as_of - STEP * age for age in range(steps)]
        moves = [math.log(close(m) / close(m - STEP)) for m in moments if m in closed and m - STEP in closed]
        return math.sqrt(fmean(move * move for move in moves))

    window = [closed[m] for age in range(DAY) if (m := as_of - STEP * age) in closed]
    low, high = min(series.low[window]), max(series.high[window])
    mean = fmean(series.volume[window])
    row = {
        "volatility_ratio": math.log(sigma(16) / sigma(DAY)),
        "range_position_24h": (close(as_of) - low) / (high - low),
        "volume_ratio_24h": math.log((series.volume[closed[as_of]] + 0.01 * mean) / (1.01 * mean)),
        "hour_sin": math.sin(2 * math.pi * (as_of % 86_400) / 86_400),
        "hour_cos": math.cos(2 * math.pi * (as_of % 86_400) / 86_400),
    }
    for label, steps in (("15m", 1), ("1h", 4), ("4h", 16), ("24h", DAY)):
        move = math.log(close(as_of) / close(as_of - STEP * steps))
        row[f"return_{label}"] = move / (sigma(DAY) * math.sqrt(steps))
    return row


def text_row(texts: DocumentSeries, symbol: str, as_of: int) -> dict[str, float]:
    column = texts.symbols.index(symbol)
    scored: list[tuple[int, float, float]] = []
    posts, news = [], []
    for i, seen in enumerate(texts.first_seen_s):
        age = (as_of - int(seen)) // STEP
        own, nobody = bool(texts.mentions[i, column]), not texts.mentions[i].any()
        if seen > as_of or age >= DAY or not (own or nobody):
            continue
        (news if texts.is_news[i] else posts).append(age)
        if not math.isnan(texts.score[i]):
            scored.append((age, 1.0 if own else 0.25, float(texts.score[i])))
    recent = [(weight * 2 ** (-age / 8), score) for age, weight, score in scored if age < 24]
    total = sum(weight for weight, _ in recent)
    fast = sum(weight * score for weight, score in recent) / (total + 1)
    slow = sum(weight * score for _, weight, score in scored) / (sum(w for _, w, _ in scored) + 1)
    mean = sum(weight * score for weight, score in recent) / total if total else 0.0
    spread = sum(weight * (score - mean) ** 2 for weight, score in recent)
    return {
        "sentiment_6h": fast,
        "sentiment_momentum": fast - slow,
        "sentiment_dispersion_6h": math.sqrt(spread / total) if total else 0.0,
        "posts_ratio_3h": math.log((sum(age < 12 for age in posts) + 1) / (len(posts) / 8 + 1)),
        "news_count_6h": math.log(1 + sum(age < 24 for age in news)),
    }
