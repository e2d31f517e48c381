"""The online store over the REST protocol, on a real Valkey."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from upstash_redis import Redis

from cryptocast.errors import StoreUnavailable
from cryptocast.store.online import CONNECTION_TTL_S, LATEST_RERUN_LIVE, OnlineStore, make_redis
from local.processes import free_port
from local.upstash import Upstash
from local.valkey import Valkey

pytestmark = pytest.mark.integration


def test_a_coin_is_written_in_parts_and_read_at_once(online: OnlineStore) -> None:
    online.write_coins(
        {"BTC": {"price": json.dumps({"usd": 1.5}), "status": "ok"}, "ETH": {"status": "stale"}, "DOT": {}}
    )
    online.write_coins({"BTC": {"forecast:1h": json.dumps({"p_up": 0.6, "why": "résumé ☕ \n"})}})
    assert online.read_coin("BTC") == {
        "price": {"usd": 1.5}, "status": "ok", "forecast:1h": {"p_up": 0.6, "why": "résumé ☕ \n"},
    }  # fmt: skip
    assert online.read_coins(["ETH", "SOL"]) == {"ETH": {"status": "stale"}, "SOL": {}}
    online.write_coins({})
    assert online.read_coins([]) == {}


def test_the_last_cycle_is_kept(online: OnlineStore) -> None:
    assert online.read_cycle() == {}
    online.write_cycle({"as_of": "2026-03-02T12:00:00+00:00", "missing": ["reddit: no credentials"]})
    assert online.read_cycle()["missing"] == ["reddit: no credentials"]


def test_an_older_cycle_does_not_put_the_present_back(online: OnlineStore) -> None:
    early, late = (json.dumps({"as_of": f"2026-03-02T1{hour}:00:00+00:00"}) for hour in (2, 3))
    online.write_newer({"BTC": {"forecast:1h": late, "status": early}})
    online.write_newer({"BTC": {"forecast:1h": early, "status": late}, "ETH": {"status": early}, "DOT": {}})
    assert online.read_coins(["BTC", "ETH"]) == {
        "BTC": {"forecast:1h": json.loads(late), "status": json.loads(late)},
        "ETH": {"status": json.loads(early)},
    }
    online.write_coins({"BTC": {"status": "nonsense"}})
    online.write_newer({"BTC": {"status": early}})
    assert online.read_coin("BTC")["status"] == json.loads(early)
    online.write_cycle(json.loads(late))
    online.write_cycle(json.loads(early))
    assert online.read_cycle() == json.loads(late)


def test_a_replay_that_began_anew_takes_the_place_of_the_present(online: OnlineStore) -> None:
    present, past = (json.dumps({"as_of": f"{year}-03-02T12:00:00+00:00"}) for year in (2026, 2021))
    for given in (present, past):
        online.write_newer({"BTC": {"status": given}})
        online.write_cycle(json.loads(given))
    assert online.read_coin("BTC")["status"] == online.read_cycle() == json.loads(past)


def test_live_a_cycle_that_is_taken_up_after_days_does_not_put_the_present_back(
    online: OnlineStore, upstash_server: Upstash
) -> None:
    live = OnlineStore(make_redis(upstash_server.url, upstash_server.token), LATEST_RERUN_LIVE)
    present, past = (json.dumps({"as_of": f"2026-03-{day:02}T12:00:00+00:00"}) for day in (16, 2))
    for given in (present, past):
        live.write_newer({"BTC": {"status": given}})
        live.write_cycle(json.loads(given))
    assert online.read_coin("BTC")["status"] == online.read_cycle() == json.loads(present)


@pytest.mark.parametrize("token", ["SECRETTOKEN\n", "SECRET\x00TOKEN"])
def test_a_token_that_no_header_takes_is_not_told(upstash_server: Upstash, token: str) -> None:
    with pytest.raises(StoreUnavailable, match="redis: could not read coin") as failed:
        OnlineStore(make_redis(upstash_server.url, token)).read_coin("BTC")
    assert "SECRET" not in "".join(traceback.format_exception(failed.value))


def test_connections_come_subscribe_and_go(online: OnlineStore, redis: Redis) -> None:
    assert online.subscriptions() == {}
    online.connect("a=")
    online.connect("b=")
    assert online.subscriptions() == {}
    assert [online.is_known(one) for one in ("a=", "c=")] == [True, False]
    online.subscribe("a=", {"symbols": ["BTC"]})
    online.subscribe("b=", {"symbols": ["ETH"]})
    assert online.subscriptions() == {"a=": {"symbols": ["BTC"]}, "b=": {"symbols": ["ETH"]}}
    assert 0 < redis.ttl("connection:a=") <= CONNECTION_TTL_S
    redis.delete("connection:b=")
    assert not online.is_known("b=")
    assert online.subscriptions() == {"a=": {"symbols": ["BTC"]}}
    assert list(redis.smembers("connections")) == ["a="]
    online.disconnect("a=")
    online.disconnect("never seen")
    assert online.subscriptions() == {}


def test_redis_gone_is_said_clearly(tmp_path: Path) -> None:
    with Valkey(tmp_path / "valkey") as valkey, Upstash(valkey.url, "t", tmp_path / "log") as upstash:
        store = OnlineStore(make_redis(upstash.url, "t", timeout_s=1))
        store.write_coins({"BTC": {"status": "ok"}})
        valkey.stop()
        with pytest.raises(StoreUnavailable, match=r"redis: could not read coin: .*unavailable"):
            store.read_coin("BTC")
        with pytest.raises(StoreUnavailable, match="redis: could not write coins"):
            store.write_coins({"BTC": {"status": "ok"}})
        upstash.stop()
        for call in (store.subscriptions, store.read_cycle, lambda: store.read_coins(["BTC"])):
            with pytest.raises(StoreUnavailable, match="ConnectError"):
                call()


def test_redis_that_never_answers_is_given_up(hanging_url: str) -> None:
    store = OnlineStore(make_redis(hanging_url, "t", timeout_s=0.3))
    started = time.monotonic()
    with pytest.raises(StoreUnavailable, match="ReadTimeout"):
        store.read_coin("BTC")
    assert time.monotonic() - started < 5


def test_a_wrong_token_is_said_clearly(upstash_server: Upstash) -> None:
    store = OnlineStore(make_redis(upstash_server.url, "wrong"))
    with pytest.raises(StoreUnavailable, match="WRONGPASS"):
        store.read_coin("BTC")
    with pytest.raises(StoreUnavailable):
        store.read_coins(["BTC"])


def test_what_was_written_outlives_the_server(tmp_path: Path) -> None:
    for n in range(2):
        with Valkey(tmp_path / "valkey") as valkey, Upstash(valkey.url, "t", tmp_path / "log") as upstash:
            store = OnlineStore(make_redis(upstash.url, "t"))
            assert store.read_cycle() == ({"n": 0} if n else {})
            store.write_cycle({"n": n})


def test_the_protocol_as_a_plain_client_sees_it(upstash_server: Upstash, redis: Redis) -> None:
    with httpx.Client(
        base_url=upstash_server.url, headers={"Authorization": f"Bearer {upstash_server.token}"}
    ) as client:
        assert client.post("/", json=["SET", "k", "v"]).json() == {"result": "OK"}
        assert client.get("/get/k").json() == {"result": "v"}
        assert client.post("/", json=["GET", "k"], headers={"Upstash-Encoding": "base64"}).json() == {
            "result": "dg=="
        }
        answers = client.post("/pipeline", json=[["INCR", "n"], ["INCR", "k"], ["GET", "none"]]).json()
        assert answers[0] == {"result": 1} and answers[2] == {"result": None}
        assert "not an integer" in answers[1]["error"]
        assert client.post("/multi-exec", json=[["SET", "a", "1"], ["HGETALL", "x"]]).json() == [
            {"result": "OK"},
            {"result": []},
        ]
        assert client.post("/", json=["NONSENSE"]).status_code == 400
        assert client.post("/", content=b"{").status_code == 400
        assert client.post("/pipeline", json={"no": 1}).status_code == 400
    assert httpx.post(upstash_server.url, json=["GET", "k"]).status_code == 401


@pytest.fixture
def hanging_url() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen(8)
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for connection in held:
            connection.close()
