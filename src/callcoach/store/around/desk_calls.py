"""Calls as their agents' desks know them, tied to the calls that are handed in later.

The softphone's id of a call is the id it is handed in under, unless that cannot be a folder's name or another
recording with the same sound came first; the tie is made when the recording comes in and holds whatever the ids are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from callcoach.datapath import Direction
from callcoach.errors import InputError, NotFoundError
from callcoach.store.tables import CallbackRow, CallRow, ComplaintRow, DeskCallRow

MOST_ID = 120


@dataclass(frozen=True, slots=True)
class CallRef:
    """A call as a desk names it. What is empty is not known, or not known any more."""

    phone_call_id: str
    number: str = ""
    direction: Direction = Direction.UNKNOWN
    queue: str = ""


def find_desk_call(session: Session, person_id: int, phone_call_id: str) -> DeskCallRow | None:
    """Return what a person's desk knows of a call; None: nothing was written yet.

    Raises:
        NotFoundError: it is somebody else's call.
    """
    own = select(DeskCallRow).where(DeskCallRow.phone_call_id == phone_call_id, DeskCallRow.person_id == person_id)
    row = session.scalar(own)
    if row is None:
        _handed_in(session, person_id, phone_call_id)
    return row


def desk_call(session: Session, person_id: int, ref: CallRef, now: datetime) -> DeskCallRow:
    """Return a person's row of a call, made now if there is none.

    Raises:
        InputError: the id is none.
        NotFoundError: it is somebody else's call.
    """
    if not 0 < len(ref.phone_call_id) <= MOST_ID:
        raise InputError(
            f"The call's id has {len(ref.phone_call_id)} characters, expected 1 to {MOST_ID}.",
            f"通话编号有 {len(ref.phone_call_id)} 个字符，应为 1 到 {MOST_ID} 个。",
        )
    row = find_desk_call(session, person_id, ref.phone_call_id)
    if row is None:
        call = _handed_in(session, person_id, ref.phone_call_id)
        row = DeskCallRow(
            phone_call_id=ref.phone_call_id, person_id=person_id, call_pk=call.pk if call else None, at=now
        )
        if call is not None:
            row.number, row.direction, row.queue = call.number, call.direction, call.queue
        session.add(row)
    row.number = row.number or ref.number[:64]
    row.queue = row.queue or ref.queue[:120]
    if row.direction is None or row.direction is Direction.UNKNOWN:  # None: just made
        row.direction = ref.direction
    session.flush()
    return row


def tie(session: Session, phone_call_id: str, call_pk: int, sender_id: int | None) -> None:
    """Tie what desks wrote about a softphone's call to the call that was handed in.

    Only the agent's own, or that of whoever handed it in: ids are told to nobody else, but might be guessed.
    """
    agent_id = session.scalar(select(CallRow.agent_id).where(CallRow.pk == call_pk))
    owners = [one for one in (agent_id, sender_id) if one is not None]
    own = (DeskCallRow.phone_call_id == phone_call_id, DeskCallRow.person_id.in_(owners))
    ids = session.scalars(select(DeskCallRow.id).where(*own)).all()
    session.execute(update(DeskCallRow).where(DeskCallRow.id.in_(ids)).values(call_pk=call_pk))
    for table in (CallbackRow, ComplaintRow):
        session.execute(update(table).where(table.desk_call_id.in_(ids)).values(call_pk=call_pk))


def desk_calls_of(session: Session, call_pk: int) -> tuple[DeskCallRow, ...]:
    """Return what desks wrote about a call; more than one where it was taken up by more than one person."""
    return tuple(session.scalars(select(DeskCallRow).where(DeskCallRow.call_pk == call_pk).order_by(DeskCallRow.id)))


def _handed_in(session: Session, person_id: int, call_id: str) -> CallRow | None:
    """Return the call of this id that was handed in.

    Raises:
        NotFoundError: it is somebody else's.
    """
    row = session.scalar(select(CallRow).where(CallRow.id == call_id))
    if row is not None and not session.scalar(
        select(CallRow.pk).where(CallRow.pk == row.pk, or_(CallRow.agent_id == person_id, CallRow.agent_id.is_(None)))
    ):
        raise NotFoundError(
            f"There is no call {call_id!r} of yours. Notes are written by who took the call.",
            f"您没有 {call_id!r} 这个通话。记录由接这个电话的人写。",
        )
    return row
