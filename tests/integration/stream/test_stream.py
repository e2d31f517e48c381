"""Connections, subscriptions and pushing, over a real Redis; the gateway is the only fake."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from upstash_redis import Redis

from cryptocast.domain import CycleWindow, DataLabel, Horizon
from cryptocast.errors import StoreUnavailable
from cryptocast.serve.online_record import to_json
from cryptocast.store.online import OnlineStore, make_redis
from cryptocast.stream.connections import connect, disconnect, receive
from cryptocast.stream.messages import FRAME_BYTES, SERVER_MESSAGE
from cryptocast.stream.push import ApiGatewayPush, publish
from tests.factories import AS_OF, make_forecast

pytestmark = pytest.mark.integration
SYMBOLS = ("BTC", "ETH")
NOW = AS_OF + timedelta(minutes=1)
WINDOW = CycleWindow(AS_OF, AS_OF - timedelta(minutes=15), NOW)


class Gateway:
    """API Gateway's management API as boto3 shows it: keeps frames, refuses for `gone` and `broken`."""

    def __init__(self) -> None:
        self.frames: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.gone: set[str] = set()
        self.broken: set[str] = set()
        self._lock = threading.Lock()

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:
        if ConnectionId in self.gone:
            raise ClientError(
                {"Error": {"Code": "GoneException"}, "ResponseMetadata": {"HTTPStatusCode": 410}},
                "PostToConnection",
            )
        if ConnectionId in self.broken:
            raise EndpointConnectionError(endpoint_url="https://gateway")
        assert len(Data) <= FRAME_BYTES
        SERVER_MESSAGE.validate_json(Data)
        with self._lock:
            self.frames[ConnectionId].append(json.loads(Data))

    def types(self, connection: str) -> list[str]:
        return [frame["type"] for frame in self.frames[connection]]


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def push(gateway: Gateway) -> ApiGatewayPush:
    return ApiGatewayPush(gateway)


def issue(online: OnlineStore, as_of: Any = AS_OF, symbols: tuple[str, ...] = SYMBOLS) -> None:
    """Forecasts of 1h and 4h per coin, and its price."""
    online.write_coins(
        {
            symbol: {
                "price": json.dumps({"price": 101.0, "as_of": as_of.isoformat(), "source": "coingecko"}),
                **{
                    f"forecast:{h.value}": to_json(make_forecast(symbol, h, as_of, missing=("posts",)))
                    for h in (Horizon.H1, Horizon.H4)
                },
            }
            for symbol in symbols
        }
    )


def subscribe(online: OnlineStore, push: ApiGatewayPush, connection: str, **wanted: Any) -> None:
    connect(online, connection)
    receive(online, push, connection, json.dumps({"action": "subscribe", **wanted}), NOW, SYMBOLS)


def test_a_subscriber_gets_the_present_state_at_once(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway
) -> None:
    issue(online)
    subscribe(online, push, "c1", symbols=["btc"], horizons=["1h"])
    subscribed, price, forecast = gateway.frames["c1"]
    assert subscribed == {"type": "subscribed", "symbols": ["BTC"], "horizons": ["1h"]}
    assert price["price"]["symbol"] == "BTC"
    assert price["data_label"] == "simulated"
    assert (forecast["forecast"]["symbol"], forecast["forecast"]["horizon"]) == ("BTC", "1h")
    assert forecast["forecast"]["data_label"] == "simulated"


def test_publish_sends_each_what_it_asked_for(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway
) -> None:
    subscribe(online, push, "one", symbols=["ETH"], horizons=["4h"])
    subscribe(online, push, "all")
    connect(online, "silent")
    gateway.frames.clear()
    issue(online)
    report = publish(online, push, WINDOW, SYMBOLS)
    assert gateway.types("one") == ["price", "forecast", "cycle"]
    assert gateway.types("all") == ["price"] * 2 + ["forecast"] * 4 + ["cycle"]
    assert gateway.types("silent") == []
    cycle = gateway.frames["one"][-1]
    assert (cycle["data_label"], cycle["missing"]) == ("simulated", ["posts"])
    assert (report.rows_in, report.rows_stored, report.rows_rejected) == (2, 10, 0)


def test_only_what_is_new_is_sent(online: OnlineStore, push: ApiGatewayPush, gateway: Gateway) -> None:
    issue(online, AS_OF - timedelta(minutes=15), ("BTC",))
    issue(online, AS_OF, ("ETH",))
    subscribe(online, push, "c1")
    gateway.frames.clear()
    publish(online, push, WINDOW, SYMBOLS)
    assert {f["forecast"]["symbol"] for f in gateway.frames["c1"] if f["type"] == "forecast"} == {"ETH"}


def test_dead_connections_never_stop_the_others(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway
) -> None:
    for number in range(12):
        subscribe(online, push, f"c{number:02}", symbols=["BTC"])
    issue(online)
    gateway.frames.clear()
    gateway.gone = {"c00", "c05"}
    gateway.broken = {"c03"}
    report = publish(online, push, WINDOW, SYMBOLS)
    assert len(gateway.frames) == 9
    assert all(len(frames) == 4 for frames in gateway.frames.values())
    assert report.detail == {"gone": 2, "failed": 1, "left_out": 0}
    assert report.missing[-1] == "stream: 1 connections did not take their frames"
    left = set(online.subscriptions())
    assert "c00" not in left
    assert "c05" not in left
    assert "c03" in left


