"""Bars in Postgres, keyed by (symbol, interval_s, opened_at)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptocast.domain import BAR_INTERVAL_S, Bar
from cryptocast.store.database import Database

if TYPE_CHECKING:
    from cryptocast.series import BarSeries

_COLUMNS = (
    "symbol, interval_s, opened_at, open, high, low, close, volume, source, volume_source, "
    "trade_count, taker_buy_volume, first_seen_at"
)
# A stored bar is not rewritten. One without volume, which a quote closed, is given the volume of a bar
# that has it. Its prices stay: a forecast was measured from its close, and the range of a bar that runs
# on after the quote would tell where the price went from there.
_ON_CONFLICT = """
ON CONFLICT (symbol, interval_s, opened_at) DO UPDATE SET
    volume = EXCLUDED.volume,
    volume_source = EXCLUDED.volume_source,
    trade_count = EXCLUDED.trade_count,
    taker_buy_volume = EXCLUDED.taker_buy_volume
WHERE bars.volume IS NULL AND EXCLUDED.volume IS NOT NULL
"""
_UPSERT = f"""
INSERT INTO bars ({_COLUMNS})
SELECT * FROM unnest(%b::text[], %b::int4[], %b::timestamptz[], %b::float8[], %b::float8[], %b::float8[],
    %b::float8[], %b::float8[], %b::text[], %b::text[], %b::int8[], %b::float8[], %b::timestamptz[])
{_ON_CONFLICT}
"""
_UPSERT_SERIES = f"""
INSERT INTO bars ({_COLUMNS})
SELECT %s, %s, to_timestamp(opened_s), open, high, low, close, NULLIF(volume, 'NaN'), %s,
    CASE WHEN volume = 'NaN' THEN NULL ELSE %s END, NULL, NULL, %s
FROM unnest(%b::int8[], %b::float8[], %b::float8[], %b::float8[], %b::float8[], %b::float8[])
    AS t (opened_s, open, high, low, close, volume)
{_ON_CONFLICT}
"""
_BATCH = 20_000


def upsert(db: Database, bars: Iterable[Bar]) -> int:
    """Store bars; returns how many were new or were given their volume."""
    changed = 0
    with db.connection() as connection:
        for batch in _distinct_batches(bars):
            columns = zip(*(_row(bar) for bar in batch), strict=True)
            changed += connection.execute(_UPSERT, [list(column) for column in columns]).rowcount
    return changed


def upsert_series(db: Database, series: BarSeries, source: str, first_seen_at: datetime) -> int:
    """Store a whole series of one coin, from `source`; returns how many were new or given their volume."""
    changed = 0
    columns = [series.opened_s, series.open, series.high, series.low, series.close, series.volume]
    with db.connection() as connection:
        for start in range(0, len(series.opened_s), _BATCH):
            part = [column[start : start + _BATCH].tolist() for column in columns]
            scalars = [series.symbol, series.interval_s, source, source, first_seen_at]
            changed += connection.execute(_UPSERT_SERIES, [*scalars, *part]).rowcount
    return changed


def latest(db: Database, symbol: str, limit: int, interval_s: int = BAR_INTERVAL_S) -> list[Bar]:
    """The newest `limit` bars of a coin, newest first."""
    with db.connection() as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM bars WHERE symbol = %s AND interval_s = %s "
            "ORDER BY opened_at DESC LIMIT %s",
            (symbol, interval_s, limit),
        ).fetchall()
    return [_bar(row) for row in rows]


def latest_closes(
    db: Database, symbols: Sequence[str], limit: int, interval_s: int = BAR_INTERVAL_S
) -> dict[str, list[tuple[datetime, float]]]:
    """When each coin's newest `limit` bars closed, and at what USD, oldest first; some may be empty."""
    interval = timedelta(seconds=interval_s)
    found: dict[str, list[tuple[datetime, float]]] = {symbol: [] for symbol in symbols}
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT coin.symbol, bar.opened_at, bar.close FROM unnest(%s::text[]) AS coin (symbol) "
            "CROSS JOIN LATERAL (SELECT opened_at, close FROM bars WHERE bars.symbol = coin.symbol "
            "AND interval_s = %s ORDER BY opened_at DESC LIMIT %s) AS bar ORDER BY bar.opened_at",
            (list(symbols), interval_s, limit),
        ).fetchall()
    for symbol, opened_at, close in rows:
        found[symbol].append((opened_at + interval, close))
    return found


