"""What one cycle takes out of Postgres, in bytes, which a host counts by the month, and what its rows fill.

    python -m tests.bench.transfer

A TCP proxy counts what an embedded Postgres answers to the steps that read most. Stored are five coins, 400
posts and 100 news items a day, and four champions that use 45 features between them.
"""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import boto3
import numpy as np
from moto import mock_aws

from cryptocast.domain import DEFAULT_SYMBOLS, CycleWindow, DocumentKind, Horizon, Sentiment, StepReport
from cryptocast.features.build import build_feature_rows
from cryptocast.features.rows import HISTORY_S
from cryptocast.features.spec import FEATURE_NAMES, FEATURE_VERSION, MODEL_FEATURES
from cryptocast.monitor.run import monitor
from cryptocast.registry.bucket import Bucket
from cryptocast.store import bars, cycles, documents, feature_rows, forecasts, sentiments
from cryptocast.store.database import Database
from cryptocast.store.migrate import migrate
from cryptocast.store.online import OnlineStore, make_redis
from local.postgres import Postgres
from tests.champions import crown
from tests.factories import AS_OF, INTERVAL, make_document, make_feature_row, make_forecast, make_series

VERSION = "standin-1"
A_DAY = ((DocumentKind.POST, "reddit", 400), (DocumentKind.NEWS, "coindesk", 100))
"""Documents: of which kind, from where, how many."""
CYCLES_A_MONTH = 30 * 96
REFERENCE = timedelta(days=8)


