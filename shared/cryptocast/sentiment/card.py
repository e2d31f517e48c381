"""card.json of a sentiment model: what it is in plain words, for people and for the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LIMITS = (
    "It says what a text's words lean to, not whether the text is true, nor where a price will go.",
    "Irony without a marker, charts in words and languages other than English are read badly.",
    "Accuracy on labelled texts of one source and year does not carry over whole to another.",
)


def make_card(manifest: Mapping[str, Any]) -> bytes:
    """From the manifest's own words and figures; the keys are those of a price model's card."""
    body = {
        "title": manifest.get("title"),
        "version": manifest["version"],
        "what": f"Probabilities of {', '.join(manifest['labels'])} for a text's first"
        f" {manifest['max_tokens']} tokens.",
        "how": manifest.get("params"),
        "source": manifest.get("source"),
        "licences": manifest.get("licences"),
        "data": manifest.get("training_data"),
        "held_out": manifest.get("metrics"),
        "limits": [*manifest.get("limits", ()), *LIMITS],
        "not_for": "Trading decisions. This is no financial advice.",
    }
    return (json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
