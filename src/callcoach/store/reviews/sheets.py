"""Sheets of review events: read, locked, written on. Rows of events are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callcoach.errors import InputError
from callcoach.review.acts import Act, Event
from callcoach.review.rescoring import Basis
from callcoach.review.sheet import Review, fold
from callcoach.store.reviews.codec import act_from_json, act_to_json, basis_from_json, basis_to_json
from callcoach.store.tables import PersonRow, ReviewBasisRow, ReviewEventRow, ReviewSheetRow, TurnRow


@dataclass(frozen=True, slots=True)
class SheetRef:
    """Which sheet: the review of a call, or what one person writes on it in a calibration round."""

    call_pk: int
    round_id: int | None = None
    person_id: int | None = None

    def __post_init__(self) -> None:
        if (self.round_id is None) != (self.person_id is None):
            raise ValueError("SheetRef: a round's sheet has a person, the review of a call has neither")

    @property
    def key(self) -> str:
        """Name of the sheet, unique among all."""
        if self.round_id is None:
            return f"call:{self.call_pk}"
        return f"round:{self.round_id}:call:{self.call_pk}:person:{self.person_id}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it stands."""

    ref: SheetRef
    events: tuple[Event, ...] = ()
    review: Review = field(default_factory=Review)


def kept_basis(session: Session, call_pk: int) -> Basis | None:
    """Return what the machine said when the first review of a call began; None before one has."""
    row = session.get(ReviewBasisRow, call_pk)
    return None if row is None else basis_from_json(row.content)


def read_sheet(session: Session, ref: SheetRef) -> Sheet:
    """Return a sheet; one nobody has written on is empty."""
    row = session.scalar(select(ReviewSheetRow).where(ReviewSheetRow.key == ref.key))
    return Sheet(ref) if row is None else _sheet(session, ref, row)


def lock_sheet(session: Session, ref: SheetRef, basis: Basis, at: datetime) -> tuple[ReviewSheetRow, Sheet]:
    """Return a sheet that nobody else can write on until the transaction ends; made, with its basis, if need be."""
    _make(session, ReviewBasisRow(call_pk=ref.call_pk, made_at=at, content=basis_to_json(basis)), ref.call_pk)
    wanted = select(ReviewSheetRow).where(ReviewSheetRow.key == ref.key)
    if session.scalar(wanted) is None:
        _add(
            session,
            ReviewSheetRow(key=ref.key, call_pk=ref.call_pk, round_id=ref.round_id, person_id=ref.person_id),
        )
    # On SQLite the transaction is the only writer already; there FOR UPDATE is left out.
    row = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()
    return row, _sheet(session, ref, row)


def append(session: Session, row: ReviewSheetRow, sheet: Sheet, event: Event) -> Sheet:
    """Write one more event on a locked sheet."""
    session.add(
        ReviewEventRow(
            sheet_id=row.id,
            number=event.number,
            at=event.at,
            person_id=event.person_id,
            kind=event.act.kind,
            body=act_to_json(event.act),
            reason=event.reason,
        )
    )
    events = (*sheet.events, event)
    review = fold(events)
    row.version, row.stage, row.appeal_until = review.version, review.stage, review.appeal_until
    session.flush()
    return Sheet(sheet.ref, events, review)


def names_of_people(session: Session, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Return people's names by id."""
    wanted = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_({one for one in ids if one is not None}))
    return {row.id: row.name for row in session.execute(wanted)}


def names_on(session: Session, sheet: Sheet) -> Mapping[int, str]:
    """Return the names of everybody who wrote on a sheet."""
    return names_of_people(session, (event.person_id for event in sheet.events))


def machine_text(session: Session, call_pk: int, turn: int) -> str:
    """Return what the machine wrote for a turn.

    Raises:
        InputError: the call has no such turn.
    """
    text = session.scalar(select(TurnRow.text).where(TurnRow.call_pk == call_pk, TurnRow.number == turn))
    if text is None:
        raise InputError(
            f"This call has no turn {turn}; turns count from 0. Load the transcript again.",
            f"这通电话没有第 {turn + 1} 句，请重新载入页面。",
        )
    return text


def _sheet(session: Session, ref: SheetRef, row: ReviewSheetRow) -> Sheet:
    rows = session.scalars(
        select(ReviewEventRow).where(ReviewEventRow.sheet_id == row.id).order_by(ReviewEventRow.number)
    )
    events = tuple(Event(one.number, one.at, one.person_id, _act(one), one.reason) for one in rows)
    return Sheet(ref, events, fold(events))


def _act(row: ReviewEventRow) -> Act:
    return act_from_json(row.body)


def _make(session: Session, row: ReviewBasisRow, call_pk: int) -> None:
    if session.get(ReviewBasisRow, call_pk) is None:
        _add(session, row)


def _add(session: Session, row: ReviewBasisRow | ReviewSheetRow) -> None:
    """Add a row, unless another transaction has just added it."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass
