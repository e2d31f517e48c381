"""Pages of the past, out of Postgres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from cryptocast import domain
from cryptocast.domain import Call, Forecast, Horizon, Outcome
from cryptocast.errors import StoreUnavailable
from cryptocast.observability import get_logger
from cryptocast.serve import bar_schemas, schemas
from cryptocast.serve.present import is_stale
from cryptocast.serve.problems import ApiError
from cryptocast.store import forecasts, outcomes
from cryptocast.store.database import Database
from cryptocast.store.documents import DocumentRecord

_T = TypeVar("_T")
_TICK = timedelta(microseconds=1)
ForecastAndOutcome = tuple[Forecast, Outcome | None]
"""None while the outcome is not known."""


def from_postgres(read: Callable[[], _T]) -> _T:
    """What `read` gives; `ApiError` 503 in plain words where Postgres is gone."""
    try:
        return read()
    except StoreUnavailable as error:
        get_logger().warning("postgres is gone", extra={"reason": str(error)})
        raise ApiError(
            503,
            "history_unavailable",
            "The history cannot be read now: Postgres does not answer.",
            "Try again in a minute. The latest forecasts are served without it: GET /v1/forecasts.",
        ) from None


def page(found: Sequence[_T], limit: int, moments: Sequence[datetime]) -> Sequence[_T]:
    """The first `limit` of `found`, cut so that no moment is split between two pages.

    `found` holds more than `limit` where there is a further page. The next page begins before the last
    moment of this one, so records of the cut moment come whole on the next. A first moment with more
    records than a page comes whole too, or no page would ever show the rest of it.
    """
    if len(found) <= limit:
        return found
    cut = limit
    while cut > 0 and moments[cut - 1] == moments[limit]:
        cut -= 1
    return found[: cut or sum(moment == moments[0] for moment in moments)]


def forecast_history(
    db: Database, symbol: str, horizon: Horizon | None, limit: int, before: datetime | None
) -> tuple[list[ForecastAndOutcome], datetime | None]:
    """Past forecasts, newest first, with their outcomes where known; and where the next page begins."""
    some_more = limit + len(Horizon)  # a coin has so many forecasts of one moment
    found = from_postgres(lambda: forecasts.latest(db, symbol, horizon, some_more, before))
    kept = page(found, limit, [f.as_of for f in found])
    if not kept:
        return [], None
    since, until = kept[-1].as_of, kept[0].as_of + _TICK
    known = {
        (outcome.horizon, outcome.as_of): outcome
        for h in {f.horizon for f in kept}
        for _, outcome in from_postgres(partial(outcomes.with_forecasts, db, h, since, until, symbol=symbol))
    }
    judged = [(f, known.get((f.horizon, f.as_of))) for f in kept]
    return judged, kept[-1].as_of if len(found) > len(kept) else None


def record_of(judged: Sequence[ForecastAndOutcome]) -> list[schemas.Record]:
    """How these forecasts did, per horizon; horizons without an outcome are absent."""
    records = []
    for horizon in Horizon:
        pairs = [(f, o) for f, o in judged if f.horizon is horizon and o is not None]
        if not pairs:
            continue
        right = [bool(o.correct) for f, o in pairs if f.call is not Call.ABSTAIN]
        records.append(
            schemas.Record(
                horizon=horizon,
                forecasts=len(pairs),
                calls=len(right),
                accuracy=sum(right) / len(right) if right else None,
                brier=sum(o.brier for _, o in pairs) / len(pairs),
            )
        )
    return records


def bar_body(bar: domain.Bar) -> bar_schemas.Bar:
    return bar_schemas.Bar(
        opened_at=bar.opened_at,
        closed_at=bar.closed_at,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
        source=bar.source,
        volume_source=bar.volume_source,
        trade_count=bar.trade_count,
        taker_buy_volume=bar.taker_buy_volume,
    )


def coin_closes(
    symbol: str, closes: Sequence[tuple[datetime, float]], now: datetime
) -> bar_schemas.CoinCloses:
    """(closed at, USD), oldest first, as a body."""
    as_of = closes[-1][0] if closes else None
    return bar_schemas.CoinCloses(
        symbol=symbol,
        as_of=as_of,
        stale=is_stale(as_of, now),
        closes=[bar_schemas.Close(closed_at=closed_at, close=close) for closed_at, close in closes],
    )


def document_body(record: DocumentRecord) -> schemas.Document:
    document, scored = record.document, record.sentiment
    return schemas.Document(
        id=record.id,
        kind=document.kind,
        source=document.source,
        url=document.url,
        title=document.title,
        published_at=document.published_at,
        first_seen_at=document.first_seen_at,
        first_seen_estimated=document.first_seen_estimated,
        symbols=list(document.symbols),
        sentiment=None
        if scored is None
        else sentiment_body((scored.p_bearish, scored.p_neutral, scored.p_bullish), scored.model_version),
    )


def sentiment_body(probabilities: Sequence[float], model_version: str) -> schemas.Sentiment:
    """(bearish, neutral, bullish) as a body."""
    bearish, neutral, bullish = (min(1.0, max(0.0, float(p))) for p in probabilities)
    by_label = {"bearish": bearish, "neutral": neutral, "bullish": bullish}
    return schemas.Sentiment.model_validate(
        {
            "label": max(by_label, key=lambda label: by_label[label]),
            "score": bullish - bearish,
            "p_bearish": bearish,
            "p_neutral": neutral,
            "p_bullish": bullish,
            "model_version": model_version,
        }
    )
