"""Brings the schema of a database up to date. Never goes back: an older CallCoach refuses a newer schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from callcoach.errors import StoreError
from callcoach.store.engine import Database, in_words

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x63616C6C
"""Key of PostgreSQL's advisory lock on the schema: any number nobody else uses."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision, in one transaction; of several servers that start at once, one does it.

    Raises:
        StoreError: the database was made by a newer CallCoach, or does not answer.
    """
    with (
        in_words(),
        database.engine.begin() as connection,
    ):  # on SQLite this is the lock: the transaction begins as a writer
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)


def revisions() -> list[str]:
    """Return the ids of all revisions, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [step.revision for step in script.walk_revisions()][::-1]


def current_revision(database: Database) -> str | None:
    """Return the revision a database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in revisions():
        raise StoreError(
            f"The database has the schema {found!r}, which this CallCoach does not know; it was made by a newer one. "
            "Install that version again, or restore the backup made before the upgrade."
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
