"""Forecasts in Postgres, keyed by (symbol, horizon, as_of). Inserted once, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from cryptocast.domain import Call, DataLabel, Forecast, Horizon
from cryptocast.store import chain, names
from cryptocast.store.database import Database

_INSERT = """
INSERT INTO forecasts (sequence, symbol, horizon, as_of, issued_at, p_up, call, confidence, price, name_list,
    contributions, model_version, data_label, missing, hash)
SELECT sequence, symbol, horizon, as_of, issued_at, p_up, call, confidence, price, name_list,
    contributions::float8[], model_version, data_label,
    ARRAY(SELECT json_array_elements_text(missing::json)), hash
FROM unnest(%s::int8[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::float8[],
    %s::text[], %s::float8[], %s::float8[], %s::int4[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::bytea[])
    AS t (sequence, symbol, horizon, as_of, issued_at, p_up, call, confidence, price, name_list,
          contributions, model_version, data_label, missing, hash)
"""
_OPEN = """
INSERT INTO open_forecasts (symbol, horizon, as_of, due_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
"""
COLUMNS = """f.symbol, f.horizon, f.as_of, f.issued_at, f.p_up, f.call, f.confidence, f.price, f.name_list,
    f.contributions, f.model_version, f.data_label, f.missing"""
_NAME_LIST = 8
"""Where it stands in `COLUMNS`."""
_BATCH = 10_000
_CHAIN_LOCK = 4_242_002


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain as it lies in Postgres; no forecast where the row does not make one any more."""

    sequence: int
    hash: bytes
    forecast: Forecast | None


def insert(db: Database, forecasts: Iterable[Forecast]) -> int:
    """Add forecasts to the record; one that is there already stays as it is. Returns how many were new."""
    distinct: dict[tuple[datetime, str, str], Forecast] = {}
    for forecast in forecasts:
        distinct.setdefault((forecast.as_of, forecast.symbol, forecast.horizon), forecast)
    ordered = [distinct[key] for key in sorted(distinct)]
    inserted = 0
    with db.connection() as connection:
        # One writer at a time, or two would follow the same entry of the chain.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_CHAIN_LOCK,))
        for start in range(0, len(ordered), _BATCH):
            inserted += _append(connection, ordered[start : start + _BATCH])
    return inserted


def latest(
    db: Database,
    symbol: str | None = None,
    horizon: Horizon | None = None,
    limit: int = 100,
    before: datetime | None = None,
) -> list[Forecast]:
    """The forecasts with the newest `as_of` (before `before`), newest first."""
    conditions, values = ["true"], list[Any]()
    for condition, value in (("symbol = %s", symbol), ("horizon = %s", horizon), ("as_of < %s", before)):
        if value is not None:
            conditions.append(f"f.{condition}")
            values.append(value)
    query = (
        f"SELECT {COLUMNS} FROM forecasts f WHERE {' AND '.join(conditions)} "
        "ORDER BY f.as_of DESC, f.symbol, f.horizon LIMIT %s"
    )
    return _select(db, query, [*values, limit])


def held(db: Database, wanted: Iterable[Forecast]) -> list[Forecast]:
    """What the record holds at the keys of `wanted`, whatever those say themselves."""
    keys = [(one.symbol, str(one.horizon), one.as_of) for one in wanted]
    query = (
        f"SELECT {COLUMNS} FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) "
        "AS k (symbol, horizon, as_of) JOIN forecasts f USING (symbol, horizon, as_of)"
    )
    return _select(db, query, [list(column) for column in zip(*keys, strict=True)]) if keys else []


def entries_after(db: Database, sequence: int, limit: int = _BATCH) -> list[Entry]:
    """The next entries of the record in the order of the chain: one short read, however long the record."""
    with db.connection() as connection:
        rows = connection.execute(
            f"SELECT {COLUMNS}, f.sequence, f.hash FROM forecasts f WHERE f.sequence > %s "
            "ORDER BY f.sequence LIMIT %s",
            (sequence, limit),
        ).fetchall()
        lists = lists_of(connection, rows)
    return [Entry(row[-2], row[-1], _readable(row[:-2], lists)) for row in rows]


def newest_sequence(db: Database) -> int:
    """The sequence of the newest entry; 0 where there is none."""
    with db.connection() as connection:
        row = connection.execute("SELECT max(sequence) FROM forecasts").fetchone()
    return row[0] or 0 if row else 0


def last_of_each_day(db: Database, after: int, before: datetime) -> list[tuple[date, int, bytes, datetime]]:
    """(UTC day of issue, sequence, hash, `as_of`) of each day's last entry, days in order.

    Of the entries behind `after` in the chain that were issued before `before`.
    """
    query = """
        SELECT day, sequence, hash, as_of FROM forecasts JOIN (
            SELECT (issued_at AT TIME ZONE 'UTC')::date AS day, max(sequence) AS sequence FROM forecasts
            WHERE sequence > %s AND issued_at < %s GROUP BY 1) AS ends USING (sequence)
        ORDER BY day"""
    with db.connection() as connection:
        return connection.execute(query, (after, before)).fetchall()


def lists_of(
    connection: psycopg.Connection[Any], rows: Iterable[Sequence[Any]]
) -> dict[int, tuple[str, ...]]:
    """The lists of names that rows of `COLUMNS` refer to; `rows` are read before."""
    return names.lists_of(connection, (row[_NAME_LIST] for row in rows))


def read_forecast(row: Sequence[Any], lists: dict[int, tuple[str, ...]]) -> Forecast:
    """A forecast from a row of `COLUMNS`."""
    (symbol, horizon, as_of, issued_at, p_up, call, confidence, price, name_list, contributions,
     model_version, data_label, missing) = row  # fmt: skip
    return Forecast(
        symbol, Horizon(horizon), as_of, issued_at, p_up, Call(call), confidence, price,
        dict(zip(lists[name_list], contributions, strict=True)), model_version, DataLabel(data_label),
        tuple(missing),
    )  # fmt: skip


def _readable(row: Sequence[Any], lists: dict[int, tuple[str, ...]]) -> Forecast | None:
    try:
        return read_forecast(row, lists)
    except (KeyError, ValueError):
        return None


def _select(db: Database, query: str, values: Sequence[Any]) -> list[Forecast]:
    with db.connection() as connection:
        rows = connection.execute(query, values).fetchall()
        lists = lists_of(connection, rows)
    return [read_forecast(row, lists) for row in rows]


def _append(connection: psycopg.Connection[Any], forecasts: list[Forecast]) -> int:
    """Add those that are not stored to the end of the chain."""
    new = _not_stored(connection, forecasts)
    if not new:
        return 0
    last = connection.execute(
        "SELECT sequence, hash FROM forecasts ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    sequence, previous = last or (0, chain.GENESIS)
    ids = names.ids_of(connection, (tuple(forecast.contributions) for forecast in new))
    rows = []
    for forecast in new:
        sequence, previous = sequence + 1, chain.entry_hash(previous, forecast)
        rows.append(_row(sequence, forecast, ids, previous))
    connection.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
    due = [(f.symbol, str(f.horizon), f.as_of, f.as_of + timedelta(seconds=f.horizon.seconds)) for f in new]
    connection.execute(_OPEN, [list(column) for column in zip(*due, strict=True)])
    return len(new)


def _not_stored(connection: psycopg.Connection[Any], forecasts: list[Forecast]) -> list[Forecast]:
    keys = [(f.symbol, str(f.horizon), f.as_of) for f in forecasts]
    stored = set(
        connection.execute(
            "SELECT symbol, horizon, as_of FROM forecasts JOIN unnest(%s::text[], %s::text[], "
            "%s::timestamptz[]) AS t (symbol, horizon, as_of) USING (symbol, horizon, as_of)",
            [list(column) for column in zip(*keys, strict=True)],
        ).fetchall()
    )
    return [forecast for key, forecast in zip(keys, forecasts, strict=True) if key not in stored]


def _row(sequence: int, f: Forecast, ids: dict[tuple[str, ...], int], entry: bytes) -> tuple[Any, ...]:
    contributions = "{" + ",".join(repr(float(value)) for value in f.contributions.values()) + "}"
    return (
        sequence, f.symbol, str(f.horizon), f.as_of, f.issued_at, float(f.p_up), str(f.call),
        float(f.confidence), float(f.price), ids[tuple(f.contributions)], contributions, f.model_version,
        str(f.data_label), json.dumps(f.missing), entry,
    )  # fmt: skip
