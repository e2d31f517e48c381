"""Which cycles ran, keyed by `as_of`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from cryptocast.store.database import Database

KEPT_DAYS = 90
"""The API, the health check and a training read the newest one; the rest is for a person who looks back."""


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """One cycle that ran, with what its steps reported."""

    as_of: datetime
    since: datetime
    started_at: datetime
    finished_at: datetime
    report: Mapping[str, Any]


def record(
    db: Database,
    as_of: datetime,
    since: datetime,
    started_at: datetime,
    finished_at: datetime,
    report: Mapping[str, Any],
) -> None:
    """Keep a cycle; one that ran again takes the place of the earlier run."""
    with db.connection() as connection:
        connection.execute(
            "INSERT INTO cycles (as_of, since, started_at, finished_at, report) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (as_of) DO UPDATE SET since = LEAST(cycles.since, EXCLUDED.since), "
            "started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at, report = EXCLUDED.report",
            (as_of, since, started_at, finished_at, Jsonb(dict(report))),
        )


def delete_before(db: Database, moment: datetime) -> int:
    """Remove the cycles with an earlier `as_of`; returns how many there were."""
    with db.connection() as connection:
        return connection.execute("DELETE FROM cycles WHERE as_of < %s", (moment,)).rowcount


def latest(db: Database, limit: int) -> list[CycleRecord]:
    """The newest cycles, newest first."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT as_of, since, started_at, finished_at, report FROM cycles ORDER BY as_of DESC LIMIT %s",
            (limit,),
        ).fetchall()
    return [CycleRecord(*row) for row in rows]
