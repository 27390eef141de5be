"""Where in a call a searched text was said: the first turn that holds a piece of it, for the calls of one page."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcoach.store.model import Hit
from callcoach.store.tables import TurnRow

AROUND = 14
"""Characters shown on each side."""
MOST_PIECES = 8


def hits_of(session: Session, call_pks: Sequence[int], text: str) -> dict[int, Hit]:
    """Return the first place in each call where a piece of the text stands as it was typed."""
    pieces = [piece for piece in text.replace('"', " ").split() if piece][:MOST_PIECES]
    if not pieces or not call_pks:
        return {}
    said = or_(*(TurnRow.text.contains(piece, autoescape=True) for piece in pieces))
    rows = session.scalars(
        select(TurnRow).where(TurnRow.call_pk.in_(call_pks), said).order_by(TurnRow.call_pk, TurnRow.number)
    )
    hits: dict[int, Hit] = {}
    for row in rows:
        if row.call_pk not in hits:
            hits[row.call_pk] = _hit(row, pieces)
    return hits


def _hit(row: TurnRow, pieces: Sequence[str]) -> Hit:
    lower = row.text.lower()
    at, piece = min((lower.find(one.lower()), one) for one in pieces if one.lower() in lower)
    end = at + len(piece)
    before = ("…" if at > AROUND else "") + row.text[max(0, at - AROUND) : at]
    after = row.text[end : end + AROUND] + ("…" if end + AROUND < len(row.text) else "")
    share = at / max(1, len(row.text))
    return Hit(row.speaker, round(row.start_s + share * (row.end_s - row.start_s), 1), before, row.text[at:end], after)
