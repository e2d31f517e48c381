"""What a cycle lacked, in plain words, out of what its steps reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NOT_SHOWN = "online store: "
"""How a step's words begin that tell of the online store, which is no input of a forecast."""
NOT_ISSUED = "forecast "
"""How those begin that tell of a horizon or a coin without a forecast."""
NOT_BUILT = "feature row "
"""How those begin that tell of a coin without a feature row."""
STEP_FAILED = "step "
"""How those begin that tell of a step that failed where no input is missing: what it makes is."""
NO_INPUTS = (NOT_SHOWN, NOT_ISSUED, NOT_BUILT, STEP_FAILED)
_INPUTS = {"score_sentiment": "sentiment: scoring failed"}
"""What the forecasts run without where a step fails that brings an input."""


def missing_words(reports: Mapping[str, Any]) -> tuple[str, ...]:
    """What the steps of a cycle lacked, each once; `reports` as the state machine has them."""
    found = [word for report in reports.get("collected", ()) for word in report.get("missing", ())]
    for step in ("scored", "features", "forecasts"):
        found += reports.get(step, {}).get("missing", ())
    found += [_INPUTS.get(step, f"{STEP_FAILED}{step}: failed") for step in reports.get("failures", {})]
    return tuple(dict.fromkeys(found))


def inputs_only(words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that tell of a forecast's inputs: a forecast keeps them for good."""
    return tuple(word for word in words if not word.startswith(NO_INPUTS))


def named_after(beginning: str, words: Iterable[str]) -> tuple[str, ...]:
    """Whom those of `words` with this beginning tell of, each once: `step forecast: failed` of `forecast`."""
    told = (word.removeprefix(beginning) for word in words if word.startswith(beginning))
    return tuple(dict.fromkeys(word.partition(":")[0] for word in told))
