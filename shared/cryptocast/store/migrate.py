"""Brings the database to the newest schema, with Alembic."""

from __future__ import annotations

from pathlib import Path

from cryptocast.errors import SettingsError, StoreUnavailable
from cryptocast.store.database import check_url

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(url: str) -> str:
    """Run every migration that `url` lacks and return the revision it is at.

    Use the direct host, not the pooled one: a migration needs a session of its own. Raises `SettingsError`
    where `url` is none, the database is of a newer version or the role of `url` may not migrate it,
    `StoreUnavailable` where nothing answers.
    """
    check_url(url)
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError
    from psycopg.errors import InsufficientPrivilege
    from sqlalchemy.exc import OperationalError, ProgrammingError

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["url"] = url
    try:
        command.upgrade(config, "head")
    except OperationalError as error:
        raise StoreUnavailable(f"postgres: {str(error.orig).splitlines()[0]}") from error
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise SettingsError(
            f"postgres: {error.orig.diag.message_primary}; migrate as the role that owns the database "
            "and may make roles (CREATEROLE)"
        ) from error
    except CommandError as error:
        raise SettingsError(f"postgres: {error}; its schema is of a newer version than this code") from error
    return ScriptDirectory.from_config(config).get_current_head() or ""
