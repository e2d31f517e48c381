"""functions/train/main.py, as the container and the laptop run it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from optuna.distributions import BaseDistribution, IntDistribution

from cryptocast import training_task, wiring
from cryptocast.domain import DataLabel, Horizon
from cryptocast.errors import NotEnoughData, SettingsError
from cryptocast.registry.bucket import Bucket
from cryptocast.registry.layout import price_model
from cryptocast.registry.load import load_champion, versions
from cryptocast.store import bars
from cryptocast.store.database import Database
from cryptocast.train import trials, tuning
from cryptocast.train.trials import space
from tests.unit.train.markets import UNTIL, make_market

ROOT = Path(__file__).parents[3]
TRAIN = ROOT / "functions" / "train"
pytestmark = pytest.mark.integration


@pytest.fixture
def entry(bucket: Bucket, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    environment = {
        "DATABASE_URL": database_url,
        "REGISTRY_BUCKET": bucket.name,
        "SYMBOLS": "BTC,ETH",
        "DATA_LABEL": "replay",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("train_main", TRAIN / "main.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wiring.forget()
    yield module
    wiring.database().close()
    wiring.forget()


def few_rounds() -> dict[str, BaseDistribution]:
    return {**space(), "rounds": IntDistribution(20, 40)}


def test_the_entry_point_trains_what_the_alarm_asks_for(
    entry: ModuleType, db: Database, bucket: Bucket
) -> None:
    for series in make_market(25).values():
        bars.upsert_series(db, series, "coinbase", UNTIL)
    asked = {
        "TRAINING_HORIZONS": "15m",
        "TRAINING_REASON": "ForecastBrier 15m",
        "TRAINING_UNTIL": "2022-02-28",
    }
    assert entry.main(asked, UNTIL) == 0
    manifest = load_champion(bucket, price_model(Horizon.M15)).manifest
    assert manifest.trigger == "ForecastBrier 15m"
    assert manifest.data_label is DataLabel.REPLAY
    assert manifest.data_window is not None
    assert f"{manifest.data_window.until:%Y-%m-%d}" == "2022-02-28"
    assert versions(bucket, price_model(Horizon.H1)) == []


def test_trials_are_run_here_and_by_the_tasks_that_are_hired(
    entry: ModuleType, db: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that opens the study asks ECS for another; that one runs trials and nothing else."""
    for series in make_market(25).values():
        bars.upsert_series(db, series, "coinbase", UNTIL)
    hired: list[tuple[str, int]] = []

    def start_workers(ecs: object, task: object, study: str, count: int, now: datetime) -> None:
        hired.append((study, count))
        worker = {"TRAINING_ROLE": "worker", "TRAINING_STUDY": study, "TRAINING_WORKER": "1"}
        assert entry.main(worker, now) == 0

    monkeypatch.setattr(training_task, "start_workers", start_workers)
    monkeypatch.setenv("TRAINING_CLUSTER", "training")
    monkeypatch.setenv("TRAINING_TASK_DEFINITION", "train")
    monkeypatch.setattr(trials, "space", few_rounds)
    monkeypatch.setattr(tuning, "space", few_rounds)
    asked = {"TRAINING_HORIZONS": "15m", "TRAINING_UNTIL": "2022-03-01", "TRAINING_TRIALS": "3"}
    assert entry.main({**asked, "TRAINING_TASKS": "2", "TRAINING_WORKERS": "1"}, UNTIL) == 0
    params = load_champion(bucket, price_model(Horizon.M15)).manifest.params
    assert hired == [(params["tuning"]["study"], 2)]
    assert params["tuning"]["trials"] == 3
    with pytest.raises(SettingsError, match="TRAINING_TRIALS is 'many'"):
        entry.main({**asked, "TRAINING_TRIALS": "many"}, UNTIL)


def test_nothing_to_register_is_a_failed_task(entry: ModuleType, db: Database, bucket: Bucket) -> None:
    with pytest.raises(NotEnoughData):
        entry.main({}, UNTIL)
    for series in make_market(2).values():
        bars.upsert_series(db, series, "coinbase", UNTIL)
    assert entry.main({"TRAINING_HORIZONS": "24h"}, UNTIL) == 1
    assert versions(bucket, price_model(Horizon.H24)) == []


def test_the_container_copies_what_is_there() -> None:
    text = (TRAIN / "Dockerfile").read_text()
    sources = re.findall(r"^COPY (\S+) ", text, flags=re.MULTILINE)
    assert "requirements/train.txt" in sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert "--require-hashes" in text
    given = (ROOT / ".dockerignore").read_text()
    assert [source for source in sources if f"!{source}\n" not in given] == []


def test_a_training_that_hangs_ends_with_a_code_that_is_told(tmp_path: Path) -> None:
    entry = (TRAIN / "main.py").read_text()
    hanging = entry.replace("LONGEST_S = 6 * 3_600", "LONGEST_S = 3").replace(
        "sys.exit(main(os.environ, datetime.now(UTC)))", "__import__('time').sleep(60)"
    )
    assert hanging.count("LONGEST_S = 3\n") == hanging.count("sleep(60)") == 1
    (tmp_path / "main.py").write_text(hanging)
    command = [sys.executable, tmp_path / "main.py"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr and "main.py" in ended.stderr
