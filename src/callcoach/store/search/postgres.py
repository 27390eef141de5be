"""The index on PostgreSQL: a row a stretch with two text vectors under one GIN index.

The vectors are written as such, with our tokens and places; no parser or dictionary of the server sees the text, so
that its locale does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, Select, bindparam, cast, column, or_, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from callcoach.store.search.tokens import IndexedText, Term

_TABLE = table("call_text", column("call_pk", Integer), column("words"), column("grams"))
_INSERT = text(
    "INSERT INTO call_text (call_pk, number, words, grams)"
    " VALUES (:pk, :number, CAST(:words AS tsvector), CAST(:grams AS tsvector))"
)


class PostgresIndex:
    """See `callcoach.store.search.index.TextIndex`."""

    def put(self, session: Session, call_pk: int, stretches: Sequence[IndexedText]) -> None:
        """Replace a call's stretches."""
        session.execute(text("DELETE FROM call_text WHERE call_pk = :pk"), {"pk": call_pk})
        rows = [
            {"pk": call_pk, "number": number, "words": " ".join(map(_quoted, stretch.words)), "grams": _places(stretch)}
            for number, stretch in enumerate(stretches)
        ]
        if rows:
            session.execute(_INSERT, rows)

    def found(self, term: Term, within: tuple[int, int] | None = None) -> Select[int]:
        """Return the query of the keys of the calls that a term is found in."""
        conditions = [_TABLE.c.grams.op("@@")(_query(phrase(term)))]
        if term.words:
            conditions.append(_TABLE.c.words.op("@@")(_query(" & ".join(map(_quoted, term.words)))))
        query = select(_TABLE.c.call_pk).where(or_(*conditions))
        return query if within is None else query.where(_TABLE.c.call_pk.between(*within))


def phrase(term: Term) -> str:
    """Return the grams of a term, one after the other, as PostgreSQL writes it."""
    return " <-> ".join(map(_quoted, term.grams)) + (":*" if term.open_end else "")


def _query(query: str) -> ColumnElement[str]:
    return cast(bindparam(None, query), TSQUERY)


def _places(stretch: IndexedText) -> str:
    return " ".join(f"{_quoted(gram)}:{place}" for place, gram in enumerate(stretch.grams, 1))


def _quoted(token: str) -> str:
    return f"'{token}'"
