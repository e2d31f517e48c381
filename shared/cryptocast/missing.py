"""What a cycle lacked, in plain words, out of what its steps reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NOT_SHOWN = "online store: "
"""How a step's words begin that tell of the online store, which is no input of a forecast."""
NOT_ISSUED = "forecast "
"""How those begin that tell of a horizon without a forecast."""
_FAILED = {"score_sentiment": "sentiment: scoring failed"}


def missing_words(reports: Mapping[str, Any]) -> tuple[str, ...]:
    """What the steps of a cycle lacked, each once; `reports` as the state machine has them."""
    found = [word for report in reports.get("collected", ()) for word in report.get("missing", ())]
    for step in ("scored", "features", "forecasts"):
        found += reports.get(step, {}).get("missing", ())
    found += [_FAILED.get(step, f"{step}: failed") for step in reports.get("failures", {})]
    return tuple(dict.fromkeys(found))


def inputs_only(words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that tell of a forecast's inputs: a forecast keeps them for good."""
    return tuple(word for word in words if not word.startswith((NOT_SHOWN, NOT_ISSUED)))
