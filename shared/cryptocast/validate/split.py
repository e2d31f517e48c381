"""Parts good records from bad: the good go on, each bad one with its reasons goes to quarantine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from numbers import Real
from typing import Any, TypeVar

import pandas as pd
from pandera.errors import SchemaErrors

from cryptocast.domain import Bar, Document, DocumentKind, FeatureRow, Forecast, Quote, Rejected, Sentiment
from cryptocast.validate import schemas
from cryptocast.validate.schemas import Schema

_Record = TypeVar("_Record", Quote, Bar, Document, Sentiment, FeatureRow, Forecast)
_ALONE = "breaks the schema"


def split(
    stage: str, source: str, records: pd.DataFrame | Iterable[Mapping[str, Any]], schema: Schema
) -> tuple[list[dict[str, Any]], list[Rejected]]:
    """(good records, rejected ones), each in the order they came; never raises over a record."""
    if isinstance(records, pd.DataFrame):
        records = records.to_dict("records")  # type: ignore[assignment]
    rows = [dict(record) if isinstance(record, Mapping) else {"record": record} for record in records]
    reasons = reasons_against(rows, schema)
    good = [row for number, row in enumerate(rows) if number not in reasons]
    bad = [Rejected(stage, source, reason, rows[number]) for number, reason in sorted(reasons.items())]
    return good, bad


def valid_quotes(quotes: Iterable[Quote], now: datetime) -> tuple[list[Quote], list[Rejected]]:
    """Quotes that are finite prices of known coins, quoted by `now`."""
    return _split(list(quotes), "quotes", schemas.quotes_schema(now), _source)


def valid_bars(bars: Iterable[Bar], now: datetime) -> tuple[list[Bar], list[Rejected]]:
    """Bars of known coins that are on their grid, closed by `now`, and in themselves possible."""
    return _split(list(bars), "bars", schemas.bars_schema(now), _source)


def valid_documents(documents: Iterable[Document], now: datetime) -> tuple[list[Document], list[Rejected]]:
    """Documents with a title, within the length caps, published and seen by `now`.

    A refused post leaves no text: nothing would take it away when its author deletes it.
    """
    good, bad = _split(list(documents), "documents", schemas.documents_schema(now), _source)
    return good, [_without_post_text(record) for record in bad]


def valid_sentiments(sentiments: Iterable[Sentiment]) -> tuple[list[Sentiment], list[Rejected]]:
    """Sentiments whose probabilities are in [0, 1] and sum to 1."""
    return _split(list(sentiments), "sentiments", schemas.sentiments_schema(), _model)


def valid_feature_rows(
    rows: Iterable[FeatureRow], now: datetime | None = None, feature_names: Sequence[str] | None = None
) -> tuple[list[FeatureRow], list[Rejected]]:
    """Feature rows on the grid that hold every one of `feature_names` (default: the first row's), finite."""
    given = list(rows)
    if feature_names is None:
        feature_names = tuple(given[0].values) if given else ()
    schema = schemas.feature_rows_schema(feature_names, now)
    return _split(given, "feature_rows", schema, lambda _: "features", _flat)


def valid_forecasts(
    forecasts: Iterable[Forecast], now: datetime | None = None
) -> tuple[list[Forecast], list[Rejected]]:
    """Forecasts whose numbers are possible and agree with one another."""
    return _split(list(forecasts), "forecasts", schemas.forecasts_schema(now), _model)


def reasons_against(rows: Sequence[Mapping[str, Any]], schema: Schema) -> dict[int, str]:
    """Row number → why it is refused, for the rows that are."""
    if not rows:
        return {}
    try:
        schema.validate(to_frame(rows, schema), lazy=True)
    except SchemaErrors as error:
        found = _by_row(error.failure_cases, len(rows))
        if found is not None:
            return found
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        pass
    else:
        return {}
    # Something broke the check itself: halve until it stands alone, so that it costs only itself.
    if len(rows) == 1:
        return {0: _ALONE}
    half = len(rows) // 2
    second = reasons_against(rows[half:], schema)
    return reasons_against(rows[:half], schema) | {half + number: why for number, why in second.items()}


def to_frame(rows: Sequence[Mapping[str, Any]], schema: Schema) -> pd.DataFrame:
    """The schema's columns of `rows`, in its types; what does not fit becomes a value it refuses."""
    columns: dict[str, pd.Series[Any]] = {}
    for name, column in schema.columns.items():
        values = [row.get(name) for row in rows]
        if str(column.dtype) == "float64":
            nothing = math.nan if column.nullable else None
            columns[name] = pd.Series([_number(value, nothing) for value in values], dtype="float64")
        elif str(column.dtype) == schemas.TIME:
            columns[name] = _times(values)
        else:
            columns[name] = pd.Series([_encodable(value) for value in values], dtype=object)
    return pd.DataFrame(columns)


def _split(
    records: list[_Record],
    stage: str,
    schema: Schema,
    source_of: Callable[[Any], str],
    flat: Callable[[Any], dict[str, Any]] | None = None,
) -> tuple[list[_Record], list[Rejected]]:
    flat = flat or _plain
    reasons = reasons_against([flat(record) for record in records], schema)
    good = [record for number, record in enumerate(records) if number not in reasons]
    bad = [
        Rejected(stage, source_of(records[number]), reason, _plain(records[number]))
        for number, reason in sorted(reasons.items())
    ]
    return good, bad


def _without_post_text(record: Rejected) -> Rejected:
    if record.payload.get("kind") != DocumentKind.POST:
        return record
    kept = {name: value for name, value in record.payload.items() if name not in {"title", "body", "symbols"}}
    return replace(record, payload=kept)


def _by_row(cases: pd.DataFrame, n: int) -> dict[int, str] | None:
    """The reasons per row, or None where a failure names no row."""
    found: dict[int, list[str]] = {}
    for case in cases.to_dict("records"):
        index = case["index"]
        if index is None or pd.isna(index) or not 0 <= int(index) < n:
            return None
        check = "is missing or of the wrong type" if case["check"] == "not_nullable" else str(case["check"])
        by_column = case["schema_context"] == "Column"
        reason = f"{case['column']}: {check}" if by_column else check
        if reason not in (reasons := found.setdefault(int(index), [])):
            reasons.append(reason)
    return {number: "; ".join(reasons) for number, reasons in found.items()}


def _number(value: Any, nothing: float | None) -> float:
    """A number as it is, what is none as a value that is refused (NaN, infinity where NaN means None)."""
    refused = math.nan if nothing is None else math.inf
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, Real):
        return refused
    try:
        number = float(value)
    except OverflowError:
        return math.inf
    return refused if math.isnan(number) else number


def _times(values: list[Any]) -> pd.Series[Any]:
    moments: Any = [value if isinstance(value, datetime) and value.tzinfo else None for value in values]
    times: Any = pd.Series(pd.to_datetime(moments, utc=True, errors="coerce"))
    return times.astype(schemas.TIME)  # type: ignore[no-any-return]


def _encodable(value: Any) -> Any:
    """Text that is no text to pandas (half a surrogate pair) as bytes, which every schema refuses."""
    try:
        if isinstance(value, str):
            value.encode()
    except UnicodeEncodeError:
        return b""
    return value


def _plain(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _flat(row: FeatureRow) -> dict[str, Any]:
    """The values beside the rest; a value named like a field does not hide the field."""
    return {**row.values, "symbol": row.symbol, "as_of": row.as_of, "feature_version": row.feature_version}


def _source(record: Any) -> str:
    return str(record.source)


def _model(record: Any) -> str:
    return str(record.model_version)
