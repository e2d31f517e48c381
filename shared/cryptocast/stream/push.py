"""Sends each subscriber what is new. One dead connection never stops the others."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from cryptocast.domain import COINS, CycleWindow, DataLabel, StepReport
from cryptocast.errors import StoreUnavailable, TransientError
from cryptocast.observability import get_logger
from cryptocast.serve import schemas
from cryptocast.serve.present import coin_from_online, newest_status, served_now
from cryptocast.store.online import OnlineStore
from cryptocast.stream.messages import FRAME_BYTES, CycleMessage, ForecastMessage, PriceMessage
from cryptocast.stream.subscriptions import Subscription

_AT_A_TIME = 8
"""Connections served in parallel: each frame is one HTTPS call of some 20 ms."""
PUSHED_WITHIN_S = 240.0
"""Then the connections that still wait are left out: the function must not end with its report unsaid."""
_GONE = frozenset({"GoneException", "410"})


class ConnectionGone(Exception):
    """The client is not there any more."""


class PushFailed(TransientError):
    """The gateway did not take a frame, though the connection may live."""


class PushClient(Protocol):
    """Whatever can put one frame on one connection."""

    def push(self, connection_id: str, frame: bytes) -> None:
        """Raises `ConnectionGone`, `PushFailed`."""


class ApiGatewayPush:
    """`PushClient` over boto3's `apigatewaymanagementapi`; its calls may run in parallel."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def push(self, connection_id: str, frame: bytes) -> None:
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=frame)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if error.response.get("Error", {}).get("Code") in _GONE or status == 410:
                raise ConnectionGone(connection_id) from None
            raise PushFailed(f"gateway: {error}") from error
        except BotoCoreError as error:
            raise PushFailed(f"gateway: {error}") from error


@dataclass(slots=True)
class Delivery:
    """What came of one connection."""

    sent: int = 0
    too_large: int = 0
    gone: bool = False
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """Ready frames, each with whom it concerns. `cycle` goes to everyone."""

    prices: Sequence[tuple[str, bytes]] = ()
    forecasts: Sequence[tuple[str, str, bytes]] = ()
    cycle: bytes | None = None

    def frames(self, subscription: Subscription) -> list[bytes]:
        """What this subscription asked for, prices first, the end of the cycle last."""
        chosen = [frame for symbol, frame in self.prices if subscription.wants(symbol)]
        chosen += [frame for symbol, h, frame in self.forecasts if subscription.wants(symbol, h)]
        if self.cycle is not None and subscription.active:
            chosen.append(self.cycle)
        return chosen


def publish(
    online: OnlineStore,
    push_client: PushClient,
    window: CycleWindow,
    symbols: Sequence[str] = tuple(COINS),
    *,
    data_label: DataLabel | None = None,
    missing: Sequence[str] | None = None,
    wall_clock: datetime | None = None,
    within_s: float = PUSHED_WITHIN_S,
) -> StepReport:
    """End a cycle: write down that it ran, and push what is new to whoever subscribed to it.

    The cycle goes to Redis as `cycle` and as each coin's `status`, so that one read of the coins also
    tells their age. Pushed are the prices and forecasts of (since, as_of], then the cycle. Label and
    missing inputs are the forecasts' own where they are not given. `wall_clock` is what the wall said at
    `window.now`; the two differ in a replay.

    In: connections. Stored: frames delivered. Rejected: frames over 32 KB, never sent. A connection
    that is gone is dropped; one that failed, or whose turn had not come after `within_s`, is kept and
    counted. Raises `StoreUnavailable` where Redis does not answer.
    """
    states = online.read_coins(list(symbols))
    coins = [coin_from_online(symbol, state, window.now) for symbol, state in states.items()]
    cycle = _cycle(coins, window, data_label, missing, wall_clock)
    online.write_cycle(cycle)
    online.write_newer({coin.symbol: {"status": json.dumps(cycle)} for coin in coins})
    wanted = {c: Subscription.from_json(value) for c, value in online.subscriptions().items()}
    report = StepReport("publish", rows_in=len(wanted), missing=list(cycle["missing"]))
    if wanted:
        # Another order each cycle: where time runs out, it is not always the same that are left out.
        turns = random.Random(window.as_of.timestamp()).sample(list(wanted), len(wanted))  # noqa: S311
        fresh, until = fresh_of(coins, cycle, window.since), monotonic() + within_s
        _push(online, push_client, fresh, {c: wanted[c] for c in turns}, until, report)
    return report


