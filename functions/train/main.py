"""Trains in the container on Fargate, and as a process on a laptop: the same entry point.

Environment: as the functions, and TRAINING_HORIZONS (`15m,1h`, default all), TRAINING_UNTIL (ISO time,
default the newest cycle's), TRAINING_REASON, TRAINING_THREADS. TRAINING_TRIALS tunes each horizon (default 0:
fixed parameters) in TRAINING_WORKERS processes, and TRAINING_TASKS more tasks are started for each study;
such a task has TRAINING_ROLE=worker, TRAINING_STUDY and TRAINING_WORKER, its number, and only runs trials.
Exit code 1 where nothing could be registered.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptocast import wiring
from cryptocast.domain import Horizon
from cryptocast.errors import CryptocastError, SettingsError
from cryptocast.observability import get_logger
from cryptocast.retrain.launcher import TrainingNotStarted, start_workers
from cryptocast.store import cycles
from cryptocast.train.fit import FitRules
from cryptocast.train.job import train
from cryptocast.train.revision import code_revision
from cryptocast.train.tuning import Tuner, tuner_for
from cryptocast.train.worker import work


def main(environ: Mapping[str, str], now: datetime) -> int:
    if environ.get("TRAINING_ROLE") == "worker":
        return run_worker(environ)
    horizons = [Horizon(h) for h in environ.get("TRAINING_HORIZONS", "").split(",") if h] or list(Horizon)
    settings = wiring.settings()
    reports = train(
        wiring.bucket(),
        wiring.database(),
        settings.symbol_list,
        horizons,
        _until(environ, now),
        now,
        settings.data_label,
        sentiment_version=wiring.sentiment_version(),
        code_revision=code_revision(environ),
        trigger=environ.get("TRAINING_REASON", ""),
        shadow_cycles=settings.shadow_cycles,
        tracking_uri=settings.mlflow_tracking_uri,
        fit=FitRules(threads=_number(environ, "TRAINING_THREADS", 1)),
        make_tuner=_make_tuner(environ, now),
    )
    for report in reports:
        get_logger().info(report.line)
    return 0 if any(report.version for report in reports) else 1


def run_worker(environ: Mapping[str, str]) -> int:
    """Only trials, of a study that another task has opened."""
    study = environ.get("TRAINING_STUDY") or ""
    ran = work(wiring.database_url(), study, _number(environ, "TRAINING_WORKER", 0))
    get_logger().info("%d trials of %s run here", ran, study)
    return 0


def _make_tuner(environ: Mapping[str, str], now: datetime) -> Callable[[Mapping[str, Any]], Tuner] | None:
    tasks = _number(environ, "TRAINING_TASKS", 0)
    trials, workers = _number(environ, "TRAINING_TRIALS", 0), _number(environ, "TRAINING_WORKERS", 2)

    def hire(study: str) -> None:
        try:
            start_workers(wiring.ecs(), wiring.training_task(), study, tasks, now)
        except TrainingNotStarted as error:  # slower without them, but not wrong
            get_logger().warning("tuning goes on without other tasks: %s", error)

    return tuner_for(wiring.database_url(), trials, workers, hire=hire if tasks else None)


def _number(environ: Mapping[str, str], name: str, otherwise: int) -> int:
    given = environ.get(name) or str(otherwise)
    if not given.isdecimal():
        raise SettingsError(f"{name} is {given!r}; give a whole number")
    return int(given)


def _until(environ: Mapping[str, str], now: datetime) -> datetime:
    """What was asked for, else the newest cycle's moment: in a replay the wall clock is years ahead."""
    if asked := environ.get("TRAINING_UNTIL"):
        until = datetime.fromisoformat(asked)
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    newest = cycles.latest(wiring.database(), 1)
    return newest[0].as_of if newest else now


if __name__ == "__main__":
    try:
        sys.exit(main(os.environ, datetime.now(UTC)))
    except CryptocastError as error:
        get_logger().error("training failed: %s: %s", type(error).__name__, error)
        sys.exit(1)
