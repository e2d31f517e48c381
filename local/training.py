"""The laptop's stand-in for Fargate: runs the tasks that `ecs:RunTask` started, as processes.

MiniStack accepts RunTask and says RUNNING while nothing runs. So `start_training` stays the code that
runs on AWS, and this agent does what Fargate's does: takes each task, runs the container's entry point
with the task's environment, and reports the end with StopTask. Tasks run beside each other, because a
training that starts workers for its study goes on while they work.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.paths import ROOT, VENV_BIN
from local.processes import Child

_LOG = logging.getLogger(__name__)


class TrainingAgent:
    """Polls one cluster. `finished` counts the tasks that ended, by exit code."""

    def __init__(self, ecs: Any, cluster: str, env: Mapping[str, str], logs: Path) -> None:
        self._ecs = ecs
        self._cluster = cluster
        self._env = dict(env)
        self._logs = logs
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="training-agent", daemon=True)
        self._children: dict[str, Child] = {}
        self.finished: list[int] = []

    @property
    def running(self) -> str | None:
        """A task that runs now, the one started first."""
        return next(iter(self._children), None)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for child in list(self._children.values()):
            child.stop()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        while not self._stopping.wait(1):
            try:
                self._turn()
            except (BotoCoreError, ClientError) as error:  # a busy machine: the next turn asks again
                _LOG.warning("training: %s", error)

    def _turn(self) -> None:
        """Start what is new, report what has ended."""
        for arn in self._ecs.list_tasks(cluster=self._cluster, desiredStatus="RUNNING")["taskArns"]:
            if not self._stopping.is_set() and arn not in self._children:
                self._start_task(arn)
        for arn, child in list(self._children.items()):
            if child.returncode is not None:
                self._end_task(arn, child, child.returncode)

    def _start_task(self, arn: str) -> None:
        task = self._ecs.describe_tasks(cluster=self._cluster, tasks=[arn])["tasks"][0]
        overrides = task.get("overrides", {}).get("containerOverrides", [])
        env = {
            **self._env,
            **{e["name"]: e["value"] for o in overrides for e in o.get("environment", [])},
        }
        log = self._logs / f"train-{arn.rsplit('/', 1)[-1]}.log"
        command = [str(VENV_BIN / "python"), str(ROOT / "functions" / "train" / "main.py")]
        command += [word for o in overrides for word in o.get("command", [])]
        self._children[arn] = Child("train", command, env, log)

    def _end_task(self, arn: str, child: Child, code: int) -> None:
        reason = f"exit code {code}, log {child.log.name}"
        self._ecs.stop_task(cluster=self._cluster, task=arn, reason=reason)
        self.finished.append(code)
        del self._children[arn]
