"""Outcomes in Postgres, keyed like the forecast they judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptocast.domain import Forecast, Horizon, Outcome
from cryptocast.store import forecasts, names
from cryptocast.store.database import Database

_UPSERT = """
INSERT INTO outcomes (symbol, horizon, as_of, known_at, return_log, went_up, correct, brier)
SELECT t.* FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::float8[], %s::bool[],
    %s::bool[], %s::float8[]) AS t (symbol, horizon, as_of, known_at, return_log, went_up, correct, brier)
JOIN forecasts f USING (symbol, horizon, as_of)
ON CONFLICT (horizon, as_of, symbol) DO UPDATE SET known_at = EXCLUDED.known_at,
    return_log = EXCLUDED.return_log, went_up = EXCLUDED.went_up, correct = EXCLUDED.correct,
    brier = EXCLUDED.brier
WHERE (outcomes.return_log, outcomes.went_up, outcomes.correct, outcomes.brier)
    IS DISTINCT FROM (EXCLUDED.return_log, EXCLUDED.went_up, EXCLUDED.correct, EXCLUDED.brier)
"""
_CLOSE = """
DELETE FROM open_forecasts o
USING unnest(%s::text[], %s::text[], %s::timestamptz[]) AS t (symbol, horizon, as_of)
WHERE (o.symbol, o.horizon, o.as_of) = (t.symbol, t.horizon, t.as_of)
"""


@dataclass(frozen=True, slots=True)
class OutcomeSummary:
    """How the forecasts of one horizon did; None where there is nothing to divide by."""

    n: int
    """Forecasts with an outcome."""
    called: int
    """Those that said up or down."""
    accuracy: float | None
    """The share of calls that were right."""
    brier: float | None
    """Over all of them, abstained or not."""
    coverage: float | None
    """called / n."""


def upsert(db: Database, outcomes: Iterable[Outcome]) -> int:
    """Store outcomes and close their forecasts; returns how many were new or different."""
    rows = {
        (o.symbol, str(o.horizon), o.as_of): (o.known_at, o.return_log, o.went_up, o.correct, o.brier)
        for o in outcomes
    }
    if not rows:
        return 0
    columns = [list(column) for column in zip(*((*key, *rows[key]) for key in sorted(rows)), strict=True)]
    with db.connection() as connection:
        changed = connection.execute(_UPSERT, columns).rowcount
        connection.execute(_CLOSE, columns[:3])
    return changed


def summary(
    db: Database, horizon: Horizon, since: datetime, until: datetime, model_version: str | None = None
) -> OutcomeSummary:
    """Over forecasts of `horizon` with `as_of` in [since, until), of one model version if given."""
    with db.connection() as connection:
        row = connection.execute(
            "SELECT count(*), count(correct), avg(correct::int)::float8, avg(brier) FROM outcomes o "
            "WHERE horizon = %(horizon)s AND as_of >= %(since)s AND as_of < %(until)s "
            "AND (%(model)s::text IS NULL OR EXISTS (SELECT FROM forecasts f WHERE f.symbol = o.symbol "
            "AND f.horizon = o.horizon AND f.as_of = o.as_of AND f.model_version = %(model)s))",
            {"horizon": horizon, "since": since, "until": until, "model": model_version},
        ).fetchone()
    n, called, accuracy, brier = row or (0, 0, None, None)
    return OutcomeSummary(n, called, accuracy, brier, called / n if n else None)


def with_forecasts(
    db: Database, horizon: Horizon, since: datetime, until: datetime, limit: int = 10_000
) -> list[tuple[Forecast, Outcome]]:
    """Forecasts of `horizon` with `as_of` in [since, until) and their outcomes, newest first."""
    with db.connection() as connection:
        lists = names.lists_by_id(connection)
        rows = connection.execute(
            f"SELECT {forecasts.COLUMNS}, o.known_at, o.return_log, o.went_up, o.correct, o.brier "
            "FROM outcomes o JOIN forecasts f USING (symbol, horizon, as_of) "
            "WHERE o.horizon = %s AND o.as_of >= %s AND o.as_of < %s "
            "ORDER BY o.as_of DESC, o.symbol LIMIT %s",
            (horizon, since, until, limit),
        ).fetchall()
    pairs = []
    for *columns, known_at, return_log, went_up, correct, brier in rows:
        forecast = forecasts.read_forecast(columns, lists)
        key = (forecast.symbol, forecast.horizon, forecast.as_of)
        pairs.append((forecast, Outcome(*key, known_at, return_log, went_up, correct, brier)))
    return pairs
