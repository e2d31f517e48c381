"""What the API has of Postgres and Redis: what it may read, that it writes nothing, how its login is made."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from upstash_redis import Redis

from cryptocast import wiring
from cryptocast.errors import SettingsError, StoreUnavailable
from cryptocast.store import bars, quarantine
from cryptocast.store.database import Database
from cryptocast.store.online import OnlineStore
from cryptocast.store.readonly import GROUP
from local.postgres import Postgres
from local.upstash import Upstash
from tests.factories import make_bar
from tests.fixtures_aws import SECRETS, put_secret
from tests.fixtures_store import sql_of

pytestmark = pytest.mark.integration

READ_BY_THE_API = {
    "bars", "cycles", "documents", "feature_rows", "forecasts", "name_lists", "open_forecasts", "outcomes",
    "sentiments", "source_statuses",
}  # fmt: skip
COLUMN_OF_EACH_TABLE = (
    "SELECT table_name, max(column_name) FROM information_schema.columns "
    "WHERE table_schema = 'public' GROUP BY 1"
)


def test_it_may_read_what_the_api_reads_and_nothing_else(database_url: str) -> None:
    rows = sql_of(
        database_url, "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        f"WHERE grantee = '{GROUP}'"
    )  # fmt: skip
    assert sorted(rows) == sorted((table, "SELECT") for table in READ_BY_THE_API)


def test_it_reads_and_is_told_what_it_may_not_read(db: Database, readonly_db: Database) -> None:
    bars.upsert(db, [make_bar()])
    assert bars.latest(readonly_db, "BTC", 1) == [make_bar()]
    with pytest.raises(SettingsError, match=r"permission denied for table quarantine.*cryptocast migrate"):
        quarantine.recent(readonly_db, 1)


def test_a_writer_given_its_url_is_told_so(readonly_db: Database) -> None:
    with pytest.raises(SettingsError, match=r"read-only transaction; .*needs the role that owns"):
        bars.upsert(readonly_db, [make_bar()])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {table} DEFAULT VALUES",
        "UPDATE {table} SET {column} = NULL",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "DROP TABLE {table}",
    ],
)
def test_it_cannot_write_even_where_it_allows_itself_to(
    database_url: str, readonly_database_url: str, statement: str
) -> None:
    """The login's read-only transactions are a default that any client may change; the grants are not."""
    tables = sql_of(database_url, COLUMN_OF_EACH_TABLE)
    assert {table for table, _ in tables} > READ_BY_THE_API
    for table, column in tables:
        tried = statement.format(table=table, column=column)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql_of(readonly_database_url, "SET default_transaction_read_only = off", tried)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (n int)",
        "CREATE ROLE mine",
        f"SET ROLE {GROUP}; CREATE TABLE mine (n int)",
        "SET ROLE postgres",
        "CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "ALTER TABLE forecasts DISABLE TRIGGER forecasts_stay",
    ],
)
def test_it_makes_and_takes_nothing(readonly_database_url: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql_of(readonly_database_url, "SET default_transaction_read_only = off", statement)


def test_its_statements_end_soon_after_the_api_gave_them_up(readonly_database_url: str) -> None:
    assert sql_of(readonly_database_url, "SHOW statement_timeout") == [("10s",)]


def test_the_read_only_token_of_redis_reads_and_refuses_every_write(
    online: OnlineStore, readonly_online: OnlineStore
) -> None:
    online.write_coins({"BTC": {"status": "ok"}})
    online.write_cycle({"n": 1})
    assert readonly_online.read_coins(["BTC"]) == {"BTC": {"status": "ok"}}
    assert (readonly_online.read_coin("BTC"), readonly_online.read_cycle()) == ({"status": "ok"}, {"n": 1})
    refused = "NOPERM this user has no permissions to run the '{}' command"
    for command, write in {
        "hset": lambda: readonly_online.write_coins({"BTC": {"status": "bad"}}),
        "set": lambda: readonly_online.write_cycle({"n": 2}),
        "del": lambda: readonly_online.disconnect("a="),
    }.items():
        with pytest.raises(StoreUnavailable, match=refused.format(command)):
            write()
    assert (online.read_coin("BTC"), online.read_cycle()) == ({"status": "ok"}, {"n": 1})


def test_the_read_only_token_as_a_plain_client_sees_it(upstash_server: Upstash, redis: Redis) -> None:
    redis.set("k", "v")
    refused = {"error": "NOPERM this user has no permissions to run the 'set' command"}
    headers = {"Authorization": f"Bearer {upstash_server.readonly_token}"}
    with httpx.Client(base_url=upstash_server.url, headers=headers) as client:
        assert client.get("/get/k").json() == {"result": "v"}
        for answer in (client.post("/", json=["SET", "k", "w"]), client.get("/set/k/w")):
            assert (answer.status_code, answer.json()) == (400, refused)
        answers = client.post("/pipeline", json=[["set", "k", "w"], ["GET", "k"], ["FLUSHDB"]]).json()
        assert answers[:2] == [refused, {"result": "v"}] and "NOPERM" in answers[2]["error"]
        assert "EXECABORT" in client.post("/multi-exec", json=[["GET", "k"], ["DEL", "k"]]).json()["error"]
        for dangerous in (["KEYS", "*"], ["SCAN", "0"], ["EVAL", "return 1", "0"], ["CONFIG", "GET", "*"]):
            assert "NOPERM" in client.post("/", json=dangerous).json()["error"]
        assert "unknown command" in client.post("/", json=["NONSENSE"]).json()["error"]


def test_a_wrong_url_that_was_mended_reaches_a_process_that_goes_on(
    fresh_wiring: None, moto_aws: None, postgres_server: Postgres, database_url: str,
    readonly_database_url: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A login without the right and a database without the tables answer at once: nothing is unavailable."""
    clock = [1_000_000.0]
    monkeypatch.setattr(wiring, "time", lambda: clock[0])
    monkeypatch.setenv("DATABASE_URL_PARAMETER", f"{SECRETS}/database-url")
    for wrong in (readonly_database_url, postgres_server.url("postgres")):
        wiring.forget()
        put_secret("database-url", wrong)
        wiring.database()
        put_secret("database-url", database_url)
        clock[0] += 61
        with pytest.raises(SettingsError):
            quarantine.recent(wiring.database(), 1)
        assert quarantine.recent(wiring.database(), 1) == []
