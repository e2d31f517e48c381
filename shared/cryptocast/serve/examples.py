"""The examples of the OpenAPI document. A test holds each one to its model."""

from __future__ import annotations

from typing import Any, TypeAlias

from fastapi.openapi.models import Example

from cryptocast.features.spec import FEATURE_VERSION
from cryptocast.features.spec import FEATURES as _SPECS
from cryptocast.serve import schemas
from cryptocast.serve.bar_examples import BARS_DATA, CLOSES_DATA
from cryptocast.serve.card_example import CARD_DATA, SENTIMENT_CARD_DATA
from cryptocast.serve.record_example import HEAD_DATA, NO_HEAD, OUTCOMES_DATA

Responses: TypeAlias = dict[int | str, dict[str, Any]]

_AS_OF = "2024-01-01T12:15:00Z"
_LABELLED: dict[str, Any] = {
    "data_label": "simulated",
    "data_since": None,
    "as_of": _AS_OF,
    "stale": False,
    "missing": ["reddit: no credentials"],
}
_OWN = (
    "return_3h", "return_6h", "return_15m_lag1", "average_distance_2h", "average_distance_4h",
    "range_position_8h", "volatility", "variance_ratio_4h", "efficiency_2h", "vwap_distance_4h",
    "market_return_6h", "market_return_30m", "sentiment_6h", "posts_ratio_3h", "hour",
)  # fmt: skip
"""The features of the model in the examples; another version has others."""
_CONTRIBUTIONS = dict.fromkeys(_OWN, 0.0) | {"return_3h": 0.021, "sentiment_6h": 0.013, "volatility": -0.008}
_FORECAST = {
    "symbol": "BTC",
    "horizon": "1h",
    "as_of": _AS_OF,
    "target_at": "2024-01-01T13:15:00Z",
    "issued_at": "2024-01-01T12:15:08Z",
    "p_up": 0.541,
    "call": "abstain",
    "confidence": 0.541,
    "price": 42_310.5,
    "contributions": _CONTRIBUTIONS,
    "model_version": "20240101T000000Z-1a2b3c4d",
    "data_label": "simulated",
    "missing": ["posts"],
    "stale": False,
    "outcome": None,
}
_PAST = {
    **_FORECAST,
    "as_of": "2024-01-01T11:00:00Z",
    "target_at": "2024-01-01T12:00:00Z",
    "p_up": 0.61,
    "call": "up",
    "confidence": 0.61,
    "outcome": {
        "known_at": "2024-01-01T12:00:00Z",
        "return_log": 0.0021,
        "went_up": True,
        "correct": True,
        "brier": 0.1521,
    },
}
_COIN = {
    "symbol": "BTC",
    "name": "Bitcoin",
    "price": {"symbol": "BTC", "price": 42_310.5, "as_of": _AS_OF, "source": "coinbase"},
    "forecasts": [_FORECAST],
    "stale": False,
    "missing": ["15m: no forecast yet", "4h: no forecast yet", "24h: no forecast yet", "posts"],
}
_SENTIMENT = {
    "label": "bullish",
    "score": 0.62,
    "p_bearish": 0.08,
    "p_neutral": 0.22,
    "p_bullish": 0.7,
    "model_version": "20240101T000000Z-5e6f7a8b",
}
_UNKNOWN_COIN = {
    "error": {
        "code": "unknown_coin",
        "message": "'XYZ' is not a coin that is followed here.",
        "what_to_do": "Use one of: BTC, ETH, SOL, DOT, AAVE.",
    },
    "data_label": "simulated",
}


def _answers(example: dict[str, Any], *, about_a_coin: bool = False) -> Responses:
    found: Responses = {200: {"content": {"application/json": {"example": example}}}}
    if about_a_coin:
        found[404] = {
            "model": schemas.ErrorAnswer,
            "description": "The coin is not followed here, or nothing is known of it yet.",
            "content": {"application/json": {"example": _UNKNOWN_COIN}},
        }
    return found


def _card(example: dict[str, Any], absent: str) -> Responses:
    return {
        200: {
            "description": "The card as it was registered; a browser shows it without script.",
            "content": {
                "text/html": {"schema": {"type": "string"}},
                "application/json": {"example": example},
            },
        },
        404: {"model": schemas.ErrorAnswer, "description": absent},
    }


