"""The laptop's Fargate: each task with its own environment, beside each other, and its end reported."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from local import training
from local.training import TrainingAgent

ENTRY_POINT = """
import os, pathlib, sys, time
folder = pathlib.Path(os.environ["FOLDER"])
role = os.environ.get("TRAINING_ROLE", "train")
(folder / role).write_text(os.environ.get("TRAINING_STUDY", ""))
if role == "train":  # ends only once the worker has run
    while not (folder / "worker").exists():
        time.sleep(0.02)
sys.exit(0 if role == "train" else 3)
"""


class Ecs:
    """As much of the vendor as the agent asks."""

    def __init__(self, environments: dict[str, dict[str, str]]) -> None:
        self.environments = environments
        self.stopped: dict[str, str] = {}
        self.failures = 1

    def list_tasks(self, **_: Any) -> dict[str, Any]:
        """Does not answer the first time: one hiccup must not end every later training."""
        if self.failures:
            self.failures -= 1
            raise ConnectTimeoutError(endpoint_url="http://127.0.0.1")
        return {"taskArns": [arn for arn in self.environments if arn not in self.stopped]}

    def describe_tasks(self, cluster: str, tasks: list[str]) -> dict[str, Any]:
        pairs = [{"name": k, "value": v} for k, v in self.environments[tasks[0]].items()]
        return {"tasks": [{"overrides": {"containerOverrides": [{"environment": pairs}]}}]}

    def stop_task(self, cluster: str, task: str, reason: str) -> None:
        self.stopped[task] = reason


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_training_and_the_workers_it_starts_run_beside_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = tmp_path / "functions" / "train" / "main.py"
    entry.parent.mkdir(parents=True)
    entry.write_text(ENTRY_POINT)
    monkeypatch.setattr(training, "ROOT", tmp_path)
    ecs = Ecs({"task/1": {}, "task/2": {"TRAINING_ROLE": "worker", "TRAINING_STUDY": "a-study"}})
    agent = TrainingAgent(ecs, "cluster", {"FOLDER": str(tmp_path)}, tmp_path / "logs")
    agent.start()
    wait_for(lambda: len(ecs.stopped) == 2)
    wait_for(lambda: agent.running is None)
    agent.stop()
    assert (tmp_path / "worker").read_text() == "a-study"
    assert sorted(agent.finished) == [0, 3]
    assert ecs.stopped["task/2"].startswith("exit code 3, log train-2.log")
