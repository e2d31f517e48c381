"""GET /v1/health in good times and bad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import Horizon
from cryptocast.registry.bucket import Bucket
from cryptocast.store import cycles, sources
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from tests.champions import crown
from tests.factories import AS_OF
from tests.integration.serve.conftest import NOW, show

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]


def parts(body: dict[str, Any]) -> dict[str, str]:
    return {part["name"]: part["status"] for part in body["parts"]}


def test_in_plain_words_without_waking_postgres(
    make_client: Make, online: OnlineStore, no_postgres: Database, champion: str
) -> None:
    show(online)
    answer = make_client(db=no_postgres).get("/v1/health")
    body = answer.json()
    assert answer.status_code == 200
    assert parts(body) == {
        "redis": "ok",
        "postgres": "not_checked",
        "cycle": "ok",
        "sources": "degraded",
        "models": "degraded",
    }
    assert body["status"] == "degraded"
    assert body["cycle_age_s"] == 300
    said = {part["name"]: part["message"] for part in body["parts"]}
    assert said["cycle"] == "The last cycle was of 2026-03-02 12:00 UTC, 5 min ago."
    assert "reddit: no credentials" in said["sources"]
    assert said["models"].startswith("No usable champion: 15m")
    assert "1h" not in said["models"]


def test_deep_asks_postgres(client: TestClient, db: Database, online: OnlineStore) -> None:
    show(online)
    sources.set_status(db, "coindesk", False, "HTTP 503", AS_OF)
    body = client.get("/v1/health", params={"deep": "true"}).json()
    assert parts(body)["postgres"] == "ok"
    assert "coindesk: HTTP 503" in body["missing"]


def test_postgres_gone_is_degraded(make_client: Make, online: OnlineStore, no_postgres: Database) -> None:
    show(online)
    answer = make_client(db=no_postgres).get("/v1/health", params={"deep": "true"})
    assert answer.status_code == 200
    assert parts(answer.json())["postgres"] == "down"
    assert answer.json()["status"] == "degraded"


def test_redis_gone_takes_the_cycle_from_postgres(
    make_client: Make, db: Database, no_redis: OnlineStore
) -> None:
    interval = timedelta(minutes=15)
    cycles.record(db, AS_OF, AS_OF - interval, NOW, NOW, {"recorded_at": NOW.isoformat()})
    body = make_client(online=no_redis).get("/v1/health").json()
    assert parts(body)["redis"] == "down"
    assert parts(body)["cycle"] == "ok"
    assert body["status"] == "degraded"


def test_an_emptied_redis_takes_the_cycle_and_what_it_lacked_from_postgres(
    client: TestClient, db: Database
) -> None:
    steps = {"collected": [{"step": "collect_social", "missing": ["reddit: no credentials"]}]}
    report = {"recorded_at": NOW.isoformat(), "steps": steps}
    cycles.record(db, AS_OF, AS_OF - timedelta(minutes=15), NOW, NOW, report)
    body = client.get("/v1/health").json()
    assert (parts(body)["cycle"], parts(body)["sources"]) == ("ok", "degraded")
    assert body["missing"] == ["reddit: no credentials"]
    assert body["cycle_age_s"] == 300


def test_a_source_that_nobody_asked_in_the_last_cycle_is_not_missing_in_it(
    client: TestClient, db: Database
) -> None:
    cycles.record(db, AS_OF, AS_OF - timedelta(minutes=15), NOW, NOW, {"recorded_at": NOW.isoformat()})
    sources.set_status(db, "newslist", False, "HTTP 429", AS_OF - timedelta(days=21))
    sources.set_status(db, "coindesk", False, "HTTP 503", NOW)
    body = client.get("/v1/health", params={"deep": "true"}).json()
    assert body["missing"] == ["coindesk: HTTP 503"]


def test_what_was_not_forecast_is_no_sources_fault(client: TestClient, db: Database) -> None:
    steps = {"forecasts": {"step": "forecast", "missing": ["forecast 1h: prices/1h has no champion"]}}
    report = {"recorded_at": NOW.isoformat(), "steps": steps}
    cycles.record(db, AS_OF, AS_OF - timedelta(minutes=15), NOW, NOW, report)
    body = client.get("/v1/health").json()
    assert parts(body)["sources"] == "ok"
    assert body["missing"] == ["forecast 1h: prices/1h has no champion"]


def test_champions_that_the_last_cycle_could_not_use_are_told(
    client: TestClient, db: Database, bucket: Bucket
) -> None:
    for horizon in Horizon:
        crown(bucket, horizon, AS_OF - timedelta(days=90), AS_OF - timedelta(days=30))
    steps = {"forecasts": {"step": "forecast", "missing": ["forecast 4h: v1 reads feature version 3"]}}
    report = {"recorded_at": NOW.isoformat(), "steps": steps}
    cycles.record(db, AS_OF, AS_OF - timedelta(minutes=15), NOW, NOW, report)
    body = client.get("/v1/health").json()
    said = {part["name"]: (part["status"], part["message"]) for part in body["parts"]}
    assert said["models"] == ("degraded", "Not forecast in the last cycle: 4h; `missing` says why.")
    assert body["status"] == "degraded"
    cycles.record(db, AS_OF, AS_OF - timedelta(minutes=15), NOW, NOW, {"recorded_at": NOW.isoformat()})
    assert parts(client.get("/v1/health").json())["models"] == "ok"


def test_a_database_of_another_version_is_told_and_the_rest_goes_on(
    make_client: Make, online: OnlineStore, db: Database
) -> None:
    show(online)
    with db.connection() as connection:
        connection.execute("ALTER TABLE cycles RENAME TO cycles_of_old")
    try:
        body = make_client().get("/v1/health", params={"deep": "true"}).json()
    finally:
        with db.connection() as connection:
            connection.execute("ALTER TABLE cycles_of_old RENAME TO cycles")
    assert (parts(body)["postgres"], parts(body)["redis"]) == ("down", "ok")


def test_both_gone_is_down(make_client: Make, no_redis: OnlineStore, no_postgres: Database) -> None:
    answer = make_client(online=no_redis, db=no_postgres).get("/v1/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["data_label"] == "simulated"


def test_cycles_that_stopped_are_told(make_client: Make, online: OnlineStore) -> None:
    show(online)
    body = make_client(clock=lambda: AS_OF + timedelta(hours=2)).get("/v1/health").json()
    assert parts(body)["cycle"] == "degraded"
    assert body["stale"]
    assert body["cycle_age_s"] == 7_200


def test_before_the_first_cycle(client: TestClient) -> None:
    body = client.get("/v1/health").json()
    assert {p["name"]: p["message"] for p in body["parts"]}["cycle"] == "No cycle has ended yet."
    assert parts(body)["sources"] == "not_checked"
    assert body["cycle_age_s"] is None


@pytest.mark.parametrize("written", [True, False], ids=["after the cycle was written", "before"])
def test_a_publish_that_failed_is_told_by_a_deep_look(
    written: bool, client: TestClient, db: Database, online: OnlineStore
) -> None:
    """Redis knows nothing of it: that step writes the cycle there."""
    show(online)
    interval = timedelta(minutes=15)
    as_of = AS_OF if written else AS_OF + interval
    report = {"recorded_at": NOW.isoformat(), "steps": {"failures": {"publish": {"Error": "Timeout"}}}}
    cycles.record(db, as_of, as_of - interval, NOW, NOW, report)
    body = client.get("/v1/health", params={"deep": "true"}).json()
    said = {part["name"]: (part["status"], part["message"]) for part in body["parts"]}
    assert said["cycle"][0] == "degraded"
    assert f"{as_of:%H:%M} UTC" in said["cycle"][1]
    assert said["cycle"][1].endswith("publish failed.")
    assert ("reddit: no credentials" in body["missing"]) is written
