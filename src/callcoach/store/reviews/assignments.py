"""Who is to review which call, or to decide its appeal, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.rights import RIGHTS, Permission
from callcoach.store.audit import note
from callcoach.store.calls import get_call, summaries, summaries_of
from callcoach.store.model import AssignmentKind, AssignmentState, CallSummary
from callcoach.store.people import as_principal, person_by_id
from callcoach.store.reviews.sheets import SheetRef, read_sheet
from callcoach.store.tables import AssignmentRow, CallRow, PersonRow, PlanRow, PlanRunRow
from callcoach.store.visibility import visible_to

REVIEWING_ROLES = frozenset(role for role in Role if Permission.REVIEW in RIGHTS[role])
"""Roles that review calls."""


@dataclass(frozen=True, slots=True)
class AssignedReview:
    """A call that somebody is, or was, to review, or whose appeal to decide."""

    id: int
    kind: AssignmentKind
    call: CallSummary
    person_id: int
    person: str
    plan: str
    """Name of the plan that drew it; empty: a person assigned it."""
    assigned_at: datetime
    due_at: datetime
    state: AssignmentState
    reason: str
    follows: int | None


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """Which assignments are wanted; None: any."""

    person_id: int | None = None
    state: AssignmentState | None = None
    call_id: str | None = None
    limit: int = 200
    kind: AssignmentKind | None = None


def list_assignments(session: Session, principal: Principal, wanted: AssignmentFilter) -> tuple[AssignedReview, ...]:
    """Return assignments of calls that the principal may see, the most urgent first."""
    query = select(AssignmentRow).join(CallRow, CallRow.pk == AssignmentRow.call_pk).where(visible_to(principal))
    if wanted.person_id is not None:
        query = query.where(AssignmentRow.person_id == wanted.person_id)
    if wanted.state is not None:
        query = query.where(AssignmentRow.state == wanted.state)
    if wanted.kind is not None:
        query = query.where(AssignmentRow.kind == wanted.kind)
    if wanted.call_id is not None:
        query = query.where(CallRow.id == wanted.call_id)
    rows = session.scalars(query.order_by(AssignmentRow.due_at, AssignmentRow.id).limit(wanted.limit)).all()
    return _assigned(session, rows)


def count_open(session: Session, principal: Principal, kind: AssignmentKind) -> int:
    """Return how many assignments of a kind wait for the principal, of calls they may see."""
    query = (
        select(func.count())
        .select_from(AssignmentRow)
        .join(CallRow, CallRow.pk == AssignmentRow.call_pk)
        .where(
            AssignmentRow.person_id == principal.person_id,
            AssignmentRow.state == AssignmentState.OPEN,
            AssignmentRow.kind == kind,
            visible_to(principal),
        )
    )
    return session.scalars(query).one()


def assign(
    session: Session, principal: Principal, call_id: str, person_id: int, *, due_at: datetime, at: datetime
) -> AssignedReview:
    """Give a call to somebody.

    Raises:
        NotFoundError: the principal may see no such call, or there is no such person.
        InputError: the person does not review, is the agent of the call, or may not see it.
        ConflictError: somebody has it already, or it is reviewed.
    """
    call = get_call(session, principal, call_id)
    if call.reviewed:
        raise ConflictError(
            f"The call {call_id} is reviewed already. Reopen its review if it has to be done again.",
            f"通话 {call_id} 已经复核过。需要重做时请重新打开它的复核。",
        )
    check_reviewer(session, call, person_id)
    row = AssignmentRow(
        call_pk=call.pk, person_id=person_id, assigned_by=principal.person_id, assigned_at=at, due_at=due_at
    )
    _add(session, row, call_id)
    _note(session, "review.assign", principal, call_id, person_id)
    return _assigned(session, [row])[0]


def hand_on(
    session: Session, principal: Principal, assignment_id: int, person_id: int, *, reason: str, at: datetime
) -> AssignedReview:
    """Give an open assignment to somebody else, with the same due date; the old one stays in the history.

    Raises:
        NotFoundError: there is no such assignment of a call the principal may see.
        ConflictError: it is not open, or the person has it already.
        InputError: the person may not review this call, or had a hand in the review that is appealed against.
    """
    row, call = _open(session, principal, assignment_id)
    if row.person_id == person_id:
        raise ConflictError("This person has the call already.", "这通电话已经在此人名下。")
    check_reviewer(session, call, person_id)
    if row.kind is AssignmentKind.APPEAL:
        check_no_hand(session, call, person_id)
    _close(row, AssignmentState.HANDED_ON, principal, reason, at)
    session.flush()
    follower = AssignmentRow(
        call_pk=row.call_pk,
        person_id=person_id,
        kind=row.kind,
        run_id=row.run_id,
        follows=row.id,
        assigned_by=principal.person_id,
        assigned_at=at,
        due_at=row.due_at,
    )
    _add(session, follower, call.id)
    _note(session, "review.hand.on", principal, call.id, person_id)
    return _assigned(session, [follower])[0]


def skip(session: Session, principal: Principal, assignment_id: int, *, reason: str, at: datetime) -> AssignedReview:
    """Close an open assignment without a review.

    Raises:
        NotFoundError: there is no such assignment of a call the principal may see.
        ConflictError: it is not open, or an appeal, which somebody has to decide.
    """
    row, call = _open(session, principal, assignment_id)
    if row.kind is AssignmentKind.APPEAL:
        raise ConflictError(
            "An appeal is not skipped: decide it, or hand it on.", "申诉不能跳过，请裁定，或转交给别人。"
        )
    _close(row, AssignmentState.SKIPPED, principal, reason, at)
    _note(session, "review.skip", principal, call.id, row.person_id)
    session.flush()
    return _assigned(session, [row])[0]


def check_reviewer(session: Session, call: CallSummary, person_id: int) -> None:
    """Return if a person may review a call.

    Raises:
        NotFoundError: there is no such person.
        InputError: the person may not, and why.
    """
    person = person_by_id(session, person_id)
    if not person.active or person.role not in REVIEWING_ROLES:
        raise InputError(
            f"{person.name} does not review calls. Choose a supervisor, trainer or administrator.",
            f"{person.name} 不做复核。请选主管、培训师或管理员。",
        )
    if call.agent_id == person_id:
        raise InputError(
            f"{person.name} is the agent of the call {call.id}. Choose somebody else.",
            f"{person.name} 就是通话 {call.id} 的坐席。请选别人。",
        )
    seen = select(CallRow.pk).where(CallRow.pk == call.pk, visible_to(as_principal(person)))
    if session.scalar(seen) is None:
        raise InputError(
            f"{person.name} may not see the call {call.id}. Choose somebody who leads its team.",
            f"{person.name} 看不到通话 {call.id}。请选带这个团队的人。",
        )


def check_no_hand(session: Session, call: CallSummary, person_id: int) -> None:
    """Return if a person had no hand in the review of a call.

    Raises:
        InputError: they had.
    """
    if person_id in read_sheet(session, SheetRef(call.pk)).review.reviewer_ids:
        raise InputError(
            f"An appeal is decided by somebody who had no hand in the first review of {call.id}. Choose somebody else.",
            "申诉由没有参与初审的人裁定。请选别人。",
        )


def _open(session: Session, principal: Principal, assignment_id: int) -> tuple[AssignmentRow, CallSummary]:
    query = (
        select(AssignmentRow, CallRow.id)
        .join(CallRow, CallRow.pk == AssignmentRow.call_pk)
        .where(AssignmentRow.id == assignment_id, visible_to(principal))
        .with_for_update(of=AssignmentRow)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError(
            f"There is no assignment {assignment_id} of a call you may see.",
            "没有这项指派，或者您看不到它的通话。",
        )
    row, call_id = found
    if row.state is not AssignmentState.OPEN:
        raise ConflictError(
            f"The assignment {assignment_id} is {row.state.value}, not open. Load the queue again.",
            "这项指派已经了结。请重新载入列表。",
        )
    return row, get_call(session, principal, call_id)


def _close(row: AssignmentRow, state: AssignmentState, principal: Principal, reason: str, at: datetime) -> None:
    if not reason.strip():
        raise InputError("A reason is missing: say why in `reason`.", "缺少理由，请写上。")
    row.state, row.closed_at, row.closed_by, row.reason = state, at, principal.person_id, reason.strip()


def _add(session: Session, row: AssignmentRow, call_id: str) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise ConflictError(
            f"Somebody has the call {call_id} in the queue already. Hand that one on.",
            f"通话 {call_id} 已经在别人的队列里。请把那一项转交。",
        ) from error


def _note(session: Session, action: str, principal: Principal, call_id: str, person_id: int) -> None:
    detail = {"reviewer": person_id}
    note(session, action, person_id=principal.person_id, about=("call", call_id), detail=detail)


def _assigned(session: Session, rows: Sequence[AssignmentRow]) -> tuple[AssignedReview, ...]:
    pks = [row.call_pk for row in rows]
    found = session.execute(summaries().where(CallRow.pk.in_(pks))).all()
    calls = {call.pk: call for call in summaries_of(session, found)}
    people = dict(
        session.execute(
            select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_([row.person_id for row in rows]))
        ).all()
    )
    drawn_by = select(PlanRunRow.id, PlanRow.name).join(PlanRow, PlanRow.id == PlanRunRow.plan_id)
    plans = dict(session.execute(drawn_by.where(PlanRunRow.id.in_([row.run_id for row in rows if row.run_id]))).all())
    return tuple(
        AssignedReview(
            row.id,
            row.kind,
            calls[row.call_pk],
            row.person_id,
            people[row.person_id],
            plans.get(row.run_id or 0, ""),
            row.assigned_at,
            row.due_at,
            row.state,
            row.reason,
            row.follows,
        )
        for row in rows
    )
