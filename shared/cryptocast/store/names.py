"""Lists of names, kept once and referred to by id, so that rows hold numbers only."""

from __future__ import annotations

from collections.abc import Iterable
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


def lists_of(connection: psycopg.Connection[Any], ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The lists with these ids, by id. Asked for after the rows that refer to them.

    A list is there before a row of it is, and none is ever removed; asked for first, it would lack that of a
    row which another writer commits between the two statements.
    """
    found = connection.execute("SELECT id, names FROM name_lists WHERE id = ANY(%s)", (sorted(set(ids)),))
    return {id_: tuple(names) for id_, names in found}
