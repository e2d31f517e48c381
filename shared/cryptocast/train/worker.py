"""A worker's process: `python -m cryptocast.train.worker STUDY FILE NUMBER HEARTBEAT_S GRACE_S`.

Started by `hiring.run_workers`, with DATABASE_URL in the environment. On Fargate the container's entry
point calls `work` itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import optuna

from cryptocast.errors import BadInput
from cryptocast.store.database import Database
from cryptocast.store.studies import GRACE_S, HEARTBEAT_S, StudyStore, answered
from cryptocast.train.fit import FitRules
from cryptocast.train.hiring import load_examples, read_examples
from cryptocast.train.splits import SplitRules
from cryptocast.train.trials import make_search, pruner, run_trials, sampler


def work(
    url: str,
    name: str,
    number: int = 0,
    file: Path | None = None,
    *,
    heartbeat_s: int = HEARTBEAT_S,
    grace_s: int = GRACE_S,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Run trials of the study until none is left; how many were run.

    The examples come from `file`, else from Postgres as the study says. `number` sets this worker's seed
    apart. Raises `BadInput` where there is no such study, `StoreUnavailable`.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    store = StudyStore(url, heartbeat_s=heartbeat_s, grace_s=grace_s)
    try:
        study = _load(store, name, number)
        attributes = study.user_attrs
        examples = load_examples(file) if file else read_examples(Database(url), attributes)
        base = FitRules(**attributes["fit"])
        window = (int(attributes["window"][0]), int(attributes["window"][1]))
        search, _ = make_search(examples, window, SplitRules(**attributes["split"]), base)
        with answered():
            return run_trials(store, study, search, int(attributes["trials"]), stop=stop)
    finally:
        store.close()


def _load(store: StudyStore, name: str, number: int) -> optuna.Study:
    try:
        with answered():
            study = optuna.load_study(study_name=name, storage=store.storage, pruner=pruner())
    except KeyError:
        raise BadInput(f"there is no study {name!r}; the training that opens it must run first") from None
    study.sampler = sampler(int(study.user_attrs["fit"]["seed"]), 1 + number, len(study.trials))
    return study


if __name__ == "__main__":
    study_name, path, own_number, beat, grace = sys.argv[1:]
    parent = os.getppid()
    work(
        os.environ["DATABASE_URL"],
        study_name,
        int(own_number),
        Path(path),
        heartbeat_s=int(beat),
        grace_s=int(grace),
        stop=lambda: os.getppid() != parent,
    )
