"""GET /v1/forecasts and /v1/forecasts/{symbol}, over real Redis and Postgres."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from fastapi.testclient import TestClient

from cryptocast.domain import Horizon
from cryptocast.store import bars, forecasts, outcomes
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from tests.factories import AS_OF, make_bar, make_forecast, make_outcome
from tests.integration.serve.conftest import NOW, at, show

pytestmark = pytest.mark.integration
Make = Callable[..., TestClient]


def test_the_latest_state_comes_from_redis(
    make_client: Make, online: OnlineStore, no_postgres: Database
) -> None:
    show(online)
    body = make_client(db=no_postgres).get("/v1/forecasts").json()
    assert (body["read_from"], body["data_label"], body["stale"]) == ("redis", "simulated", False)
    assert body["missing"] == ["reddit: no credentials"]
    assert at(body["as_of"]) == AS_OF
    btc, eth = body["coins"]
    assert btc["price"]["price"] == 101.0
    (forecast,) = btc["forecasts"]
    assert (forecast["p_up"], forecast["call"]) == (0.6, "up")
    assert at(forecast["target_at"]) - at(forecast["as_of"]) == timedelta(hours=1)
    assert "24h: no forecast yet" in btc["missing"]
    assert "posts" in btc["missing"]
    assert eth["forecasts"] == []
    assert eth["stale"]


def test_it_is_stale_after_two_cycles(make_client: Make, online: OnlineStore) -> None:
    show(online)
    just = make_client(clock=lambda: AS_OF + timedelta(minutes=30)).get("/v1/forecasts").json()
    late = make_client(clock=lambda: AS_OF + timedelta(minutes=30, seconds=1)).get("/v1/forecasts").json()
    assert (just["stale"], late["stale"]) == (False, True)
    assert late["coins"][0]["forecasts"][0]["stale"]


def test_a_replay_is_measured_by_its_own_clock(make_client: Make, online: OnlineStore) -> None:
    wall = NOW + timedelta(days=900)
    show(online, now=NOW, wall=wall)
    fresh = make_client(clock=lambda: wall + timedelta(minutes=1)).get("/v1/forecasts").json()
    stopped = make_client(clock=lambda: wall + timedelta(minutes=40)).get("/v1/forecasts").json()
    assert (fresh["stale"], stopped["stale"]) == (False, True)


def test_without_redis_it_reads_postgres_and_says_so(
    make_client: Make, db: Database, no_redis: OnlineStore
) -> None:
    forecasts.insert(db, [make_forecast(), make_forecast(as_of=AS_OF - timedelta(minutes=15), p_up=0.4)])
    bars.upsert(db, [make_bar()])
    body = make_client(online=no_redis).get("/v1/forecasts").json()
    assert body["read_from"] == "postgres"
    assert body["missing"] == ["redis: does not answer; read from postgres"]
    (forecast,) = body["coins"][0]["forecasts"]
    assert forecast["p_up"] == 0.6
    assert body["coins"][0]["price"]["price"] == 101.0


def test_an_emptied_redis_is_read_around_too(client: TestClient, db: Database) -> None:
    forecasts.insert(db, [make_forecast()])
    assert client.get("/v1/forecasts").json()["coins"][0]["forecasts"][0]["p_up"] == 0.6


def test_an_emptied_redis_beside_a_silent_postgres_answers_with_nothing_and_says_why(
    make_client: Make, no_postgres: Database
) -> None:
    body = make_client(db=no_postgres).get("/v1/forecasts").json()
    assert body["stale"]
    assert body["as_of"] is None
    assert body["missing"] == ["redis: it is empty", "postgres: does not answer"]
    assert [coin["forecasts"] for coin in body["coins"]] == [[], []]


def test_a_deployment_before_its_first_cycle_answers_with_nothing_in_it(client: TestClient) -> None:
    body = client.get("/v1/forecasts").json()
    assert (body["as_of"], body["read_from"]) == (None, "postgres")
    assert not any("postgres: " in item for item in body["missing"])


def test_with_both_stores_gone_it_says_so(
    make_client: Make, no_redis: OnlineStore, no_postgres: Database
) -> None:
    answer = make_client(online=no_redis, db=no_postgres).get("/v1/forecasts")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["error"]["code"] == "store_unavailable"
    assert answer.json()["data_label"] == "simulated"


def test_nonsense_in_redis_is_left_out(client: TestClient, online: OnlineStore) -> None:
    show(online)
    online.write_coins({"BTC": {"forecast:4h": '{"as_of": 3}', "forecast:24h": "nonsense", "price": "[1]"}})
    btc = client.get("/v1/forecasts").json()["coins"][0]
    assert [f["horizon"] for f in btc["forecasts"]] == ["1h"]
    assert btc["price"]["price"] == 101.0


def test_a_coin_with_its_history_and_outcomes(client: TestClient, db: Database, online: OnlineStore) -> None:
    show(online)
    said = [make_forecast(as_of=AS_OF - timedelta(hours=h)) for h in range(1, 6)]
    forecasts.insert(db, said)
    outcomes.upsert(db, [make_outcome(f, 0.01 if i else -0.01) for i, f in enumerate(said[1:])])
    body = client.get("/v1/forecasts/btc", params={"history": 10}).json()
    assert body["coin"]["symbol"] == "BTC"
    assert [f["outcome"] is None for f in body["history"]] == [True, False, False, False, False]
    assert body["record"] == [
        {"horizon": "1h", "forecasts": 4, "calls": 4, "accuracy": 0.75, "brier": pytest.approx(0.21)}
    ]
    assert body["next_before"] is None


def test_outcomes_of_other_coins_crowd_out_none_of_this_one(
    client: TestClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = make_forecast("BTC", as_of=AS_OF - timedelta(hours=3))
    others = [make_forecast("ETH", as_of=AS_OF - timedelta(hours=h)) for h in range(1, 4)]
    last = make_forecast("BTC", as_of=AS_OF)
    forecasts.insert(db, [said, *others, last])
    outcomes.upsert(db, [make_outcome(f, 0.01) for f in (said, *others)])
    monkeypatch.setattr(outcomes, "with_forecasts", partial(outcomes.with_forecasts, limit=2))
    body = client.get("/v1/forecasts/BTC", params={"history": 10}).json()
    assert [f["outcome"] is None for f in body["history"]] == [True, False]


@pytest.mark.parametrize("size", [1, 3, 6])
def test_pages_of_a_history_never_split_a_moment(client: TestClient, db: Database, size: int) -> None:
    moments = [AS_OF - timedelta(hours=h) for h in range(4)]
    forecasts.insert(db, [make_forecast(horizon=h, as_of=m) for m in moments for h in Horizon])
    seen: list[tuple[str, str]] = []
    before = None
    for _ in range(10):
        params = {"history": size} | ({"before": before} if before else {})
        body = client.get("/v1/forecasts/BTC", params=params).json()
        assert len(body["history"]) == 4
        seen += [(f["as_of"], f["horizon"]) for f in body["history"]]
        before = body["next_before"]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 16


def test_history_of_one_horizon(client: TestClient, db: Database) -> None:
    forecasts.insert(db, [make_forecast(horizon=h) for h in Horizon])
    body = client.get("/v1/forecasts/BTC", params={"history": 10, "horizon": "4h"}).json()
    assert [f["horizon"] for f in body["history"]] == ["4h"]


def test_without_postgres_the_latest_is_served_and_the_history_refused_in_plain_words(
    make_client: Make, online: OnlineStore, no_postgres: Database
) -> None:
    show(online)
    client = make_client(db=no_postgres)
    assert client.get("/v1/forecasts/BTC").status_code == 200
    answer = client.get("/v1/forecasts/BTC", params={"history": 5})
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "The history cannot be read now: Postgres does not answer."


def test_an_unknown_coin_is_told_the_known_ones(client: TestClient) -> None:
    answer = client.get("/v1/forecasts/DOGE")
    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": "unknown_coin",
        "message": "'DOGE' is not a coin that is followed here.",
        "what_to_do": "Use one of: BTC, ETH.",
    }


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"history": 501}, "history"),
        ({"history": "many"}, "history"),
        ({"horizon": "2h"}, "horizon"),
        ({"before": "2024-01-01T00:00:00"}, "before"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, params: dict[str, str], field: str) -> None:
    answer = client.get("/v1/forecasts/BTC", params=params)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "bad_request"
    assert field in error["message"]
