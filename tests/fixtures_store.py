"""The embedded servers, started once and on demand; a fresh database and an empty Redis per test."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from upstash_redis import Redis

from cryptocast.store.database import Database
from cryptocast.store.migrate import migrate
from cryptocast.store.online import OnlineStore, make_redis
from cryptocast.store.readonly import make_login
from local.postgres import Postgres
from local.upstash import Upstash
from local.valkey import Valkey

READONLY_LOGIN = "cryptocast_api_test"
_numbers = itertools.count()


def sql_of(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last of `statements`."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a server's data that the server can reach when it runs as another user.

    Not tmp_path: every pytest that starts closes the folder above it to other users, and a server
    running there then dies.
    """
    with tempfile.TemporaryDirectory(prefix="cryptocast-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """An embedded Postgres whose database `template_migrated` holds the schema and nothing else."""
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    with (
        tempfile.TemporaryDirectory(prefix="cryptocast-test-") as folder,
        Postgres(Path(folder), settings=fast) as server,
    ):
        url = server.create_database("template_migrated")
        migrate(url)
        make_login(url, READONLY_LOGIN)
        yield server


@pytest.fixture
def database_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    yield postgres_server.create_database(name, template="template_migrated")
    postgres_server.drop_database(name)


@pytest.fixture(scope="module")
def module_database_url(postgres_server: Postgres) -> Iterator[str]:
    """As `database_url`, shared by the tests of one module (for data that takes long to store)."""
    name = f"module_{os.getpid()}_{next(_numbers)}"
    yield postgres_server.create_database(name, template="template_migrated")
    postgres_server.drop_database(name)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A `Database` on this test's own database."""
    database = Database(database_url, connect_attempts=2)
    yield database
    database.close()


@pytest.fixture
def readonly_database_url(database_url: str) -> str:
    """As the API has it: this test's own database, by the login that may only read."""
    return make_conninfo(database_url, user=READONLY_LOGIN)


@pytest.fixture
def readonly_db(readonly_database_url: str) -> Iterator[Database]:
    """The API's `Database`: `db` with the login that may only read."""
    database = Database(readonly_database_url, connect_attempts=2)
    yield database
    database.close()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def upstash_server(valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstash]:
    """The REST protocol of Upstash over the embedded Valkey; `.url`, `.token` and `.readonly_token`."""
    log: Path = tmp_path_factory.mktemp("upstash") / "upstash.log"
    tokens = {"token": "a-token-for-tests", "readonly_token": "a-readonly-token-for-tests"}
    with Upstash(valkey_server.url, log=log, **tokens) as server:
        yield server


@pytest.fixture
def redis(upstash_server: Upstash) -> Iterator[Redis]:
    """The Upstash client on an emptied Redis."""
    client = make_redis(upstash_server.url, upstash_server.token)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def online(redis: Redis) -> OnlineStore:
    """The online store, empty."""
    return OnlineStore(redis)


@pytest.fixture
def readonly_online(upstash_server: Upstash, online: OnlineStore) -> Iterator[OnlineStore]:
    """The API's online store: `online` with the token that may only read."""
    client = make_redis(upstash_server.url, upstash_server.readonly_token)
    yield OnlineStore(client)
    client.close()
