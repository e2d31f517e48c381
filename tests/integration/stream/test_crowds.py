"""More subscribers than a cycle has time for, and more than may connect; over a real Redis."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptocast.domain import CycleWindow
from cryptocast.store.online import OnlineStore
from cryptocast.stream import connections
from cryptocast.stream.connections import connect, disconnect
from cryptocast.stream.push import ApiGatewayPush, publish
from tests.factories import INTERVAL
from tests.integration.stream.test_stream import SYMBOLS, WINDOW, Gateway, gateway, issue, push, subscribe

__all__ = ["gateway", "push"]
pytestmark = pytest.mark.integration


def test_when_time_is_up_the_rest_is_left_out_and_told_by_number(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(online)
    for number in range(6):
        subscribe(online, push, f"c{number}")
    gateway.frames.clear()
    seconds = iter(range(100))
    monkeypatch.setattr("cryptocast.stream.push._AT_A_TIME", 1)
    monkeypatch.setattr("cryptocast.stream.push.monotonic", lambda: float(next(seconds)))
    report = publish(online, push, WINDOW, SYMBOLS, within_s=3)
    assert len(gateway.frames) == 2
    assert report.rows_stored == 2 * 7
    assert report.detail == {"gone": 0, "failed": 0, "left_out": 4}
    assert report.missing[-1] == "stream: 4 connections were left out, for time ran out"
    assert len(online.subscriptions()) == 6


def test_another_cycle_serves_in_another_order(
    online: OnlineStore, push: ApiGatewayPush, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {f"c{number}" for number in range(8)}
    for name in names:
        subscribe(online, push, name)
    monkeypatch.setattr("cryptocast.stream.push._AT_A_TIME", 1)
    first = set()
    for cycle in range(12):
        as_of = WINDOW.as_of + cycle * INTERVAL
        issue(online, as_of)
        gateway.frames.clear()
        publish(online, push, CycleWindow(as_of, as_of - INTERVAL, as_of + timedelta(minutes=1)), SYMBOLS)
        assert set(gateway.frames) == names
        first.add(next(iter(gateway.frames)))
    assert len(first) > 3


def test_so_many_may_connect_and_one_that_leaves_makes_room(
    online: OnlineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    accepted = [connect(online, name).rows_stored for name in ("a", "b", "c")]
    assert accepted == [1, 1, 0]
    assert online.connection_count() == 2
    disconnect(online, "a")
    assert connect(online, "c").rows_stored == 1
