"""Readers while a cycle stores the first rows of a new champion: between any two statements of a reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cryptocast.domain import Horizon
from cryptocast.record.verify import verify
from cryptocast.store import feature_rows, forecasts, outcomes
from cryptocast.store.database import Database
from tests.factories import AS_OF, INTERVAL, make_feature_row, make_forecast, make_outcome

pytestmark = pytest.mark.integration
END = AS_OF + 100 * INTERVAL


@pytest.fixture
def interrupted(db: Database, database_url: str) -> Iterator[Database]:
    """After each of its first statements, another connection commits rows whose list of names is new."""
    writer, numbers = Database(database_url), iter(range(10))

    def write() -> None:
        if (n := next(numbers, None)) is None:
            return
        at, held = AS_OF + n * INTERVAL, {"common": 1.0, f"new {n}": 2.0}
        said = make_forecast(as_of=at, contributions=held)
        forecasts.insert(writer, [said])
        outcomes.upsert(writer, [make_outcome(said)])
        feature_rows.upsert(writer, [make_feature_row(as_of=at, values=held)])

    class Interrupted(psycopg.Cursor[Any]):
        def execute(self, *args: Any, **kwargs: Any) -> Any:
            answered = super().execute(*args, **kwargs)
            write()
            return answered

    write()
    with db.connection() as connection:
        connection.cursor_factory = Interrupted
    yield db
    writer.close()


def test_a_record_that_grows_while_it_is_checked_is_not_called_altered(interrupted: Database) -> None:
    verdict = verify(interrupted, None, page=3)
    assert verdict.broken is None
    assert verdict.entries == 10


def test_forecasts_are_read_with_their_names(interrupted: Database) -> None:
    assert "new 0" in forecasts.latest(interrupted)[-1].contributions
    assert forecasts.held(interrupted, [make_forecast()])[0].contributions == {"common": 1.0, "new 0": 2.0}
    found = outcomes.with_forecasts(interrupted, Horizon.H1, AS_OF, END)
    names = [list(forecast.contributions) for forecast, _ in reversed(found)]
    assert names == [["common", f"new {n}"] for n in range(len(found))]
    assert len(found) > 1


def test_feature_rows_are_read_with_their_names(interrupted: Database) -> None:
    assert feature_rows.at(interrupted, "BTC", AS_OF) == make_feature_row(
        values={"common": 1.0, "new 0": 2.0}
    )
    rows = feature_rows.between(interrupted, AS_OF, END)
    assert [list(row.values) for row in rows] == [["common", f"new {n}"] for n in range(len(rows))]


def test_a_row_whose_list_is_new_is_there_where_some_features_are_wanted(
    interrupted: Database,
) -> None:
    rows = feature_rows.between(interrupted, AS_OF, END, ["common"])
    assert [row.values for row in rows] == [{"common": 1.0}] * len(rows)
    stored = feature_rows.latest(interrupted, "BTC", 100)
    assert [row.as_of for row in rows] == [AS_OF + n * INTERVAL for n in range(len(rows))]
    assert 0 < len(rows) < len(stored)
