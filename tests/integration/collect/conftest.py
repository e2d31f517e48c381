"""The vendors' stand-in over a seeded market, and sources that speak to it over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prawcore.sessions import FiniteRetryStrategy

from cryptocast.collect.http import Limits
from cryptocast.collect.sources import Sources, make_fetcher, make_sources
from cryptocast.domain import CycleWindow
from cryptocast.settings import Settings
from local.replay.server import ReplayServer
from local.replay.simulated import Simulated

AS_OF = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SYMBOLS = ("BTC", "ETH", "SOL", "DOT", "AAVE")
QUICK = Limits(total_s=3.0, read_s=2.0, attempts=2, first_wait_s=0.01, longest_wait_s=0.05, jitter_s=0.01)


def window(as_of: datetime = AS_OF, back: timedelta = timedelta(minutes=15)) -> CycleWindow:
    return CycleWindow(as_of, as_of - back, as_of + timedelta(seconds=20))


@pytest.fixture(autouse=True)
def _praw_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """PRAW tries three times as ever, but not up to four seconds apart."""
    monkeypatch.setattr(FiniteRetryStrategy, "sleep", lambda _: None)


class Vendors:
    """The stand-in's own doors: its clock, its faults, what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, trust_env=False)

    def clock(self, now: datetime) -> None:
        self._http.post("/_clock", json={"now": now.isoformat()}).raise_for_status()

    def fail(self, path_prefix: str, times: int = 99, **how: Any) -> None:
        fault = {"path_prefix": path_prefix, "times": times, **how}
        self._http.post("/_faults", json=fault).raise_for_status()

    def recover(self) -> None:
        self._http.delete("/_faults").raise_for_status()

    def delete_posts(self, ids: list[str]) -> None:
        self._http.post("/_deleted", json={"ids": ids}).raise_for_status()

    def asked(self) -> Mapping[str, int]:
        """How often each path was asked since the last call of this."""
        counts: dict[str, int] = self._http.get("/_requests").json()
        self._http.delete("/_requests")
        return counts


@pytest.fixture(scope="session")
def simulated_world() -> Simulated:
    world = Simulated(seed=7)
    world.warm(AS_OF.timestamp())
    return world


@pytest.fixture
def vendors(simulated_world: Simulated) -> Iterator[Vendors]:
    with ReplayServer(simulated_world, now=AS_OF) as server:
        doors = Vendors(server.url)
        doors.clock(AS_OF + timedelta(seconds=20))
        yield doors


@pytest.fixture
def make(vendors: Vendors) -> Callable[..., Sources]:
    """`make(**settings)`: all sources, pointed at the stand-in."""

    def build(**changes: Any) -> Sources:
        values: dict[str, Any] = {"source_base_url": vendors.url, "symbols": ",".join(SYMBOLS)} | changes
        settings = Settings(**values)
        return make_sources(settings, make_fetcher(settings, limits=QUICK), {})

    return build


@pytest.fixture
def sources(make: Callable[..., Sources]) -> Sources:
    return make()
