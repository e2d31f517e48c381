"""One cycle of five coins in this process, six months of bars and documents stored. Run by `make bench`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cryptocast import wiring
from cryptocast.collect.backfill import backfill_bars, backfill_documents
from cryptocast.cycle import run_cycle
from cryptocast.domain import DEFAULT_SYMBOLS, CycleWindow, DataLabel, Horizon
from cryptocast.registry.sentiment_model import publish_sentiment
from cryptocast.sentiment.score import score_sentiment
from cryptocast.sentiment.standin import FOLDER
from cryptocast.train.job import train
from local.replay.server import ReplayServer
from local.replay.simulated import Simulated
from local.upstash import Upstash
from tests.factories import INTERVAL

pytestmark = pytest.mark.bench
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SIX_MONTHS = timedelta(days=182)


@pytest.fixture(scope="module")
def replay() -> Iterator[ReplayServer]:
    server = ReplayServer(Simulated(), now=START)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def wired(module_database_url: str, upstash_server: Upstash, replay: ReplayServer) -> Iterator[None]:
    """The real wiring over embedded servers, six months filled in by the real backfill, models trained."""
    env = {
        "DATABASE_URL": module_database_url,
        "REDIS_URL": upstash_server.url,
        "REDIS_TOKEN": upstash_server.token,
        "SOURCE_BASE_URL": replay.url,
        "DATA_LABEL": str(DataLabel.SIMULATED),
        "REGISTRY_BUCKET": "registry",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in env.items():
            patch.setenv(name, value)
        wiring.forget()
        boto3.client("s3").create_bucket(Bucket="registry")
        _fill()
        yield
    wiring.forget()


def _fill() -> None:
    db, sources, settings, since = wiring.database(), wiring.sources(), wiring.settings(), START - SIX_MONTHS
    backfill_bars(db, sources.candles, DEFAULT_SYMBOLS, since, START, START)
    backfill_documents(db, sources, settings, since, START, START)
    publish_sentiment(wiring.bucket(), FOLDER, START)
    score_sentiment(db, wiring.scorer(), 1_000_000)
    train(wiring.bucket(), db, DEFAULT_SYMBOLS, list(Horizon), START, START, DataLabel.SIMULATED)


def test_a_cycle_of_five_coins(wired: None, replay: ReplayServer, benchmark: Any) -> None:
    moments = iter(range(1, 1_000))

    def next_window() -> tuple[tuple[CycleWindow], dict[str, object]]:
        as_of = START + next(moments) * INTERVAL
        replay.clock.set(as_of)
        return (CycleWindow(as_of, as_of - INTERVAL, as_of),), {}

    reports = benchmark.pedantic(run_cycle, setup=next_window, rounds=20)
    stored = {report.step: report.rows_stored for report in reports}
    assert stored["forecast"] == len(DEFAULT_SYMBOLS) * len(Horizon)
