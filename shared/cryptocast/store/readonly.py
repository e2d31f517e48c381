"""The API's login at Postgres: it may read what the API reads, and write nothing."""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cryptocast.errors import SettingsError
from cryptocast.store.database import Database, check_url

GROUP = "cryptocast_readonly"
"""What a migration grants reading to; logins are its members."""
_STATEMENT_TIMEOUT = "10s"
"""The API gives a statement up after 8 s; without an end here the server would go on with it for nobody."""
_NAME_BYTES = 63
"""Postgres cuts a longer name off."""
_PUBLIC = "public"
"""What Postgres calls everybody where it is asked for privileges."""
_MORE = """
SELECT 'has ' || attribute FROM pg_roles, LATERAL (VALUES
    (rolsuper, 'SUPERUSER'), (rolcreaterole, 'CREATEROLE'), (rolcreatedb, 'CREATEDB'),
    (rolreplication, 'REPLICATION'), (rolbypassrls, 'BYPASSRLS')
) attributes (has, attribute) WHERE rolname = %(role)s AND has
UNION ALL
SELECT 'is a member of ' || joined.rolname FROM pg_auth_members
JOIN pg_roles ON pg_roles.oid = member JOIN pg_roles joined ON joined.oid = roleid
WHERE pg_roles.rolname = %(role)s AND joined.rolname <> %(group)s
UNION ALL
SELECT 'may CREATE in schema public' WHERE has_schema_privilege(%(role)s::name, 'public', 'CREATE')
UNION ALL
SELECT 'may ' || privilege || ' on ' || relname
FROM pg_class, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'SELECT']) privilege
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND has_table_privilege(%(role)s::name, pg_class.oid, privilege)
AND (privilege <> 'SELECT' OR NOT has_table_privilege(%(group)s::name, pg_class.oid, 'SELECT'))
LIMIT 1
"""
"""What a role may beyond reading what the group may read; no row where nothing."""


def login_name(stage: str, url: str) -> str:
    """The name of the login of `stage` at the database of `url`; both are in it, as roles are the cluster's.

    Raises `SettingsError` where `url` is none or names no database, or Postgres would cut the name off.
    """
    check_url(url)
    database = conninfo_to_dict(url).get("dbname")
    if not database:
        raise SettingsError("DATABASE_URL names no database; it is postgresql://user:password@host/name")
    name = f"cryptocast_api_{stage}_{database}"
    if len(name.encode()) > _NAME_BYTES:
        raise SettingsError(
            f"postgres: the login {name} would have a name of more than {_NAME_BYTES} bytes: give the stage "
            "or the database a shorter one"
        )
    return name


def make_login(url: str, login: str) -> str:
    """Make the role `login`, or give it a new password; returns a connection string with both.

    `url` is that of the role that migrated the database; a pooled host will do. The string is `url` with
    another user and password. Raises `SettingsError` where the database was not migrated, where that role may
    not do this, and where everybody, the group or a `login` that is there already may do more than read what
    the API reads; then nothing is changed. `StoreUnavailable` where Postgres does not answer.
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
    for role in (_PUBLIC, GROUP):
        if more := _more(connection, role):
            raise SettingsError(
                f"postgres: the role {role} {more}, and with it each login would: take that from {role} "
                "(REVOKE, as who owns what it is on) and run this again"
            )
    there = _exists(connection, login)
    if there:  # asked first: whose role another made may not alter it, and would hear of that alone
        _refuse_more(connection, login)
    _make(connection, login, password, there)


def _make(connection: psycopg.Connection[Any], login: str, password: str, there: bool) -> None:
    make, role = ("ALTER" if there else "CREATE"), sql.Identifier(login)
    owner = connection.info.user
    # Whoever makes a role has ADMIN OPTION on it.
    needs_to_make = f'"{owner}" needs CREATEROLE'
    if there:
        needs_to_make += (
            f' and ADMIN OPTION on it: as who made it run GRANT "{login}" TO "{owner}" WITH ADMIN OPTION, or '
            "remove it and run this again"
        )
    needs_to_grant = f'as the role that made it run GRANT {GROUP} TO "{owner}" WITH ADMIN OPTION'
    for statement, needs in (
        # In the clear, within TLS: Neon refuses a password that was hashed here.
        (sql.SQL(f"{make} ROLE {{}} LOGIN PASSWORD {{}}").format(role, sql.Literal(password)), needs_to_make),
        (sql.SQL("GRANT {} TO {}").format(sql.Identifier(GROUP), role), needs_to_grant),
        (sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role), needs_to_make),
        (
            sql.SQL("ALTER ROLE {} SET statement_timeout = {}").format(role, sql.Literal(_STATEMENT_TIMEOUT)),
            needs_to_make,
        ),
    ):
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            said = error.diag.message_primary
            raise SettingsError(f"postgres made no login {login}: {said}: {needs}") from None


def _refuse_more(connection: psycopg.Connection[Any], login: str) -> None:
    if more := _more(connection, login):
        raise SettingsError(
            f"postgres: the role {login} {more}, which is more than to read what the API reads; every role "
            "made in Neon's console may do more: remove it in Neon's console (or DROP ROLE "
            f'"{login}") and run this again'
        )


def _more(connection: psycopg.Connection[Any], role: str) -> str | None:
    row = connection.execute(_MORE, {"role": role, "group": GROUP}).fetchone()
    return row[0] if row else None


def _exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
