"""The bodies of every request and answer of the REST API, and of the records on the stream.

The page's client is generated from these. All times are UTC; `_s` is seconds; prices are USD.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from cryptocast.domain import Call, DataLabel, DocumentKind, Horizon

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
_Name = Annotated[str, StringConstraints(max_length=64)]
_NEXT = "Pass as `before` for the older page; null at the end."
_FIRST, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
Part = Literal["ok", "degraded", "down", "not_checked"]


def _within(moment: datetime) -> datetime:
    if not _FIRST <= moment < _END:
        raise ValueError(f"a moment from {_FIRST.year} to {_END.year - 1} is wanted")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_within)]
"""A time with its zone in a request; at the ends of the calendar it would not exist in another zone."""


class Body(BaseModel):
    """The base of all bodies: an unknown field in a request is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Labelled(Body):
    """What every answer says about itself."""

    data_label: DataLabel = Field(
        description="Where the data comes from: `live`, `replay` of past data, or `simulated` (invented)."
    )
    data_since: str | None = Field(default=None, description="For replay: the date that the replay began at.")
    as_of: datetime | None = Field(
        default=None, description="The moment that the newest record here speaks for."
    )
    stale: bool = Field(
        default=False,
        description="Of what cycles renew (forecasts, bars, newest feature row, outcomes, health): `as_of` "
        "is over two cycles (30 minutes) old, or absent. Of the record's head: that of a later day has "
        "been due for as long. False elsewhere.",
    )
    missing: list[str] = Field(default_factory=list, description="Plain words: `reddit: no credentials`.")


class Price(Body):
    """The last known close of one coin."""

    symbol: str = Field(description="The coin, upper case: `BTC`.")
    price: float = Field(gt=0, description="USD.")
    as_of: datetime = Field(description="When the bar closed.")
    source: str | None = Field(default=None, description="Who served the close: `coinbase`, ...")
    change_24h: float | None = Field(default=None, description="Log-return over the last 24 h, where known.")


class Outcome(Body):
    """What the price then did."""

    known_at: datetime = Field(description="When the outcome was known: `as_of` plus the horizon.")
    return_log: float = Field(description="log(close at the horizon / close at `as_of`).")
    went_up: bool
    correct: bool | None = Field(description="Whether the call was right; null where it was `abstain`.")
    brier: float = Field(description="(p_up - went_up) squared: 0 is perfect, 0.25 is a coin toss.")


class Forecast(Body):
    """What the champion of `horizon` says of `symbol` at `as_of`."""

    symbol: str
    horizon: Horizon
    as_of: datetime = Field(description="The close that the forecast is measured from.")
    target_at: datetime = Field(description="`as_of` plus the horizon: when the outcome will be known.")
    issued_at: datetime = Field(description="When it was computed and stored; it is never rewritten.")
    p_up: Probability = Field(description="Calibrated probability that the close at `target_at` is higher.")
    call: Call = Field(description="`up`, `down`, or `abstain` where the model is not sure enough.")
    confidence: float = Field(ge=0.5, le=1.0, description="max(p_up, 1 - p_up).")
    price: float = Field(description="The close at `as_of`, USD.")
    contributions: dict[str, float] = Field(
        description="Per feature, in log-odds; with the model's `bias` in `/v1/models` they add up to the "
        "raw margin, of which its `calibration` there makes p_up."
    )
    model_version: str
    data_label: DataLabel
    missing: list[str] = Field(default_factory=list, description="Inputs that were absent.")
    stale: bool = Field(default=False, description="True where `as_of` is older than two cycles.")
    outcome: Outcome | None = Field(default=None, description="Only in a history, once it is known.")


class CoinForecasts(Body):
    """The present state of one coin."""

    symbol: str
    name: str = Field(description="`Bitcoin`")
    price: Price | None = None
    forecasts: list[Forecast] = Field(description="At most one per horizon, shortest first.")
    stale: bool = False
    missing: list[str] = Field(default_factory=list, description="Plain words: `24h: no forecast yet`.")


class ForecastsAnswer(Labelled):
    """The latest forecast per coin and horizon."""

    read_from: Literal["redis", "postgres"] = Field(description="Postgres only where Redis is gone.")
    coins: list[CoinForecasts]


