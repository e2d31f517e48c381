"""What a record must be like, as Pandera schemas: where outside data enters, where features leave.

Each schema is built for a moment `now`, against which stamps are compared. A check's `error` is the
reason that a refused record carries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pandera.pandas as pa

from cryptocast.domain import BAR_INTERVAL_S, COINS, Call, DataLabel, DocumentKind, Horizon

HIGHEST_PRICE = 1e9
FUTURE_TOLERANCE = timedelta(minutes=2)
"""How far a vendor's clock may run ahead of ours."""
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
"""Before the first coin there is neither price nor text; catches stamps of 0 and of milliseconds."""
LONGEST_BODY = 200_000

Schema = pa.DataFrameSchema
TIME = "datetime64[us, UTC]"


def quotes_schema(now: datetime) -> Schema:
    """`domain.Quote`."""
    return Schema(
        {"symbol": _symbol(), "price": _price(), "quoted_at": _time(now), "source": _text(64)},
    )


def bars_schema(now: datetime) -> Schema:
    """`domain.Bar`: closed by `now`, on its grid, the range around open and close."""
    return Schema(
        {
            "symbol": _symbol(),
            "opened_at": _time(now),
            "interval_s": _number(_above(0), _at_most(86_400)),
            **{name: _price() for name in ("open", "high", "low", "close")},
            "volume": _optional_amount(),
            "source": _text(64),
            "first_seen_at": _time(now),
            "volume_source": _text(64, nullable=True),
            "trade_count": _optional_amount(),
            "taker_buy_volume": _optional_amount(),
        },
        checks=[
            _rows("low is above open or close", lambda f: f["low"] <= f[["open", "close"]].min(axis=1)),
            _rows("high is below open or close", lambda f: f["high"] >= f[["open", "close"]].max(axis=1)),
            _rows("opened_at is off its grid", _on_grid),
            _rows("the bar is not closed yet", lambda f: _closed_at(f) <= _stamp(now)),
            _rows("volume without volume_source", lambda f: f["volume"].isna() | f["volume_source"].notna()),
        ],
    )


def documents_schema(now: datetime) -> Schema:
    """`domain.Document`: first seen no earlier than published, neither in the future."""
    return Schema(
        {
            "kind": _one_of(DocumentKind),
            "source": _text(64),
            "external_id": _text(512),
            "url": _text(2_048, _check("no http(s) address", _is_web_address)),
            "title": _text(500, _check("blank", lambda texts: _each(texts, lambda text: text.strip() != ""))),
            "body": _text(LONGEST_BODY, shortest=0),
            "published_at": _time(now),
            "first_seen_at": _time(now),
            "symbols": pa.Column(object, _check("not a list of known coins", _are_symbols), nullable=True),
        },
        checks=[
            _rows("first seen before it was published", lambda f: f["first_seen_at"] >= f["published_at"]),
        ],
    )


def sentiments_schema() -> Schema:
    """`domain.Sentiment`: three probabilities that sum to 1 ± 0.001."""
    parts = ["p_bearish", "p_neutral", "p_bullish"]
    return Schema(
        {
            "document_id": _number(_above(0)),
            "model_version": _text(200),
            **{part: _number(_between(0, 1)) for part in parts},
        },
        checks=[
            _rows("the probabilities do not sum to 1", lambda f: (f[parts].sum(axis=1) - 1).abs() <= 1e-3)
        ],
    )


def feature_rows_schema(feature_names: Iterable[str], now: datetime | None = None) -> Schema:
    """`domain.FeatureRow` with its values as columns: all of them there, all of them finite."""
    return Schema(
        {
            **{name: _number() for name in feature_names},
            "symbol": _symbol(),
            "as_of": _time(now, on_grid=True),
            "feature_version": _text(200),
        }
    )


def forecasts_schema(now: datetime | None = None) -> Schema:
    """`domain.Forecast`."""
    return Schema(
        {
            "symbol": _symbol(),
            "horizon": _one_of(Horizon),
            "as_of": _time(now, on_grid=True),
            "issued_at": _time(now),
            "p_up": _number(_between(0, 1)),
            "call": _one_of(Call),
            "confidence": _number(_between(0.5, 1)),
            "price": _price(),
            "contributions": pa.Column(object, _check("not finite numbers by name", _are_finite)),
            "model_version": _text(200),
            "data_label": _one_of(DataLabel),
        },
        checks=[
            _rows("confidence is not max(p_up, 1 - p_up)", _confidence_fits),
            _rows("issued before its as_of", lambda f: f["issued_at"] >= f["as_of"]),
        ],
    )


# ---- columns ----------------------------------------------------------------------------------


