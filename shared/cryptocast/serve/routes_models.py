"""The champions, and what they say of features and texts that a client brings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Body

from cryptocast.domain import FeatureRow, Horizon
from cryptocast.registry import layout
from cryptocast.serve import examples, model_schemas, schemas, text_schemas
from cryptocast.serve.deps import Deps, DepsOf, checked_symbol
from cryptocast.serve.history import from_postgres, sentiment_body
from cryptocast.serve.parameters import on_grid
from cryptocast.serve.present import is_stale
from cryptocast.serve.problems import ApiError, corrupt_is_rolled_back, no_feature_row, no_registry
from cryptocast.serve.reading import read_feature_row
from cryptocast.serve.versions import NO_CHAMPION, tell
from cryptocast.store import feature_rows

router = APIRouter(prefix="/v1")
_INSTEAD = "Or send the features."


@router.get("/models", tags=["models"], responses=examples.MODELS)
def get_models(deps: DepsOf) -> model_schemas.ModelsAnswer:
    """Champion and candidate of each horizon, and the sentiment model: trained on what, and how it did."""
    if deps.bucket is None:
        raise no_registry()
    champions: list[model_schemas.Model] = []
    candidates: list[model_schemas.Model] = []
    missing: list[str] = []
    names = [(layout.price_model(h), h.value) for h in Horizon] + [(layout.SENTIMENT, "sentiment")]
    for name, words in names:
        told = tell(deps.bucket, name)
        champions += [told.champion] if told.champion else []
        candidates += [told.candidate] if told.candidate else []
        missing += [f"{words}: {fault}" for fault in told.faults]
    if f"sentiment: {NO_CHAMPION}" in missing and deps.scorer is not None:
        missing.append("sentiment: a small stand-in model scores meanwhile")
    return model_schemas.ModelsAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=max((m.promoted_at for m in champions if m.promoted_at), default=None),
        missing=missing,
        champions=champions,
        candidates=candidates,
    )


@router.post("/predict", tags=["models"], responses=examples.PREDICT)
def post_predict(
    deps: DepsOf, request: Annotated[schemas.PredictRequest, Body(openapi_examples=examples.PREDICT_REQUESTS)]
) -> schemas.PredictAnswer:
    """What the champion of a horizon says of one feature row; nothing is stored."""
    if deps.champions is None:
        raise no_registry()
    row, stale = (None, False) if request.symbol is None else _row(deps, request)
    values: Mapping[str, float] = request.features or {} if row is None else row.values
    with corrupt_is_rolled_back(layout.price_model(request.horizon)):
        forecaster = deps.champions().forecaster(request.horizon)
    trained_on = forecaster.manifest.feature_version
    if row is not None and trained_on and row.feature_version != trained_on:
        raise ApiError(
            503,
            "feature_version",
            f"The row has features of version {row.feature_version}, the champion knows {trained_on}.",
            "Wait for the next training.",
        )
    said = forecaster.predict_one(values)
    return schemas.PredictAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=None if row is None else row.as_of,
        stale=stale,
        missing=[] if row is None else [f"{name}: absent" for name in row.missing],
        symbol=request.symbol,
        horizon=request.horizon,
        p_up=said.p_up,
        call=said.call,
        confidence=said.confidence,
        contributions=dict(said.contributions),
        model_version=forecaster.version,
        features={name: values[name] for name in forecaster.features},
    )


@router.post("/sentiment", tags=["models"], responses=examples.SENTIMENT)
def post_sentiment(
    deps: DepsOf,
    request: Annotated[text_schemas.SentimentRequest, Body(openapi_examples=examples.SENTIMENT_REQUESTS)],
) -> text_schemas.SentimentAnswer:
    """Bearish, neutral and bullish probabilities of a few texts; nothing is stored.

    Up to 16 texts and 4,000 characters together; whole files, with a column `text`, are for
    `cryptocast sentiment score --in TEXTS.parquet --out SCORED.parquet`.
    """
    if deps.scorer is None:
        raise ApiError(
            503, "no_model", "There is no sentiment model here.", "GET /v1/models lists what there is."
        )
    with corrupt_is_rolled_back(layout.SENTIMENT):
        scorer = deps.scorer()
    scores = scorer.score(request.texts).tolist()
    unscored = [str(i) for i, row in enumerate(scores) if not all(math.isfinite(p) for p in row)]
    if unscored:
        raise ApiError(
            422,
            "bad_request",
            f"The model could not score texts {', '.join(unscored)} (counted from 0).",
            "Leave them out.",
        )
    stand_in = bool(getattr(scorer.manifest, "stand_in", False))
    return text_schemas.SentimentAnswer(
        data_label=deps.data_label,
        data_since=deps.data_since,
        as_of=None,
        missing=["sentiment: a small stand-in model answered"] if stand_in else [],
        sentiments=[sentiment_body(row, scorer.model_version) for row in scores],
        model_version=scorer.model_version,
        stand_in=stand_in,
    )


def _row(deps: Deps, request: schemas.PredictRequest) -> tuple[FeatureRow, bool]:
    """The row that the request names, and whether it is stale. `ApiError` 404 where there is none."""
    symbol, as_of = checked_symbol(request.symbol or "", deps), request.as_of
    if as_of is None:
        row, _, now = read_feature_row(deps, symbol)
        if row is not None:
            return row, is_stale(row.as_of, now)
        raise no_feature_row(symbol, None, _INSTEAD)
    on_grid(as_of)
    row = from_postgres(lambda: feature_rows.at(deps.db, symbol, as_of))
    if row is None:
        raise no_feature_row(symbol, as_of, _INSTEAD)
    return row, False
