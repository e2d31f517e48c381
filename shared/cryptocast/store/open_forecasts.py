"""Forecasts whose outcome is open, and the closes that decide them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptocast.domain import BAR_INTERVAL_S, Call, Horizon
from cryptocast.store.database import Database

_ITS_BAR = """b.symbol = o.symbol AND b.interval_s = %(interval_s)s
    AND b.opened_at = o.due_at - make_interval(secs => %(interval_s)s)"""
DECIDED = f"""
SELECT o.symbol, o.horizon, o.as_of, o.due_at, f.p_up, f.call, f.price, b.close
FROM open_forecasts o JOIN forecasts f USING (symbol, horizon, as_of) JOIN bars b ON {_ITS_BAR}
WHERE o.due_at <= %(known_by)s ORDER BY o.due_at DESC, o.symbol LIMIT %(limit)s
"""
UNDECIDED = f"""
SELECT count(*) FILTER (WHERE o.due_at >= %(unknown_before)s),
    count(*) FILTER (WHERE o.due_at < %(unknown_before)s)
FROM open_forecasts o
WHERE o.due_at <= %(known_by)s AND o.symbol = ANY(%(symbols)s)
    AND NOT EXISTS (SELECT FROM bars b WHERE {_ITS_BAR})
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """A forecast whose horizon has ended and whose bar is there: all that judging it needs."""

    symbol: str
    horizon: Horizon
    as_of: datetime
    due_at: datetime
    """`as_of` plus the horizon: the moment of the close that decides."""
    p_up: float
    call: Call
    price: float
    """The close, in USD, that the forecast is measured from."""
    close: float
    """The close at `due_at`, USD."""


def decided(db: Database, known_by: datetime, limit: int) -> list[Decided]:
    """Those due by `known_by` whose bar is stored, newest first.

    One without its bar stays in Postgres: it may stay open for ever, and the host counts what is read.
    """
    given = {"known_by": known_by, "interval_s": BAR_INTERVAL_S, "limit": limit}
    with db.connection() as connection:
        rows = connection.execute(DECIDED, given).fetchall()
    return [
        Decided(symbol, Horizon(horizon), as_of, due_at, p_up, Call(call), price, close)
        for symbol, horizon, as_of, due_at, p_up, call, price, close in rows
    ]


def count_undecided(
    db: Database, known_by: datetime, unknown_before: datetime, symbols: Sequence[str]
) -> tuple[int, int]:
    """How many forecasts of `symbols`, due by `known_by`, lack their bar.

    Those due since `unknown_before`, and those due before it.
    """
    given = {
        "known_by": known_by,
        "unknown_before": unknown_before,
        "symbols": list(symbols),
        "interval_s": BAR_INTERVAL_S,
    }
    with db.connection() as connection:
        row = connection.execute(UNDECIDED, given).fetchone()
    return row or (0, 0)
