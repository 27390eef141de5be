"""Where in a call a searched text was said: the turn that holds most of it, for the calls of one page.

Compared is as the index compares: traditional, full width, letter case and 您 make no difference, nor does punctuation
between the characters; where a term does not stand in a turn as it is, its words are looked for one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcoach.rules.normalise import Normalised, normalise, written_forms
from callcoach.store.model import Hit, HitPiece
from callcoach.store.search.tokens import MAX_TERMS, words_of_term
from callcoach.store.tables import TurnRow

AROUND = 14
"""Characters shown on each side of what was found."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A term of the search, comparable, and its words."""

    whole: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a turn holds of the search; spans are half-open, of its text as it stands, in order."""

    turn: TurnRow
    spans: tuple[tuple[int, int], ...]
    weight: int
    """Characters of the search that it holds."""


def hits_of(session: Session, call_pks: Sequence[int], text: str) -> dict[int, Hit]:
    """Return for each call the first of the turns that hold most of the text."""
    wanted = [_Wanted(whole, words_of_term(whole)) for part in text.split() if (whole := normalise(part).text)][
        :MAX_TERMS
    ]
    if not wanted or not call_pks:
        return {}
    # A piece of a word is in no dictionary: the term's own beginning is looked for beside those of its words.
    begins = {piece[0] for one in wanted for piece in (one.whole, *one.words)}
    forms = sorted({form for character in begins for form in written_forms(character)})
    may_hold = or_(*(TurnRow.text.contains(form, autoescape=True) for form in forms))
    rows = session.scalars(
        select(TurnRow).where(TurnRow.call_pk.in_(call_pks), may_hold).order_by(TurnRow.call_pk, TurnRow.number)
    )
    best: dict[int, _Place] = {}
    for row in rows:
        place = _place(row, wanted)
        if place.weight > (best[row.call_pk].weight if row.call_pk in best else 0):
            best[row.call_pk] = place
    return {call_pk: _hit(place) for call_pk, place in best.items()}


def _place(row: TurnRow, wanted: Sequence[_Wanted]) -> _Place:
    plain = normalise(row.text)
    spans: list[tuple[int, int]] = []
    weight = 0
    for one in wanted:
        is_whole = one.whole in plain.text
        pieces = (one.whole,) if is_whole else one.words
        found = [(at, at + len(piece)) for piece in pieces if (at := plain.text.find(piece)) >= 0]
        spans += found
        # A term that stands whole counts for more than its words apart.
        weight += 2 * len(one.whole) if is_whole else len({at for span in found for at in range(*span)})
    return _Place(row, tuple(_joined(plain, spans)), weight)


def _joined(plain: Normalised, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield spans of the original text, in order, those that touch as one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(plain.original_span(*span) for span in spans):
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


def _hit(place: _Place) -> Hit:
    row = place.turn
    share = place.spans[0][0] / max(1, len(row.text))
    at_s = round(row.start_s + share * (row.end_s - row.start_s), 1)
    return Hit(row.speaker, at_s, tuple(_pieces(row.text, place.spans)))


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[HitPiece]:
    """Yield what is found with some characters around each; what is left out is an ellipsis."""
    shown_to = 0
    for start, end in spans:
        begin = max(shown_to, start - AROUND)
        if begin > shown_to:
            yield HitPiece("…", is_said=False)
        yield from (HitPiece(one, is_said=False) for one in (text[begin:start],) if one)
        yield HitPiece(text[start:end], is_said=True)
        shown_to = end
        following = next((other for other, _ in spans if other >= end), len(text))
        after = min(following, end + AROUND)
        yield from (HitPiece(one, is_said=False) for one in (text[end:after],) if one)
        shown_to = after
    if shown_to < len(text):
        yield HitPiece("…", is_said=False)
