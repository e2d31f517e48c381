"""One board as the API would give it, made with the API's own bodies."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from cryptocast.domain import BAR_INTERVAL_S, COINS, DEFAULT_SYMBOLS, Call, DataLabel, Horizon
from cryptocast.features.spec import FEATURE_NAMES
from cryptocast.serve import schemas

PRICES = {"BTC": 64_213.5, "ETH": 3_187.42, "SOL": 148.07, "DOT": 6.214, "AAVE": 0.8731}
VERSIONS = {h: f"20260921T0615Z-{h.value}-4f1c{i}a" for i, h in enumerate(Horizon)}


def price_at(symbol: str, moment: datetime) -> float:
    """A smooth, repeatable walk around the coin's level."""
    hours = moment.timestamp() / 3_600
    phase = len(symbol) + ord(symbol[0])
    swing = math.sin(hours / 7 + phase) * 0.018 + math.sin(hours / 1.9 + 2 * phase) * 0.006
    return PRICES[symbol] * (1 + swing + math.sin(hours * 3 + phase) * 0.0012)


def price(symbol: str, as_of: datetime) -> schemas.Price:
    close = price_at(symbol, as_of)
    return schemas.Price(
        symbol=symbol,
        price=close,
        as_of=as_of,
        source="cryptocompare" if symbol == "DOT" else "coingecko",
        change_24h=math.log(close / price_at(symbol, as_of - timedelta(days=1))),
    )


def forecast(symbol: str, horizon: Horizon, as_of: datetime, label: DataLabel) -> schemas.Forecast:
    seed = sum(map(ord, symbol)) + horizon.seconds // 900 + int(as_of.timestamp()) // 900
    p_up = 0.5 + 0.17 * math.sin(seed * 1.7)
    confidence = max(p_up, 1 - p_up)
    called = Call.UP if p_up > 0.5 else Call.DOWN
    weights = {name: 0.21 * math.sin(seed + 2.3 * i) / (1 + i % 5) for i, name in enumerate(FEATURE_NAMES)}
    return schemas.Forecast(
        symbol=symbol,
        horizon=horizon,
        as_of=as_of,
        target_at=as_of + timedelta(seconds=horizon.seconds),
        issued_at=as_of + timedelta(seconds=9),
        p_up=p_up,
        call=called if confidence >= 0.56 else Call.ABSTAIN,
        confidence=confidence,
        price=price_at(symbol, as_of),
        contributions=weights,
        model_version=VERSIONS[horizon],
        data_label=label,
    )


def forecasts(
    as_of: datetime, label: DataLabel, missing: list[str], with_models: bool
) -> schemas.ForecastsAnswer:
    coins = [
        schemas.CoinForecasts(
            symbol=symbol,
            name=COINS[symbol].name,
            price=price(symbol, as_of),
            forecasts=[forecast(symbol, h, as_of, label) for h in Horizon] if with_models else [],
            missing=missing if with_models else [f"{h.value}: no forecast yet" for h in Horizon],
        )
        for symbol in DEFAULT_SYMBOLS
    ]
    return schemas.ForecastsAnswer(
        data_label=label,
        data_since="2021-10-12" if label is DataLabel.REPLAY else None,
        as_of=as_of,
        missing=missing,
        read_from="redis",
        coins=coins,
    )


def bars(symbol: str, as_of: datetime, label: DataLabel, limit: int) -> schemas.BarsAnswer:
    step = timedelta(seconds=BAR_INTERVAL_S)
    found = []
    for i in reversed(range(limit)):
        closed_at = as_of - i * step
        opening, close = price_at(symbol, closed_at - step), price_at(symbol, closed_at)
        found.append(
            schemas.Bar(
                opened_at=closed_at - step,
                closed_at=closed_at,
                open=opening,
                high=max(opening, close),
                low=min(opening, close),
                close=close,
                volume=None,
                source="coingecko",
            )
        )
    return schemas.BarsAnswer(
        data_label=label, as_of=as_of, symbol=symbol, interval_s=BAR_INTERVAL_S, bars=found
    )


def models(as_of: datetime, label: DataLabel, trained_on: DataLabel) -> schemas.ModelsAnswer:
    prices = [
        schemas.Model(
            kind="prices",
            horizon=horizon,
            version=VERSIONS[horizon],
            promoted_at=as_of - timedelta(days=3),
            trained_on=f"5 coins, 86,400 rows, {trained_on.value} data",
            data_label=trained_on,
            metrics={
                "accuracy_of_calls": 0.531 + 0.004 * i,
                "coverage": 0.42 - 0.05 * i,
                "calls": 3_127 / (i + 1),
            },
        )
        for i, horizon in enumerate(Horizon)
    ]
    sentiment = schemas.Model(
        kind="sentiment",
        version="standin-1",
        trained_on="9,543 public headlines with three classes",
        stand_in=True,
    )
    return schemas.ModelsAnswer(data_label=label, as_of=as_of, champions=[*prices, sentiment])
