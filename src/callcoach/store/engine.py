"""Opens the database of an installation: SQLite in the data folder, or PostgreSQL by its URL.

Takes a URL, gives a `Database` whose sessions are transactions. Knows nothing of the tables but that what a
transaction changed is rolled up for trends before it ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from callcoach.errors import ConfigError, DuplicateError, InputError, StoreBusyError, StoreError
from callcoach.store.trends.rolling import renew

DATABASE_FILE = "callcoach.sqlite"
BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another on SQLite; writes take milliseconds."""
POOL_SIZE = 10
"""Connections kept open to PostgreSQL by one server; its default admits 100."""
MIN_SQLITE = (3, 35, 0)
"""The first SQLite with RETURNING; Debian 12 has 3.40."""

_READING = "callcoach_reading"
_LAST = "callcoach_last"
_PRAGMAS = (
    # FULL, not NORMAL: an edit the server has answered must survive a power cut, not only a crash of the server.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=1073741824",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """An open database. Threads share it; a session belongs to one thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are kept, all of them, when the block ends without an error.

        Raises:
            StoreBusyError: another writer held the database for too long, or the server of the database is away.
            DuplicateError: a constraint of the schema does not hold; nothing was written.
            InputError: a value is none the database can hold; nothing was written.
        """
        with in_words(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
            renew(session)
            for deed in session.info.pop(_LAST, []):
                deed(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and hinders no writer.

        Raises:
            StoreBusyError: the server of the database is away.
        """
        engine = self.engine.execution_options(**{_READING: True})
        with in_words(), Session(engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def at_the_end(session: Session, deed: Callable[[Session], None]) -> None:
    """Have something done as the last thing of the transaction of `Database.writing`, if it comes to its end."""
    session.info.setdefault(_LAST, []).append(deed)


def database_url(configured: str, data_dir: Path) -> URL:
    """Return the URL in force: the configured one, or SQLite's in the data folder when it is empty.

    Raises:
        ConfigError: it is no URL, or of a database CallCoach does not run on.
    """
    if not configured:
        return URL.create("sqlite+pysqlite", database=str(data_dir / DATABASE_FILE))
    expected = "expected sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    try:
        url = make_url(configured)
    except ArgumentError as error:
        raise ConfigError(f"The setting database_url is not a URL; {expected}.") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(f"The setting database_url names {url.get_backend_name()!r}; {expected}.")
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite+pysqlite")
    return url.set(drivername="postgresql+psycopg")


def open_database(url: URL) -> Database:
    """Open the database; its schema is whatever it was left at.

    Raises:
        StoreError: SQLite is too old, or the folder of its file cannot be made.
    """
    if url.get_backend_name() == "sqlite":
        return Database(_sqlite(url))
    return Database(create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True))


def _sqlite(url: URL) -> Engine:
    import sqlite3

    if sqlite3.sqlite_version_info < MIN_SQLITE:
        wanted = ".".join(map(str, MIN_SQLITE))
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: expected {wanted}. Use a newer Python.")
    if url.database:
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"Could not make the folder {folder}: {error.strerror}. Check its rights.") from error
    engine = create_engine(url)
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(connection: Any, _: ConnectionPoolEntry) -> None:
    # Python's sqlite3 begins transactions late and never before DDL; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Have a log written ahead. Of several that open a new file at once SQLite refuses some without waiting: again."""
    import sqlite3

    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    # A writer that first reads could not become a writer when another one wrote meanwhile: it asks at once.
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the database's driver raises into errors of ours."""
    try:
        yield
    except IntegrityError as error:
        raise DuplicateError(f"The database refused: {error.orig}. It is there already, or was changed.") from error
    except DataError as error:  # such as a NUL character, which PostgreSQL's text cannot hold
        raise InputError(f"The database cannot hold a value that was sent: {error.orig}.") from error
    except OperationalError as error:
        raise StoreBusyError(
            f"The database did not answer: {error.orig}. Try again; if it stays so, check it."
        ) from error
