"""The present state of the coins: what Redis holds, in the bodies of the API and the stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from cryptocast import domain
from cryptocast.domain import BAR_INTERVAL_S, COINS, Horizon
from cryptocast.observability import get_logger
from cryptocast.serve import schemas
from cryptocast.store.online import moment

_B = TypeVar("_B", bound=schemas.Body)
STALE_AFTER = timedelta(seconds=2 * BAR_INTERVAL_S)


def is_stale(as_of: datetime | None, now: datetime) -> bool:
    """True where `as_of` is older than two cycles, or nothing is there."""
    return as_of is None or now - as_of > STALE_AFTER


def served_now(status: Mapping[str, Any], wall: datetime) -> datetime:
    """The wall clock's now, set back by as much as the last cycle's clock was behind it.

    A replay runs in the past: its last cycle said what time it was there (`now`) and what the wall
    said (`recorded_at`). Live, the two are the same. So data goes stale when cycles stop, in a replay too.
    """
    then, there = moment(status.get("recorded_at")), moment(status.get("now"))
    return wall if then is None or there is None else wall - (then - there)


def newest_status(states: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The newest field `status` of these coins' hashes: the last cycle, as `stream.push` wrote it."""
    found = [s for state in states if isinstance(s := state.get("status"), Mapping)]
    return max(found, key=lambda s: str(s.get("as_of", "")), default={})


def words(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def price_of(symbol: str, record: object, forecasts: Sequence[schemas.Forecast] = ()) -> schemas.Price | None:
    """The field `price` of a coin's hash, or the close that its newest forecast is measured from.

    None where there is neither. The newer of the two where there are both.
    """
    found = _parsed(schemas.Price, record, {"symbol": symbol})
    newest = max(forecasts, key=lambda f: f.as_of, default=None)
    if newest is not None and (found is None or found.as_of < newest.as_of):
        return schemas.Price(symbol=symbol, price=newest.price, as_of=newest.as_of)
    return found


def forecast_of(symbol: str, horizon: Horizon, record: object, now: datetime) -> schemas.Forecast | None:
    """The field `forecast:{horizon}` of a coin's hash; None where it is absent or unusable."""
    if not isinstance(record, Mapping):
        return None
    try:
        as_of = datetime.fromisoformat(str(record.get("as_of")))
        target_at = as_of + timedelta(seconds=horizon.seconds)
        stale = is_stale(as_of, now)
    except (ValueError, TypeError):
        get_logger().warning("unusable forecast in redis", extra={"symbol": symbol, "horizon": horizon.value})
        return None
    given = {"symbol": symbol, "horizon": horizon, "target_at": target_at, "stale": stale}
    return _parsed(schemas.Forecast, record, given)


def forecast_body(
    forecast: domain.Forecast, now: datetime, outcome: domain.Outcome | None = None
) -> schemas.Forecast:
    """A stored forecast, with its outcome where it is known."""
    return schemas.Forecast(
        symbol=forecast.symbol,
        horizon=forecast.horizon,
        as_of=forecast.as_of,
        target_at=forecast.as_of + timedelta(seconds=forecast.horizon.seconds),
        issued_at=forecast.issued_at,
        p_up=forecast.p_up,
        call=forecast.call,
        confidence=forecast.confidence,
        price=forecast.price,
        contributions=dict(forecast.contributions),
        model_version=forecast.model_version,
        data_label=forecast.data_label,
        missing=list(forecast.missing),
        stale=is_stale(forecast.as_of, now),
        outcome=None if outcome is None else outcome_body(outcome),
    )


def outcome_body(outcome: domain.Outcome) -> schemas.Outcome:
    return schemas.Outcome(
        known_at=outcome.known_at,
        return_log=outcome.return_log,
        went_up=outcome.went_up,
        correct=outcome.correct,
        brier=outcome.brier,
    )


def coin_from_online(symbol: str, state: Mapping[str, Any], now: datetime) -> schemas.CoinForecasts:
    """One coin's hash, as `OnlineStore.read_coin` gives it."""
    found = (forecast_of(symbol, horizon, state.get(f"forecast:{horizon.value}"), now) for horizon in Horizon)
    forecasts = [f for f in found if f is not None]
    return coin_body(symbol, price_of(symbol, state.get("price"), forecasts), forecasts)


def coin_body(
    symbol: str, price: schemas.Price | None, forecasts: Sequence[schemas.Forecast]
) -> schemas.CoinForecasts:
    """One coin, its absent horizons named and its forecasts' missing inputs gathered."""
    held = {f.horizon for f in forecasts}
    missing = [f"{h.value}: no forecast yet" for h in Horizon if h not in held]
    if price is None:
        missing.insert(0, "price: none yet")
    for forecast in forecasts:
        missing += [m for m in forecast.missing if m not in missing]
    return schemas.CoinForecasts(
        symbol=symbol,
        name=COINS[symbol].name if symbol in COINS else symbol,
        price=price,
        forecasts=sorted(forecasts, key=lambda f: f.horizon.seconds),
        stale=not forecasts or any(f.stale for f in forecasts),
        missing=missing,
    )


def newest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((m for m in moments if m is not None), default=None)


def coins_as_of(coins: Sequence[schemas.CoinForecasts]) -> datetime | None:
    """The newest moment that any of these coins speaks for."""
    return newest(
        [f.as_of for c in coins for f in c.forecasts] + [c.price.as_of for c in coins if c.price is not None]
    )


def _parsed(model: type[_B], record: object, given: Mapping[str, Any]) -> _B | None:
    """The record as a body; fields the body does not have are dropped."""
    if not isinstance(record, Mapping):
        return None
    kept = {k: v for k, v in record.items() if k in model.model_fields}
    try:
        return model.model_validate({**kept, **given})
    except ValidationError as error:
        get_logger().warning(
            "unusable record in redis",
            extra={"body": model.__name__, "given": str(dict(given)), "reason": error.errors()[0]["msg"]},
        )
        return None
