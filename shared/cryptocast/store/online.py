"""The online store: what the read path and the stream need, in Redis, one read per coin."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
from upstash_redis import Redis
from upstash_redis.errors import UpstashError

from cryptocast.errors import StoreUnavailable

CONNECTION_TTL_S = 7_200
"""API Gateway ends a WebSocket after two hours."""
LATEST_RERUN = timedelta(days=1)
"""A cycle of the past that writes later than this is no late one: a replay began anew."""
LATEST_RERUN_LIVE = timedelta(days=15)
"""Live there is no beginning anew, and Step Functions takes up a failed execution for 14 days."""
_CONNECTIONS = "connections"
_CYCLE = "cycle"
_Answer = TypeVar("_Answer")
# The client turns an answer that is not Redis's (a proxy's page, a refusal) into any of these.
_FAILURES = (httpx.HTTPError, UpstashError, ValueError, KeyError, AttributeError, TypeError)


def make_redis(url: str, token: str, timeout_s: float = 3) -> Redis:
    """A client of Upstash's REST API whose every call ends within about twice `timeout_s`."""
    redis = Redis(url, token, rest_retries=1, rest_retry_interval=0.2, allow_telemetry=False)
    # The client is built without a timeout and takes none: a stalled call would hold the function.
    redis._http._client.timeout = httpx.Timeout(timeout_s)
    return redis


class OnlineStore:
    """Hashes `coin:{symbol}`, the last `cycle`, and the WebSocket connections.

    Every method raises `StoreUnavailable` where Redis does not answer; `on_unavailable` is told of each, also
    of those that a caller catches.
    """

    def __init__(
        self,
        redis: Redis,
        latest_rerun: timedelta = LATEST_RERUN,
        on_unavailable: Callable[[], None] = lambda: None,
    ) -> None:
        self._redis = redis
        self._latest_rerun = latest_rerun
        self._on_unavailable = on_unavailable

    def write_coins(self, updates: Mapping[str, Mapping[str, str]]) -> None:
        """Set fields of coins, `{symbol: {field: text or JSON}}`, in one request; other fields stay."""
        pipeline = self._redis.pipeline()
        some = False
        for symbol, fields in updates.items():
            if fields:
                pipeline.hset(f"coin:{symbol}", values=dict(fields))
                some = True
        if some:
            self._call("write coins", pipeline.exec)

    def write_newer(self, updates: Mapping[str, Mapping[str, str]]) -> None:
        """As `write_coins`, for JSON fields with an `as_of`; what is held of a later `as_of` stays.

        A cycle that runs again, or late, must not put the present back. More than `latest_rerun` back is no
        lateness: a replay began anew.
        """
        held = self.read_coins(symbol for symbol, fields in updates.items() if fields)
        self.write_coins(
            {
                symbol: {
                    name: text
                    for name, text in fields.items()
                    if not self._is_later(held[symbol].get(name), json.loads(text))
                }
                for symbol, fields in updates.items()
                if fields
            }
        )

    def read_coin(self, symbol: str) -> dict[str, Any]:
        """The fields of one coin, JSON decoded; empty where nothing is known of it."""
        return _decoded(self._call("read coin", lambda: self._redis.hgetall(f"coin:{symbol}")))

    def read_coins(self, symbols: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The fields of several coins in one request; every symbol is present."""
        wanted = list(symbols)
        if not wanted:
            return {}
        pipeline = self._redis.pipeline()
        for symbol in wanted:
            pipeline.hgetall(f"coin:{symbol}")
        answers = self._call("read coins", pipeline.exec)
        return {symbol: _decoded(answer) for symbol, answer in zip(wanted, answers, strict=True)}

    def write_cycle(self, cycle: Mapping[str, Any]) -> None:
        """Keep the report of the last cycle; one of a later `as_of` stays."""
        if self._is_later(self.read_cycle(), cycle):
            return
        self._call("write cycle", lambda: self._redis.set(_CYCLE, json.dumps(dict(cycle))))

    def read_cycle(self) -> dict[str, Any]:
        """The report of the last cycle; empty before the first."""
        text = self._call("read cycle", lambda: self._redis.get(_CYCLE))
        return json.loads(text) if text else {}

    def connection_count(self) -> int:
        """How many connections are remembered, subscribed or not; expired ones until they are swept out."""
        return self._call("count connections", lambda: self._redis.scard(_CONNECTIONS))

    def connect(self, connection_id: str) -> None:
        """Remember a WebSocket connection, subscribed to nothing yet."""
        self.subscribe(connection_id, {})

    def subscribe(self, connection_id: str, subscription: Mapping[str, Any]) -> None:
        """Set what a connection wants to hear; it is forgotten after two hours."""
        pipeline = self._redis.pipeline()
        pipeline.set(f"connection:{connection_id}", json.dumps(dict(subscription)), ex=CONNECTION_TTL_S)
        pipeline.sadd(_CONNECTIONS, connection_id)
        self._call("subscribe", pipeline.exec)

    def is_known(self, connection_id: str) -> bool:
        """Whether the cycles find this connection, subscribed or not; false once Redis was emptied."""
        pipeline = self._redis.pipeline()
        pipeline.exists(f"connection:{connection_id}")
        pipeline.sismember(_CONNECTIONS, connection_id)
        return all(self._call("find connection", pipeline.exec))

    def disconnect(self, connection_id: str) -> None:
        """Forget a connection; one that is not known is no error."""
        pipeline = self._redis.pipeline()
        pipeline.delete(f"connection:{connection_id}")
        pipeline.srem(_CONNECTIONS, connection_id)
        self._call("disconnect", pipeline.exec)

    def subscriptions(self) -> dict[str, dict[str, Any]]:
        """The subscription of every connection that made one; expired connections are swept out."""
        ids = sorted(self._call("list connections", lambda: self._redis.smembers(_CONNECTIONS)))
        if not ids:
            return {}
        keys = [f"connection:{id_}" for id_ in ids]
        texts = self._call("read subscriptions", lambda: self._redis.mget(*keys))
        expired = [id_ for id_, text in zip(ids, texts, strict=True) if text is None]
        if expired:
            self._call("sweep connections", lambda: self._redis.srem(_CONNECTIONS, *expired))
        found = {id_: json.loads(text) for id_, text in zip(ids, texts, strict=True) if text is not None}
        return {id_: subscription for id_, subscription in found.items() if subscription}

    def _is_later(self, held: object, given: object) -> bool:
        """Whether `held` is of a later `as_of` than `given`, by `latest_rerun` at most.

        Never where either tells none.
        """
        then, now = (
            moment(record.get("as_of")) if isinstance(record, Mapping) else None for record in (held, given)
        )
        return then is not None and now is not None and timedelta(0) < then - now <= self._latest_rerun

    def _call(self, what: str, request: Callable[[], _Answer]) -> _Answer:
        try:
            return request()
        except _FAILURES as error:
            self._on_unavailable()
            # A refused header is quoted in httpx's error, token and all: only what Redis itself said is told.
            said = f": {error}" if isinstance(error, UpstashError) else ""
            raise StoreUnavailable(f"redis: could not {what}: {type(error).__name__}{said}") from None


def moment(text: object) -> datetime | None:
    """An ISO time with its zone, or None."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _decoded(fields: Any) -> dict[str, Any]:
    return {name: _value(text) for name, text in fields.items()}


def _value(text: str) -> Any:
    """JSON where it is JSON, else the text: `status` is a plain word."""
    try:
        return json.loads(text)
    except ValueError:
        return text
