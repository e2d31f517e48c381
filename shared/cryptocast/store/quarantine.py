"""Records that validation refused, keyed by the hash of what they hold."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from cryptocast.domain import Rejected
from cryptocast.store.database import Database

_LONGEST_TEXT = 2_000
_MOST_ITEMS = 100
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A refused record as it is kept: payload cut to size and made safe to store."""

    rejected_at: datetime
    """When it was refused last."""
    stage: str
    source: str
    reason: str
    payload: Mapping[str, Any]


def add(db: Database, rejected: Iterable[Rejected], at: datetime) -> int:
    """Keep refused records; one that is refused again is not kept twice, but was refused `at`.

    So the counts of a span hold what was refused in it, and a vendor whose every answer is refused the same
    way does not fall silent after the first. Returns how many were new.
    """
    rows: dict[bytes, tuple[str, str, str, Jsonb]] = {}
    for record in rejected:
        payload = storable(record.payload)
        content = [storable(record.stage), storable(record.source), storable(record.reason), payload]
        key = hashlib.sha256(json.dumps([*content[:3], _lasting(payload)], sort_keys=True).encode()).digest()
        rows[key] = (content[0], content[1], content[2], Jsonb(payload))
    if not rows:
        return 0
    columns = [list(column) for column in zip(*((key, at, *rows[key]) for key in sorted(rows)), strict=True)]
    with db.connection() as connection:
        kept = connection.execute(
            "INSERT INTO quarantine (content_sha256, rejected_at, stage, source, reason, payload) "
            "SELECT * FROM unnest(%s::bytea[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], "
            "%s::jsonb[]) "
            "ON CONFLICT (content_sha256) DO UPDATE SET rejected_at = EXCLUDED.rejected_at "
            "RETURNING xmax = 0 AS is_new",
            columns,
        ).fetchall()
    return sum(is_new for (is_new,) in kept)


def counts(db: Database, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    """How many were refused in [since, until), by (stage, source)."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT stage, source, count(*) FROM quarantine WHERE rejected_at >= %s AND rejected_at < %s "
            "GROUP BY stage, source ORDER BY stage, source",
            (since, until),
        ).fetchall()
    return {(stage, source): count for stage, source, count in rows}


def recent(db: Database, limit: int) -> list[QuarantinedRecord]:
    """The records refused last, newest first."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT rejected_at, stage, source, reason, payload FROM quarantine "
            "ORDER BY rejected_at DESC, content_sha256 LIMIT %s",
            (limit,),
        ).fetchall()
    return [QuarantinedRecord(*row) for row in rows]


def _lasting(payload: Any) -> Any:
    """The payload without when it was seen: the same record asked for again is the same record."""
    if not isinstance(payload, dict):
        return payload
    return {name: value for name, value in payload.items() if name != "first_seen_at"}


def storable(value: Any, depth: int = 0) -> Any:
    """The value as JSON that Postgres takes: no NaN, no NUL, no lone surrogate, no 10 MB page."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        items = list(value.items())[:_MOST_ITEMS]
        return {storable(str(name)): storable(item, depth + 1) for name, item in items}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [storable(item, depth + 1) for item in list(value)[:_MOST_ITEMS]]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)[:_LONGEST_TEXT]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    text = text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
