"""The words of Cryptocast, as types. Every time is timezone-aware UTC; every `_s` is seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

BAR_INTERVAL_S = 900
"""The grid: one bar, one feature row and one cycle every 15 minutes."""


class Horizon(StrEnum):
    """How far ahead a forecast looks."""

    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    H24 = "24h"

    @property
    def seconds(self) -> int:
        return {"15m": 900, "1h": 3_600, "4h": 14_400, "24h": 86_400}[self.value]


class Call(StrEnum):
    UP = "up"
    DOWN = "down"
    ABSTAIN = "abstain"


class DataLabel(StrEnum):
    """Where the data of this deployment comes from; shown wherever a figure is shown."""

    LIVE = "live"
    REPLAY = "replay"
    SIMULATED = "simulated"


class DocumentKind(StrEnum):
    NEWS = "news"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Coin:
    symbol: str
    name: str
    coingecko_id: str
    aliases: tuple[str, ...] = ()
    """Further words that name the coin in a text, lower case, matched as whole words."""
    other_meanings: tuple[str, ...] = ()
    """Phrases that hold one of its words and do not speak of it, lower case; a plural's `s` may follow."""
    lower_case_meanings: tuple[str, ...] = ()
    """More of them, which do so only where a text with capitals has them in lower case, as no name is."""


COINS: Mapping[str, Coin] = {
    coin.symbol: coin
    for coin in (
        Coin("BTC", "Bitcoin", "bitcoin", ("btc", "xbt")),
        Coin(
            "ETH",
            "Ethereum",
            "ethereum",
            ("eth", "ether"),
            ("lost in the ether", "lost to the ether"),
            ("into the ether",),
        ),
        Coin(
            "SOL",
            "Solana",
            "solana",
            ("$sol",),
            ("i'm sol", "you're sol", "we're sol", "they're sol"),
        ),
        Coin(
            "DOT",
            "Polkadot",
            "polkadot",
            ("$dot",),
            ("polkadot dress", "polkadot shirt"),
            ("polkadot pattern",),
        ),
        Coin("AAVE", "Aave", "aave", ("$aave",)),
        Coin("ADA", "Cardano", "cardano", ("$ada",), ("gerolamo cardano", "girolamo cardano")),
        Coin(
            "AVAX",
            "Avalanche",
            "avalanche-2",
            ("avax",),
            ("avalanche effect", "colorado avalanche"),
            ("avalanche of",),
        ),
        Coin("BNB", "BNB", "binancecoin", ("bnb", "binance coin"), ("air bnb",)),
        Coin("DOGE", "Dogecoin", "dogecoin", ("doge",), ("doge of venice", "efficiency (doge)")),
        Coin("LINK", "Chainlink", "chainlink", ("$link",), ("chainlink fence", "chainlink fencing")),
        Coin("LTC", "Litecoin", "litecoin", ("ltc",)),
        Coin(
            "MATIC",
            "Polygon",
            "matic-network",
            ("matic",),
            ("polygon shaped", "polygon mesh", "polygon.com"),
            ("polygon shape", "polygon count"),
        ),
        Coin("UNI", "Uniswap", "uniswap", ("$uni",)),
        Coin(
            "XRP",
            "XRP",
            "ripple",
            ("xrp", "ripple"),
            ("ripple effect",),
            ("ripple across", "ripple through", "ripple throughout"),
        ),
    )
}
DEFAULT_SYMBOLS = ("BTC", "ETH", "SOL", "DOT", "AAVE")


@dataclass(frozen=True, slots=True)
class CycleWindow:
    """The part of time one cycle is answerable for.

    `as_of` lies on the 15-minute grid. `since` (exclusive, on the grid) is one interval earlier in
    a regular cycle and further back when a cycle catches up on missed ones. `now` is the moment
    the work is done: the clock's in production, the replay's when the past is replayed.
    """

    as_of: datetime
    since: datetime
    now: datetime

    def grid(self) -> list[datetime]:
        """Every `as_of` in (since, as_of], oldest first."""
        steps = int((self.as_of - self.since).total_seconds()) // BAR_INTERVAL_S
        return [self.as_of - timedelta(seconds=BAR_INTERVAL_S * i) for i in reversed(range(steps))]

    @property
    def catches_up(self) -> bool:
        return (self.as_of - self.since).total_seconds() > BAR_INTERVAL_S


@dataclass(frozen=True, slots=True)
class Quote:
    """A spot price in USD at one moment, as a price source gave it."""

    symbol: str
    price: float
    quoted_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One OHLCV interval of one coin in USD: stamped at its open, known at its close.

    `volume` is in units of the coin. `source` served the prices; `volume_source` served the volume and
    is None while nobody has (then `volume` is None too).
    """

    symbol: str
    opened_at: datetime
    interval_s: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None
    source: str
    first_seen_at: datetime
    volume_source: str | None = None
    trade_count: int | None = None
    taker_buy_volume: float | None = None

    @property
    def closed_at(self) -> datetime:
        return self.opened_at + timedelta(seconds=self.interval_s)


@dataclass(frozen=True, slots=True)
class Document:
    """A news item or a post. `published_at` is the source's claim, `first_seen_at` is ours.

    `first_seen_estimated` marks a document that a backfill or a catch-up collected: its `first_seen_at`
    is then `published_at` plus the embargo, never the publication.
    """

    kind: DocumentKind
    source: str
    external_id: str
    url: str
    title: str
    body: str
    published_at: datetime
    first_seen_at: datetime
    symbols: tuple[str, ...] = ()
    first_seen_estimated: bool = False
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The three probabilities of one document by one model version; they sum to 1."""

    document_id: int
    model_version: str
    p_bearish: float
    p_neutral: float
    p_bullish: float


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """Every candidate feature of one coin at one `as_of`, in the order of `features.rows.FEATURE_NAMES`."""

    symbol: str
    as_of: datetime
    values: Mapping[str, float]
    missing: tuple[str, ...]
    """Names of the inputs that were absent, e.g. `news`, `posts`, `volume`."""
    feature_version: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the champion of `horizon` says of `symbol` at `as_of`."""

    symbol: str
    horizon: Horizon
    as_of: datetime
    issued_at: datetime
    p_up: float
    call: Call
    confidence: float
    """max(p_up, 1 - p_up) after calibration, from 0.5 to 1."""
    price: float
    """The close, in USD, that the forecast is measured from."""
    contributions: Mapping[str, float]
    """Per feature, in log-odds; with the model's bias they add up to the raw margin."""
    model_version: str
    data_label: DataLabel
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the price did after a forecast."""

    symbol: str
    horizon: Horizon
    as_of: datetime
    known_at: datetime
    return_log: float
    went_up: bool
    correct: bool | None
    """None where the call was abstain."""
    brier: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record that validation refused, kept in the quarantine table."""

    stage: str
    """Where: `quotes`, `bars`, `documents`, `sentiments`, `feature_rows`, `forecasts`."""
    source: str
    reason: str
    payload: Mapping[str, Any]


@dataclass(slots=True)
class StepReport:
    """What one step of the cycle did; the state machine carries it as JSON."""

    step: str
    rows_in: int = 0
    rows_stored: int = 0
    rows_rejected: int = 0
    missing: list[str] = field(default_factory=list)
    """Sources or inputs that were absent, in plain words: `reddit: no credentials`."""
    detail: dict[str, Any] = field(default_factory=dict)


def floor_to_grid(moment: datetime, interval_s: int = BAR_INTERVAL_S) -> datetime:
    """The latest grid time that is not after `moment`."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % interval_s, tz=UTC)
