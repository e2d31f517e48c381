"""Trains in the container on Fargate, and as a process on a laptop: the same entry point.

Environment: as the functions, and TRAINING_HORIZONS (`15m,1h`, default all), TRAINING_UNTIL (ISO time,
default the newest cycle's), TRAINING_REASON, TRAINING_THREADS. Exit code 1 where nothing could be registered.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptocast import wiring
from cryptocast.domain import Horizon
from cryptocast.errors import CryptocastError
from cryptocast.observability import get_logger
from cryptocast.store import cycles
from cryptocast.train.fit import FitRules
from cryptocast.train.job import train
from cryptocast.train.revision import code_revision


def main(environ: Mapping[str, str], now: datetime) -> int:
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
        fit=FitRules(threads=int(environ.get("TRAINING_THREADS") or 1)),
    )
    for report in reports:
        get_logger().info(report.line)
    return 0 if any(report.version for report in reports) else 1


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
