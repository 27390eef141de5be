"""The index on SQLite: an FTS5 table with a row a stretch, whose row id tells the call."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, Select, column, select, table, text
from sqlalchemy.orm import Session

from callcoach.store.search.tokens import IndexedText, Term

MAX_STRETCHES = 1024
"""Row id = call's key times this + number of the stretch; a call of ten hours has about a hundred."""
_TABLE = table("call_text", column("rowid", Integer), column("call_text"))


class SqliteIndex:
    """See `callcoach.store.search.index.TextIndex`."""

    def put(self, session: Session, call_pk: int, stretches: Sequence[IndexedText]) -> None:
        """Replace a call's stretches; any beyond the last that fits are left out of the search."""
        first = call_pk * MAX_STRETCHES
        session.execute(
            text("DELETE FROM call_text WHERE rowid BETWEEN :first AND :last"),
            {"first": first, "last": first + MAX_STRETCHES - 1},
        )
        rows = [
            {"id": first + number, "words": " ".join(stretch.words), "grams": " ".join(stretch.grams)}
            for number, stretch in enumerate(stretches[:MAX_STRETCHES])
        ]
        if rows:
            session.execute(text("INSERT INTO call_text (rowid, words, grams) VALUES (:id, :words, :grams)"), rows)

    def found(self, term: Term, within: tuple[int, int] | None = None) -> Select[int]:
        """Return the query of the keys of the calls that a term is found in."""
        key = _TABLE.c.rowid.op("/", return_type=Integer())(MAX_STRETCHES)
        query = select(key.label("call_pk")).where(_TABLE.c.call_text.op("MATCH")(match(term)))
        if within is None:
            return query
        first, last = within
        return query.where(_TABLE.c.rowid.between(first * MAX_STRETCHES, last * MAX_STRETCHES + MAX_STRETCHES - 1))


def match(term: Term) -> str:
    """Return a term as FTS5 writes it. Tokens hold letters and digits only, so that quotes need no care."""
    words = " AND ".join(f'words : "{word}"' for word in term.words)
    grams = f'grams : "{" ".join(term.grams)}"' + ("*" if term.open_end else "")
    return f"({words}) OR {grams}" if words else grams
