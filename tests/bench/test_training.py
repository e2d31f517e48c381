"""Training on six months of five coins and four horizons, fixed and tuned. Run by `make bench`.

Both say the wall time and, because the machine may be shared, the processor seconds of all processes.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from cryptocast.domain import DEFAULT_SYMBOLS, DataLabel, Horizon
from cryptocast.registry.bucket import Bucket
from cryptocast.train.dataset import no_documents
from cryptocast.train.job import TrainingReport, TrainingRules, train_from_series
from cryptocast.train.tuning import Tuner, TuningRules
from tests.unit.train.markets import UNTIL, make_market

pytestmark = pytest.mark.bench
TRIALS = int(os.environ.get("BENCH_TRIALS") or 50)
DAYS = int(os.environ.get("BENCH_DAYS") or 182)


@pytest.fixture(scope="module")
def market() -> dict[str, Any]:
    return make_market(DAYS, DEFAULT_SYMBOLS, reversal=0.1)


def run(benchmark: Any, bucket: Bucket, market: dict[str, Any], tuner: Tuner | None) -> None:
    rules = TrainingRules(UNTIL, UNTIL, DataLabel.SIMULATED, "bench", tuner=tuner)
    texts = no_documents(DEFAULT_SYMBOLS)
    before, began = os.times(), time.perf_counter()

    def train() -> list[TrainingReport]:
        return train_from_series(bucket, market, texts, list(Horizon), rules)

    reports = benchmark.pedantic(train, rounds=1)
    now, wall = os.times(), time.perf_counter() - began
    cpu = sum(now[:4]) - sum(before[:4])
    print(f"\n{wall:.0f} s, {cpu:.0f} processor seconds, load {os.getloadavg()[0]:.1f}")
    for report in reports:
        print(report.line)
    assert all(report.version for report in reports)


def test_a_fixed_parameter_retrain(benchmark: Any, bucket: Bucket, market: dict[str, Any]) -> None:
    run(benchmark, bucket, market, None)


def test_a_tuned_training(
    benchmark: Any, bucket: Bucket, market: dict[str, Any], module_database_url: str
) -> None:
    run(benchmark, bucket, market, Tuner(module_database_url, TuningRules(TRIALS, workers=2)))
