"""The bodies of bars and of what they closed at."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from cryptocast.serve.schemas import Body, Labelled


class Bar(Body):
    """One OHLCV interval: stamped at its open, known at its close."""

    opened_at: datetime
    closed_at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None = Field(description="In units of the coin; null while no exchange served it.")
    source: str = Field(description="Who served the prices.")
    volume_source: str | None = Field(default=None, description="Who served the volume.")
    trade_count: int | None = None
    taker_buy_volume: float | None = None


class BarsAnswer(Labelled):
    symbol: str
    interval_s: int
    bars: list[Bar] = Field(description="Oldest first, as a chart wants them.")


class Close(Body):
    """What a bar closed at."""

    closed_at: datetime
    close: float = Field(description="USD.")


class CoinCloses(Body):
    symbol: str
    as_of: datetime | None = Field(description="When the newest bar closed; null where there is none.")
    stale: bool = Field(description="The newest bar is older than two cycles, or absent.")
    closes: list[Close] = Field(description="Oldest first.")


class ClosesAnswer(Labelled):
    interval_s: int
    coins: list[CoinCloses]
