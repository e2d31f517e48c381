"""Workers on a study: processes of this machine, and tasks elsewhere that know only the study's name.

A process here is handed the examples as they are, in a file (.npz, no pickle): they are built already,
and to read and build them again takes longer than several trials. A task elsewhere reads them from
Postgres, as the study's attributes say.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna

from cryptocast.domain import Horizon
from cryptocast.observability import get_logger
from cryptocast.store.database import Database
from cryptocast.train.dataset import Examples, build_examples, build_table, first_moment, read_series
from cryptocast.train.trials import Search

if TYPE_CHECKING:
    from cryptocast.train.tuning import TuningRules

_COLUMNS = ("symbols", "as_of", "x", "up", "return_log", "last_move")


def run_workers(
    url: str, study: optuna.Study, search: Search, rules: TuningRules, look: Callable[[], bool]
) -> None:
    """Start the processes and wait until the last one ended, or `look`, called meanwhile, says no more.

    One that fails is logged; its trial is taken up again by whoever claims next.
    """
    with tempfile.TemporaryDirectory(prefix="cryptocast-tuning-") as folder:
        file = Path(folder) / "examples.npz"
        save_examples(search.examples, file)
        workers = [_start(url, study.study_name, file, number, rules) for number in range(rules.workers)]
        try:
            while look() and any(worker.poll() is None for worker in workers):
                time.sleep(0.5)
        finally:
            for worker in workers:
                worker.terminate()
            codes = [worker.wait() for worker in workers]
        for number, code in enumerate(codes):
            if code:
                log = _log(file, number).read_text(errors="replace").strip().splitlines()
                get_logger().warning("worker %d ended with %d: %s", number, code, log[-1] if log else "")


def _start(url: str, study: str, file: Path, number: int, rules: TuningRules) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cryptocast.train.worker", study, str(file), str(number)]
    command += [str(rules.heartbeat_s), str(rules.grace_s)]
    # The URL holds a password: it travels in the environment, which no other user can read.
    environment = {**os.environ, "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
    with _log(file, number).open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603


def _log(file: Path, number: int) -> Path:
    return file.with_name(f"worker-{number}.log")


def save_examples(examples: Examples, file: Path) -> None:
    """Write the columns, the horizon and the features' names."""
    columns = {name: getattr(examples, name) for name in _COLUMNS}
    np.savez(file, horizon_s=examples.horizon_s, features=np.array(examples.features), **columns)


def load_examples(file: Path) -> Examples:
    """What `save_examples` wrote."""
    with np.load(file, allow_pickle=False) as kept:
        columns = {name: kept[name] for name in _COLUMNS}
        return Examples(
            horizon_s=int(kept["horizon_s"]), features=tuple(kept["features"].tolist()), **columns
        )


def source_of(
    symbols: Sequence[str], since: datetime, until: datetime, sentiment_version: str | None
) -> dict[str, Any]:
    """Where `read_examples` finds the data: part of a study's attributes."""
    return {
        "symbols": list(symbols),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "sentiment_version": sentiment_version,
    }


def read_examples(db: Database, attributes: Mapping[str, Any]) -> Examples:
    """All examples of a study, from Postgres. Raises `NotEnoughData`, `StoreUnavailable`."""
    since, until = (datetime.fromisoformat(attributes[edge]) for edge in ("since", "until"))
    bars, documents = read_series(db, attributes["symbols"], since, until, attributes["sentiment_version"])
    end = int(until.timestamp())
    table = build_table(bars, documents, first_moment(bars, since), end)
    examples = build_examples(bars, table, Horizon(attributes["horizon"]), end)
    return examples.only(attributes["features"])
