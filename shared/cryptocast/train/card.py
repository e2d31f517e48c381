"""card.json: the model in plain words, for people and for the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptocast.registry.manifest import Manifest
from cryptocast.train.selftest import SelfTest


def make_card(manifest: Manifest, self_tests: Sequence[SelfTest]) -> bytes:
    """Needs a manifest of a price model with its figures."""
    window, figures = manifest.data_window, manifest.metrics
    horizon = manifest.horizon.value if manifest.horizon else ""
    body: dict[str, Any] = {
        "title": manifest.title,
        "what": f"Probability that a coin's price is higher {horizon} after the close it is asked at.",
        "how": "Boosted trees (XGBoost) on 15 features, one model for all coins, Platt calibration.",
        "data": {
            "label": manifest.data_label.value if manifest.data_label else None,
            "coins": list(window.symbols) if window else [],
            "since": window.since.isoformat() if window else None,
            "fitted_until": window.fit_until.isoformat() if window else None,
            "held_out_until": window.until.isoformat() if window else None,
            "rows": window.rows if window else 0,
        },
        "held_out": dict(figures),
        "verdict": _verdict(figures, horizon),
        "abstains": manifest.abstain.model_dump() if manifest.abstain else None,
        "self_tests": [
            {"name": t.name, "passed": t.passed, "figure": t.figure, "said": t.reason} for t in self_tests
        ],
        "limits": [
            "Over all 15-minute calls nobody honest reaches 60 %; the record after the fact is what counts.",
            "Labels overlap at horizons above 15 minutes; `independent_calls` counts them thinned.",
            "Fixed parameters, chosen among those of docs/decisions/0006; costs of trading are not counted.",
            "Figures of simulated or replayed data say nothing about the live market.",
        ],
        "not_for": "Trading decisions. This is no financial advice.",
    }
    return (json.dumps(body, indent=1, allow_nan=False) + "\n").encode()


def _verdict(figures: Any, horizon: str) -> str:
    best = max((v for k, v in figures.items() if k.startswith("baseline_")), default=0.5)
    calls = figures.get("accuracy_of_calls")
    said = f"{horizon}: {figures['accuracy']:.1%} of all calls right; the best free forecast gets {best:.1%}."
    if calls is None:
        return f"{said} It was never sure enough to call on the held-out slice."
    return (
        f"{said} Where it was sure ({figures['coverage']:.0%} of rows) {calls:.1%}, with "
        f"{figures['independent_calls']:.0f} independent calls."
    )