FORECASTS = _answers({**_LABELLED, "read_from": "redis", "coins": [_COIN]})
COIN_FORECASTS = _answers(
    {
        **_LABELLED,
        "read_from": "redis",
        "coin": _COIN,
        "history": [_PAST],
        "record": [{"horizon": "1h", "forecasts": 1, "calls": 1, "accuracy": 1.0, "brier": 0.1521}],
        "next_before": "2024-01-01T11:00:00Z",
    },
    about_a_coin=True,
)
BARS = _answers({**_LABELLED, **BARS_DATA}, about_a_coin=True)
CLOSES = _answers({**_LABELLED, **CLOSES_DATA})
DOCUMENTS = _answers(
    {
        **_LABELLED,
        "missing": [],
        "documents": [
            {
                "id": 4711,
                "kind": "news",
                "source": "coindesk",
                "url": "https://www.coindesk.com/markets/2024/01/01/example",
                "title": "Bitcoin begins the year with a rise",
                "published_at": "2024-01-01T11:52:00Z",
                "first_seen_at": "2024-01-01T12:00:04Z",
                "first_seen_estimated": False,
                "symbols": ["BTC"],
                "sentiment": _SENTIMENT,
            }
        ],
        "next_before": "2024-01-01T12:00:04Z",
        "next_before_id": 4711,
    },
    about_a_coin=True,
)
FEATURES = _answers(
    {
        **_LABELLED,
        "missing": ["posts: absent"],
        "symbol": "BTC",
        "read_from": "redis",
        "feature_version": "1",
        "features": [
            {
                "name": s.name,
                "value": 0.0,
                "group": s.group,
                "formula": s.formula,
                "unit": s.unit,
                "window": s.window,
                "when_missing": s.when_missing,
            }
            for s in _SPECS[:1]
        ],
    },
    about_a_coin=True,
)
MODELS = _answers(
    {
        **_LABELLED,
        "missing": ["24h: no champion yet"],
        "champions": [
            {
                "kind": "prices",
                "title": "XGBoost, 1h, pooled over 5 coins",
                "horizon": "1h",
                "version": "20240101T000000Z-1a2b3c4d",
                "created_at": "2024-01-01T00:00:00Z",
                "promoted_at": "2024-01-01T00:02:10Z",
                "reason": "the first of its horizon",
                "previous": None,
                "trained_on": "84,120 rows of BTC, ETH, SOL, DOT, AAVE, simulated data",
                "window_since": "2023-07-04T00:00:00Z",
                "window_until": "2024-01-01T00:00:00Z",
                "data_label": "simulated",
                "metrics": {"accuracy": 0.523, "brier": 0.2493, "coverage": 0.18},
                "bias": 0.0037,
                "calibration": {"slope": 0.83, "intercept": 0.012},
                "abstain_below": 0.56,
                "abstain_rule": "Its surest forecasts, on time that it had not been fitted on, were not "
                "surely better than the best forecast that costs nothing (always up, always down, the last "
                "bar's direction again, or its opposite), which was right in 51.2% of them. So it calls "
                "its surest 20%, a share fixed beforehand, without proof that these are better",
                "abstain_coverage": 0.2,
                "abstain_tested": False,
                "shows_skill": True,
                "feature_version": FEATURE_VERSION,
                "feature_names": list(_OWN),
                "code_revision": "4ccc5ab",
                "stand_in": False,
                "decision": {
                    "decided_at": "2024-01-01T00:02:10Z",
                    "stage": "held-out",
                    "verdict": "promoted",
                    "reason": "there is no champion yet; promoted without a comparison; it shows skill",
                    "champion": None,
                    "checks": [],
                },
            }
        ],
        "candidates": [],
    }
)
CARD = _card(CARD_DATA, "There is no such horizon or version, or the version has no card.")
SENTIMENT_CARD = _card(SENTIMENT_CARD_DATA, "There is no such version, or it has no card.")
PREDICT = _answers(
    {
        **_LABELLED,
        "symbol": "BTC",
        "horizon": "1h",
        "p_up": 0.541,
        "call": "abstain",
        "confidence": 0.541,
        "contributions": _CONTRIBUTIONS,
        "model_version": "20240101T000000Z-1a2b3c4d",
        "features": dict.fromkeys(_OWN, 0.0),
    },
    about_a_coin=True,
)
PREDICT_REQUESTS: dict[str, Example] = {
    "newest": {"summary": "The newest row of a coin", "value": {"horizon": "1h", "symbol": "BTC"}},
    "at": {"summary": "A past row", "value": {"horizon": "1h", "symbol": "BTC", "as_of": _AS_OF}},
    "features": {
        "summary": "The model's 15 features, with values of your own",
        "value": {"horizon": "1h", "features": dict.fromkeys(_OWN, 0.0)},
    },
}
SENTIMENT = _answers(
    {
        **_LABELLED,
        "as_of": None,
        "missing": [],
        "sentiments": [_SENTIMENT],
        "model_version": "20240101T000000Z-5e6f7a8b",
        "stand_in": False,
    }
)
SENTIMENT_REQUESTS: dict[str, Example] = {
    "texts": {"summary": "Two texts", "value": {"texts": ["BTC to the moon", "This is going to zero"]}}
}
HEAD = _answers({**_LABELLED, **HEAD_DATA}) | {
    404: {
        "model": schemas.ErrorAnswer,
        "description": "No head was published yet.",
        "content": {"application/json": {"example": NO_HEAD}},
    }
}
OUTCOMES = _answers({**_LABELLED, **OUTCOMES_DATA}, about_a_coin=True)
HEALTH = _answers(
    {
        **_LABELLED,
        "status": "degraded",
        "parts": [
            {"name": "redis", "status": "ok", "message": "It answers."},
            {
                "name": "sources",
                "status": "degraded",
                "message": "Missing in the last cycle: reddit: no credentials.",
            },
        ],
        "cycle_age_s": 312.0,
    }
)