def _push(
    online: OnlineStore,
    push_client: PushClient,
    fresh: Fresh,
    wanted: Mapping[str, Subscription],
    until: float,
    report: StepReport,
) -> None:
    """Serve `wanted` in their order; whose turn comes after `until` (of `monotonic`) is left out."""

    def serve(connection: str) -> Delivery | None:
        if monotonic() >= until:
            return None
        return deliver(push_client, connection, fresh.frames(wanted[connection]))

    with ThreadPoolExecutor(max_workers=min(_AT_A_TIME, len(wanted))) as pool:
        served = {c: d for c, d in zip(wanted, pool.map(serve, wanted), strict=True) if d is not None}
    _drop_gone(online, [c for c, delivery in served.items() if delivery.gone])
    failures, left_out = [d.failed for d in served.values() if d.failed], len(wanted) - len(served)
    report.rows_stored = sum(d.sent for d in served.values())
    report.rows_rejected = sum(d.too_large for d in served.values())
    gone = sum(d.gone for d in served.values())
    report.detail = {"gone": gone, "failed": len(failures), "left_out": left_out}
    if failures:
        get_logger().warning("frames not delivered", extra={"failures": failures[:8]})
        report.missing.append(f"stream: {len(failures)} connections did not take their frames")
    if left_out:
        report.missing.append(f"stream: {left_out} connections were left out, for time ran out")


def _cycle(
    coins: Sequence[schemas.CoinForecasts],
    window: CycleWindow,
    data_label: DataLabel | None,
    missing: Sequence[str] | None,
    wall_clock: datetime | None,
) -> dict[str, Any]:
    """The last cycle as Redis keeps it: JSON, times in ISO."""
    issued = [f for coin in coins for f in coin.forecasts]
    newest = max(issued, key=lambda f: f.as_of, default=None)
    if missing is None:
        missing = list(dict.fromkeys(m for f in issued if f.as_of == window.as_of for m in f.missing))
    label = data_label or (None if newest is None else newest.data_label)
    return {
        "as_of": window.as_of.isoformat(),
        "since": window.since.isoformat(),
        "now": window.now.isoformat(),
        "recorded_at": (wall_clock or window.now).isoformat(),
        "finished_at": window.now.isoformat(),
        "data_label": None if label is None else label.value,
        "missing": list(missing),
    }


def read_present(online: OnlineStore, symbols: Sequence[str], wall: datetime) -> Fresh:
    """The present state of `symbols` as frames, in one read of Redis; `wall` is the wall clock's now."""
    states = online.read_coins(list(symbols))
    status = newest_status(states.values())
    now = served_now(status, wall)
    return fresh_of([coin_from_online(s, state, now) for s, state in states.items()], status)


def fresh_of(
    coins: Sequence[schemas.CoinForecasts], cycle: Mapping[str, Any], since: datetime | None = None
) -> Fresh:
    """`coins` as frames; with `since`, only what is newer."""
    forecasts = [f for c in coins for f in c.forecasts if since is None or f.as_of > since]
    prices = [c.price for c in coins if c.price is not None and (since is None or c.price.as_of > since)]
    named = cycle.get("data_label")
    label = DataLabel(named) if named else next((f.data_label for c in coins for f in c.forecasts), None)
    ended = _cycle_message(cycle)
    return Fresh(
        # A figure without its label is not shown.
        prices=[(p.symbol, frame_of(PriceMessage(price=p, data_label=label))) for p in prices if label],
        forecasts=[(f.symbol, f.horizon.value, frame_of(ForecastMessage(forecast=f))) for f in forecasts],
        cycle=None if ended is None else frame_of(ended),
    )


def deliver(push_client: PushClient, connection_id: str, frames: Sequence[bytes]) -> Delivery:
    """Send `frames` in order; stops at the first that the connection does not take. Never raises."""
    delivery = Delivery()
    for frame in frames:
        if len(frame) > FRAME_BYTES:
            delivery.too_large += 1
            continue
        try:
            push_client.push(connection_id, frame)
        except ConnectionGone:
            delivery.gone = True
            break
        except Exception as error:  # one connection's trouble, of whatever kind, is its own
            delivery.failed = f"{type(error).__name__}: {error}"
            break
        delivery.sent += 1
    return delivery


def frame_of(message: BaseModel) -> bytes:
    """One message as the frame that carries it."""
    return message.model_dump_json().encode()


def _cycle_message(cycle: Mapping[str, Any]) -> CycleMessage | None:
    kept = {k: v for k, v in cycle.items() if k in CycleMessage.model_fields and k != "type"}
    try:
        return CycleMessage.model_validate(kept)
    except ValidationError:
        return None


def _drop_gone(online: OnlineStore, connections: Sequence[str]) -> None:
    for connection in connections:
        try:
            online.disconnect(connection)
        except StoreUnavailable:  # it is dropped by the next cycle, or by its time to live
            get_logger().warning("could not drop a connection that is gone")
            return
