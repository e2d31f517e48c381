"""The formulas of docs/features.md a second time, one row at a time, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cryptocast.series import BarSeries, DocumentSeries
from tests.unit.features.markets import STEP
from tests.unit.features.reference_coin import CUT, DAY, Bar, Coin, cut, mean
from tests.unit.features.reference_texts import text_row

RETURNS = {
    "15m": 1, "30m": 2, "1h": 4, "90m": 6, "3h": 12, "6h": 24, "8h": 32, "12h": 48, "24h": 96, "48h": 192,
    "7d": 672,
}  # fmt: skip
OF_THE_OTHERS = (
    "return_15m", "return_30m", "return_1h", "return_6h", "return_24h", "average_distance_2h",
    "vwap_distance_4h", "wick", "close_location_1h", "efficiency_2h", "range_position_8h",
)  # fmt: skip


def feature_rows(
    market: Mapping[str, BarSeries], texts: DocumentSeries, as_of: int
) -> dict[str, dict[str, float]]:
    """Every candidate of every coin that has a row at `as_of`."""
    coins = {symbol: Coin(series) for symbol, series in market.items()}
    own = {symbol: price_row(coin, as_of) for symbol, coin in coins.items() if coin.has_row(as_of)}
    return {
        symbol: {
            **own[symbol],
            **_market(own, symbol),
            **text_row(texts, symbol, as_of),
            "hour": as_of % 86_400 / 3_600,
            "minute": float(as_of % 3_600 // 60),
            "weekday": float((as_of // 86_400 + 3) % 7),
        }
        for symbol in own
    }


def price_row(coin: Coin, at: int) -> dict[str, float]:
    """What a coin's own bars tell."""
    return {
        **{f"return_{name}": coin.scaled(coin.move(at, n), at, n) for name, n in RETURNS.items()},
        **{f"return_15m_lag{k}": coin.scaled(coin.move(at - STEP * k, 1), at, 1) for k in (1, 2)},
        **_distances(coin, at),
        **_of_the_range(coin, at),
        **_volatilities(coin, at),
        **_order_of_returns(coin, at),
        **_volumes(coin, at),
    }


def _market(own: Mapping[str, Mapping[str, float]], symbol: str) -> dict[str, float]:
    others = [row for name, row in own.items() if name != symbol]
    leader = own.get("ETH" if symbol == "BTC" else "BTC", {})
    hour = [row["return_1h"] for row in others]
    return {
        **{f"market_{name}": mean([row[name] for row in others]) for name in OF_THE_OTHERS},
        "market_breadth_1h": mean([float((one > 0) - (one < 0)) for one in hour]),
        "lead_over_market_1h": own[symbol]["return_1h"] - mean(hour) if others else 0.0,
        **{f"leader_return_{k}": leader.get(f"return_{k}", 0.0) for k in ("15m", "1h", "3h", "6h", "24h")},
        **{
            f"lead_over_leader_{k}": own[symbol][f"return_{k}"] - leader[f"return_{k}"] if leader else 0.0
            for k in ("3h", "24h")
        },
    }


def _distances(coin: Coin, at: int) -> dict[str, float]:
    now = math.log(coin.bar[at].close)
    out = {}
    for name, span in (("1h", 4), ("2h", 8), ("4h", 16)):
        weighted = [((span - 1) / (span + 1)) ** age for age, _ in coin.log_closes(at, 5 * span)]
        closes = [value for _, value in coin.log_closes(at, 5 * span)]
        average = sum(w * c for w, c in zip(weighted, closes, strict=True)) / sum(weighted)
        out[f"average_distance_{name}"] = coin.scaled(now - average, at, span)
    for name, width in (("6h", 24), ("24h", 96), ("4d", 384)):
        average = mean([value for _, value in coin.log_closes(at, width)])
        out[f"average_distance_{name}"] = coin.scaled(now - average, at, width)
    return out


def _of_the_range(coin: Coin, at: int) -> dict[str, float]:
    now, hour = coin.bar[at], [m for m in coin.moments(at, 4) if m in coin.bar]
    usual = mean([bar.range for bar in coin.bars(at, DAY)])
    return {
        **{
            f"range_position_{name}": _position(coin, at, width)
            for name, width in (("1h", 4), ("8h", 32), ("24h", 96), ("7d", 672))
        },
        "close_location": _location(now),
        "close_location_1h": mean([_location(coin.bar[m]) for m in hour]),
        "wick": _wick(coin, at),
        "wick_1h": mean([_wick(coin, m) for m in hour]),
        "range_ratio": min(now.range / usual, CUT) if usual > 0 else 1.0,
        "range_ratio_1h": min(mean([coin.bar[m].range for m in hour]) / usual, CUT) if usual > 0 else 1.0,
    }


