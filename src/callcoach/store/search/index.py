"""The interface of the index: putting a call's text in, taking it out, and the condition that finds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from callcoach.store.search.postgres import PostgresIndex
from callcoach.store.search.sqlite import SqliteIndex
from callcoach.store.search.tokens import IndexedText, Term, index_tokens
from callcoach.store.tables import CallRow

FEW = 2000
"""Calls that are named one by one in a query: a few milliseconds on every database."""
STRETCH_CHARACTERS = 2000
"""Characters of a stretch, at least, in whole turns: some minutes. PostgreSQL keeps 256 places of a token in each."""


class TextIndex(Protocol):
    """A full-text index of one kind of database."""

    def put(self, session: Session, call_pk: int, stretches: Sequence[IndexedText]) -> None:
        """Make these the indexed stretches of a call, in the place of those it had."""
        ...

    def found(self, term: Term) -> Select[int]:
        """Return the query of the keys of the calls that a term is found in; one may come more than once."""
        ...

    def holds(self, term: Term) -> ColumnElement[bool] | None:
        """Return the condition that a call (`CallRow`) holds a term, to be asked of one call after the other.

        Better than `found` for a term that most calls hold: the first page is full after a few calls. None: it is not.
        """
        ...


def calls_that_said(session: Session, terms: Sequence[Term]) -> Iterator[ColumnElement[bool]]:
    """Return the conditions of calls (`CallRow`) that every term is found in.

    Where they are few, they are named: no database guesses well how many calls hold a word, and a wrong guess has it
    walk through all calls in search of a rare one.
    """
    index = index_of(session)
    queries = [index.found(term) for term in terms]
    for query in queries:
        found = query.cte().prefix_with("MATERIALIZED", dialect="postgresql")
        few = session.scalars(select(found).limit(FEW + 1)).all()
        if len(few) <= FEW:
            yield CallRow.pk.in_(sorted(set(few)))
            yield from (CallRow.pk.in_(other) for other in queries if other is not query)
            return
    for term, query in zip(terms, queries, strict=True):
        holds = index.holds(term)
        yield CallRow.pk.in_(query) if holds is None else holds


def index_of(session: Session) -> TextIndex:
    """Return the index of a session's database."""
    return SqliteIndex() if session.get_bind().dialect.name == "sqlite" else PostgresIndex()


def index_call(session: Session, call_pk: int, turns: Sequence[str]) -> None:
    """Index what was said in a call; what was indexed of it before is forgotten."""
    index_of(session).put(session, call_pk, [index_tokens(stretch) for stretch in stretches_of(turns)])


def stretches_of(turns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut a call into stretches of whole turns."""
    stretch: list[str] = []
    length = 0
    for turn in turns:
        stretch.append(turn)
        length += len(turn)
        if length >= STRETCH_CHARACTERS:
            yield tuple(stretch)
            stretch, length = [], 0
    if stretch:
        yield tuple(stretch)
