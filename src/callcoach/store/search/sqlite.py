"""The index on SQLite: an FTS5 table with a row a stretch, whose row id tells the call."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, Select, column, exists, select, table, text
from sqlalchemy.orm import Session

from callcoach.store.search.tokens import IndexedText, Term
from callcoach.store.tables import CallRow

FIRST_CHINESE = "⺀"
MAX_STRETCHES = 1024
"""Row id = call's key times this + number of the stretch; a call of ten hours has about a hundred."""
_CONTENT = table("call_text_content", column("id", Integer), column("c1"))
"""What FTS5 keeps of its rows, by row id: `c1` is the second column, the pairs of characters."""
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

    def found(self, term: Term) -> Select[int]:
        """Return the query of the keys of the calls that a term is found in."""
        key = _TABLE.c.rowid.op("/", return_type=Integer())(MAX_STRETCHES)
        return select(key.label("call_pk")).where(_TABLE.c.call_text.op("MATCH")(match(term)))

    def holds(self, term: Term) -> ColumnElement[bool] | None:
        """Return the condition for a lone character: it stands in the text of the tokens wherever it was said."""
        lone = len(term.grams) == 1 and len(term.grams[0]) == 1 and term.grams[0] >= FIRST_CHINESE
        if term.words or not lone:
            return None
        first = CallRow.pk * MAX_STRETCHES
        own = _CONTENT.c.id.between(first, first + MAX_STRETCHES - 1)
        return exists().where(own, _CONTENT.c.c1.contains(term.grams[0], autoescape=True)).correlate(CallRow)


def match(term: Term) -> str:
    """Return a term as FTS5 writes it. Tokens hold letters and digits only, so that quotes need no care."""
    words = " AND ".join(f'words : "{word}"' for word in term.words)
    grams = f'grams : "{" ".join(term.grams)}"' + ("*" if term.open_end else "")
    return f"({words}) OR {grams}" if words else grams