def _position(coin: Coin, at: int, width: int) -> float:
    bars = coin.bars(at, width)
    top, bottom = (math.log(x) for x in (max(bar.high for bar in bars), min(bar.low for bar in bars)))
    return (2 * math.log(coin.bar[at].close) - top - bottom) / (top - bottom) if top > bottom else 0.0


def _location(bar: Bar) -> float:
    span = bar.high - bar.low
    return ((bar.close - bar.low) - (bar.high - bar.close)) / span if span > 0 else 0.0


def _wick(coin: Coin, at: int) -> float:
    bar = coin.bar[at]
    if bar.open is None:
        return 0.0
    upper = max(math.log(bar.high) - math.log(max(bar.open, bar.close)), 0.0)
    lower = max(math.log(min(bar.open, bar.close)) - math.log(bar.low), 0.0)
    return cut((lower - upper) / coin.sigma(at))


def _volatilities(coin: Coin, at: int) -> dict[str, float]:
    day, week = coin.sigma(at), coin.steps(at, 7 * DAY)
    out = {
        "volatility": math.log(day),
        "volatility_ratio_7d": math.log(day / coin.sigma(at, 7 * DAY)) if len(week) >= 192 else 0.0,
    }
    for name, width in (("1h", 4), ("4h", 16)):
        short = math.log(coin.sigma(at, width) / day)
        out[f"volatility_ratio_{name}"] = max(short, -5.0) if coin.steps(at, width) else 0.0
    return out


def _order_of_returns(coin: Coin, at: int) -> dict[str, float]:
    units = [(coin.step(m), coin.sigma(m)) for m in coin.moments(at, DAY)]
    fours = [coin.move(m, 16) or 0.0 for m in coin.moments(at, DAY)]
    out = {
        "skewness_24h": mean([(step / sigma) ** 3 for step, sigma in units if step is not None]),
        "variance_ratio_4h": min(mean([x * x for x in fours]) / (16 * coin.sigma(at) ** 2), CUT),
    }
    for name, width in (("8h", 32), ("24h", DAY)):
        pairs = [(coin.step(m) or 0.0) * (coin.step(m - STEP) or 0.0) for m in coin.moments(at, width)]
        squares = sum(one * one for one in coin.steps(at, width))
        out[f"autocorrelation_{name}"] = cut(sum(pairs) / squares, 1.0) if squares > 0 else 0.0
    for name, width in (("2h", 8), ("6h", 24)):
        gone = sum(abs(one) for one in coin.steps(at, width))
        out[f"efficiency_{name}"] = sum(coin.steps(at, width)) / gone if gone > 0 else 0.0
    for name, width in (("1h", 4), ("8h", 32), ("24h", DAY)):
        out[f"rises_{name}"] = mean([float((x > 0) - (x < 0)) for x in coin.steps(at, width)])
    return out


def _volumes(coin: Coin, at: int) -> dict[str, float]:
    def known(width: int) -> list[float]:
        return [bar.volume for bar in coin.bars(at, width) if bar.volume is not None]

    usual = mean(known(DAY))
    out = {"volume_score": _volume_score(coin.bar[at].volume, known(DAY))}
    for name, width in (("1h", 4), ("4h", 16)):
        recent = mean(known(width))
        out[f"volume_ratio_{name}"] = math.log(recent / usual) if recent > 0 and usual > 0 else 0.0
    for name, width in (("15m", 1), ("1h", 4), ("4h", 16)):
        moves = [(coin.step(m), coin.bar[m].volume) for m in coin.moments(at, width) if m in coin.bar]
        signed = [(s > 0) * v - (s < 0) * v for s, v in moves if s is not None and v is not None]
        out[f"signed_volume_{name}"] = cut(mean(signed) / usual) if usual > 0 else 0.0
    for name, width in (("4h", 16), ("24h", DAY)):
        traded = [bar for bar in coin.bars(at, width) if bar.volume]
        total = sum(bar.volume for bar in traded if bar.volume)
        paid = sum((bar.high + bar.low + bar.close) / 3 * bar.volume for bar in traded if bar.volume)
        away = math.log(coin.bar[at].close) - math.log(paid / total) if total > 0 else None
        out[f"vwap_distance_{name}"] = coin.scaled(away, at, width)
    return out


def _volume_score(newest: float | None, volumes: list[float]) -> float:
    logs = [math.log(volume) for volume in volumes if volume > 0]
    centre = mean(logs)
    spread = math.sqrt(mean([(one - centre) ** 2 for one in logs]))
    return cut((math.log(newest) - centre) / spread, 6.0) if newest and spread > 1e-9 else 0.0
