"""Many calls put into a database at once: past its indexes, constraints and triggers, which are made again afterwards.

What stands in the tables in the end is what the product's own writing puts there; a test compares the two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any, Protocol

import psycopg
from sqlalchemy import Dialect, Table

from benchmarks.synthetic_calls import TURNS, Batch, Row, Sayings, turn_row
from callcoach.store.engine import Database
from callcoach.store.search.index import stretches_of
from callcoach.store.search.sqlite import MAX_STRETCHES
from callcoach.store.search.tokens import index_tokens
from callcoach.store.tables import Base, CallRow, CallTagRow, FindingRow, MeasuresRow, TurnRow

_ROWS = (CallRow, MeasuresRow, TurnRow, FindingRow, CallTagRow)
_FILLED = [*(row.__tablename__ for row in _ROWS), "call_text"]
_HASH_BYTES = 64 * 2**20
"""What FTS5 gathers before it writes a part of the index; a megabyte by default."""


class Filling(Protocol):
    """Puts calls into a database of one kind."""

    def write(self, batch: Batch) -> None:
        """Write the rows of some calls and what the search finds them by."""
        ...


@contextmanager
def filling(database: Database, sayings: Sayings) -> Iterator[Filling]:
    """Give what writes calls into a database that nobody else is connected to; it is whole when the block ends."""
    url, dialect = database.engine.url, database.engine.dialect
    if database.is_sqlite:
        database.close()  # only the one connection there is can turn the journal off
        opened = sqlite3.connect(str(url.database), isolation_level=None)
        with closing(opened) as connection, _without_guards_of_sqlite(connection):
            yield _SqliteFilling(connection, sayings, dialect)
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection, _without_guards_of_postgresql(connection):
            yield _PostgresFilling(connection, sayings, dialect)


class _Columns:
    """Turns rows, by name, into a driver's values in the order of a table's columns, with defaults filled in."""

    def __init__(self, row: type[Base], dialect: Dialect) -> None:
        table = row.__table__
        assert isinstance(table, Table)
        self.table = table.name
        self.names = [column.name for column in table.columns]
        self._columns = [
            (
                column.name,
                column.default.arg if column.default is not None and column.default.is_scalar else None,
                column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is,
            )
            for column in table.columns
        ]

    def values(self, rows: Iterable[Row]) -> Iterator[list[Any]]:
        """Yield the values of each row."""
        for row in rows:
            yield [process(row.get(name, default)) for name, default, process in self._columns]


def _as_it_is(value: Any) -> Any:
    return value


def _turn_parts(columns: _Columns) -> list[list[Any]]:
    """Return, for each turn of a call, the values between the key of the call and the text."""
    assert (columns.names[0], columns.names[-1]) == ("call_pk", "text")
    return [values[1:-1] for values in columns.values(turn_row(0, number, "") for number in range(TURNS))]


# -- SQLite ------------------------------------------------------------------------------------


class _SqliteFilling:
    def __init__(self, connection: sqlite3.Connection, sayings: Sayings, dialect: Dialect) -> None:
        self._connection = connection
        self._columns = {row: _Columns(row, dialect) for row in _ROWS}
        self._turn_parts = _turn_parts(self._columns[TurnRow])
        tokens = {sentence: index_tokens((sentence,)) for sentence in sayings.sentences}
        self._words = {sentence: " ".join(one.words) for sentence, one in tokens.items()}
        self._grams = {sentence: " ".join(one.grams) for sentence, one in tokens.items()}

    def write(self, batch: Batch) -> None:
        self._connection.execute("BEGIN")
        for row, rows in batch.tables:
            columns = self._columns[row]
            self._insert(columns.table, columns.names, columns.values(rows))
        self._insert("turns", self._columns[TurnRow].names, self._turns(batch))
        self._insert("call_text", ["rowid", "words", "grams"], self._texts(batch))
        self._connection.execute("COMMIT")

    def _insert(self, table: str, names: list[str], rows: Iterable[Sequence[Any]]) -> None:
        places = ", ".join("?" for _ in names)
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)

    def _turns(self, batch: Batch) -> Iterator[tuple[Any, ...]]:
        for pk, said in zip(batch.keys, batch.said, strict=True):
            for part, text in zip(self._turn_parts, said, strict=True):
                yield pk, *part, text

    def _texts(self, batch: Batch) -> Iterator[tuple[int, str, str]]:
        words, grams = self._words, self._grams
        for pk, said in zip(batch.keys, batch.said, strict=True):
            for number, stretch in enumerate(stretches_of(said)):
                row_id = pk * MAX_STRETCHES + number
                yield row_id, " ".join(map(words.__getitem__, stretch)), " ".join(map(grams.__getitem__, stretch))


@contextmanager
def _without_guards_of_sqlite(connection: sqlite3.Connection) -> Iterator[None]:
    """Leave out journal, indexes and triggers until the end of the block."""
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-524288"):
        connection.execute(f"PRAGMA {pragma}")
    places = ", ".join("?" for _ in _FILLED)
    guards = connection.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({places}) AND type IN ('index', 'trigger')"
        " AND sql IS NOT NULL ORDER BY rowid",
        _FILLED,
    ).fetchall()
    for kind, name, _ in guards:
        connection.execute(f"DROP {kind} {name}")
    connection.execute("INSERT INTO call_text (call_text, rank) VALUES ('hashsize', ?)", [_HASH_BYTES])
    yield
    connection.execute("DELETE FROM call_text_config WHERE k = 'hashsize'")
    for _, _, definition in guards:
        connection.execute(definition)
    connection.execute("PRAGMA locking_mode=NORMAL")
    connection.execute("PRAGMA journal_mode=WAL")


# -- PostgreSQL --------------------------------------------------------------------------------

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint AS own
    WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'p', 'u') AND NOT (contype <> 'f' AND EXISTS (
      SELECT FROM pg_constraint AS others
      WHERE others.contype = 'f' AND others.conindid = own.conindid AND others.conrelid <> ALL(%s::regclass[])))
    ORDER BY contype = 'f' DESC, conname
"""
"""Foreign keys first; but for keys that tables besides those filled refer to."""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    ORDER BY 1
"""


class _PostgresFilling:
    def __init__(self, connection: psycopg.Connection, sayings: Sayings, dialect: Dialect) -> None:
        self._connection = connection
        self._columns = {row: _Columns(row, dialect) for row in _ROWS}
        parts = _turn_parts(self._columns[TurnRow])
        self._turn_parts = ["".join(f"\t{_in_copy(value)}" for value in part) for part in parts]
        self._sentences = {sentence: _in_copy(sentence) for sentence in sayings.sentences}
        tokens = {sentence: index_tokens((sentence,)) for sentence in sayings.sentences}
        self._words = {sentence: " ".join(f"'{word}'" for word in one.words) for sentence, one in tokens.items()}
        self._grams = {sentence: [f"'{gram}'" for gram in one.grams] for sentence, one in tokens.items()}

    def write(self, batch: Batch) -> None:
        for row, rows in batch.tables:
            columns = self._columns[row]
            lines = ("\t".join(map(_in_copy, values)) for values in columns.values(rows))
            self._copy(columns.table, columns.names, lines)
        self._copy("turns", self._columns[TurnRow].names, self._turns(batch))
        self._copy("call_text", ["call_pk", "number", "words", "grams"], self._texts(batch))

    def _copy(self, table: str, names: list[str], lines: Iterable[str]) -> None:
        statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.write("".join(f"{line}\n" for line in lines))

    def _turns(self, batch: Batch) -> Iterator[str]:
        texts = self._sentences
        for pk, said in zip(batch.keys, batch.said, strict=True):
            for part, text in zip(self._turn_parts, said, strict=True):
                yield f"{pk}{part}\t{texts[text]}"

    def _texts(self, batch: Batch) -> Iterator[str]:
        words, grams = self._words, self._grams
        for pk, said in zip(batch.keys, batch.said, strict=True):
            for number, stretch in enumerate(stretches_of(said)):
                all_grams = chain.from_iterable(map(grams.__getitem__, stretch))
                places = " ".join([f"{gram}:{place}" for place, gram in enumerate(all_grams, 1)])
                yield f"{pk}\t{number}\t{' '.join(map(words.__getitem__, stretch))}\t{places}"


def _in_copy(value: Any) -> str:
    """Return a value as PostgreSQL's COPY reads it."""
    if value is None:
        return r"\N"
    text = str(value)
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n") if isinstance(value, str) else text


@contextmanager
def _without_guards_of_postgresql(connection: psycopg.Connection) -> Iterator[None]:
    """Leave out indexes, constraints and triggers until the end of the block; all of it is one transaction."""
    constraints = connection.execute(_CONSTRAINTS, [_FILLED, _FILLED]).fetchall()
    indexes = connection.execute(_INDEXES, [_FILLED]).fetchall()
    for table, name, _ in constraints:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    for table in _FILLED:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    yield
    connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
    for _, definition in indexes:
        connection.execute(definition.encode())
    for table, name, definition in reversed(constraints):
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
    for table in _FILLED:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
