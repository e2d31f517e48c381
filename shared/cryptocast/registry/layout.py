"""Where things lie in the registry's bucket.

    prices/{horizon}/champion.json
    prices/{horizon}/{version}/{model.onnx, trees.json, card.json, manifest.json, decision.json}
    sentiment/champion.json
    sentiment/{version}/{model.onnx, tokenizer.json, golden.json, card.json, manifest.json}

`name` is the part before the version: `prices/15m`, `sentiment`.
"""

from __future__ import annotations

from cryptocast.domain import Horizon

PRICES = "prices"
SENTIMENT = "sentiment"
MANIFEST = "manifest.json"
DECISION = "decision.json"
CHAMPION = "champion.json"


def price_model(horizon: Horizon) -> str:
    """The name of the price model of one horizon."""
    return f"{PRICES}/{horizon.value}"


def model_name(kind: str, horizon: str | None = None) -> str:
    """`prices` and `15m` → `prices/15m`; `sentiment` → `sentiment`."""
    return f"{kind}/{horizon}" if horizon else kind


def champion_key(name: str) -> str:
    return f"{name}/{CHAMPION}"


def file_key(name: str, version: str, file: str) -> str:
    return f"{name}/{version}/{file}"
