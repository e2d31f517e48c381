"""The champion and the candidate of one model, as `GET /v1/models` tells them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptocast.errors import CorruptArtifact, ModelNotFound
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.candidate import as_champion, read_candidate
from cryptocast.registry.decision import Decision, decisions
from cryptocast.registry.load import Champion, read_champion, read_named_manifest
from cryptocast.registry.manifest import Manifest
from cryptocast.serve import model_schemas

NO_CHAMPION = "no champion yet"
_UNNAMED = "data that it does not name"


@dataclass(slots=True)
class Told:
    """`faults` has what is absent or damaged, in words; each hides only what it would have told."""

    champion: model_schemas.Model | None = None
    candidate: model_schemas.Model | None = None
    faults: list[str] = field(default_factory=list)


def tell(bucket: Bucket, name: str) -> Told:
    """Who serves and who is on trial, of `prices/1h` or `sentiment`."""
    told = Told()
    try:
        told.champion = _version(bucket, name, read_champion(bucket, name)[0], told.faults)
    except ModelNotFound:
        told.faults.append(NO_CHAMPION)
    except CorruptArtifact as error:
        told.faults.append(str(error))
    try:
        told.candidate = _candidate(bucket, name, told.faults)
    except CorruptArtifact as error:
        told.faults.append(str(error))
    return told


def _candidate(bucket: Bucket, name: str, faults: list[str]) -> model_schemas.Model | None:
    """Who is on trial, in the same words; it was not promoted, and `reason` says why it is on trial."""
    read = read_candidate(bucket, name)
    if read is None or read[0].state != "shadow":
        return None
    return _version(bucket, name, as_champion(read[0]), faults).model_copy(update={"promoted_at": None})


def _version(bucket: Bucket, name: str, named: Champion, faults: list[str]) -> model_schemas.Model:
    manifest = read_named_manifest(bucket, name, named)
    try:
        decided = decisions(bucket, name, named.version)
    except CorruptArtifact as error:
        faults.append(str(error))
        decided = []
    window = manifest.data_window
    return model_schemas.Model.model_validate(
        {
            "kind": manifest.kind,
            "title": manifest.title or manifest.version,
            "horizon": manifest.horizon,
            "version": manifest.version,
            "created_at": manifest.created_at,
            "promoted_at": named.promoted_at,
            "reason": named.reason,
            "previous": named.previous,
            "trained_on": _trained_on(manifest),
            "window_since": None if window is None else window.since,
            "window_until": None if window is None else window.until,
            "data_label": manifest.data_label,
            "metrics": _numbers(manifest.metrics),
            "bias": manifest.bias,
            "calibration": _calibration(manifest),
            **_abstain(manifest),
            "shows_skill": manifest.skill.shown if manifest.skill else None,
            "feature_version": manifest.feature_version or None,
            "feature_names": list(manifest.feature_names),
            "code_revision": manifest.code_revision,
            "stand_in": manifest.stand_in,
            "decision": _decision(decided[-1]) if decided else None,
        }
    )


def _calibration(manifest: Manifest) -> dict[str, float] | None:
    known = manifest.calibration
    return None if known is None else {"slope": known.a, "intercept": known.b}


def _abstain(manifest: Manifest) -> dict[str, Any]:
    known = manifest.abstain
    if known is None:
        return {}
    return {
        "abstain_below": known.threshold,
        "abstain_rule": known.rule,
        "abstain_coverage": known.coverage,
        "abstain_tested": known.tested,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    shown = model_schemas.Decision.model_fields
    return {field: value for field, value in decision.model_dump().items() if field in shown}


def _trained_on(manifest: Manifest) -> str:
    window, label = manifest.data_window, manifest.data_label
    data = _UNNAMED if label is None else f"{label.value} data"
    if window is None:
        return data if label is not None else _texts(manifest)
    coins = ", ".join(window.symbols) or "coins that it does not name"
    return f"{window.rows:,} rows of {coins}, {data}"


def _texts(manifest: Manifest) -> str:
    """What the manifest of a sentiment model says of each text it was trained on."""
    named = (manifest.model_extra or {}).get("training_data")
    said = list(named.values()) if isinstance(named, Mapping) else [named]
    return "; ".join(str(part) for part in said if part) or _UNNAMED


def _numbers(metrics: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """The finite numbers among the metrics, those of nested ones as `outer.inner`."""
    found: dict[str, float] = {}
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            found |= _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found[f"{prefix}{name}"] = float(value)
    return found
