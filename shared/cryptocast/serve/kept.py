"""What the API reads of Redis, kept for some seconds: a host counts commands, and anybody may call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

KEPT_FOR = timedelta(seconds=10)
"""A cycle writes every 15 minutes, so readers lose nothing, and however many of them cost the same."""


class OnlineReads(Protocol):
    """The reading half of `OnlineStore`. Raises `StoreUnavailable` where Redis does not answer."""

    def read_coin(self, symbol: str) -> Mapping[str, Any]: ...

    def read_coins(self, symbols: Iterable[str]) -> Mapping[str, Mapping[str, Any]]: ...

    def read_cycle(self) -> Mapping[str, Any]: ...


class KeptReads:
    """`OnlineReads` that asks for each coin, and for the cycle, at most once in `KEPT_FOR`.

    Failures are not kept. `clock` gives the wall clock's now, UTC; where it steps back, Redis is asked.
    """

    def __init__(self, online: OnlineReads, clock: Callable[[], datetime]) -> None:
        self._online = online
        self._clock = clock
        self._lock = threading.Lock()
        self._coins: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        self._cycle: tuple[datetime, Mapping[str, Any]] | None = None

    def read_coin(self, symbol: str) -> Mapping[str, Any]:
        return self.read_coins([symbol])[symbol]

    def read_coins(self, symbols: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        now, wanted = self._clock(), list(symbols)
        with self._lock:
            fresh = {s: kept[1] for s in wanted if (kept := self._coins.get(s)) and _is_fresh(kept[0], now)}
        read = self._online.read_coins([s for s in wanted if s not in fresh])
        with self._lock:
            self._coins.update({symbol: (now, state) for symbol, state in read.items()})
        return {symbol: fresh[symbol] if symbol in fresh else read[symbol] for symbol in wanted}

    def read_cycle(self) -> Mapping[str, Any]:
        now = self._clock()
        with self._lock:
            if self._cycle is not None and _is_fresh(self._cycle[0], now):
                return self._cycle[1]
        cycle = self._online.read_cycle()
        with self._lock:
            self._cycle = (now, cycle)
        return cycle


def _is_fresh(kept_at: datetime, now: datetime) -> bool:
    return timedelta() <= now - kept_at < KEPT_FOR
