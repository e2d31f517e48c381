"""Sends each subscriber what is new. One dead connection never stops the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from cryptocast.domain import COINS, CycleWindow, StepReport
from cryptocast.errors import StoreUnavailable, TransientError
from cryptocast.observability import get_logger
from cryptocast.serve.present import coin_from_online
from cryptocast.store.online import OnlineStore
from cryptocast.stream.messages import FRAME_BYTES, CycleMessage, ForecastMessage, PriceMessage
from cryptocast.stream.subscriptions import Subscription

_AT_A_TIME = 8
"""Connections served in parallel: each frame is one HTTPS call of some 20 ms."""
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
class News:
    """Ready frames, each with whom it concerns. `cycle` goes to everyone."""

    prices: Sequence[tuple[str, bytes]] = ()
    forecasts: Sequence[tuple[str, str, bytes]] = ()
    cycle: bytes | None = None
    missing: Sequence[str] = field(default=())

    def frames(self, subscription: Subscription) -> list[bytes]:
        """What this subscription asked for, prices first, the end of the cycle last."""
        chosen = [frame for symbol, frame in self.prices if subscription.wants(symbol)]
        chosen += [frame for symbol, h, frame in self.forecasts if subscription.wants(symbol, h)]
        if self.cycle is not None and subscription.active:
            chosen.append(self.cycle)
        return chosen


def publish(
    online: OnlineStore, push_client: PushClient, window: CycleWindow, symbols: Sequence[str] = tuple(COINS)
) -> StepReport:
    """Push every price and forecast of (since, as_of], then the cycle, to whoever subscribed to it.

    In: connections. Stored: frames delivered. Rejected: frames over 32 KB, never sent. A connection
    that is gone is dropped; one that failed is kept and named in `detail`. Without subscribers
    nothing is read but the subscriptions. Raises `StoreUnavailable` where Redis does not answer.
    """
    subscriptions = {
        connection: Subscription.from_json(value) for connection, value in online.subscriptions().items()
    }
    report = StepReport("publish", rows_in=len(subscriptions))
    if not subscriptions:
        return report
    news = read_news(online, symbols, window.now, since=window.since)
    report.missing = list(news.missing)
    with ThreadPoolExecutor(max_workers=min(_AT_A_TIME, len(subscriptions))) as pool:
        ids = list(subscriptions)
        found = list(pool.map(lambda c: deliver(push_client, c, news.frames(subscriptions[c])), ids))
    _drop_gone(online, [c for c, delivery in zip(ids, found, strict=True) if delivery.gone])
    report.rows_stored = sum(d.sent for d in found)
    report.rows_rejected = sum(d.too_large for d in found)
    failures = {c: d.failed for c, d in zip(ids, found, strict=True) if d.failed}
    report.detail = {"gone": sum(d.gone for d in found), "failed": len(failures)}
    if failures:
        get_logger().warning("frames not delivered", extra={"failures": dict(list(failures.items())[:8])})
        report.missing.append(f"stream: {len(failures)} connections did not take their frames")
    return report


def read_news(
    online: OnlineStore, symbols: Sequence[str], now: datetime, since: datetime | None = None
) -> News:
    """The state of `symbols` as frames; with `since`, only what is newer. Two reads of Redis."""
    cycle = online.read_cycle() or {}
    coins = [coin_from_online(s, state, now) for s, state in online.read_coins(list(symbols)).items()]
    fresh = [f for c in coins for f in c.forecasts if since is None or f.as_of > since]
    prices = [c.price for c in coins if c.price is not None and (since is None or c.price.as_of > since)]
    label = cycle.get("data_label") or next((f.data_label for c in coins for f in c.forecasts), None)
    ended = _cycle_message(cycle)
    return News(
        prices=[(p.symbol, frame_of(PriceMessage(price=p, data_label=label))) for p in prices]
        if label
        else [],
        forecasts=[(f.symbol, f.horizon.value, frame_of(ForecastMessage(forecast=f))) for f in fresh],
        cycle=None if ended is None else frame_of(ended),
        missing=[] if ended is None else ended.missing,
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
