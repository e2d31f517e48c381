"""One training task: what `functions/train/main.py` runs, in the container and on a laptop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cryptocast import wiring
from cryptocast.observability import get_logger
from cryptocast.retrain.asked import Asked
from cryptocast.retrain.launcher import TrainingNotStarted, start_workers
from cryptocast.store import cycles
from cryptocast.train.fit import FitRules
from cryptocast.train.job import TrainingReport, train
from cryptocast.train.tuning import Tuner, tuner_for
from cryptocast.train.worker import work


def run_training(asked: Asked, now: datetime, code_revision: str) -> list[TrainingReport]:
    """Train what is asked for. Raises what `train.job.train` does."""
    settings = wiring.settings()
    return train(
        wiring.bucket(),
        wiring.database(),
        settings.symbol_list,
        asked.horizons,
        asked.until or _newest_cycle() or now,
        now,
        settings.data_label,
        sentiment_version=wiring.sentiment_version(),
        code_revision=code_revision,
        trigger=asked.reason,
        shadow_cycles=settings.shadow_cycles,
        tracking_uri=settings.mlflow_tracking_uri,
        fit=FitRules(threads=asked.threads),
        make_tuner=_make_tuner(asked, now),
    )


def run_trials(study: str, worker: int) -> int:
    """Only trials, of a study that another task has opened; returns how many."""
    return work(wiring.database_url(), study, worker)


def _make_tuner(asked: Asked, now: datetime) -> Callable[[Mapping[str, Any]], Tuner] | None:
    def hire(study: str) -> None:
        try:
            start_workers(wiring.ecs(), wiring.training_task(), study, asked.tasks, now)
        except TrainingNotStarted as error:  # slower without them, but not wrong
            get_logger().warning("tuning goes on without other tasks: %s", error)

    return tuner_for(wiring.database_url(), asked.trials, asked.workers, hire=hire if asked.tasks else None)


def _newest_cycle() -> datetime | None:
    """In a replay the wall clock is years ahead of the data."""
    newest = cycles.latest(wiring.database(), 1)
    return newest[0].as_of if newest else None
