"""Where things lie in the registry's bucket.

    prices/{horizon}/champion.json                who serves
    prices/{horizon}/candidate.json               who is tried beside it
    prices/{horizon}/{version}/{model.onnx, trees.json, card.json, card.html, manifest.json}
    prices/{horizon}/{version}/decision.json      what was decided of it; then decision-2.json, ...
    sentiment/champion.json
    sentiment/{version}/{model.onnx, tokenizer.json, golden.json, card.json, card.html, manifest.json}

`name` is the part before the version: `prices/15m`, `sentiment`.
"""

from __future__ import annotations

from cryptocast.domain import Horizon

PRICES = "prices"
SENTIMENT = "sentiment"
MANIFEST = "manifest.json"
DECISION = "decision.json"
CARD_PAGE = "card.html"
CARD_DATA = "card.json"
CHAMPION = "champion.json"
CANDIDATE = "candidate.json"


def price_model(horizon: Horizon) -> str:
    """The name of the price model of one horizon."""
    return f"{PRICES}/{horizon.value}"


def model_name(kind: str, horizon: str | None = None) -> str:
    """`prices` and `15m` → `prices/15m`; `sentiment` → `sentiment`."""
    return f"{kind}/{horizon}" if horizon else kind


def option(name: str) -> str:
    """How the operator's commands are told of a model: `--horizon 15m`, `--sentiment`."""
    return "--sentiment" if name == SENTIMENT else f"--horizon {name.removeprefix(f'{PRICES}/')}"


def champion_key(name: str) -> str:
    return f"{name}/{CHAMPION}"


def candidate_key(name: str) -> str:
    return f"{name}/{CANDIDATE}"


def decision_key(name: str, version: str, number: int) -> str:
    """The `number`-th decision of a version, from 1."""
    return file_key(name, version, DECISION if number == 1 else f"decision-{number}.json")


def file_key(name: str, version: str, file: str) -> str:
    return f"{name}/{version}/{file}"
