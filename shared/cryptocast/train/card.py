"""The model card of a version: what it is for and what it is worth, for people and for the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cryptocast.registry.layout import CARD_DATA, CARD_PAGE
from cryptocast.registry.manifest import Calibration, Manifest
from cryptocast.registry.price_model import apply_platt
from cryptocast.series import Bools, Floats
from cryptocast.train.card_page import card_page
from cryptocast.train.challenger import Challenger, Predictions
from cryptocast.train.evaluate import brier, by_month, log_loss, reliability_bins
from cryptocast.train.importance import importance
from cryptocast.train.selftest import SelfTest
from cryptocast.train.skill import in_words
from cryptocast.train.statistics import block_interval, finite, mean_interval
from cryptocast.train.target import against_target, called_row
from cryptocast.train.walkforward import thresholds_of

COVERAGES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
METHODS: Mapping[str, str] = {
    "intervals": "95% intervals, of figures, months and coverages: stationary block bootstrap. Whole days "
    "(or spans of two horizons, where longer) are drawn again 2,000 times, because calls of one day are "
    "not independent. An accuracy with fewer than ten such blocks, or with blocks that are all alike, gets "
    "Clopper-Pearson's exact interval over the number of blocks instead, which is wide; a score gets none.",
    "accuracy_of_calls_lower": "Lower bound of the accuracy of calls: Wilson's score interval, one-sided "
    "at 95%, over the independent calls. It is another method than the intervals', so it is not their "
    "lower end.",
    "target": "The target is met only where two lower bounds are above it: the lower end of the 95% "
    "interval (block bootstrap), and Clopper-Pearson's exact one-sided bound over the independent calls at "
    "5% divided by the number of coverages that were looked at.",
}
"""Which number is by which method, in plain words."""


def card_files(
    manifest: Manifest, self_tests: Sequence[SelfTest], challenger: Challenger
) -> dict[str, bytes]:
    """card.json and card.html, which say the same. Needs a manifest of a price model with its figures."""
    card = make_card(manifest, self_tests, challenger)
    return {
        CARD_DATA: (json.dumps(card, indent=1, allow_nan=False) + "\n").encode(),
        CARD_PAGE: card_page(card).encode(),
    }


def make_card(manifest: Manifest, self_tests: Sequence[SelfTest], challenger: Challenger) -> dict[str, Any]:
    """Everything that the card says, ready for JSON."""
    horizon = manifest.horizon.value if manifest.horizon else ""
    rows = coverage(challenger)
    return {
        "title": manifest.title,
        "what": f"Probability that a coin's price is higher {horizon} after the close it is asked at.",
        "how": f"Boosted trees (XGBoost) on {len(manifest.feature_names)} features, one model for all coins, "
        "Platt calibration.",
        "for": "To rank moments by how sure a direction is, and to abstain from the rest.",
        "not_for": "Trading decisions, other horizons, other bar lengths, coins unlike those it was fitted "
        "on. Costs are not counted. This is no financial advice.",
        "data": _data(manifest),
        "held_out": dict(manifest.metrics),
        "intervals": _intervals(challenger),
        "methods": dict(METHODS),
        "verdict": _verdict(manifest.metrics, horizon),
        "calibration": _calibration(manifest.calibration),
        "skill": _skill(manifest),
        "target": against_target(rows),
        "coverage": rows,
        "reliability": reliability_bins(challenger.fresh.p_up, challenger.fresh.examples.up),
        "months": _months(challenger),
        "importance": importance(challenger.booster, challenger.fresh.examples),
        "abstains": manifest.abstain.model_dump() if manifest.abstain else None,
        "self_tests": [
            {"name": t.name, "passed": t.passed, "figure": t.figure, "said": t.reason} for t in self_tests
        ],
        "limits": [
            "Over every 15 minutes of every coin nobody honest reaches 65%; the record after the fact is "
            "what counts.",
            "The held-out slice is weeks, not years: read the intervals, not the figures.",
            "Labels overlap at horizons above 15 minutes; independent calls count them thinned.",
            "Figures of simulated or replayed data say nothing about the live market.",
        ],
    }


def coverage(challenger: Challenger) -> list[dict[str, Any]]:
    """Accuracy against coverage on the held-out slice, each threshold fixed on the calibration slice."""
    known, fresh = challenger.out_of_fold, challenger.fresh
    in_slice = known.examples.as_of >= challenger.calibration_begins_s
    before = _confidence(known.p_up[in_slice])
    right, confidence = _right(fresh), _confidence(fresh.p_up)
    rows = []
    for aimed, fixed in zip(COVERAGES, thresholds_of(before, COVERAGES), strict=True):
        threshold = 0.5 if aimed == 1.0 else fixed
        row = called_row(confidence >= threshold, right, fresh.examples.as_of, fresh.examples.horizon_s)
        rows.append({"coverage_target": aimed, "threshold": threshold, **row})
    return rows


def _intervals(challenger: Challenger) -> dict[str, list[float | None]]:
    """95 % intervals of the held-out figures, by bootstrap of blocks of at least a day."""
    fresh = challenger.fresh
    up, as_of, horizon_s = fresh.examples.up, fresh.examples.as_of, fresh.examples.horizon_s
    said = np.clip(np.where(up, fresh.p_up, 1 - fresh.p_up), 1e-12, 1)
    called = _confidence(fresh.p_up) >= challenger.abstain.threshold
    right = _right(fresh)
    found = {
        "accuracy": block_interval(right, as_of, horizon_s),
        "accuracy_of_calls": block_interval(right[called], as_of[called], horizon_s),
        "brier": mean_interval((fresh.p_up - up) ** 2, as_of, horizon_s),
        "log_loss": mean_interval(-np.log(said), as_of, horizon_s),
    }
    return {name: [finite(low), finite(high)] for name, (low, high) in found.items()}


def _months(challenger: Challenger) -> list[dict[str, Any]]:
    """Walk-forward and held-out months; where one ends in the other it is told twice."""
    out = []
    for kind, predictions in (("walk-forward", challenger.out_of_fold), ("held out", challenger.fresh)):
        right = _right(predictions)
        for month, rows in by_month(predictions.examples.as_of):
            ends = block_interval(
                right[rows], predictions.examples.as_of[rows], predictions.examples.horizon_s
            )
            out.append(
                {
                    "month": month,
                    "kind": kind,
                    "n": int(rows.sum()),
                    "accuracy": float(right[rows].mean()),
                    "ci95": [finite(end) for end in ends],
                    "brier": brier(predictions.p_up[rows], predictions.examples.up[rows]),
                    "log_loss": log_loss(predictions.p_up[rows], predictions.examples.up[rows]),
                }
            )
    return out


def _data(manifest: Manifest) -> dict[str, Any]:
    window = manifest.data_window
    return {
        "label": manifest.data_label.value if manifest.data_label else None,
        "coins": list(window.symbols) if window else [],
        "since": window.since.isoformat() if window else None,
        "fitted_until": window.fit_until.isoformat() if window else None,
        "held_out_until": window.until.isoformat() if window else None,
        "rows": window.rows if window else 0,
        "code_revision": manifest.code_revision,
    }


def _calibration(calibration: Calibration | None) -> dict[str, Any] | None:
    """What makes probabilities of margins; `base_rate` where it gives every row the same one."""
    if calibration is None:
        return None
    a, b = calibration.a, calibration.b
    base_rate = float(apply_platt(calibration, np.zeros(1))[0]) if a == 0 else None
    said = (
        f"Its trees add up to a margin, their log odds of a rise. A forecast takes {a:.4g} of it and adds "
        f"{b:.4g}: fitted so that, on time that the trees had not seen, 60% came true about 60% of the time "
        "(Platt's calibration)."
    )
    if base_rate is not None:
        said = (
            f"It says {base_rate:.1%} up every time: on time that it had not seen its margins ordered "
            "nothing, so the slope of the calibration is 0 and every forecast gets the base rate, the share "
            "of rises in that time."
        )
    return {"slope": a, "intercept": b, "base_rate": base_rate, "said": said}


def _skill(manifest: Manifest) -> dict[str, Any] | None:
    """The floor: the model against a constant on rows that were not fitted on."""
    if manifest.skill is None:
        return None
    said = in_words(manifest.skill)
    return {**manifest.skill.model_dump(), "said": f"{said[0].upper()}{said[1:]}."}


def _confidence(p_up: Floats) -> Floats:
    return np.asarray(np.maximum(p_up, 1 - p_up))


def _right(predictions: Predictions) -> Bools:
    return np.asarray((predictions.p_up > 0.5) == predictions.examples.up)


def _verdict(figures: Mapping[str, Any], horizon: str) -> str:
    best = max((v for k, v in figures.items() if k.startswith("baseline_")), default=0.5)
    calls = figures.get("accuracy_of_calls")
    said = (
        f"{horizon} ahead: {figures['accuracy']:.1%} of all forecasts named the direction that came; the "
        f"best baseline gets {best:.1%}."
    )
    if calls is None:
        return f"{said} It was never sure enough to call on the held-out slice."
    free = figures.get("best_baseline_of_calls")
    beside = "" if free is None else f" and the best baseline on the same forecasts {free:.1%}"
    return (
        f"{said} Where it called ({figures['coverage']:.1%} of forecasts) it was right in "
        f"{calls:.1%}{beside}, "
        f"with {figures['independent_calls']:,.0f} independent calls."
    )
