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

    def moved(steps: int) -> list[float]:
        """The returns between neighbouring bars, the newest first."""
        moments = [as_of - STEP * age for age in range(steps)]
        return [math.log(close(m) / close(m - STEP)) for m in moments if m in closed and m - STEP in closed]

    def sigma(steps: int) -> float:
        return math.sqrt(fmean(move * move for move in moved(steps)))

    def known(at: int) -> bool:
        return any(moment <= at for moment in closed)

    def logs(steps: int) -> list[tuple[int, float]]:
        return [(age, math.log(close(m))) for age in range(steps) if known(m := as_of - STEP * age)]

    def scaled(move: float, steps: int) -> float:
        return move / (sigma(DAY) * math.sqrt(steps))

    def back(steps: int) -> float:
        return scaled(math.log(close(as_of) / close(as_of - STEP * steps)), steps)

    i = closed[as_of]
    high, low, last = float(series.high[i]), float(series.low[i]), float(series.close[i])
    window = [closed[m] for age in range(DAY) if (m := as_of - STEP * age) in closed]
    spans = [math.log(series.high[k] / series.low[k]) for k in window]
    weights = [((7 / 9) ** age, log) for age, log in logs(40)]
    average = sum(w * log for w, log in weights) / sum(w for w, _ in weights)
    week = moved(7 * DAY)
    now, before = math.log(last), as_of - STEP
    return {
        "return_15m": back(1),
        "return_15m_before": scaled(math.log(close(before) / close(before - STEP)), 1),
        "return_3h": back(12),
        "return_6h": back(24),
        "return_24h": back(DAY),
        "average_distance_2h": scaled(now - average, 8),
        "average_distance_24h": scaled(now - fmean(log for _, log in logs(DAY)), DAY),
        "rises_8h": sum((move > 0) - (move < 0) for move in moved(32)) / len(moved(32)),
        "close_location": ((last - low) - (high - last)) / (high - low),
        "range_ratio": min(math.log(high / low) / fmean(spans), 10.0),
        "volatility_ratio": math.log(sigma(DAY) / sigma(7 * DAY)) if len(week) >= 192 else 0.0,
        "hour": as_of % 86_400 / 3_600,
    }


def pair_return(series: BarSeries, as_of: int) -> float:
    """What the others see of a coin: its scaled return over two bars."""
    closes = {int(opened) + STEP: float(c) for opened, c in zip(series.opened_s, series.close, strict=True)}
    moves = [
        math.log(closes[m] / closes[m - STEP])
        for age in range(DAY)
        if (m := as_of - STEP * age) - STEP in closes
    ]
    sigma = math.sqrt(fmean(move * move for move in moves))
    return math.log(closes[as_of] / closes[as_of - 2 * STEP]) / (sigma * math.sqrt(2))


def text_row(texts: DocumentSeries, symbol: str, as_of: int) -> dict[str, float]:
    column = texts.symbols.index(symbol)
    scored: list[tuple[int, float, float]] = []
    posts = []
    for i, seen in enumerate(texts.first_seen_s):
        age = (as_of - int(seen)) // STEP
        own, nobody = bool(texts.mentions[i, column]), not texts.mentions[i].any()
        if seen > as_of or age >= DAY or not (own or nobody):
            continue
        if not texts.is_news[i]:
            posts.append(age)
        if not math.isnan(texts.score[i]):
            scored.append((age, 1.0 if own else 0.25, float(texts.score[i])))
    recent = [(weight * 2 ** (-age / 8), score) for age, weight, score in scored if age < 24]
    total = sum(weight for weight, _ in recent)
    return {
        "sentiment_6h": sum(weight * score for weight, score in recent) / (total + 1),
        "posts_ratio_3h": math.log((sum(age < 12 for age in posts) + 1) / (len(posts) / 8 + 1)),
    }
