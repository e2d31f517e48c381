"""A training run in a real MLflow server over SQLite. `make test` makes the server's environment, .mlflow."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cryptocast.domain import Horizon
from cryptocast.registry import layout
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.load import load_champion
from cryptocast.train.dataset import no_documents
from cryptocast.train.job import TrainingReport, train_from_series
from cryptocast.train.tracking import EXPERIMENT
from local.processes import free_port
from tests.unit.train.markets import RULES, make_market

ROOT = Path(__file__).parents[3]
MLFLOW = ROOT / ".mlflow" / "bin" / "mlflow"
START_S = 240
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not MLFLOW.exists():
        pytest.skip("no MLflow server here: run `make .mlflow/.done`")
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [str(MLFLOW), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    env = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    with (folder / "server.log").open("wb") as log:
        child = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(child, f"http://127.0.0.1:{port}", folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(child)


def _wait(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError(f"the MLflow server did not start:\n{log.read_text()[-2_000:]}")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Its workers are in its process group."""
    import os
    import signal

    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)


def run(bucket: Bucket, uri: str | None) -> TrainingReport:
    rules = replace(RULES, tracking_uri=uri, trigger="a test")
    bars, none = make_market(25), no_documents(("BTC", "ETH"))
    (report,) = train_from_series(bucket, bars, none, (Horizon.M15,), rules)
    return report


def test_the_run_is_there_with_parameters_metrics_tags_and_files(server: str, bucket: Bucket) -> None:
    from mlflow import MlflowClient

    report = run(bucket, server)
    assert report.warning == ""
    client = MlflowClient(tracking_uri=server)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    (logged,) = client.search_runs([experiment.experiment_id])
    name = layout.price_model(Horizon.M15)
    manifest = load_champion(bucket, name).manifest
    assert logged.info.status == "FINISHED"
    tags: dict[str, Any] = logged.data.tags
    assert (tags["version"], tags["horizon"], tags["data_label"]) == (report.version, "15m", "simulated")
    assert (tags["code_revision"], tags["decision"], tags["trigger"]) == ("rev-1", "promoted", "a test")
    assert logged.data.metrics["brier"] == pytest.approx(manifest.metrics["brier"])
    assert "walk_forward.accuracy" in logged.data.metrics
    assert logged.data.params["rounds"] == "25"
    assert logged.data.params["split.folds"] == "3"
    files = {file.path for file in client.list_artifacts(logged.info.run_id)}
    assert {"manifest.json", "card.json"} <= files
    kept = bucket.get(layout.file_key(name, report.version or "", layout.MANIFEST)).body
    read = httpx.get(f"{server}/get-artifact", params={"path": "manifest.json", "run_id": logged.info.run_id})
    assert read.content == kept


def test_a_server_that_is_not_there_costs_a_warning_and_no_training(bucket: Bucket) -> None:
    report = run(bucket, f"http://user:secret@127.0.0.1:{free_port()}")
    assert report.promoted
    assert report.warning.startswith("mlflow at http://127.0.0.1:")
    assert "warning: mlflow at" in report.line
    assert "secret" not in report.line


def test_without_a_server_mlflow_is_not_even_imported() -> None:
    code = (
        "import sys; from cryptocast.train.tracking import track; "
        "assert track(None, '', None, None) == ''; assert track(None, '', None, '') == ''; "
        "assert 'mlflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
