"""Brings the database to the newest schema, with Alembic."""

from __future__ import annotations

from pathlib import Path

from cryptocast.store.database import check_url

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(url: str) -> str:
    """Run every migration that `url` lacks and return the revision it is at.

    Use the direct host, not the pooled one: a migration needs a session of its own. Raises `SettingsError`
    where `url` is none.
    """
    check_url(url)
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
    return ScriptDirectory.from_config(config).get_current_head() or ""
