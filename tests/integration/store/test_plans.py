"""Every query of the cycle and of the API goes through an index: shown by the planner, not by a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import pytest

from cryptocast.store import bars, forecasts, open_forecasts
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_forecast, make_series

pytestmark = pytest.mark.integration


def _plan(db: Database, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> str:
    with db.connection() as connection:
        rows = connection.execute(f"EXPLAIN {query}", values).fetchall()
    return "\n".join(row[0] for row in rows)


@pytest.fixture
def filled(db: Database, database_url: str) -> Database:
    for seed, symbol in enumerate(("BTC", "ETH", "SOL", "DOT")):
        bars.upsert_series(db, make_series(5_000, symbol, seed=seed), "coinbase", AS_OF)
    forecasts.insert(db, [make_forecast()])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return db


def test_latest_n_reads_the_index_backwards_and_sorts_nothing(filled: Database) -> None:
    plan = _plan(
        filled,
        "SELECT * FROM bars WHERE symbol = %s AND interval_s = %s ORDER BY opened_at DESC LIMIT %s",
        ("ETH", 900, 100),
    )
    assert "Index Scan Backward using bars_pkey" in plan
    assert "Sort" not in plan and "Seq Scan" not in plan


def test_the_bar_that_decides_a_forecast_is_found_by_its_key(filled: Database) -> None:
    given = {
        "known_by": AS_OF, "unknown_before": AS_OF, "symbols": ["BTC"], "interval_s": 900, "limit": 20_000,
    }  # fmt: skip
    for query in (open_forecasts.DECIDED, open_forecasts.UNDECIDED):
        plan = _plan(filled, query, given)
        assert "using bars_pkey" in plan and "Seq Scan on bars" not in plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "SELECT * FROM documents WHERE first_seen_at >= now() ORDER BY first_seen_at",
            "documents_first_seen",
        ),
        (
            "SELECT * FROM documents WHERE deleted_at IS NULL AND text_expired_at IS NULL "
            "ORDER BY first_seen_at DESC, id DESC LIMIT 20",
            "documents_readable",
        ),
        ("SELECT * FROM forecasts ORDER BY as_of DESC LIMIT 20", "forecasts_as_of"),
        ("SELECT * FROM open_forecasts WHERE due_at <= now()", "open_forecasts_due"),
        ("SELECT * FROM feature_rows WHERE as_of >= now()", "feature_rows_as_of"),
        ("SELECT * FROM outcomes WHERE horizon = '1h' AND as_of >= now()", "outcomes_pkey"),
        ("SELECT * FROM quarantine ORDER BY rejected_at DESC LIMIT 20", "quarantine_rejected_at"),
    ],
)
def test_the_planner_finds_the_index(filled: Database, query: str, index: str) -> None:
    # On small tables a scan is cheaper: it is forbidden to see that the index can serve the query.
    with filled.connection() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL enable_sort = off")
        assert index in _plan(filled, query)
