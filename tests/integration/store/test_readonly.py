"""What the API has of Postgres and Redis: what it may read, that it writes nothing, how its login is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner
from upstash_redis import Redis

from cryptocast import wiring
from cryptocast.cli import app
from cryptocast.errors import SettingsError, StoreUnavailable
from cryptocast.store import bars, quarantine
from cryptocast.store.database import Database
from cryptocast.store.migrate import migrate
from cryptocast.store.online import OnlineStore
from cryptocast.store.readonly import GROUP, make_login
from local.postgres import Postgres
from local.upstash import Upstash
from tests.factories import AS_OF, make_bar
from tests.fixtures_aws import REGION

pytestmark = pytest.mark.integration

READ_BY_THE_API = {
    "bars", "cycles", "documents", "feature_rows", "forecasts", "name_lists", "open_forecasts", "outcomes",
    "sentiments", "source_statuses",
}  # fmt: skip
COLUMN_OF_EACH_TABLE = (
    "SELECT table_name, max(column_name) FROM information_schema.columns "
    "WHERE table_schema = 'public' GROUP BY 1"
)
LOGIN = "cryptocast_api_dev"


def sql_of(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last of `statements`."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


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


@pytest.fixture
def cluster(server_folder: Path) -> Iterator[Postgres]:
    """Two databases that nobody migrated; their owner is no superuser and may make roles, as Neon's first."""
    with Postgres(server_folder / "server") as server:
        admin = server.url("postgres")
        sql_of(admin, "CREATE ROLE owner LOGIN CREATEROLE CREATEDB")
        for name in ("one", "two"):
            sql_of(admin, f"CREATE DATABASE {name} OWNER owner")
        yield server


def by(role: str, cluster: Postgres, database: str) -> str:
    return f"postgresql://{role}@127.0.0.1:{cluster.port}/{database}"


def hash_of_password(cluster: Postgres) -> object:
    return sql_of(cluster.url("postgres"), f"SELECT rolpassword FROM pg_authid WHERE rolname = '{LOGIN}'")[0][
        0
    ]


def test_an_owner_who_is_no_superuser_makes_it_and_gives_it_a_new_password(cluster: Postgres) -> None:
    owner = by("owner", cluster, "one")
    migrate(owner)
    first = make_login(owner, LOGIN)
    hashed = hash_of_password(cluster)
    second = make_login(owner, LOGIN)
    assert str(hashed).startswith("SCRAM-SHA-256$")
    assert hash_of_password(cluster) != hashed
    passwords = [str(conninfo_to_dict(made)["password"]) for made in (first, second)]
    assert len(set(passwords)) == 2 and min(map(len, passwords)) >= 43
    bars.upsert(Database(owner), [make_bar()])
    reader = Database(second)
    assert len(bars.latest(reader, "BTC", 1)) == 1
    with pytest.raises(SettingsError):
        bars.upsert(reader, [make_bar(closed_at=AS_OF)])


def test_several_databases_of_a_cluster_share_the_group_and_not_the_login(cluster: Postgres) -> None:
    migrate(by("owner", cluster, "one"))
    sql_of(cluster.url("postgres"), "CREATE ROLE other LOGIN", "ALTER DATABASE two OWNER TO other")
    migrate(by("other", cluster, "two"))
    make_login(by("owner", cluster, "one"), LOGIN)
    hashed = hash_of_password(cluster)
    make_login(by("owner", cluster, "one"), "cryptocast_api_prod")
    assert hash_of_password(cluster) == hashed


def test_who_may_make_no_roles_is_told_what_is_needed(cluster: Postgres) -> None:
    sql_of(cluster.url("postgres"), "ALTER ROLE owner NOCREATEROLE")
    with pytest.raises(SettingsError, match=r"permission denied to create role; .*CREATEROLE"):
        migrate(by("owner", cluster, "one"))
    sql_of(cluster.url("postgres"), f"CREATE ROLE {GROUP}")
    migrate(by("owner", cluster, "one"))
    with pytest.raises(SettingsError, match="permission denied"):
        make_login(by("owner", cluster, "one"), LOGIN)


def test_it_is_not_made_before_the_migration(cluster: Postgres) -> None:
    with pytest.raises(SettingsError, match="cryptocast migrate"):
        make_login(by("owner", cluster, "one"), LOGIN)


def test_a_login_that_may_write_is_refused_and_left_alone(cluster: Postgres) -> None:
    """Neon makes every role of its console a member of one that may write everything."""
    migrate(cluster.url("one"))
    sql_of(
        cluster.url("one"), f"CREATE ROLE {LOGIN} LOGIN PASSWORD 'old'", f"GRANT pg_write_all_data TO {LOGIN}"
    )
    hashed = hash_of_password(cluster)
    with pytest.raises(SettingsError, match=f'may do more than read.*DROP ROLE "{LOGIN}"'):
        make_login(cluster.url("one"), LOGIN)
    assert hash_of_password(cluster) == hashed


def put(name: str, value: str) -> None:
    boto3.client("ssm", region_name=REGION).put_parameter(Name=name, Value=value, Type="SecureString")


def readonly_login(stage: str, region: str | None = REGION) -> str:
    wiring.forget()
    environment = {"COLUMNS": "200", "TERM": "dumb", "AWS_DEFAULT_REGION": region}
    done = CliRunner().invoke(app, ["readonly-login", "--stage", stage], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def test_the_command_puts_the_login_beside_the_owners_and_shows_no_password(
    moto_aws: None, db: Database, database_url: str
) -> None:
    name = "/cryptocast/dev/readonly-database-url"
    put("/cryptocast/dev/database-url", database_url)
    made = []
    for _ in range(2):
        said = readonly_login("dev")
        assert f"{LOGIN} may read; SSM has it as {name}" in said
        kept = boto3.client("ssm", region_name=REGION).get_parameter(Name=name, WithDecryption=True)[
            "Parameter"
        ]
        assert kept["Type"] == "SecureString"
        made.append(kept["Value"])
        assert conninfo_to_dict(kept["Value"])["password"] not in said
    assert made[0] != made[1]
    bars.upsert(db, [make_bar()])
    assert bars.latest(Database(made[1]), "BTC", 1) == [make_bar()]
    assert sql_of(made[1], "SELECT current_user") == [(LOGIN,)]


def test_the_command_says_what_is_missing(moto_aws: None) -> None:
    said = readonly_login("dev", "eu-west-3")
    assert "SSM has no parameter /cryptocast/dev/database-url in eu-west-3" in said
    assert "AWS_DEFAULT_REGION" in said
    assert "SSM does not answer: You must specify a region" in readonly_login("dev", None)
