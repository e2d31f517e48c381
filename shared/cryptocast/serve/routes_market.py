"""What is and what was: forecasts, bars, documents, features."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cryptocast import domain
from cryptocast.domain import DocumentKind, Horizon
from cryptocast.errors import BadInput
from cryptocast.features.spec import FEATURES, FeatureSpec
from cryptocast.serve import bar_schemas, examples, schemas
from cryptocast.serve.deps import DepsOf, KnownSymbol, checked_symbol
from cryptocast.serve.history import (
    bar_body,
    coin_closes,
    document_body,
    forecast_history,
    from_postgres,
    record_of,
)
from cryptocast.serve.kept import KEPT_FOR
from cryptocast.serve.parameters import on_grid
from cryptocast.serve.present import coins_as_of, forecast_body, is_stale
from cryptocast.serve.problems import no_feature_row
from cryptocast.serve.reading import present_moment, read_feature_row, read_present
from cryptocast.store import bars, documents, feature_rows

router = APIRouter(prefix="/v1")
Before = Annotated[schemas.Moment | None, Query(description="Only what is older; `next_before` of a page.")]


@router.get("/forecasts", tags=["forecasts"], responses=examples.FORECASTS)
def get_forecasts(deps: DepsOf, response: Response) -> schemas.ForecastsAnswer:
    """The latest forecast of every coin and horizon, with the price.

    Read from Redis, and kept for ten seconds; from Postgres, and saying so, where Redis is gone.
    """
    present = read_present(deps, deps.symbols)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR.seconds}"
    as_of = coins_as_of(present.coins)
    return schemas.ForecastsAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=is_stale(as_of, present.now),
        missing=list(present.missing),
        read_from=present.read_from,
        coins=list(present.coins),
    )


@router.get("/forecasts/{symbol}", tags=["forecasts"], responses=examples.COIN_FORECASTS)
def get_coin_forecasts(
    deps: DepsOf,
    symbol: KnownSymbol,
    history: Annotated[int, Query(ge=0, le=500, description="How many past forecasts to add.")] = 0,
    horizon: Annotated[Horizon | None, Query(description="Limits the history to one horizon.")] = None,
    before: Before = None,
) -> schemas.CoinForecastsAnswer:
    """One coin's latest forecasts and, with `history`, past ones with what came of them.

    The record is append-only: a forecast is never changed after it was issued.
    """
    present = read_present(deps, [symbol])
    (coin,) = present.coins
    past, next_before = forecast_history(deps.db, symbol, horizon, history, before) if history else ([], None)
    as_of = coins_as_of([coin])
    return schemas.CoinForecastsAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=is_stale(as_of, present.now),
        missing=list(dict.fromkeys([*present.missing, *coin.missing])),
        read_from=present.read_from,
        coin=coin,
        history=[forecast_body(f, present.now, outcome) for f, outcome in past],
        record=record_of(past),
        next_before=next_before,
    )


@router.get("/bars/{symbol}", tags=["data"], responses=examples.BARS)
def get_bars(
    deps: DepsOf,
    symbol: KnownSymbol,
    limit: Annotated[int, Query(ge=1, le=1_000, description="The newest so many.")] = 96,
) -> bar_schemas.BarsAnswer:
    """The newest 15-minute bars of a coin, oldest first."""
    newest = from_postgres(lambda: bars.latest(deps.db, symbol, limit))
    as_of = newest[0].closed_at if newest else None
    return bar_schemas.BarsAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=is_stale(as_of, present_moment(deps)),
        missing=[] if newest else [f"bars: none yet for {symbol}"],
        symbol=symbol,
        interval_s=domain.BAR_INTERVAL_S,
        bars=[bar_body(bar) for bar in reversed(newest)],
    )


@router.get("/closes", tags=["data"], responses=examples.CLOSES)
def get_closes(
    deps: DepsOf,
    limit: Annotated[int, Query(ge=1, le=1_000, description="The newest so many of each coin.")] = 97,
) -> bar_schemas.ClosesAnswer:
    """The newest closes of every coin's 15-minute bars, in one read; 97 are 24 hours and their beginning."""
    newest = from_postgres(lambda: bars.latest_closes(deps.db, deps.symbols, limit))
    now = present_moment(deps)
    coins = [coin_closes(symbol, closes, now) for symbol, closes in newest.items()]
    as_of = max((coin.as_of for coin in coins if coin.as_of), default=None)
    return bar_schemas.ClosesAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=is_stale(as_of, now),
        missing=[f"bars: none yet for {coin.symbol}" for coin in coins if not coin.closes],
        interval_s=domain.BAR_INTERVAL_S,
        coins=coins,
    )


@router.get("/documents", tags=["data"], responses=examples.DOCUMENTS)
def get_documents(
    deps: DepsOf,
    symbol: Annotated[str | None, Query(max_length=16, description="Only those that name this coin.")] = None,
    kind: DocumentKind | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Before = None,
    before_id: Annotated[
        int | None, Query(ge=0, description="`next_before_id` of a page, with its `next_before`.")
    ] = None,
) -> schemas.DocumentsAnswer:
    """News and posts with their sentiment, newest first. Titles and links only, no bodies."""
    coin = checked_symbol(symbol, deps) if symbol is not None else None
    if before_id is not None and before is None:
        raise BadInput("before_id: it needs `before`, the `next_before` of the same page")
    found = from_postgres(lambda: documents.recent(deps.db, limit + 1, coin, before, kind, before_id or 0))
    shown, last = found[:limit], found[limit - 1] if len(found) > limit else None
    as_of = shown[0].document.first_seen_at if shown else None
    return schemas.DocumentsAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=as_of,
        stale=False,  # no news in half an hour is not a fault; /v1/health tells silent sources
        missing=[] if found else ["documents: none here"],
        documents=[document_body(d) for d in shown],
        next_before=last.document.first_seen_at if last else None,
        next_before_id=last.id if last else None,
    )


@router.get("/features/{symbol}", tags=["data"], responses=examples.FEATURES)
def get_features(
    deps: DepsOf,
    symbol: KnownSymbol,
    as_of: Annotated[schemas.Moment | None, Query(description="On the 15-minute grid.")] = None,
) -> schemas.FeaturesAnswer:
    """The newest feature row of a coin (or the one at `as_of`), each feature with its definition."""
    if as_of is not None:
        on_grid(as_of)
    row, read_from, now = read_feature_row(deps, symbol)
    if as_of is not None:
        row = from_postgres(lambda: feature_rows.at(deps.db, symbol, as_of))
        read_from = "postgres"
    if row is None:
        raise no_feature_row(symbol, as_of)
    return schemas.FeaturesAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=row.as_of,
        stale=as_of is None and is_stale(row.as_of, now),
        missing=[f"{name}: absent" for name in row.missing],
        symbol=symbol,
        read_from=read_from,
        feature_version=row.feature_version,
        features=[_feature(spec, row.values[spec.name]) for spec in FEATURES if spec.name in row.values],
    )


def _feature(spec: FeatureSpec, value: float) -> schemas.Feature:
    return schemas.Feature(
        name=spec.name,
        value=value,
        group=spec.group,
        formula=spec.formula,
        unit=spec.unit,
        window=spec.window,
        when_missing=spec.when_missing,
    )