class Record(Body):
    """The public record of one coin and horizon within a history."""

    horizon: Horizon
    forecasts: int = Field(description="Forecasts with an outcome.")
    calls: int = Field(description="Of those, the ones that were not `abstain`.")
    accuracy: float | None = Field(description="Right calls / calls; null where there were no calls.")
    brier: float | None = Field(description="Mean Brier score of all, abstentions included.")


class CoinForecastsAnswer(Labelled):
    """One coin: what holds now, and on request what was said before and what came of it."""

    read_from: Literal["redis", "postgres"]
    coin: CoinForecasts
    history: list[Forecast] = Field(default_factory=list, description="Newest first, with outcomes.")
    record: list[Record] = Field(default_factory=list, description="Counted over `history` only.")
    next_before: datetime | None = Field(default=None, description=_NEXT)


class Sentiment(Body):
    """The three probabilities of one text; they sum to 1."""

    label: Literal["bearish", "neutral", "bullish"] = Field(description="The largest of the three.")
    score: float = Field(ge=-1, le=1, description="p_bullish - p_bearish.")
    p_bearish: Probability
    p_neutral: Probability
    p_bullish: Probability
    model_version: str


class Document(Body):
    """A news item or a post."""

    id: int
    kind: DocumentKind
    source: str
    url: str = Field(description="The source's own address of it; an invented text's leads nowhere.")
    title: str
    published_at: datetime = Field(description="The source's claim.")
    first_seen_at: datetime = Field(description="Ours, and the one that counts.")
    first_seen_estimated: bool = Field(description="True where a backfill or a catch-up collected it.")
    symbols: list[str] = Field(description="The coins that the text names.")
    sentiment: Sentiment | None = Field(default=None, description="Null until it is scored.")


class DocumentsAnswer(Labelled):
    documents: list[Document] = Field(description="Newest first by `first_seen_at`.")
    next_before: datetime | None = Field(default=None, description=_NEXT)
    next_before_id: int | None = Field(
        default=None, description="Pass as `before_id` with it: many documents share one moment."
    )


class Feature(Body):
    """One of a row's candidate numbers, and how it is defined."""

    name: str
    value: float
    group: str = Field(description="`price`, `sentiment`, `social` or `time`.")
    formula: str
    unit: str
    window: str
    when_missing: str = Field(description="The value it takes when its input is absent.")


class FeaturesAnswer(Labelled):
    """The newest feature row of one coin. `missing` names the inputs that were absent."""

    symbol: str
    read_from: Literal["redis", "postgres"]
    feature_version: str
    features: list[Feature]


Symbol = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=16)]


class PredictRequest(Body):
    """Either the model's 15 `features`, or a `symbol` (with `as_of`, or its newest row)."""

    horizon: Horizon
    features: Annotated[dict[_Name, float], Field(max_length=128)] | None = Field(
        default=None,
        description="Finite numbers for the 15 names that the horizon's model uses: `feature_names` of "
        "`/v1/models`. Other names of `/v1/features/{symbol}` are allowed and ignored.",
    )
    symbol: Symbol | None = None
    as_of: Moment | None = Field(default=None, description="On the 15-minute grid; absent: the newest.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.features is None) == (self.symbol is None):
            raise ValueError("give either `features` or `symbol`, not both and not neither")
        if self.features is not None and self.as_of is not None:
            raise ValueError("`as_of` belongs to `symbol`; `features` speak for themselves")
        return self


class PredictAnswer(Labelled):
    """What the champion says of one feature row. It is not stored and not part of the record."""

    symbol: str | None = None
    horizon: Horizon
    p_up: Probability
    call: Call
    confidence: float
    contributions: dict[str, float]
    model_version: str
    features: dict[str, float] = Field(description="The model's own values: what it was computed from.")


class HealthPart(Body):
    name: str = Field(description="`redis`, `postgres`, `cycle`, `sources`, `models`.")
    status: Part
    message: str = Field(description="In plain words.")


class HealthAnswer(Labelled):
    """`status` is the worst of the parts that were checked."""

    status: Literal["ok", "degraded", "down"]
    parts: list[HealthPart]
    cycle_age_s: float | None = Field(default=None, description="From the last cycle's `as_of` to now.")


class Problem(Body):
    code: str = Field(description="Stable, for programs: `unknown_coin`, `bad_request`, ...")
    message: str = Field(description="What was wrong, for people.")
    what_to_do: str = Field(description="The next step.")


class ErrorAnswer(Body):
    """The body of every answer that is not 2xx."""

    error: Problem
    data_label: DataLabel | None = None
