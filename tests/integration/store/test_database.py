"""The connection: dropped, refused, slow to wake; and the migrations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC

import psycopg
import pytest

from cryptocast.errors import InvalidRecord, SettingsError, StoreUnavailable
from cryptocast.store import bars
from cryptocast.store.database import Database, check_url
from cryptocast.store.migrate import migrate
from local.processes import free_port
from tests.factories import AS_OF, make_bar, make_bars

pytestmark = pytest.mark.integration


def _terminate_connections(url: str) -> int:
    """What a sleeping or failing-over host does: it ends every session of the database but this one."""
    with psycopg.connect(url, autocommit=True) as admin:
        return admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).rowcount


def test_database_drops_the_connection_between_two_steps(db: Database, database_url: str) -> None:
    stored = make_bars(10)
    assert bars.upsert(db, stored) == 10
    assert _terminate_connections(database_url) == 1
    assert bars.upsert(db, stored) == 0
    assert len(bars.latest(db, "BTC", 100)) == 10


def test_database_drops_the_connection_mid_way(db: Database, database_url: str) -> None:
    stored = make_bars(10)
    with pytest.raises(StoreUnavailable, match="postgres: terminating connection"), db.connection():
        assert bars.upsert(db, stored[:5]) == 5
        _terminate_connections(database_url)
        bars.upsert(db, stored[5:])
    assert bars.latest(db, "BTC", 100) == []
    assert bars.upsert(db, stored) == 10
    assert bars.latest(db, "BTC", 100) == stored[::-1]


def test_database_drops_the_connection_before_the_commit(db: Database, database_url: str) -> None:
    with pytest.raises(StoreUnavailable), db.connection():
        assert bars.upsert(db, [make_bar()]) == 1
        _terminate_connections(database_url)
    assert bars.upsert(db, [make_bar()]) == 1


def test_an_error_of_the_caller_rolls_back_and_passes_through(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.connection():
        bars.upsert(db, [make_bar()])
        raise ZeroDivisionError
    assert bars.latest(db, "BTC", 1) == []


def test_a_transaction_inside_another_is_undone_alone(db: Database) -> None:
    with db.connection():
        bars.upsert(db, [make_bar("BTC")])
        with pytest.raises(InvalidRecord, match="violates check constraint"):
            bars.upsert(db, [make_bar("ETH"), make_bar("ETH", close=-1.0, interval_s=300)])
    assert len(bars.latest(db, "BTC", 9)) == 1
    assert bars.latest(db, "ETH", 9) == []


def test_no_database_there_is_said_clearly_and_without_the_password() -> None:
    url = f"postgresql://someone:secret-word@127.0.0.1:{free_port()}/nothing"
    database = Database(url, connect_attempts=2)
    with pytest.raises(StoreUnavailable, match=r"postgres: .*refused") as caught, database.connection():
        pass
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:abc@SECRET@127.0.0.1/x",
        "postgresql://u:pa%SECRET@127.0.0.1/x",
        "postgresql://u:SECRET/a@127.0.0.1/x",
        "postgresql://u:12/SECRET@127.0.0.1/x",
        "",
    ],
)
@pytest.mark.parametrize("use", [lambda url: Database(url).connection().__enter__(), migrate])
def test_a_password_that_is_not_encoded_is_refused_and_not_told(
    url: str, use: Callable[[str], object]
) -> None:
    with pytest.raises(SettingsError, match="percent-encoded") as caught:
        use(url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:a%40b@h1,h2:5433/db?sslmode=require&channel_binding=require",
        "postgresql://u:p@[::1]:5432/db?options=endpoint%3Dep-1",
        "postgresql:///db?host=/var/run/postgresql&user=u",
        "host=@abstract dbname=db user=u",
    ],
)
def test_every_url_that_libpq_understands_is_taken(url: str) -> None:
    check_url(url)


def test_a_database_that_was_not_migrated_says_what_to_run(db: Database) -> None:
    with pytest.raises(SettingsError, match="cryptocast migrate"), db.connection() as connection:
        connection.execute("SELECT no_such_column FROM forecasts")
    with pytest.raises(SettingsError, match="cryptocast migrate"), db.connection() as connection:
        connection.execute("SELECT 1 FROM no_such_table")


def test_a_host_that_takes_a_question_and_never_answers_is_given_up(database_url: str) -> None:
    database = Database(database_url, connect_attempts=2, answer_within_s=1)
    no_answer = pytest.raises(StoreUnavailable, match="postgres: no answer within 1 s")
    with no_answer, database.connection() as connection:
        connection.execute("SELECT pg_sleep(30)")
    with database.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    database.close()


def test_threads_take_turns(db: Database) -> None:
    failures: list[BaseException] = []

    def store(symbol: str) -> None:
        try:
            bars.upsert(db, make_bars(50, symbol))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=store, args=(symbol,)) for symbol in ("BTC", "ETH", "SOL", "DOT")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(len(bars.latest(db, symbol, 99)) for symbol in ("BTC", "ETH", "SOL", "DOT")) == 200


def test_times_come_back_in_utc_whatever_the_servers_zone(db: Database, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        name = admin.info.dbname
        admin.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Kolkata'")
    bars.upsert(db, [make_bar()])
    found = bars.latest(db, "BTC", 1)[0]
    assert found.closed_at.isoformat() == AS_OF.isoformat()
    assert found.first_seen_at.tzinfo is UTC


def test_migrating_twice_changes_nothing(database_url: str, db: Database) -> None:
    bars.upsert(db, [make_bar()])
    assert migrate(database_url) == migrate(database_url) != ""
    assert len(bars.latest(db, "BTC", 1)) == 1


def test_a_schema_of_a_newer_version_is_told_not_traced(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match="newer version than this code"):
        migrate(database_url)
