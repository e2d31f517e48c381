"""Records for tests: valid unless a field is overridden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from cryptocast.domain import (
    BAR_INTERVAL_S,
    Bar,
    Call,
    DataLabel,
    Document,
    DocumentKind,
    FeatureRow,
    Forecast,
    Horizon,
    Outcome,
    Quote,
    Sentiment,
)
from cryptocast.series import BarSeries
from cryptocast.store.open_forecasts import Decided

AS_OF = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The moment the records of the tests are about; on the grid."""
INTERVAL = timedelta(seconds=BAR_INTERVAL_S)


def make_quote(symbol: str = "BTC", **changes: Any) -> Quote:
    values = {"price": 100.0, "quoted_at": AS_OF, "source": "coingecko", **changes}
    return Quote(symbol=symbol, **values)


def make_bar(symbol: str = "BTC", closed_at: datetime = AS_OF, **changes: Any) -> Bar:
    """A complete bar from Coinbase that closed at `closed_at`."""
    values: dict[str, Any] = {
        "opened_at": closed_at - INTERVAL,
        "interval_s": BAR_INTERVAL_S,
        "open": 100.0,
        "high": 102.0,
        "low": 99.0,
        "close": 101.0,
        "volume": 5.0,
        "source": "coinbase",
        "first_seen_at": closed_at,
        "volume_source": "coinbase",
        **changes,
    }
    return Bar(symbol=symbol, **values)


def make_quote_bar(symbol: str = "BTC", closed_at: datetime = AS_OF, **changes: Any) -> Bar:
    """A bar closed from a CoinGecko quote: no range of its own, no volume."""
    values = {
        "high": 101.0,
        "low": 100.0,
        "volume": None,
        "source": "coingecko",
        "volume_source": None,
        **changes,
    }
    return make_bar(symbol, closed_at, **values)


def make_bars(n: int, symbol: str = "BTC", until: datetime = AS_OF, seed: int = 0) -> list[Bar]:
    """`n` bars of a random walk, oldest first, the last one closing at `until`."""
    series = make_series(n, symbol, until, seed)
    moments = [datetime.fromtimestamp(int(second), tz=UTC) + INTERVAL for second in series.opened_s]
    numbers = zip(series.open, series.high, series.low, series.close, series.volume, strict=True)
    names = ("open", "high", "low", "close", "volume")
    return [
        make_bar(symbol, moment, **dict(zip(names, map(float, row), strict=True)))
        for moment, row in zip(moments, numbers, strict=True)
    ]


def make_series(n: int, symbol: str = "BTC", until: datetime = AS_OF, seed: int = 0) -> BarSeries:
    """`n` bars of a random walk as columns, the last one closing at `until`."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, n)))
    open_ = np.concatenate([[100.0], close[:-1]]) if n else close
    high = np.maximum(open_, close) * (1 + rng.uniform(0, 0.001, n))
    low = np.minimum(open_, close) * (1 - rng.uniform(0, 0.001, n))
    opened_s = int(until.timestamp()) - BAR_INTERVAL_S * np.arange(n, 0, -1, dtype=np.int64)
    return BarSeries(symbol, BAR_INTERVAL_S, opened_s, open_, high, low, close, rng.uniform(1, 10, n))


def make_document(external_id: str = "a-1", **changes: Any) -> Document:
    """A news item about BTC, published an hour before AS_OF and seen ten minutes later."""
    values: dict[str, Any] = {
        "kind": DocumentKind.NEWS,
        "source": "coindesk",
        "url": f"https://www.coindesk.com/{external_id}",
        "title": "Bitcoin rises",
        "body": "The price of bitcoin rose.",
        "published_at": AS_OF - timedelta(hours=1),
        "first_seen_at": AS_OF - timedelta(minutes=50),
        "symbols": ("BTC",),
        **changes,
    }
    return Document(external_id=external_id, **values)


def make_sentiment(document_id: int = 1, **changes: Any) -> Sentiment:
    values = {"model_version": "standin-1", "p_bearish": 0.1, "p_neutral": 0.2, "p_bullish": 0.7, **changes}
    return Sentiment(document_id=document_id, **values)


def make_feature_row(symbol: str = "BTC", as_of: datetime = AS_OF, **changes: Any) -> FeatureRow:
    values = {
        "values": {"return_1h": 0.01, "score_24h": -0.2},
        "missing": (),
        "feature_version": "test-1",
        **changes,
    }
    return FeatureRow(symbol=symbol, as_of=as_of, **values)


def make_forecast(
    symbol: str = "BTC", horizon: Horizon = Horizon.H1, as_of: datetime = AS_OF, **changes: Any
) -> Forecast:
    values: dict[str, Any] = {
        "issued_at": as_of + timedelta(seconds=40),
        "p_up": 0.6,
        "call": Call.UP,
        "confidence": 0.6,
        "price": 101.0,
        "contributions": {"return_1h": 0.3, "score_24h": -0.1},
        "model_version": "prices-1h-1",
        "data_label": DataLabel.SIMULATED,
        **changes,
    }
    return Forecast(symbol=symbol, horizon=horizon, as_of=as_of, **values)


def make_decided(horizon: Horizon = Horizon.H1, **changes: Any) -> Decided:
    """A forecast of BTC at AS_OF whose horizon has ended."""
    values = {"p_up": 0.6, "call": Call.UP, "price": 101.0, "close": 102.0, **changes}
    return Decided("BTC", horizon, AS_OF, AS_OF + timedelta(seconds=horizon.seconds), **values)


def make_outcome(forecast: Forecast, return_log: float = 0.01) -> Outcome:
    """The outcome of `forecast` had the price moved by `return_log`."""
    went_up = return_log > 0
    return Outcome(
        forecast.symbol,
        forecast.horizon,
        forecast.as_of,
        known_at=forecast.as_of + timedelta(seconds=forecast.horizon.seconds),
        return_log=return_log,
        went_up=went_up,
        correct=None if forecast.call is Call.ABSTAIN else (forecast.call is Call.UP) == went_up,
        brier=(forecast.p_up - went_up) ** 2,
    )