def test_a_frame_over_32_kb_is_refused_and_counted(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway
) -> None:
    huge = {f"feature_{i}": 0.1 for i in range(2_000)}
    online.write_coins({"BTC": {"forecast:1h": to_json(make_forecast(contributions=huge))}})
    subscribe(online, push, "c1")
    gateway.frames.clear()
    report = publish(online, push, WINDOW, SYMBOLS)
    assert report.rows_rejected == 1
    assert gateway.types("c1") == ["price", "cycle"]


def test_publish_writes_the_cycle_down_without_any_subscriber(
    online: OnlineStore, push: ApiGatewayPush
) -> None:
    wall = NOW + timedelta(days=700)
    publish(
        online,
        push,
        WINDOW,
        SYMBOLS,
        data_label=DataLabel.REPLAY,
        missing=("news: HTTP 503",),
        wall_clock=wall,
    )
    cycle = online.read_cycle()
    assert (cycle["as_of"], cycle["now"]) == (AS_OF.isoformat(), NOW.isoformat())
    assert cycle["recorded_at"] == wall.isoformat()
    assert (cycle["data_label"], cycle["missing"]) == ("replay", ["news: HTTP 503"])
    assert online.read_coin("ETH")["status"] == cycle


def test_publishing_twice_is_harmless(online: OnlineStore, push: ApiGatewayPush, gateway: Gateway) -> None:
    issue(online)
    subscribe(online, push, "c1")
    first = publish(online, push, WINDOW, SYMBOLS)
    assert publish(online, push, WINDOW, SYMBOLS) == first


def test_ping_unsubscribe_and_disconnect(online: OnlineStore, push: ApiGatewayPush, gateway: Gateway) -> None:
    issue(online)
    subscribe(online, push, "c1")
    gateway.frames.clear()
    receive(online, push, "c1", '{"action": "ping"}', NOW, SYMBOLS)
    receive(online, push, "c1", '{"action": "unsubscribe"}', NOW, SYMBOLS)
    publish(online, push, WINDOW, SYMBOLS)
    assert gateway.types("c1") == ["pong", "unsubscribed"]
    disconnect(online, "c1")
    disconnect(online, "c1")
    assert online.subscriptions() == {}


def test_a_ping_tells_a_connection_that_redis_forgot(
    online: OnlineStore, redis: Redis, push: ApiGatewayPush, gateway: Gateway
) -> None:
    ping = '{"action": "ping"}'
    subscribe(online, push, "c1")
    redis.flushdb()
    gateway.frames.clear()
    receive(online, push, "c1", ping, NOW, SYMBOLS)
    (frame,) = gateway.frames["c1"]
    assert (frame["type"], frame["error"]["code"]) == ("error", "not_subscribed")
    receive(online, push, "c1", '{"action": "subscribe"}', NOW, SYMBOLS)
    receive(online, push, "c1", ping, NOW, SYMBOLS)
    assert gateway.types("c1") == ["error", "subscribed", "pong"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("{broken", "bad_message", "not understood"),
        (None, "bad_message", "1 to 4096 bytes"),
        ("x" * 5_000, "bad_message", "1 to 4096 bytes"),
        ('{"action": "shout"}', "bad_message", "not understood"),
        ('{"action": "subscribe", "symbols": ["DOGE"]}', "unknown_coin", "DOGE"),
    ],
)
def test_a_bad_message_is_answered_not_dropped(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway, body: str | None, code: str, words: str
) -> None:
    connect(online, "c1")
    report = receive(online, push, "c1", body, NOW, SYMBOLS)
    (frame,) = gateway.frames["c1"]
    assert frame["error"]["code"] == code
    assert words in frame["error"]["message"]
    assert frame["error"]["what_to_do"]
    assert (code == "bad_message") == ('{"action": "ping"}' in frame["error"]["what_to_do"])
    assert report.rows_stored == 1


def test_a_client_that_left_while_subscribing_is_forgotten(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway
) -> None:
    gateway.gone = {"c1"}
    subscribe(online, push, "c1")
    assert online.subscriptions() == {}


def test_redis_gone_is_an_error_that_is_retried(push: ApiGatewayPush) -> None:
    gone = OnlineStore(make_redis("http://127.0.0.1:9", "t", timeout_s=0.2))
    with pytest.raises(StoreUnavailable):
        publish(gone, push, WINDOW, SYMBOLS)
    with pytest.raises(StoreUnavailable):
        connect(gone, "c1")


def test_the_client_is_boto3s(moto_aws: None) -> None:
    client = boto3.client("apigatewaymanagementapi", region_name="us-east-1")
    ApiGatewayPush(client).push("c1", b'{"type": "pong"}')
    assert client.get_connection(ConnectionId="c1")["ConnectedAt"]
