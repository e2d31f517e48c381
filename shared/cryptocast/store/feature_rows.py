"""Feature rows in Postgres, keyed by (symbol, as_of)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptocast.domain import FeatureRow
from cryptocast.store import names
from cryptocast.store.database import Database

# unnest flattens an array of arrays, so each row's numbers travel as one array literal.
_UPSERT = """
INSERT INTO feature_rows (symbol, as_of, name_list, numbers, missing, feature_version)
SELECT symbol, as_of, name_list, numbers::float8[],
    ARRAY(SELECT json_array_elements_text(missing::json)), feature_version
FROM unnest(%s::text[], %s::timestamptz[], %s::int4[], %s::text[], %s::text[], %s::text[])
    AS t (symbol, as_of, name_list, numbers, missing, feature_version)
ON CONFLICT (symbol, as_of) DO UPDATE SET name_list = EXCLUDED.name_list, numbers = EXCLUDED.numbers,
    missing = EXCLUDED.missing, feature_version = EXCLUDED.feature_version
WHERE (feature_rows.name_list, feature_rows.numbers, feature_rows.missing, feature_rows.feature_version)
    IS DISTINCT FROM (EXCLUDED.name_list, EXCLUDED.numbers, EXCLUDED.missing, EXCLUDED.feature_version)
"""
_SELECT = "SELECT symbol, as_of, name_list, numbers, missing, feature_version FROM feature_rows"
# Positions and rows in one statement: between two, another writer may commit a list that holds a wanted name.
_SELECT_SOME = """
SELECT symbol, as_of, name_list, ARRAY(SELECT numbers[p] FROM unnest(l.positions) AS p), missing,
    feature_version
FROM feature_rows JOIN (
    SELECT id, array_agg(position::int4 ORDER BY position) AS positions
    FROM name_lists, unnest(names) WITH ORDINALITY AS n (name, position)
    WHERE name = ANY(%s) GROUP BY id) AS l ON l.id = name_list"""
_BATCH = 10_000
KEPT_DAYS = 90
"""Trainings make rows anew from bars and documents, and a drift reference reads 60 days."""


def upsert(db: Database, rows: Iterable[FeatureRow]) -> int:
    """Store feature rows; returns how many were new or different."""
    distinct = {(row.symbol, row.as_of): row for row in rows}
    ordered = [distinct[key] for key in sorted(distinct)]
    changed = 0
    with db.connection() as connection:
        ids = names.ids_of(connection, (tuple(row.values) for row in ordered))
        for start in range(0, len(ordered), _BATCH):
            batch = [_row(row, ids) for row in ordered[start : start + _BATCH]]
            columns = [list(column) for column in zip(*batch, strict=True)]
            changed += connection.execute(_UPSERT, columns).rowcount
    return changed


def delete_before(db: Database, moment: datetime) -> int:
    """Remove the rows with an earlier `as_of`; returns how many there were."""
    with db.connection() as connection:
        return connection.execute("DELETE FROM feature_rows WHERE as_of < %s", (moment,)).rowcount


def latest(db: Database, symbol: str, limit: int) -> list[FeatureRow]:
    """The newest `limit` rows of a coin, newest first."""
    return _select(db, "WHERE symbol = %s ORDER BY as_of DESC LIMIT %s", (symbol, limit))


def at(db: Database, symbol: str, as_of: datetime) -> FeatureRow | None:
    """The row of a coin at `as_of`, or None."""
    return next(iter(_select(db, "WHERE symbol = %s AND as_of = %s", (symbol, as_of))), None)


def between(
    db: Database, since: datetime, until: datetime, features: Collection[str] | None = None
) -> list[FeatureRow]:
    """The rows of all coins with `as_of` in [since, until), by (as_of, symbol).

    With `features`, rows bring the values of these only, and rows that hold none of them are left out.
    """
    condition = "WHERE as_of >= %s AND as_of < %s ORDER BY as_of, symbol"
    if features is None:
        return _select(db, condition, (since, until))
    rows, lists = _read(db, f"{_SELECT_SOME} {condition}", (list(features), since, until))
    wanted = {id_: tuple(name for name in names_ if name in features) for id_, names_ in lists.items()}
    return [_feature_row(row, wanted) for row in rows]


def _select(db: Database, condition: str, values: Sequence[Any]) -> list[FeatureRow]:
    rows, lists = _read(db, f"{_SELECT} {condition}", values)
    return [_feature_row(row, lists) for row in rows]


def _read(
    db: Database, query: str, values: Sequence[Any]
) -> tuple[list[tuple[Any, ...]], dict[int, tuple[str, ...]]]:
    """Rows, and the lists of names that they refer to, by id."""
    with db.connection() as connection:
        with connection.cursor(binary=True) as cursor:
            rows = cursor.execute(query, values).fetchall()
        return rows, names.lists_of(connection, (row[2] for row in rows))


def _feature_row(row: Sequence[Any], lists: Mapping[int, tuple[str, ...]]) -> FeatureRow:
    symbol, as_of, list_id, numbers, missing, version = row
    return FeatureRow(symbol, as_of, dict(zip(lists[list_id], numbers, strict=True)), tuple(missing), version)


def _row(row: FeatureRow, ids: dict[tuple[str, ...], int]) -> tuple[Any, ...]:
    numbers = "{" + ",".join(repr(float(value)) for value in row.values.values()) + "}"
    return (
        row.symbol, row.as_of, ids[tuple(row.values)], numbers, json.dumps(row.missing), row.feature_version,
    )  # fmt: skip
