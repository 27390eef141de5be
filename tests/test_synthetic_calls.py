"""Calls for the benchmarks: filled in at once, they stand as the product would have written them one by one."""

from __future__ import annotations

from typing import Any

from benchmarks.bulk_filling import filling
from benchmarks.synthetic_calls import TURNS, Sayings, add_people, add_tags, make_batches, make_sayings, turn_row
from sqlalchemy import Connection, insert, text

from callcoach.store.engine import Database
from callcoach.store.search.index import index_call
from callcoach.store.tables import TurnRow

CALLS = 30
TABLES = ("calls", "call_measures", "turns", "findings", "call_tags")
SCHEMA = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'sqlite_stat1'",),
    "postgresql": (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint",
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    ),
}
TEXT = {
    "sqlite": ("SELECT rowid, words, grams FROM call_text", "SELECT k, v FROM call_text_config"),
    "postgresql": ("SELECT call_pk, number, words::text, grams::text FROM call_text",),
}


def write_one_by_one(database: Database, sayings: Sayings) -> None:
    """Write the calls through the product's tables and its index."""
    for batch in make_batches(CALLS, sayings, size=20):
        with database.writing() as session:
            for row, rows in batch.tables:
                session.execute(insert(row), rows)
            for pk, said in zip(batch.keys, batch.said, strict=True):
                session.execute(insert(TurnRow), [turn_row(pk, number, one) for number, one in enumerate(said)])
                index_call(session, pk, said)


def write_at_once(database: Database, sayings: Sayings) -> None:
    with filling(database, sayings) as filled:
        for batch in make_batches(CALLS, sayings, size=20):
            filled.write(batch)


def all_of(connection: Connection, *queries: str) -> list[Any]:
    return [sorted(tuple(row) for row in connection.execute(text(query))) for query in queries]


def test_calls_filled_in_at_once_stand_as_those_written_one_by_one(database: Database) -> None:
    kind, sayings = database.engine.dialect.name, make_sayings(300)
    queries = (*(f"SELECT * FROM {table}" for table in TABLES), *TEXT[kind])
    with database.writing() as session:
        add_people(session)
        add_tags(session)
    with database.engine.connect() as connection:
        schema = all_of(connection, *SCHEMA[kind])
    write_at_once(database, sayings)
    with database.engine.connect() as connection:
        assert all_of(connection, *SCHEMA[kind]) == schema
        at_once = all_of(connection, *queries)
    with database.writing() as session:
        session.execute(text("DELETE FROM call_text"))
        session.execute(text("DELETE FROM calls"))
    write_one_by_one(database, sayings)
    with database.engine.connect() as connection:
        one_by_one = all_of(connection, *queries)
    assert len(one_by_one[TABLES.index("turns")]) == CALLS * TURNS
    assert at_once == one_by_one
