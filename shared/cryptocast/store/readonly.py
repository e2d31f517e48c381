"""The API's login at Postgres: it may read what the API reads, and write nothing."""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cryptocast.errors import SettingsError
from cryptocast.store.database import Database

GROUP = "cryptocast_readonly"
"""What a migration grants reading to; logins are its members."""
_STATEMENT_TIMEOUT = "10s"
"""The API gives a statement up after 8 s; without an end here the server would go on with it for nobody."""
_MAY_MORE = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR EXISTS (
    SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND has_table_privilege(r.oid, pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
) FROM pg_roles r WHERE rolname = %s
"""


def make_login(url: str, login: str) -> str:
    """Make the role `login`, or give it a new password; returns a connection string with both.

    `url` is that of the role that migrated the database; a pooled host will do. The string is `url` with
    another user and password. Raises `SettingsError` where the database was not migrated, where that role may
    make no roles, and where a `login` that is there already may do more than read; then nothing is changed.
    `StoreUnavailable` where Postgres does not answer.
    """
    password = secrets.token_urlsafe(32)
    database = Database(url)
    try:
        with database.connection() as connection:
            _grant(connection, login, password)
    except psycopg.Error as error:  # Neon tells what it refuses at the commit, in no class of its own
        said = (error.diag.message_primary or type(error).__name__).splitlines()[0]
        raise SettingsError(f"postgres made no login {login}: {said}") from None
    finally:
        database.close()
    return make_conninfo(url, user=login, password=password)


def _grant(connection: psycopg.Connection[Any], login: str, password: str) -> None:
    if not _exists(connection, GROUP):
        raise SettingsError(f"postgres: there is no role {GROUP} yet: run `cryptocast migrate`")
    make = "ALTER" if _exists(connection, login) else "CREATE"
    role = sql.Identifier(login)
    for statement in (
        # In the clear, within TLS: Neon refuses a password that was hashed here.
        sql.SQL(f"{make} ROLE {{}} LOGIN PASSWORD {{}}").format(role, sql.Literal(password)),
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(GROUP), role),
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role),
        sql.SQL("ALTER ROLE {} SET statement_timeout = {}").format(role, sql.Literal(_STATEMENT_TIMEOUT)),
    ):
        connection.execute(statement)
    row = connection.execute(_MAY_MORE, (login,)).fetchone()
    if row is None or row[0]:
        raise SettingsError(
            f"postgres: the role {login} may do more than read, as every role made in Neon's console may: "
            f'remove it (DROP ROLE "{login}") and run this again'
        )


def _exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
