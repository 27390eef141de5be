"""Draws what plans owe: once for every period that ended, however long nobody looked, however many servers look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.errors import NotFoundError
from callcoach.review.assigning import Assignment, spread
from callcoach.review.periods import Period, ended_periods
from callcoach.review.sampling import draw
from callcoach.review.workdays import WorkCalendar
from callcoach.store.model import AssignmentState
from callcoach.store.people import as_principal, person_by_id
from callcoach.store.reviews.assignments import REVIEWING_ROLES
from callcoach.store.reviews.plans import Plan, candidates, get_plan
from callcoach.store.tables import AssignmentRow, CallRow, PlanRow, PlanRunRow
from callcoach.store.visibility import visible_to

_PART = 5000
"""Ids in one query: SQLite admits 32,766 parameters."""


def plans_in_force(session: Session) -> tuple[int, ...]:
    """Return the ids of the plans that still draw."""
    return tuple(session.scalars(select(PlanRow.id).where(PlanRow.ended_at.is_(None)).order_by(PlanRow.id)))


def draw_due(session: Session, plan_id: int, now: datetime, calendar: WorkCalendar, delay: timedelta) -> int:
    """Make the draws a plan owes, and assign what was drawn; return how many calls were assigned.

    The plan's row is locked: another server that draws the same plan waits, and then finds nothing owed.

    Args:
        session: a writing transaction; all of the plan's draws are in it or none.
        plan_id: the plan.
        now: what the clock says.
        calendar: for due dates; its zone is the one periods begin and end in.
        delay: how long after its end a period is drawn, so that its last calls are analysed.
    """
    session.execute(select(PlanRow.id).where(PlanRow.id == plan_id).with_for_update())
    plan = get_plan(session, plan_id)
    done = set(session.scalars(select(PlanRunRow.period).where(PlanRunRow.plan_id == plan_id)))
    periods = ended_periods(plan.terms.period, plan.created_at, now - delay, calendar.zone)
    return sum(_draw(session, plan, period, now, calendar) for period in periods if period.key not in done)


def _draw(session: Session, plan: Plan, period: Period, now: datetime, calendar: WorkCalendar) -> int:
    found = candidates(session, plan.terms, period)
    drawn = draw(plan.terms.draw, period.key, found)
    given = spread(drawn, _eligible(session, plan, drawn), _open_counts(session, plan))
    run = PlanRunRow(
        plan_id=plan.id,
        period=period.key,
        ran_at=now,
        candidates=len(found),
        drawn=list(drawn),
        unassigned=[one.call_id for one in given if one.person_id is None],
    )
    session.add(run)
    session.flush()
    return _assign(session, run, given, now, calendar.deadline(now, plan.terms.due_workdays))


def _assign(session: Session, run: PlanRunRow, given: tuple[Assignment, ...], now: datetime, due_at: datetime) -> int:
    wanted = [one for one in given if one.person_id is not None]
    pks: dict[str, int] = {}
    for part in _parts([one.call_id for one in wanted]):
        pks.update(session.execute(select(CallRow.id, CallRow.pk).where(CallRow.id.in_(part))).all())
    session.add_all(
        AssignmentRow(call_pk=pks[one.call_id], person_id=one.person_id, run_id=run.id, assigned_at=now, due_at=due_at)
        for one in wanted
    )
    session.flush()
    return len(wanted)


def _eligible(session: Session, plan: Plan, drawn: tuple[str, ...]) -> dict[str, list[int]]:
    """Return for each call the plan's reviewers who may see it and are not its agent, in the plan's order."""
    eligible: dict[str, list[int]] = {call_id: [] for call_id in drawn}
    for person_id in plan.terms.reviewer_ids:
        try:
            person = person_by_id(session, person_id)
        except NotFoundError:
            continue
        if not person.active or person.role not in REVIEWING_ROLES:
            continue
        for part in _parts(drawn):
            seen = select(CallRow.id, CallRow.agent_id).where(CallRow.id.in_(part), visible_to(as_principal(person)))
            for call in session.execute(seen):
                if call.agent_id != person_id:
                    eligible[call.id].append(person_id)
    return eligible


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[start : start + _PART] for start in range(0, len(ids), _PART))


def _open_counts(session: Session, plan: Plan) -> dict[int, int]:
    count = select(AssignmentRow.person_id, func.count()).where(
        AssignmentRow.state == AssignmentState.OPEN, AssignmentRow.person_id.in_(plan.terms.reviewer_ids)
    )
    return dict(session.execute(count.group_by(AssignmentRow.person_id)).all())
