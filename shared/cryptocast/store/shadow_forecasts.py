"""What candidates forecast in the shadow of the champion, keyed by (horizon, version, as_of, symbol)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptocast.domain import Forecast, Horizon
from cryptocast.store.database import Database

_INSERT = """
INSERT INTO shadow_forecasts (horizon, model_version, as_of, symbol, issued_at, p_up, call)
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::float8[],
    %s::text[])
ON CONFLICT DO NOTHING
"""
_PAIRS = """
SELECT f.as_of, s.p_up, f.p_up, o.went_up
FROM forecasts f
JOIN outcomes o USING (symbol, horizon, as_of)
LEFT JOIN shadow_forecasts s ON (s.horizon, s.as_of, s.symbol, s.model_version)
    = (f.horizon, f.as_of, f.symbol, %(candidate)s)
WHERE f.horizon = %(horizon)s AND f.model_version = %(champion)s AND o.return_log <> 0 AND f.as_of >= (
    SELECT min(as_of) FROM shadow_forecasts WHERE horizon = %(horizon)s AND model_version = %(candidate)s)
ORDER BY f.as_of, f.symbol
"""
_PROGRESS = """
SELECT count(DISTINCT s.as_of), count(DISTINCT s.as_of) FILTER (WHERE o.as_of IS NOT NULL), min(s.as_of),
    max(s.as_of)
FROM shadow_forecasts s
JOIN forecasts f USING (symbol, horizon, as_of)
LEFT JOIN outcomes o USING (symbol, horizon, as_of)
WHERE s.horizon = %(horizon)s AND s.model_version = %(candidate)s AND f.model_version = %(champion)s
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a shadow period is: moments at which both forecast, and those whose outcome is known."""

    recorded: int
    judged: int
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One forecast of the champion with its outcome; `candidate` is None where the candidate said nothing."""

    as_of: datetime
    candidate: float | None
    champion: float
    went_up: bool


def insert(db: Database, forecasts: Iterable[Forecast]) -> int:
    """Add forecasts of a candidate; one that is there already stays. Returns how many were new."""
    rows = [
        (str(f.horizon), f.model_version, f.as_of, f.symbol, f.issued_at, float(f.p_up), str(f.call))
        for f in forecasts
    ]
    if not rows:
        return 0
    with db.connection() as connection:
        return connection.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)]).rowcount


def progress(db: Database, horizon: Horizon, candidate: str, champion: str) -> Progress:
    """Counted over moments at which this candidate and this champion both forecast."""
    with db.connection() as connection:
        row = connection.execute(
            _PROGRESS, {"horizon": horizon, "candidate": candidate, "champion": champion}
        ).fetchone()
    return Progress(*row) if row else Progress(0, 0, None, None)


def pairs(db: Database, horizon: Horizon, candidate: str, champion: str) -> list[Pair]:
    """The champion's judged forecasts since the candidate's first, oldest first.

    Prices that did not move are left out, as in training.
    """
    with db.connection() as connection:
        rows = connection.execute(
            _PAIRS, {"horizon": horizon, "candidate": candidate, "champion": champion}
        ).fetchall()
    return [Pair(*row) for row in rows]
