"""The connection to Postgres: one, reused, reopened when it was dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
import stamina
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.datetime import TimestamptzBinaryLoader, TimestamptzLoader

from cryptocast.errors import InvalidRecord, SettingsError, StoreUnavailable

_DROPPED = (psycopg.OperationalError, psycopg.InterfaceError)
_OLD_SCHEMA = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
_NOT_ALLOWED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


class _UtcLoader(TimestamptzLoader):
    """Times come back in UTC. A pooled host allows no `SET TIME ZONE`, so the client sees to it."""

    def load(self, data: Any) -> datetime:
        return super().load(data).astimezone(UTC)


class _UtcBinaryLoader(TimestamptzBinaryLoader):
    def load(self, data: Any) -> datetime:
        return super().load(data).astimezone(UTC)


class _Connection(psycopg.Connection[Any]):
    """Gives up a host that takes a question and never answers; TCP alone notices only one that is gone."""

    answer_within_s: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None:  # psycopg's own, which knows what to do when it ends
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.answer_within_s)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # its answer, should it come, would be taken for the next question's
            raise psycopg.OperationalError(f"no answer within {self.answer_within_s:g} s") from None


class Database:
    """Postgres at `url`, e.g. `postgresql://user:password@host/name?sslmode=require`.

    Nothing is opened before the first use. Threads take turns on the one connection. With `answer_within_s`
    a statement ends by then, each address of the host is tried for half of it, and all are not tried again
    after it: for callers who wait for an answer themselves. `on_unavailable` is told where another `url` may
    help: of each `StoreUnavailable`, of a role that may not do what it is asked, and of a schema that is not
    this version's; also of those that a caller catches.
    """

    def __init__(
        self,
        url: str,
        *,
        connect_attempts: int = 5,
        connect_timeout_s: int = 10,
        answer_within_s: int | None = None,
        on_unavailable: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url
        self._on_unavailable = on_unavailable
        self._connect_timeout_s = answer_within_s // 2 if answer_within_s else connect_timeout_s
        self._connect_within_s = min(30, answer_within_s or 30)
        self._connect_attempts = connect_attempts
        self._answer_within_s = answer_within_s
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in a transaction: committed at the end, rolled back on any error.

        Used inside itself it is a savepoint. A connection found dropped at the start is opened
        again unnoticed; one that drops in the middle raises `StoreUnavailable` and nothing of the
        transaction is kept, so the step can run again.

        Raises: `StoreUnavailable`; `InvalidRecord` where Postgres refuses a value; `SettingsError` where the
        URL is none, the database was not migrated or the URL's role may not do this.
        """
        with self._lock:
            self._depth += 1
            try:
                connection, transaction = self._begin()
                with _ended(transaction):
                    yield connection
            except _DROPPED as error:
                self._on_unavailable()
                raise StoreUnavailable(f"postgres: {_reason(error)}") from error
            except _OLD_SCHEMA as error:
                self._on_unavailable()
                raise SettingsError(
                    f"postgres: {_reason(error)}; its schema is not this version's: run `cryptocast migrate`"
                ) from error
            except _NOT_ALLOWED as error:
                self._on_unavailable()
                raise SettingsError(
                    f"postgres: {_reason(error)}; the role of DATABASE_URL may not do this: `cryptocast "
                    "migrate` grants what the API reads, all else needs the role that owns the database"
                ) from error
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                raise InvalidRecord(f"postgres refused a value: {_reason(error)}") from error
            finally:
                self._depth -= 1

    def close(self) -> None:
        """Close the connection; the next use opens a new one."""
        with self._lock, suppress(psycopg.Error):
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _begin(self) -> tuple[psycopg.Connection[Any], AbstractContextManager[Any]]:
        """Open a transaction; BEGIN itself shows whether the connection still lives."""
        if self._connection is not None:
            try:
                return self._connection, _begun(self._connection)
            except _DROPPED:
                if self._depth > 1:
                    raise
                self.close()
        self._connection = self._connect()
        return self._connection, _begun(self._connection)

    def _connect(self) -> psycopg.Connection[Any]:
        """Tried a few times: a sleeping database takes some hundred ms to wake."""
        check_url(self._url)
        for attempt in stamina.retry_context(
            on=psycopg.OperationalError,
            attempts=self._connect_attempts,
            timeout=self._connect_within_s,
            wait_initial=0.1,
            wait_max=3,
        ):
            with attempt:
                connection = _Connection.connect(
                    self._url,
                    autocommit=True,  # transactions are opened by name, see _begun
                    prepare_threshold=None,  # a pooled host keeps no prepared statements
                    connect_timeout=self._connect_timeout_s,
                    keepalives_idle=30,
                    keepalives_interval=10,
                    keepalives_count=3,
                    tcp_user_timeout=20_000,  # ms; a host that fell silent is given up
                    application_name="cryptocast",
                )
        connection.answer_within_s = self._answer_within_s
        connection.adapters.register_loader("timestamptz", _UtcLoader)
        connection.adapters.register_loader("timestamptz", _UtcBinaryLoader)
        return connection


def check_url(url: str) -> None:
    """Raises `SettingsError` where libpq would take a part of the password for a host, and quote it."""
    try:
        told = conninfo_to_dict(url)
        # An @ in front is a socket's without a file; anywhere else it is a password's.
        hosts = [host.removeprefix("@") for host in str(told.get("host", "")).split(",")]
        ports = str(told.get("port", "")).split(",")
        understood = bool(url) and "@" not in "".join([*hosts, str(told.get("dbname", ""))])
        understood = understood and all(not port or port.isdecimal() for port in ports)
    except psycopg.ProgrammingError:
        understood = False
    if not understood:
        raise SettingsError(
            "DATABASE_URL is no connection URL; it is postgresql://user:password@host/name, and in user and "
            "password every character but letters, digits, -, ., _ and ~ is percent-encoded"
        )


def _begun(connection: psycopg.Connection[Any]) -> AbstractContextManager[Any]:
    transaction = connection.transaction()
    transaction.__enter__()
    return transaction


@contextmanager
def _ended(transaction: AbstractContextManager[Any]) -> Iterator[None]:
    """Commit, or roll back, a transaction that is already begun."""
    try:
        yield
    except BaseException as error:
        transaction.__exit__(type(error), error, error.__traceback__)
        raise
    transaction.__exit__(None, None, None)


def _reason(error: psycopg.Error) -> str:
    """The first line of what Postgres said: no row's content, no password."""
    lines = (error.diag.message_primary or str(error)).strip().splitlines()
    return lines[0] if lines else type(error).__name__
