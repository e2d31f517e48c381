"""Trains in the container on Fargate, and as a process on a laptop: the same entry point.

Its environment is that of the functions and what `cryptocast/retrain/asked.py` reads. Exit code 1 where
nothing could be registered.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptocast import training_task
from cryptocast.errors import CryptocastError
from cryptocast.observability import get_logger
from cryptocast.retrain.asked import read_asked
from cryptocast.train.revision import code_revision

# Several hundred times what a training takes, 50 times one of 50 trials a horizon. Fargate ends no task by
# itself: one that hangs would cost for ever and tell nobody; one that ends with code 1 is told.
LONGEST_S = 6 * 3_600


def main(environ: Mapping[str, str], now: datetime) -> int:
    asked = read_asked(environ)
    if asked.study is not None:
        ran = training_task.run_trials(asked.study, asked.worker)
        get_logger().info("%d trials of %s run here", ran, asked.study)
        return 0
    reports = training_task.run_training(asked, now, code_revision(environ))
    for report in reports:
        get_logger().info(report.line)
    return 0 if any(report.version for report in reports) else 1


if __name__ == "__main__":
    faulthandler.dump_traceback_later(LONGEST_S, exit=True)
    try:
        sys.exit(main(os.environ, datetime.now(UTC)))
    except CryptocastError as error:
        get_logger().error("training failed: %s: %s", type(error).__name__, error)
        sys.exit(1)