def _number(*checks: pa.Check) -> pa.Column:
    return pa.Column("float64", [_check("not finite", lambda x: x.abs() < float("inf")), *checks])


def _optional_amount() -> pa.Column:
    # None came in as NaN; what was no number came in as infinity (see split.to_frame).
    amount = _check("no finite number of at least 0", lambda x: (x >= 0) & (x < float("inf")))
    return pa.Column("float64", amount, nullable=True)


def _price() -> pa.Column:
    return _number(_above(0), _check(f"not below {HIGHEST_PRICE:g}", lambda x: x < HIGHEST_PRICE))


def _symbol() -> pa.Column:
    return _one_of(COINS)


def _one_of(values: Iterable[str]) -> pa.Column:
    known = {str(value) for value in values}
    named = "no known coin" if values is COINS else f"not one of {', '.join(sorted(known))}"
    return pa.Column(object, _check(named, lambda x: _each(x, lambda v: isinstance(v, str) and v in known)))


def _text(longest: int, *checks: pa.Check, shortest: int = 1, nullable: bool = False) -> pa.Column:
    problems = [
        _check("no text, or holds characters that cannot be stored", lambda x: _each(x, _storable)),
        _check(
            f"not {shortest} to {longest} characters long",
            lambda x: _each(x, lambda text: shortest <= len(text) <= longest),
        ),
    ]
    return pa.Column(object, [*problems, *checks], nullable=nullable)


def _time(now: datetime | None, on_grid: bool = False) -> pa.Column:
    checks = [_check(f"before {EARLIEST:%Y}", lambda x: x >= _stamp(EARLIEST))]
    if now is not None:
        latest = _stamp(now + FUTURE_TOLERANCE)
        checks.append(_check("in the future", lambda x: x <= latest))
    if on_grid:
        checks.append(_check("off the 15-minute grid", lambda x: _seconds(x) % BAR_INTERVAL_S == 0))
    return pa.Column(TIME, checks)


# ---- checks -----------------------------------------------------------------------------------


def _check(reason: str, holds: Callable[[Any], Any]) -> pa.Check:
    return pa.Check(holds, error=reason)


def _rows(reason: str, holds: Callable[[Any], Any]) -> pa.Check:
    """A check over whole rows; a missing value is refused where it stands, not here again."""
    return pa.Check(holds, error=reason, ignore_na=False)


def _above(limit: float) -> pa.Check:
    return _check(f"not above {limit:g}", lambda x: x > limit)


def _at_most(limit: float) -> pa.Check:
    return _check(f"above {limit:g}", lambda x: x <= limit)


def _between(low: float, high: float) -> pa.Check:
    return _check(f"not in [{low:g}, {high:g}]", lambda x: (x >= low) & (x <= high))


def _each(values: pd.Series[Any], holds: Callable[[Any], bool]) -> pd.Series[bool]:
    """`holds` of each value; a value it cannot be asked of does not hold."""

    def held(value: Any) -> bool:
        try:
            return bool(holds(value))
        except (TypeError, ValueError, AttributeError):
            return False

    return values.map(held).astype(bool)


def _storable(text: str) -> bool:
    """Postgres takes neither NUL nor half of a surrogate pair."""
    return isinstance(text, str) and "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _is_web_address(texts: pd.Series[Any]) -> pd.Series[bool]:
    return _each(texts, lambda text: text.startswith(("https://", "http://")))


def _are_symbols(values: pd.Series[Any]) -> pd.Series[bool]:
    return _each(values, lambda v: isinstance(v, (tuple, list)) and all(symbol in COINS for symbol in v))


def _are_finite(values: pd.Series[Any]) -> pd.Series[bool]:
    return _each(values, lambda v: all(-float("inf") < float(n) < float("inf") for n in v.values()))


def _on_grid(frame: pd.DataFrame) -> Any:
    return _seconds(frame["opened_at"]) % frame["interval_s"] == 0


def _confidence_fits(frame: pd.DataFrame) -> Any:
    p_up = frame["p_up"]
    return (frame["confidence"] - p_up.where(p_up >= 0.5, 1 - p_up)).abs() <= 1e-4


def _closed_at(frame: pd.DataFrame) -> Any:
    # Beyond a day the interval itself is refused; unclipped it could overflow the time.
    interval = frame["interval_s"].clip(0, 86_400)
    return frame["opened_at"] + pd.to_timedelta(interval, unit="s").astype("timedelta64[us]")


def _seconds(times: pd.Series[Any]) -> Any:
    return (times - _stamp(datetime(1970, 1, 1, tzinfo=UTC))) / pd.Timedelta(seconds=1)


def _stamp(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_convert("UTC")
