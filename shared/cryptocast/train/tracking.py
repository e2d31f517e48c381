"""The same training run in MLflow, where a tracking server is named. The registry stays the truth."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptocast.errors import CryptocastError
from cryptocast.observability import get_logger
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.decision import Decision
from cryptocast.registry.manifest import Manifest, parse_manifest

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "cryptocast"
ARTIFACTS = (layout.MANIFEST, layout.CARD_DATA, layout.CARD_PAGE)
"""What is copied; a version that lacks one of them does without."""
_LONGEST = 6_000
"""Characters of a parameter or tag, MLflow's limit."""
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
"""MLflow's own patience with a dead server is minutes, and it knows no other way to be told."""


def track(bucket: Bucket, name: str, decision: Decision, uri: str | None) -> str:
    """Log the registered version that was decided on to the MLflow server at `uri`.

    Parameters, metrics, tags (version, horizon, data label, code revision, verdict) and the files of
    ARTIFACTS. Returns "" or what went wrong: nothing here fails a training. Without `uri` MLflow is
    not even imported.
    """
    if not uri:
        return ""
    try:
        _log(bucket, name, decision, uri)
    except Exception as error:  # MLflow raises its own, requests' and urllib3's
        where = _CREDENTIALS.sub("//", uri)
        said = f"mlflow at {where}: {type(error).__name__}: {_CREDENTIALS.sub('//', str(error))[:300]}"
        get_logger().warning(said)
        return said
    return ""


def _log(bucket: Bucket, name: str, decision: Decision, uri: str) -> None:
    for variable, value in _PATIENCE.items():
        os.environ.setdefault(variable, value)
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    files = _files(bucket, name, decision.challenger)
    manifest = parse_manifest(files[layout.MANIFEST], f"{name} {decision.challenger}")
    client = MlflowClient(tracking_uri=uri)
    run = client.create_run(
        _experiment(client),
        run_name=f"{name} {manifest.version}",
        tags=_tags(manifest, decision),
    )
    at = int(manifest.created_at.timestamp() * 1_000)
    try:
        client.log_batch(
            run.info.run_id,
            metrics=[Metric(key, value, at, 0) for key, value in _metrics(manifest).items()],
            params=[Param(key, value) for key, value in _params(manifest.params).items()],
        )
        for file, body in files.items():
            client.log_text(run.info.run_id, body.decode(), file)
    except Exception:
        client.set_terminated(run.info.run_id, "FAILED")
        raise
    client.set_terminated(run.info.run_id)


def _experiment(client: MlflowClient) -> str:
    """Several horizons may come at once: who is second finds it made."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(EXPERIMENT)
    if found is None:
        try:
            return str(client.create_experiment(EXPERIMENT))
        except MlflowException:
            found = client.get_experiment_by_name(EXPERIMENT)
            if found is None:
                raise
    return str(found.experiment_id)


def _files(bucket: Bucket, name: str, version: str) -> dict[str, bytes]:
    found = {}
    for file in ARTIFACTS:
        try:
            found[file] = bucket.get(layout.file_key(name, version, file)).body
        except CryptocastError:
            if file == layout.MANIFEST:
                raise
    return found


def _tags(manifest: Manifest, decision: Decision) -> dict[str, str]:
    return {
        "version": manifest.version,
        "horizon": manifest.horizon.value if manifest.horizon else "",
        "data_label": manifest.data_label.value if manifest.data_label else "",
        "code_revision": manifest.code_revision,
        "trigger": manifest.trigger[:_LONGEST],
        "decision": decision.verdict,
        "decision_reason": decision.reason[:_LONGEST],
    }


def _metrics(manifest: Manifest) -> dict[str, float]:
    given = {**manifest.metrics, **{f"walk_forward.{k}": v for k, v in manifest.walk_forward.items()}}
    return {
        key: float(value)
        for key, value in given.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def _params(given: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested ones as `outer.inner`."""
    found: dict[str, str] = {}
    for key, value in given.items():
        if isinstance(value, Mapping):
            found |= _params(value, f"{prefix}{key}.")
        else:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            found[f"{prefix}{key}"] = text[:_LONGEST]
    return found
