"""Outcomes in Postgres, keyed like the forecast they judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptocast.domain import Call, Forecast, Horizon, Outcome
from cryptocast.store import forecasts
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

OVERDUE_AFTER = timedelta(hours=1)
"""A close comes with the next cycle; what lacks one so long after it was due is counted."""


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
    moments: int = 0
    """Distinct `as_of`: coins move together."""
    moments_called: int = 0
    """Distinct `as_of` among the calls."""
    brier_deviation: float | None = None
    """Sample standard deviation of the single Brier scores; None below two."""


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """How many forecasts of one horizon have an outcome, and what it was."""

    horizon: Horizon
    n: int
    """Forecasts with an outcome."""
    called: int
    """Those that said up or down."""
    right: int
    """Calls that were right."""
    moments: int
    """Distinct `as_of` among the calls: coins move together."""
    moments_known: int
    """Distinct `as_of` of all of them."""
    rose: int
    """Forecasts after which the price rose."""
    brier: float | None
    """Mean, over all of them, abstained or not; None without an outcome."""
    known_at: datetime | None
    """When the newest outcome was known."""
    overdue: int
    """Forecasts of followed coins without an outcome whose horizon ended over `OVERDUE_AFTER` ago."""


@dataclass(frozen=True, slots=True)
class CallAndOutcome:
    """What was said of a coin at `as_of` and what came of it, without the reasons."""

    symbol: str
    horizon: Horizon
    as_of: datetime
    p_up: float
    call: Call
    return_log: float
    correct: bool | None
    """None where it abstained."""


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
            "SELECT count(*), count(correct), avg(correct::int)::float8, avg(brier), count(DISTINCT as_of), "
            "count(DISTINCT as_of) FILTER (WHERE correct IS NOT NULL), stddev_samp(brier) FROM outcomes o "
            "WHERE horizon = %(horizon)s AND as_of >= %(since)s AND as_of < %(until)s "
            "AND (%(model)s::text IS NULL OR EXISTS (SELECT FROM forecasts f WHERE f.symbol = o.symbol "
            "AND f.horizon = o.horizon AND f.as_of = o.as_of AND f.model_version = %(model)s))",
            {"horizon": horizon, "since": since, "until": until, "model": model_version},
        ).fetchone()
    n, called, accuracy, brier, *spread = row or (0, 0, None, None, 0, 0, None)
    return OutcomeSummary(n, called, accuracy, brier, called / n if n else None, *spread)


def counts(
    db: Database,
    horizons: Sequence[Horizon],
    since: datetime,
    now: datetime,
    followed: Sequence[str],
    symbol: str | None = None,
) -> list[OutcomeCounts]:
    """Per horizon, over forecasts with `as_of` from `since` on whose outcome is known by `now`.

    Of all coins, or of `symbol` alone; overdue are only those of `followed` coins, as no other gets a close.
    A horizon without an outcome is there where some are overdue.
    """
    query = """
        SELECT h.horizon, known.*, overdue.n FROM unnest(%(horizons)s::text[]) AS h (horizon), LATERAL (
            SELECT count(*) AS n, count(correct), count(*) FILTER (WHERE correct),
                count(DISTINCT as_of) FILTER (WHERE correct IS NOT NULL), count(DISTINCT as_of),
                count(*) FILTER (WHERE went_up), avg(brier), max(known_at)
            FROM outcomes o WHERE o.horizon = h.horizon AND as_of >= %(since)s AND known_at <= %(now)s
                AND (%(symbol)s::text IS NULL OR symbol = %(symbol)s)) AS known, LATERAL (
            SELECT count(*) AS n FROM open_forecasts f WHERE f.horizon = h.horizon AND as_of >= %(since)s
                AND due_at <= %(overdue)s AND symbol = ANY(%(followed)s)
                AND (%(symbol)s::text IS NULL OR symbol = %(symbol)s)) AS overdue
        WHERE known.n > 0 OR overdue.n > 0"""
    given = {
        "horizons": list(horizons),
        "since": since,
        "now": now,
        "overdue": now - OVERDUE_AFTER,
        "followed": list(followed),
        "symbol": symbol,
    }
    with db.connection() as connection:
        rows = connection.execute(query, given).fetchall()
    return [OutcomeCounts(Horizon(horizon), *figures) for horizon, *figures in rows]


def last_of_each(
    db: Database,
    symbols: Sequence[str],
    horizons: Sequence[Horizon],
    since: datetime,
    now: datetime,
    limit: int,
) -> list[CallAndOutcome]:
    """The newest `limit` per coin and horizon with `as_of` from `since` on, known by `now`, newest first."""
    query = """
        SELECT s.symbol, h.horizon, last.* FROM unnest(%(symbols)s::text[]) WITH ORDINALITY AS s (symbol, i),
            unnest(%(horizons)s::text[]) WITH ORDINALITY AS h (horizon, j), LATERAL (
            SELECT f.as_of, f.p_up, f.call, o.return_log, o.correct
            FROM forecasts f JOIN outcomes o USING (symbol, horizon, as_of)
            WHERE f.symbol = s.symbol AND f.horizon = h.horizon AND f.as_of >= %(since)s
                AND o.known_at <= %(now)s
            ORDER BY f.as_of DESC LIMIT %(limit)s) AS last
        ORDER BY s.i, h.j, last.as_of DESC"""
    given = {"symbols": list(symbols), "horizons": list(horizons), "since": since, "now": now, "limit": limit}
    with db.connection() as connection:
        rows = connection.execute(query, given).fetchall()
    return [CallAndOutcome(s, Horizon(h), as_of, p, Call(c), *rest) for s, h, as_of, p, c, *rest in rows]


def with_forecasts(
    db: Database,
    horizon: Horizon,
    since: datetime,
    until: datetime,
    limit: int = 10_000,
    symbol: str | None = None,
) -> list[tuple[Forecast, Outcome]]:
    """Forecasts of `horizon` with `as_of` in [since, until) and their outcomes, newest first.

    The newest `limit`, of all coins or of `symbol` alone.
    """
    with db.connection() as connection:
        rows = connection.execute(
            f"SELECT {forecasts.COLUMNS}, o.known_at, o.return_log, o.went_up, o.correct, o.brier "
            "FROM outcomes o JOIN forecasts f USING (symbol, horizon, as_of) "
            "WHERE o.horizon = %s AND o.as_of >= %s AND o.as_of < %s "
            "AND (%s::text IS NULL OR o.symbol = %s) "
            "ORDER BY o.as_of DESC, o.symbol LIMIT %s",
            (horizon, since, until, symbol, symbol, limit),
        ).fetchall()
        lists = forecasts.lists_of(connection, rows)
    pairs = []
    for *columns, known_at, return_log, went_up, correct, brier in rows:
        forecast = forecasts.read_forecast(columns, lists)
        key = (forecast.symbol, forecast.horizon, forecast.as_of)
        pairs.append((forecast, Outcome(*key, known_at, return_log, went_up, correct, brier)))
    return pairs
