"""What the WebSocket's three routes do: $connect, $disconnect, and a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from cryptocast.domain import COINS, Horizon, StepReport
from cryptocast.observability import get_logger
from cryptocast.serve import schemas
from cryptocast.store.online import OnlineStore
from cryptocast.stream.messages import (
    CLIENT_MESSAGE,
    INBOUND_BYTES,
    ErrorMessage,
    Ping,
    Pong,
    RefusalCode,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
)
from cryptocast.stream.push import PushClient, deliver, frame_of, read_present
from cryptocast.stream.subscriptions import Subscription

_HELP = (
    'send {"action": "subscribe", "symbols": ["BTC"], "horizons": ["1h"]}, {"action": "unsubscribe"} '
    'or {"action": "ping"}'
)


MOST_CONNECTIONS = 500
"""A cycle of five coins sends each subscriber 26 frames of some 2 ms of processor: 40 s of the share of one
that `PublishFunction` has, and TLS on top. The cycle's monitor waits for it."""


def connect(online: OnlineStore, connection_id: str) -> StepReport:
    """Remember a new connection; it gets nothing before it subscribes. Raises `StoreUnavailable`.

    One more than `MOST_CONNECTIONS` is refused: then `rows_rejected` is 1.
    """
    if online.connection_count() >= MOST_CONNECTIONS:
        get_logger().warning("connection refused", extra={"most": MOST_CONNECTIONS})
        return StepReport("connect", rows_rejected=1)
    online.connect(connection_id)
    return StepReport("connect", rows_stored=1)


def disconnect(online: OnlineStore, connection_id: str) -> StepReport:
    """Forget a connection; one that is not known is no error. Raises `StoreUnavailable`."""
    online.disconnect(connection_id)
    return StepReport("disconnect", rows_stored=1)


def receive(
    online: OnlineStore,
    push_client: PushClient,
    connection_id: str,
    body: str | None,
    now: datetime,
    symbols: Sequence[str] = tuple(COINS),
) -> StepReport:
    """Answer one client message on its own connection.

    A subscription is answered by `subscribed` and then, at once, the present prices and forecasts.
    A message that cannot be read is answered by `error`, never by silence. `symbols` are the coins
    that this deployment follows. Raises `StoreUnavailable` where Redis does not answer.
    """
    frames = _answers(online, connection_id, body, now, symbols)
    delivery = deliver(push_client, connection_id, frames)
    if delivery.gone:
        online.disconnect(connection_id)
    return StepReport(
        "receive",
        rows_in=1,
        rows_stored=delivery.sent,
        rows_rejected=delivery.too_large,
        missing=[f"stream: {delivery.failed}"] if delivery.failed else [],
        detail={"gone": delivery.gone},
    )


def _answers(
    online: OnlineStore, connection_id: str, body: str | None, now: datetime, symbols: Sequence[str]
) -> list[bytes]:
    if body is None or len(body.encode()) > INBOUND_BYTES:
        return [_refusal("bad_message", f"a message has 1 to {INBOUND_BYTES} bytes", _HELP)]
    try:
        message = CLIENT_MESSAGE.validate_json(body)
    except ValidationError as error:
        return [_refusal("bad_message", f"not understood: {_first(error)}", _HELP)]
    if isinstance(message, Ping):
        return [_answer_ping(online, connection_id)]
    if isinstance(message, Unsubscribe):
        online.subscribe(connection_id, Subscription().to_json())
        return [frame_of(Unsubscribed())]
    return _subscribe(online, connection_id, message, now, symbols)


def _answer_ping(online: OnlineStore, connection_id: str) -> bytes:
    # A socket outlives what Redis held of it: a plain `pong` would let its client wait for ever.
    if online.is_known(connection_id):
        return frame_of(Pong())
    return _refusal("not_subscribed", "this connection is not known any more", "subscribe again")


def _subscribe(
    online: OnlineStore, connection_id: str, message: Subscribe, now: datetime, symbols: Sequence[str]
) -> list[bytes]:
    unknown = sorted(set(message.symbols) - set(symbols))
    if unknown:
        known = ", ".join(symbols)
        return [_refusal("unknown_coin", f"not followed here: {', '.join(unknown)}", f"known are {known}")]
    subscription = Subscription(
        frozenset(message.symbols), frozenset(h.value for h in message.horizons), active=True
    )
    online.subscribe(connection_id, subscription.to_json())
    wanted = [s for s in symbols if subscription.wants(s)]
    answer = Subscribed(
        symbols=wanted, horizons=[h for h in Horizon if not message.horizons or h in message.horizons]
    )
    return [frame_of(answer), *read_present(online, wanted, now).frames(subscription)]


def _refusal(code: RefusalCode, message: str, what_to_do: str) -> bytes:
    return frame_of(ErrorMessage(error=schemas.Problem(code=code, message=message, what_to_do=what_to_do)))


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
