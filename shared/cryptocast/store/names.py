"""Lists of names, kept once and referred to by id, so that rows hold numbers only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import psycopg


def ids_of(
    connection: psycopg.Connection[Any], lists: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], int]:
    """The id of each list of names; lists not seen before are added."""
    found: dict[tuple[str, ...], int] = {}
    for names in sorted(set(lists)):
        row = connection.execute("SELECT id FROM name_lists WHERE names = %s", (list(names),)).fetchone()
        if row is None:
            row = connection.execute(
                "INSERT INTO name_lists (names) VALUES (%s) "
                "ON CONFLICT (names) DO UPDATE SET names = EXCLUDED.names RETURNING id",
                (list(names),),
            ).fetchone()
        assert row is not None  # noqa: S101 - INSERT ... RETURNING gives a row
        found[names] = row[0]
    return found


def lists_by_id(connection: psycopg.Connection[Any]) -> dict[int, tuple[str, ...]]:
    """Every list of names by its id; there are a handful."""
    return {id_: tuple(names) for id_, names in connection.execute("SELECT id, names FROM name_lists")}


def positions_of(connection: psycopg.Connection[Any], wanted: Collection[str]) -> dict[int, dict[str, int]]:
    """Where the `wanted` names stand in each list, from 1, by its id; lists that hold none are left out."""
    found: dict[int, dict[str, int]] = {}
    for id_, name, position in connection.execute(
        "SELECT id, name, position FROM name_lists, unnest(names) WITH ORDINALITY AS n (name, position) "
        "WHERE name = ANY(%s) ORDER BY id, position",
        (list(wanted),),
    ):
        found.setdefault(id_, {})[name] = position
    return found
