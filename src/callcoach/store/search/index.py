"""The interface of the index: putting a call's text in, taking it out, and the condition that finds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


Keys = tuple[int, int]
"""The first and the last key of some calls."""


class TextIndex(Protocol):
    """A full-text index of one kind of database."""

    def put(self, session: Session, call_pk: int, stretches: Sequence[IndexedText]) -> None:
        """Make these the indexed stretches of a call, in the place of those it had."""
        ...

    def found(self, term: Term, within: Keys | None = None) -> Select[int]:
        """Return the query of the keys of the calls that a term is found in; one may come more than once.

        `within` bounds the keys, which makes it quick however many calls hold the term.
        """
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of the calls that every term is found in, before they are asked for."""

    conditions: tuple[ColumnElement[bool], ...]
    """Conditions of these calls (`CallRow`), exact."""
    share: float
    """About how many of all calls they are; 0 where they are few, and named."""
    _index: TextIndex
    _terms: tuple[Term, ...]

    def conditions_within(self, keys: Keys) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions for calls whose keys lie within bounds."""
        return tuple(CallRow.pk.in_(self._index.found(term, keys)) for term in self._terms)


def search_for(session: Session, terms: Sequence[Term]) -> Search:
    """Look how many calls hold each term.

    Where they are few, they are named: no database guesses well how many calls hold a word, and a wrong guess has it
    walk through all calls in search of a rare one.
    """
    index = index_of(session)
    queries = [index.found(term) for term in terms]
    share = 1.0
    for query in queries:
        found = query.cte().prefix_with("MATERIALIZED", dialect="postgresql")
        few = session.scalars(select(found).limit(FEW + 1)).all()
        if len(few) <= FEW:
            named = CallRow.pk.in_(sorted(set(few)))
            others = (CallRow.pk.in_(other) for other in queries if other is not query)
            return Search((named, *others), 0.0, index, tuple(terms))
        share *= len(set(few)) / (max(few) - min(few) + 1)
    return Search(tuple(map(CallRow.pk.in_, queries)), share, index, tuple(terms))


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
