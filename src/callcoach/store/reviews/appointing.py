"""Who decides an appeal: somebody who had no hand in the first review, with the fewest assignments open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.errors import AccessError
from callcoach.principal import Role
from callcoach.review.assigning import spread
from callcoach.review.sheet import Review
from callcoach.review.stages import Stage
from callcoach.store.audit import note
from callcoach.store.model import AssignmentKind, AssignmentState, Person
from callcoach.store.people import as_principal, list_people
from callcoach.store.reviews.assignments import REVIEWING_ROLES
from callcoach.store.reviews.sheets import SheetRef, read_sheet
from callcoach.store.tables import AssignmentRow, CallRow, PersonRow, ReviewSheetRow
from callcoach.store.visibility import visible_to


@dataclass(frozen=True, slots=True)
class Appointed:
    """Who is to decide an appeal, until when."""

    assignment_id: int
    person_id: int
    person: str
    due_at: datetime


def appoint(session: Session, call_pk: int, *, due_at: datetime, at: datetime) -> int | None:
    """Give an appeal that nobody has to a second reviewer; return their id, None where it has one or nobody may.

    Supervisors and trainers come first, an administrator only where none of them may decide it.
    """
    sheet = read_sheet(session, SheetRef(call_pk))
    if sheet.review.stage is not Stage.APPEALED or appointed(session, call_pk) is not None:
        return None
    call = session.get_one(CallRow, call_pk)
    able = [one for one in list_people(session) if _may_decide(session, call, sheet.review, one)]
    first = [one for one in able if one.role is not Role.ADMINISTRATOR] or able
    chosen = spread([call.id], {call.id: [one.id for one in first]}, _open_counts(session, first))[0].person_id
    if chosen is None:
        return None
    row = AssignmentRow(call_pk=call_pk, person_id=chosen, kind=AssignmentKind.APPEAL, assigned_at=at, due_at=due_at)
    session.add(row)
    session.flush()
    note(session, "review.assign", person_id=None, about=("call", call.id), detail={"reviewer": chosen})
    return chosen


def appointed(session: Session, call_pk: int) -> Appointed | None:
    """Return who is to decide the open appeal of a call; None: nobody yet, or there is none."""
    return appointed_of(session, [call_pk]).get(call_pk)


def appointed_of(session: Session, call_pks: Iterable[int]) -> dict[int, Appointed]:
    """Return who is to decide the open appeals, by call."""
    query = (
        select(AssignmentRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == AssignmentRow.person_id)
        .where(
            AssignmentRow.call_pk.in_(list(call_pks)),
            AssignmentRow.kind == AssignmentKind.APPEAL,
            AssignmentRow.state == AssignmentState.OPEN,
        )
    )
    return {row.call_pk: Appointed(row.id, row.person_id, name, row.due_at) for row, name in session.execute(query)}


def without_judge(session: Session) -> tuple[int, ...]:
    """Return the calls with an open appeal that nobody is to decide."""
    taken = select(AssignmentRow.call_pk).where(AssignmentRow.state == AssignmentState.OPEN)
    query = select(ReviewSheetRow.call_pk).where(
        ReviewSheetRow.stage == Stage.APPEALED, ReviewSheetRow.round_id.is_(None), ReviewSheetRow.call_pk.not_in(taken)
    )
    return tuple(session.scalars(query.order_by(ReviewSheetRow.id)))


def refuse_others(session: Session, call_pk: int, person_id: int | None) -> None:
    """Return if a person is to decide the appeal of a call, or nobody yet.

    Raises:
        AccessError: somebody else is.
    """
    judge = appointed(session, call_pk)
    if judge is not None and judge.person_id != person_id:
        raise AccessError(
            f"{judge.person} is to decide this appeal. Have it handed on to you first.",
            f"这个申诉由 {judge.person} 裁定。要由您裁定，请先在“申诉”页转交给您。",
        )


def _may_decide(session: Session, call: CallRow, review: Review, person: Person) -> bool:
    if not person.active or person.role not in REVIEWING_ROLES:
        return False
    if person.id in review.reviewer_ids or person.id == call.agent_id:
        return False
    seen = select(CallRow.pk).where(CallRow.pk == call.pk, visible_to(as_principal(person)))
    return session.scalar(seen) is not None


def _open_counts(session: Session, people: Iterable[Person]) -> dict[int, int]:
    count = select(AssignmentRow.person_id, func.count()).where(
        AssignmentRow.state == AssignmentState.OPEN, AssignmentRow.person_id.in_([one.id for one in people])
    )
    return dict(session.execute(count.group_by(AssignmentRow.person_id)).all())