class Counting:
    """A TCP proxy before `port` that counts the bytes the server sends."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def of(self, step: Callable[[], object]) -> int:
        """The bytes that `step` brought."""
        before = self.sent
        step()
        return self.sent - before

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._server_port))
            for pair in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):  # the other direction has ended
            while data := source.recv(1 << 16):
                if counted:
                    self.sent += len(data)  # before it is passed on, so that who has it finds it counted
                target.sendall(data)
        target.close()


def fill(db: Database, bucket: Bucket) -> None:
    """Ten days of bars and documents, feature rows and forecasts up to the last cycle, four champions."""
    for seed, symbol in enumerate(DEFAULT_SYMBOLS):
        bars.upsert_series(db, make_series(960, symbol, seed=seed), "coinbase", AS_OF)
    _store_documents(db)
    _store_feature_rows(db)
    trained = AS_OF - timedelta(days=2)
    for number, horizon in enumerate(Horizon):
        features = FEATURE_NAMES[10 * number : 10 * number + MODEL_FEATURES]
        crown(bucket, horizon, trained - REFERENCE, trained, features, DEFAULT_SYMBOLS)
    given = dict.fromkeys(FEATURE_NAMES[:MODEL_FEATURES], 0.1)
    forecasts.insert(
        db,
        [
            make_forecast(symbol, horizon, AS_OF - n * INTERVAL, contributions=given)
            for n in range(1, 96 * 3)
            for symbol in DEFAULT_SYMBOLS
            for horizon in Horizon
        ],
    )


def _store_feature_rows(db: Database) -> None:
    rng = np.random.default_rng(0)
    rows = int((REFERENCE + timedelta(days=2)) / INTERVAL)
    feature_rows.upsert(
        db,
        [
            make_feature_row(
                symbol,
                AS_OF - n * INTERVAL,
                values=dict(zip(FEATURE_NAMES, rng.normal(size=len(FEATURE_NAMES)).tolist(), strict=True)),
                feature_version=FEATURE_VERSION,
            )
            for n in range(1, rows + 1)
            for symbol in DEFAULT_SYMBOLS
        ],
    )


def _store_documents(db: Database) -> None:
    days = HISTORY_S / 86_400
    for kind, source, a_day in A_DAY:
        seen = [AS_OF - n * timedelta(days=1) / a_day for n in range(int(days * a_day))]
        documents.upsert(
            db,
            [
                make_document(
                    f"{source}{n}",
                    kind=kind,
                    source=source,
                    title=f"{source} {n} rises",
                    published_at=at,
                    first_seen_at=at,
                )
                for n, at in enumerate(seen)
            ],
        )
    waiting = documents.unscored(db, VERSION, 1_000_000)
    sentiments.upsert(db, [Sentiment(id_, VERSION, 0.1, 0.2, 0.7) for id_, _ in waiting])
    documents.expire_post_text(db, AS_OF - timedelta(hours=48))


@contextmanager
def counted_database() -> Iterator[tuple[Database, Counting]]:
    with (
        tempfile.TemporaryDirectory(prefix="cryptocast-transfer-") as folder,
        Postgres(Path(folder)) as server,
    ):
        migrate(server.url())
        counting = Counting(server.port)
        db = Database(server.url().replace(str(server.port), str(counting.port)))
        yield db, counting
        db.close()


def measure(db: Database, counting: Counting, bucket: Bucket) -> dict[str, int]:
    """Bytes per step, of a cycle after one that made the drift references."""
    cloudwatch = boto3.client("cloudwatch", region_name="us-east-1")
    nowhere = OnlineStore(make_redis("http://127.0.0.1:9", "t", timeout_s=0.1))

    def features(window: CycleWindow) -> object:
        return build_feature_rows(db, nowhere, window, DEFAULT_SYMBOLS, VERSION)

    def watch(window: CycleWindow) -> object:
        given = (db, cloudwatch, window, "Cryptocast", "dev", DEFAULT_SYMBOLS)
        return monitor(*given, bucket=bucket, steps=_steps())

    before, now = (CycleWindow(at, at - INTERVAL, at) for at in (AS_OF - INTERVAL, AS_OF))
    watch(before)
    return {
        "features": counting.of(lambda: features(now)),
        "deletion sweep": counting.of(lambda: documents.ids_with_text(db, "reddit", 5_000)),
        "feature rows of the forecasts": counting.of(
            lambda: feature_rows.between(db, AS_OF, AS_OF + INTERVAL)
        ),
        "monitor": counting.of(lambda: watch(now)),
    }


def _steps() -> dict[str, object]:
    """What the steps of a cycle that lacks nothing report, for its row in `cycles`."""
    champions = {horizon.value: "20240101T000000Z-1a2b3c4d" for horizon in Horizon}
    each = {horizon.value: len(DEFAULT_SYMBOLS) for horizon in Horizon}
    collected = [
        StepReport("collect_prices", 6, 5, detail={"closed_by": dict.fromkeys(DEFAULT_SYMBOLS, "coinbase")}),
        StepReport("collect_news", 3, 3),
        StepReport("collect_social", 4, 4, detail={"deleted": 1, "expired": 4}),
    ]
    issued = {"champions": champions, "issued": each, "abstained": 12, "candidates": {}}
    return {
        "collected": [asdict(report) for report in collected],
        "scored": asdict(StepReport("score_sentiment", 7, 7, detail={"model_version": VERSION})),
        "features": asdict(StepReport("build_features", 5, 5, detail={"documents": 4_500, "skipped": {}})),
        "forecasts": asdict(StepReport("forecast", 5, 20, detail=issued)),
        "published": asdict(StepReport("publish", 2, 52, detail={"gone": 0, "failed": 0, "left_out": 0})),
    }


def bytes_a_row(db: Database) -> dict[str, float]:
    """Per table that grows, with its indexes."""
    newest = cycles.latest(db, 1)[0]
    for n in range(1, 1_000):  # two rows would measure the smallest table that there is
        at = newest.as_of - n * INTERVAL
        cycles.record(db, at, at - INTERVAL, at, at, newest.report)
    with db.connection() as connection:
        return {
            table: connection.execute(
                f"SELECT pg_total_relation_size('{table}') / count(*)::float8 FROM {table}"
            ).fetchall()[0][0]
            for table in (
                "forecasts",
                "outcomes",
                "bars",
                "documents",
                "sentiments",
                "feature_rows",
                "cycles",
            )
        }


def main() -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with mock_aws(), counted_database() as (db, counting):
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="registry")
        bucket = Bucket(client, "registry")
        fill(db, bucket)
        found, sizes = measure(db, counting, bucket), bytes_a_row(db)
    print("| step | KB a cycle | GB in 30 days |\n|---|---|---|")
    for step, sent in [*found.items(), ("together", sum(found.values()))]:
        print(f"| {step} | {sent / 1e3:.0f} | {sent * CYCLES_A_MONTH / 1e9:.2f} |")
    print("\n| table | bytes a row, with indexes |\n|---|---|")
    for table, size in sizes.items():
        print(f"| {table} | {size:.0f} |")


if __name__ == "__main__":
    main()
