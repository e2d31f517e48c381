"""One deployed stack for all of these tests: the template on MiniStack, a simulated market, first models."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cryptocast.domain import BAR_INTERVAL_S, DataLabel
from cryptocast.registry.bucket import Bucket
from cryptocast.serve.kept import KEPT_FOR
from cryptocast.store.database import Database
from local.bootstrap import bring_up
from local.cycles import CycleResult
from local.paths import TOOLS_BIN
from local.sources import Choice
from local.stack import Stack

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday like any other: the tests must not know when they run."""
SYMBOLS = ("BTC", "ETH", "SOL")
HISTORY_DAYS = 60
INTERVAL = timedelta(seconds=BAR_INTERVAL_S)


class Deployed:
    """The stack, its store, and the cycle that is due next."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.db = Database(stack.postgres.url())
        self.last = START

    def cycle(self, length: timedelta = INTERVAL) -> CycleResult:
        """The next cycle: one interval, or several caught up at once."""
        since, self.last = self.last, self.last + length
        return self.stack.cycles().run(self.last, since, self.last)

    def cycle_again(self) -> CycleResult:
        return self.stack.cycles().run(self.last, self.last - INTERVAL, self.last)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self.db.connection() as connection:
            return connection.execute(query, values).fetchall()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.stack.api_url}{path}", timeout=30)

    def get_of_last_cycle(self, path: str) -> httpx.Response:
        """As `get`, once the API, which keeps what it read of Redis for a while, shows the last cycle."""
        deadline = time.monotonic() + 2 * KEPT_FOR.seconds
        while True:
            answer = self.get(path)
            as_of = answer.json().get("as_of") or ""
            if as_of.startswith(f"{self.last:%Y-%m-%dT%H:%M}") or time.monotonic() > deadline:
                return answer
            time.sleep(0.5)

    def bucket(self) -> Bucket:
        assert self.stack.deployment
        return Bucket(self.stack.ministack.client("s3"), self.stack.deployment["RegistryBucketName"])

    def break_source(self, path_prefix: str, times: int = 100, **fault: object) -> None:
        body = {"path_prefix": path_prefix, "times": times, **fault}
        httpx.post(f"{self.stack.replay_url}/_faults", json=body).raise_for_status()

    def mend_sources(self) -> None:
        httpx.delete(f"{self.stack.replay_url}/_faults").raise_for_status()


@pytest.fixture(scope="session")
def deployed() -> Iterator[Deployed]:
    if not (TOOLS_BIN / "ministack").exists():
        pytest.skip("MiniStack is not installed: run make setup")
    choice = Choice(DataLabel.SIMULATED, "simulated, for a test", SYMBOLS, 1.0, START)
    # Not below pytest's own folder: its mode would lock the server of another user out.
    folder = Path(tempfile.mkdtemp(prefix="cryptocast-e2e-"))
    os.chmod(folder, 0o755)  # noqa: PTH101 - the mode is what matters, not the path
    stack = Stack(choice, folder, {"TrainingCooldownSeconds": "5", "ShadowCycles": "8"})
    try:
        bring_up(stack, lambda _: None, HISTORY_DAYS)
        yield Deployed(stack)
    finally:
        stack.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _sources_are_mended(deployed: Deployed) -> Iterator[None]:
    yield
    deployed.mend_sources()