def series(
    db: Database, symbols: Sequence[str], since: datetime, until: datetime, interval_s: int = BAR_INTERVAL_S
) -> dict[str, BarSeries]:
    """Bars with `opened_at` in [since, until) as columns; every symbol is present, some may be empty."""
    found: dict[str, BarSeries] = {}
    with db.connection() as connection, connection.cursor(binary=True) as cursor:
        for symbol in symbols:
            cursor.execute(
                "SELECT extract(epoch FROM opened_at)::int8, open, high, low, close, "
                "coalesce(volume, 'NaN'::float8) FROM bars WHERE symbol = %s AND interval_s = %s "
                "AND opened_at >= %s AND opened_at < %s ORDER BY opened_at",
                (symbol, interval_s, since, until),
            )
            found[symbol] = _series(symbol, interval_s, cursor.fetchall())
    return found


def gaps(
    db: Database, symbol: str, since: datetime, until: datetime, interval_s: int = BAR_INTERVAL_S
) -> list[datetime]:
    """The opens on the grid in [since, until) whose bar is absent or has no volume, oldest first."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT opened_at FROM bars WHERE symbol = %s AND interval_s = %s AND opened_at >= %s "
            "AND opened_at < %s AND volume IS NOT NULL",
            (symbol, interval_s, since, until),
        ).fetchall()
    complete = {row[0] for row in rows}
    first = -(-int(since.timestamp()) // interval_s) * interval_s
    grid = range(first, int(until.timestamp()), interval_s)
    moments = (datetime.fromtimestamp(second, tz=UTC) for second in grid)
    return [moment for moment in moments if moment not in complete]


def closes_at(
    db: Database, symbol: str, moments: Iterable[datetime], interval_s: int = BAR_INTERVAL_S
) -> dict[datetime, float]:
    """The close of the bar that closed at each moment; moments without such a bar are absent."""
    interval = timedelta(seconds=interval_s)
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT opened_at, close FROM bars WHERE symbol = %s AND interval_s = %s AND opened_at = ANY(%s)",
            (symbol, interval_s, [moment - interval for moment in moments]),
        ).fetchall()
    return {opened_at + interval: close for opened_at, close in rows}


def _distinct_batches(bars: Iterable[Bar]) -> Iterator[list[Bar]]:
    """Batches in which no key occurs twice, for one statement cannot touch a row twice."""
    waiting = sorted(bars, key=lambda bar: (bar.symbol, bar.interval_s, bar.opened_at))
    while waiting:
        batch: dict[tuple[str, int, datetime], Bar] = {}
        repeated: list[Bar] = []
        for bar in waiting:
            key = (bar.symbol, bar.interval_s, bar.opened_at)
            if key in batch:
                repeated.append(bar)
            else:
                batch[key] = bar
        distinct = list(batch.values())
        for start in range(0, len(distinct), _BATCH):
            yield distinct[start : start + _BATCH]
        waiting = repeated


def _row(bar: Bar) -> tuple[Any, ...]:
    return (
        bar.symbol, bar.interval_s, bar.opened_at, bar.open, bar.high, bar.low, bar.close, bar.volume,
        bar.source, bar.volume_source, bar.trade_count, bar.taker_buy_volume, bar.first_seen_at,
    )  # fmt: skip


def _bar(row: Sequence[Any]) -> Bar:
    (symbol, interval_s, opened_at, open_, high, low, close, volume, source, volume_source,
     trade_count, taker_buy_volume, first_seen_at) = row  # fmt: skip
    return Bar(
        symbol, opened_at, interval_s, open_, high, low, close, volume, source, first_seen_at,
        volume_source, trade_count, taker_buy_volume,
    )  # fmt: skip


def _series(symbol: str, interval_s: int, rows: list[tuple[Any, ...]]) -> BarSeries:
    import numpy as np

    from cryptocast.series import BarSeries

    opened_s = np.array([row[0] for row in rows], dtype=np.int64)
    prices = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(rows), 5)
    return BarSeries(symbol, interval_s, opened_s, *(np.ascontiguousarray(column) for column in prices.T))
