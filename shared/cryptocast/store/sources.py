"""What is remembered of each source: its health, its budget, its pages, how far a backfill got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from cryptocast.errors import QuotaExceeded
from cryptocast.store.database import Database


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source did when it was last asked; `since` is when it began to do so."""

    source: str
    ok: bool
    reason: str
    checked_at: datetime
    since: datetime


def conditional_headers(db: Database, url: str) -> dict[str, str]:
    """`If-None-Match` and `If-Modified-Since` for a page that was fetched before, else nothing."""
    with db.connection() as connection:
        row = connection.execute(
            "SELECT etag, last_modified FROM source_pages WHERE url = %s", (url,)
        ).fetchone()
    etag, last_modified = row or (None, None)
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


def remember(db: Database, url: str, etag: str | None, last_modified: str | None) -> None:
    """Keep what a page said of its version."""
    with db.connection() as connection:
        connection.execute(
            "INSERT INTO source_pages (url, etag, last_modified) VALUES (%s, %s, %s) ON CONFLICT (url) "
            "DO UPDATE SET etag = EXCLUDED.etag, last_modified = EXCLUDED.last_modified",
            (url, etag, last_modified),
        )


def spend(db: Database, source: str, month: str, calls: int, quota: int) -> int:
    """Take `calls` from the source's budget of `month` (`2026-11`) and return what is spent by now.

    Raises `QuotaExceeded`, and takes nothing, where they do not fit into `quota`. Spend before
    calling: vendors count failed calls too.
    """
    with db.connection() as connection:
        connection.execute(
            "INSERT INTO source_spending (source, month, calls) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",
            (source, month),
        )
        row = connection.execute(
            "UPDATE source_spending SET calls = calls + %s WHERE source = %s AND month = %s "
            "AND calls + %s <= %s RETURNING calls",
            (calls, source, month, calls, quota),
        ).fetchone()
    if row is None:
        raise QuotaExceeded(f"{source}: the budget of {quota} calls for {month} is spent")
    return int(row[0])


def progress(db: Database, source: str, symbol: str) -> dict[str, Any] | None:
    """Where the backfill of `symbol` from `source` stopped, as `save_progress` kept it; None if never begun.

    Document backfills, which have no coin, use the symbol `""`.
    """
    with db.connection() as connection:
        row = connection.execute(
            "SELECT state FROM source_progress WHERE source = %s AND symbol = %s", (source, symbol)
        ).fetchone()
    return None if row is None else row[0]


def save_progress(db: Database, source: str, symbol: str, state: Mapping[str, Any]) -> None:
    """Keep how far a backfill got: any JSON object."""
    with db.connection() as connection:
        connection.execute(
            "INSERT INTO source_progress (source, symbol, state) VALUES (%s, %s, %s) "
            "ON CONFLICT (source, symbol) DO UPDATE SET state = EXCLUDED.state",
            (source, symbol, Jsonb(dict(state))),
        )


def set_status(db: Database, source: str, ok: bool, reason: str, at: datetime) -> None:
    """Keep how the source did at `at`; an older report does not displace a newer one."""
    with db.connection() as connection:
        connection.execute(
            "INSERT INTO source_statuses (source, ok, reason, checked_at, since) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (source) DO UPDATE SET ok = EXCLUDED.ok, reason = EXCLUDED.reason, "
            "checked_at = EXCLUDED.checked_at, since = CASE WHEN source_statuses.ok = EXCLUDED.ok "
            "THEN source_statuses.since ELSE EXCLUDED.since END "
            "WHERE source_statuses.checked_at <= EXCLUDED.checked_at",
            (source, ok, reason[:500].replace("\0", ""), at, at),
        )


def statuses(db: Database, asked_since: datetime | None = None) -> list[SourceStatus]:
    """Every source that was asked at `asked_since` or later, or ever, by name."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT source, ok, reason, checked_at, since FROM source_statuses "
            "WHERE %(since)s::timestamptz IS NULL OR checked_at >= %(since)s ORDER BY source",
            {"since": asked_since},
        ).fetchall()
    return [SourceStatus(*row) for row in rows]
