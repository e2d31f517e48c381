"""A log of four days, two forecasts a day, and what somebody with a superuser's rights does to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cryptocast.domain import DataLabel, Forecast
from cryptocast.store import chain, forecasts
from cryptocast.store.database import Database
from tests.factories import AS_OF, make_forecast
from tests.unit.registry.conftest import bucket, s3

__all__ = ["bucket", "s3"]
DAY = timedelta(days=1)
LABEL = DataLabel.LIVE
NEXT_CYCLE = AS_OF + 4 * DAY
"""On the fifth day; the log ends on the fourth."""


def said(day: int, symbol: str, **changes: Any) -> Forecast:
    return make_forecast(symbol, as_of=AS_OF + day * DAY, **{"data_label": LABEL, **changes})


class Tamper:
    """What the trigger refuses to everybody else."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def run(self, *statements: str, **values: Any) -> None:
        with self._db.connection() as connection:
            connection.execute("ALTER TABLE forecasts DISABLE TRIGGER forecasts_stay")
            connection.execute("ALTER TABLE open_forecasts DISABLE TRIGGER ALL")
            connection.execute("ALTER TABLE forecasts DISABLE TRIGGER ALL")
            for statement in statements:
                connection.execute(statement, values or None)

    def delete(self, first: int, last: int) -> None:
        self.run(f"DELETE FROM forecasts WHERE sequence BETWEEN {first} AND {last}")

    def renumber(self, first: int, by: int) -> None:
        """Every entry from `first` on gets a number that is `by` higher."""
        self.run(
            f"UPDATE forecasts SET sequence = -1000000 - sequence WHERE sequence >= {first}",
            f"UPDATE forecasts SET sequence = -(sequence + 1000000) + {by} WHERE sequence < -1000",
        )

    def swap(self, one: int, other: int) -> None:
        self.run(
            f"UPDATE forecasts SET sequence = -1 WHERE sequence = {one}",
            f"UPDATE forecasts SET sequence = {one} WHERE sequence = {other}",
            f"UPDATE forecasts SET sequence = {other} WHERE sequence = -1",
        )

    def copy(self, source: int, to: int, symbol: str, hash_: bytes) -> None:
        """A row that was never issued: as entry `source`, of another coin."""
        self.run(
            "INSERT INTO forecasts (sequence, symbol, horizon, as_of, issued_at, p_up, call, confidence, "
            "price, name_list, contributions, model_version, data_label, missing, hash) "
            "SELECT %(to)s, %(symbol)s, horizon, as_of, issued_at, p_up, call, confidence, price, name_list, "
            "contributions, model_version, data_label, missing, %(hash)s FROM forecasts "
            "WHERE sequence = %(source)s",
            source=source,
            to=to,
            symbol=symbol,
            hash=hash_,
        )

    def rehash(self, first: int) -> None:
        """Make every link hold again from `first` on."""
        kept = {e.sequence: e for e in forecasts.entries_after(self._db, -(2**63))}
        previous = kept[first - 1].hash if first > 1 else chain.GENESIS
        for sequence in sorted(s for s in kept if s >= first):
            forecast = kept[sequence].forecast
            assert forecast is not None
            previous = chain.entry_hash(previous, forecast)
            self.run("UPDATE forecasts SET hash = %(h)s WHERE sequence = %(s)s", h=previous, s=sequence)

    def hash_of(self, sequence: int) -> bytes:
        return forecasts.entries_after(self._db, sequence - 1, 1)[0].hash


@pytest.fixture
def log(db: Database) -> Database:
    """Entries 1 to 8: BTC and ETH on four days, live."""
    for day in range(4):
        forecasts.insert(db, [said(day, "BTC"), said(day, "ETH")])
    return db


@pytest.fixture
def tamper(log: Database) -> Tamper:
    return Tamper(log)
