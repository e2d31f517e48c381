"""A trained challenger becomes a version of the registry: exported, checked, described, published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from cryptocast.domain import DataLabel, Horizon
from cryptocast.features.rows import FEATURE_VERSION
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.explain import Explainer
from cryptocast.registry.layout import PRICES
from cryptocast.registry.manifest import DataWindow, Manifest
from cryptocast.registry.publish import publish
from cryptocast.train.card import card_files
from cryptocast.train.challenger import Challenger
from cryptocast.train.dataset import Examples
from cryptocast.train.export import check_parity, to_onnx, to_trees
from cryptocast.train.fit import TRIALS, FitRules
from cryptocast.train.selection import Selection
from cryptocast.train.selftest import SelfTest
from cryptocast.train.shadow_gate import DAY_CYCLES
from cryptocast.train.splits import Plan, SplitRules
from cryptocast.train.tuning import Tuner

_PARITY_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class TrainingRules:
    """Everything that a training run is told besides the data."""

    until: datetime
    now: datetime
    data_label: DataLabel
    code_revision: str = "unknown"
    trigger: str = ""
    """Why there is a training: the operator, or an alarm's words."""
    sentiment_version: str | None = None
    """Whose sentiments the documents carry."""
    since: datetime | None = None
    """The first row's moment; earlier bars only serve the windows of later rows. None: where bars begin."""
    fit: FitRules = field(default_factory=FitRules)
    split: SplitRules = field(default_factory=SplitRules)
    workers: int = 2
    """Horizons trained at a time, each on `fit.threads`: faster than many threads on one fit."""
    shadow_cycles: int = DAY_CYCLES
    """What a challenger that passes has to do in the champion's shadow; 0 promotes it at once."""
    tracking_uri: str | None = None
    """The MLflow server that the run is logged to as well."""
    tuner: Tuner | None = None
    """None trains with `fit` as it is."""
    tuning: Mapping[str, Any] = field(default_factory=dict)
    """What came of the tuner, for the manifest."""


def register(
    bucket: Bucket,
    examples: Examples,
    plan: Plan,
    challenger: Challenger,
    tests: Sequence[SelfTest],
    selection: Selection,
    horizon: Horizon,
    rules: TrainingRules,
) -> str:
    """Export, check parity and publish. Raises `RegistryError` where ONNX and XGBoost disagree."""
    onnx = to_onnx(challenger.booster)
    parity = check_parity(challenger.booster, onnx, examples.x[-_PARITY_ROWS:])
    trees = to_trees(challenger.booster, examples.features)
    manifest = Manifest(
        kind=PRICES,
        horizon=horizon,
        created_at=rules.now,
        title=f"XGBoost, {horizon.value}, pooled over {len(np.unique(examples.symbols))} coins",
        data_label=rules.data_label,
        data_window=_data_window(examples, plan, challenger.fitted_rows, rules),
        code_revision=rules.code_revision,
        trigger=rules.trigger,
        params=_params(rules, selection),
        feature_names=examples.features,
        feature_version=FEATURE_VERSION,
        bias=Explainer.from_json(trees).bias,
        calibration=challenger.calibration,
        abstain=challenger.abstain,
        skill=challenger.skill,
        metrics={**challenger.held_out, "onnx_parity": parity},
        walk_forward=challenger.walk_forward,
    )
    files = {
        "model.onnx": onnx,
        "trees.json": trees,
        **card_files(manifest, tests, challenger),
    }
    return publish(bucket, PRICES, files, manifest)


def _params(rules: TrainingRules, selection: Selection) -> dict[str, Any]:
    return {
        **rules.fit.recorded(),
        "split": asdict(rules.split),
        "sentiment_version": rules.sentiment_version,
        "selection": selection.recorded(),
        **_tried(rules.tuning),
    }


def _tried(tuning: Mapping[str, Any]) -> dict[str, Any]:
    """How many configurations were looked at for these parameters, and what came of tuning."""
    tried = {"configurations_tried": TRIALS + int(tuning.get("trials", 0))}
    return {**tried, "tuning": dict(tuning)} if tuning else tried


def _data_window(examples: Examples, plan: Plan, fitted_rows: int, rules: TrainingRules) -> DataWindow:
    last_fitted = int(examples.as_of[plan.development[-1]]) + examples.horizon_s
    return DataWindow(
        since=datetime.fromtimestamp(int(examples.as_of[0]), tz=UTC),
        fit_until=datetime.fromtimestamp(last_fitted, tz=UTC),
        until=rules.until,
        symbols=tuple(np.unique(examples.symbols).tolist()),
        rows=fitted_rows,
    )
