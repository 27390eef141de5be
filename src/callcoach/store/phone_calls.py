"""What telephones tell of their calls, written as it happens; and when they are there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcoach.datapath import Direction
from callcoach.store.people import first_team_of
from callcoach.store.tables import AttendanceRow, PhoneCallRow


@dataclass(frozen=True, slots=True)
class RingingCall:
    """A call that began at a telephone."""

    call_id: str
    direction: Direction
    number: str
    queue: str
    turned_away: bool = False
    is_late: bool = False
    """Whether it was up already when the telephone came: nobody knows how long it rang."""


def begin_phone_call(session: Session, person_id: int, call: RingingCall, at: datetime, zone: ZoneInfo) -> None:
    """Note that a call began. Harmless when repeated."""
    if _row(session, person_id, call.call_id) is not None:
        return
    session.add(
        PhoneCallRow(
            person_id=person_id,
            team_id=first_team_of(session, person_id),
            phone_call_id=call.call_id[:120],
            direction=call.direction,
            number=call.number[:64],
            queue=call.queue[:120],
            day=at.astimezone(zone).date(),
            rang_at=at,
            answered_at=at if call.is_late else None,
            ended_at=at if call.turned_away else None,
            ring_s=0.0 if call.turned_away else None,
            turned_away=call.turned_away,
        )
    )
    session.flush()


def answer_phone_call(session: Session, person_id: int, call_id: str, at: datetime) -> None:
    """Note that somebody answered. Harmless when repeated."""
    row = _row(session, person_id, call_id)
    if row is not None and row.answered_at is None:
        row.answered_at, row.ring_s = at, max(0.0, (at - row.rang_at).total_seconds())


def end_phone_call(session: Session, person_id: int, call_id: str, at: datetime, *, ended_by: str, code: int) -> None:
    """Note how a call ended. Harmless when repeated."""
    row = _row(session, person_id, call_id)
    if row is None or row.ended_at is not None:
        return
    row.ended_at, row.ended_by, row.code = at, ended_by[:24], code
    if row.answered_at is None:
        row.ring_s = max(0.0, (at - row.rang_at).total_seconds())
    else:
        row.talk_s = max(0.0, (at - row.answered_at).total_seconds())


def lose_phone_calls(session: Session, person_id: int, but: Collection[str], at: datetime) -> None:
    """Note that calls ended while nobody was told: all of the person's that are open, but those that still go on."""
    rows = session.scalars(
        select(PhoneCallRow).where(PhoneCallRow.person_id == person_id, PhoneCallRow.ended_at.is_(None))
    )
    for row in rows:
        if row.phone_call_id not in but:
            row.ended_at = at


def come(session: Session, person_id: int, at: datetime) -> int:
    """Note that a person's telephone is there from now on; return the key to go on with."""
    row = AttendanceRow(person_id=person_id, from_at=at, until_at=at)
    session.add(row)
    session.flush()
    return row.id


def stay(session: Session, attendance_ids: Collection[int], at: datetime) -> None:
    """Note that these telephones are still there."""
    ids = list(attendance_ids)
    session.execute(update(AttendanceRow).where(AttendanceRow.id.in_(ids)).values(until_at=at))


def _row(session: Session, person_id: int, call_id: str) -> PhoneCallRow | None:
    own = (PhoneCallRow.person_id == person_id, PhoneCallRow.phone_call_id == call_id[:120])
    return session.scalar(select(PhoneCallRow).where(*own))
