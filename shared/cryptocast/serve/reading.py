"""Reads what the API shows: Redis first, Postgres where Redis is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptocast.domain import FeatureRow, Horizon
from cryptocast.errors import StoreUnavailable
from cryptocast.observability import get_logger
from cryptocast.serve import schemas
from cryptocast.serve.deps import Deps
from cryptocast.serve.present import (
    coin_body,
    coin_from_online,
    forecast_body,
    newest_status,
    served_now,
    words,
)
from cryptocast.store import bars, cycles, feature_rows, forecasts
from cryptocast.store.online import moment

ReadFrom = Literal["redis", "postgres"]
REDIS_GONE = "redis: does not answer; read from postgres"
_BOTH_SILENT = ("redis: it is empty", "postgres: does not answer")


@dataclass(frozen=True, slots=True)
class Present:
    """The state of some coins, the store it came from, and what was missing on the way."""

    coins: Sequence[schemas.CoinForecasts]
    read_from: ReadFrom
    now: datetime
    missing: Sequence[str]


def read_present(deps: Deps, symbols: Sequence[str]) -> Present:
    """The present state of `symbols`, in one read of Redis.

    Postgres is asked only where Redis does not answer, or has nothing (it may have been emptied).
    A Redis that has nothing beside a Postgres that does not answer is told in `missing`: nothing yet, or
    emptied, cannot be told apart. Raises `StoreUnavailable` where neither answers.
    """
    try:
        states = deps.online.read_coins(symbols)
    except StoreUnavailable as error:
        get_logger().warning("redis is gone, reading postgres", extra={"reason": str(error)})
        return _from_postgres(deps, symbols, [REDIS_GONE])
    silent: Sequence[str] = ()
    if not any(states.values()):
        try:
            return _from_postgres(deps, symbols, ["redis: it is empty; read from postgres"])
        except StoreUnavailable as error:
            get_logger().warning("redis is empty and postgres gone", extra={"reason": str(error)})
            silent = _BOTH_SILENT
    status = newest_status(states.values())
    now = served_now(status, deps.clock())
    coins = [coin_from_online(symbol, states[symbol], now) for symbol in symbols]
    return Present(coins, "redis", now, [*silent, *words(status.get("missing"))])


def read_feature_row(deps: Deps, symbol: str) -> tuple[FeatureRow | None, ReadFrom, datetime]:
    """The newest feature row of a coin, where it was read, and the present moment.

    Raises `StoreUnavailable` where neither store answers.
    """
    try:
        state = deps.online.read_coin(symbol)
        row = _online_row(symbol, state.get("feature_row"))
        status = newest_status([state])
        if row is not None:
            return row, "redis", served_now(status, deps.clock())
        now = served_now(status, deps.clock()) if status else _postgres_now(deps)
    except StoreUnavailable as error:
        get_logger().warning("redis is gone, reading postgres", extra={"reason": str(error)})
        now = _postgres_now(deps)
    return next(iter(feature_rows.latest(deps.db, symbol, 1)), None), "postgres", now


def present_moment(deps: Deps) -> datetime:
    """Now, on the clock that the data runs by; the wall clock's where no cycle is known."""
    try:
        cycle = deps.online.read_cycle()
    except StoreUnavailable:
        cycle = {}
    return served_now(cycle, deps.clock()) if cycle else _postgres_now(deps)


def _from_postgres(deps: Deps, symbols: Sequence[str], missing: list[str]) -> Present:
    now = _postgres_now(deps)
    newest: dict[tuple[str, Horizon], schemas.Forecast] = {}
    for symbol in symbols:
        for forecast in forecasts.latest(deps.db, symbol, limit=4 * len(Horizon)):
            newest.setdefault((forecast.symbol, forecast.horizon), forecast_body(forecast, now))
    coins = [
        coin_body(symbol, _price(deps, symbol), [f for (s, _), f in newest.items() if s == symbol])
        for symbol in symbols
    ]
    return Present(coins, "postgres", now, missing)


def _price(deps: Deps, symbol: str) -> schemas.Price | None:
    for bar in bars.latest(deps.db, symbol, 1):
        return schemas.Price(symbol=symbol, price=bar.close, as_of=bar.closed_at, source=bar.source)
    return None


def _postgres_now(deps: Deps) -> datetime:
    """As `served_now`, from the record of the last cycle: there, `finished_at` is the cycle's clock."""
    wall = deps.clock()
    for cycle in cycles.latest(deps.db, 1):
        recorded = cycle.report.get("recorded_at")
        return served_now({"now": cycle.finished_at.isoformat(), "recorded_at": recorded}, wall)
    return wall


def _online_row(symbol: str, record: object) -> FeatureRow | None:
    if not isinstance(record, Mapping):
        return None
    as_of, values = moment(record.get("as_of")), record.get("values")
    if as_of is None or not isinstance(values, Mapping):
        return None
    try:
        numbers = {str(name): float(value) for name, value in values.items()}
    except (TypeError, ValueError):
        return None
    version = str(record.get("feature_version", ""))
    return FeatureRow(symbol, as_of, numbers, tuple(words(record.get("missing"))), version)
