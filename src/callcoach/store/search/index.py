"""The interface of the index: putting a call's text in, taking it out, and the condition that finds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from callcoach.store.search.postgres import PostgresIndex
from callcoach.store.search.sqlite import SqliteIndex
from callcoach.store.search.tokens import IndexedText, Term, index_tokens

STRETCH_CHARACTERS = 2000
"""Characters of a stretch, at least, in whole turns: some minutes. PostgreSQL keeps 256 places of a token in each."""


class TextIndex(Protocol):
    """A full-text index of one kind of database."""

    def put(self, session: Session, call_pk: int, stretches: Sequence[IndexedText]) -> None:
        """Make these the indexed stretches of a call, in the place of those it had."""
        ...

    def matches(self, term: Term) -> ColumnElement[bool]:
        """Return the condition of calls (`CallRow`) that a term is found in."""
        ...


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
