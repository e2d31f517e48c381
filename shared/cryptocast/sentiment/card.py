"""The card of a sentiment model, what it is in plain words: card.json, and card.html that says the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptocast.sentiment.artifact import CARD, CARD_PAGE
from cryptocast.sentiment.card_page import card_page

FOR = (
    "Which way the words of posts, messages and headlines on finance and crypto lean: one input of the"
    " forecasts among others, and averages over many texts. English."
)
LIMITS = (
    "It says what a text's words lean to, not whether the text is true, nor where a price will go.",
    "Irony without a marker, charts in words and languages other than English are read badly.",
    "Accuracy on labelled texts of one source and year does not carry over whole to another.",
)


def card_files(manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """card.json and card.html, of a manifest that has its figures."""
    card = make_card(manifest)
    data = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {CARD: data.encode(), CARD_PAGE: card_page(card).encode()}


def make_card(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """From the manifest's own words and figures; the keys are those of a price model's card."""
    return {
        "title": manifest.get("title"),
        "version": manifest["version"],
        "created_at": manifest.get("created_at"),
        "model_bytes": manifest.get("model_bytes"),
        "what": f"Probabilities of {', '.join(manifest['labels'])} for a text's first"
        f" {manifest['max_tokens']} tokens.",
        "how": manifest.get("params"),
        "source": manifest.get("source"),
        "licences": manifest.get("licences"),
        "data": manifest.get("training_data"),
        "held_out": manifest.get("metrics"),
        "limits": [*manifest.get("limits", ()), *LIMITS],
        "for": FOR,
        "not_for": "Trading decisions. This is no financial advice.",
    }
