"""The server over a small recorded folder and over the simulated market, each on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from local.replay import ReplayServer
from local.replay.dataset import Dataset
from local.replay.simulated import Simulated
from tests.unit.replay.recorded import START, write_folder

NOON = START + timedelta(days=2, hours=12)
SIMULATED_NOW = datetime(2024, 3, 1, 12, 0, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks a server by path; `json` also holds the answer to the status it should have."""

    server: ReplayServer
    http: httpx.Client

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params=params)

    def json(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = self.get(path, **params)
        assert answer.status_code == status, answer.text
        return answer.json()

    def at(self, now: datetime) -> None:
        self.http.post("/_clock", json={"now": now.isoformat()}).raise_for_status()


def _asker(server: ReplayServer) -> Iterator[Asker]:
    with server, httpx.Client(base_url=server.url, trust_env=False) as http:
        yield Asker(server, http)


@pytest.fixture(scope="module")
def _recorded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    world = Dataset(write_folder(tmp_path_factory.mktemp("replay") / "recorded"))
    yield from _asker(ReplayServer(world, now=NOON, feed_items=10))


@pytest.fixture(scope="module")
def _simulated_server() -> Iterator[Asker]:
    yield from _asker(ReplayServer(Simulated(seed=3), now=SIMULATED_NOW))


@pytest.fixture
def recorded(_recorded_server: Asker) -> Asker:
    """At noon of the third day."""
    return _reset(_recorded_server, NOON)


@pytest.fixture
def simulated(_simulated_server: Asker) -> Asker:
    return _reset(_simulated_server, SIMULATED_NOW)


def _reset(asker: Asker, now: datetime) -> Asker:
    asker.at(now)
    asker.http.delete("/_faults")
    asker.http.delete("/_requests")
    replay = asker.server.replay
    replay.deleted_posts.clear()
    replay.running_bars, replay.reddit_limit, replay.reddit_window = False, 1_000, (0, 0)
    return asker
