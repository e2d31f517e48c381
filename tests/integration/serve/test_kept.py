"""However often the API is asked, it asks Redis seldom; over a real Redis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from upstash_redis import Redis

from cryptocast.serve.kept import KEPT_FOR
from cryptocast.store.online import OnlineStore
from tests.factories import AS_OF, INTERVAL
from tests.integration.serve.conftest import NOW, at, show

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]
PATHS = ("/v1/forecasts", "/v1/forecasts/BTC", "/v1/features/BTC", "/v1/bars/BTC", "/v1/health")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def commands(redis: Redis) -> int:
    """How many reads of hashes and values the server has served."""
    stats = str(redis.execute(["INFO", "commandstats"]))
    lines = [line for line in stats.splitlines() if line.startswith(("cmdstat_hgetall", "cmdstat_get:"))]
    return sum(int(line.split("calls=")[1].split(",")[0]) for line in lines)


def test_ten_seconds_of_requests_cost_one_read_of_each_coin_and_of_the_cycle(
    make_client: Make, online: OnlineStore, redis: Redis
) -> None:
    show(online)
    clock = Clock()
    client = make_client(clock=clock)
    before = commands(redis)
    for _ in range(5):
        assert {client.get(path).status_code for path in PATHS} == {200}
    assert commands(redis) - before == 3, "BTC, ETH and the cycle"


def test_what_a_cycle_wrote_is_seen_after_ten_seconds(make_client: Make, online: OnlineStore) -> None:
    show(online)
    clock = Clock()
    client = make_client(clock=clock)
    answer = client.get("/v1/forecasts")
    assert answer.headers["cache-control"] == "public, max-age=10"
    show(online, as_of=AS_OF + INTERVAL)
    clock.now += KEPT_FOR - timedelta(seconds=1)
    assert client.get("/v1/forecasts").json()["as_of"] == answer.json()["as_of"]
    clock.now += timedelta(seconds=1)
    assert at(client.get("/v1/forecasts").json()["as_of"]) == AS_OF + INTERVAL


def test_a_redis_that_comes_back_is_read_at_once(make_client: Make, online: OnlineStore) -> None:
    show(online)
    clock = Clock()

    class Flaky(OnlineStore):
        def read_coins(self, symbols):  # type: ignore[no-untyped-def]
            from cryptocast.errors import StoreUnavailable

            if clock.now == NOW:
                raise StoreUnavailable("redis: could not read coins")
            return super().read_coins(symbols)

    client = make_client(clock=clock, online=Flaky(online._redis))
    assert client.get("/v1/forecasts").json()["read_from"] == "postgres"
    clock.now += timedelta(seconds=1)
    assert client.get("/v1/forecasts").json()["read_from"] == "redis"
