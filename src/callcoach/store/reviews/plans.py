"""Sampling plans: kept, ended, never changed; and the draws they made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.datapath import Direction
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.review.periods import Period, PeriodUnit
from callcoach.review.sampling import Candidate, Draw, Method, QuotaPer
from callcoach.store.audit import note
from callcoach.store.model import CallState
from callcoach.store.people import person_by_id
from callcoach.store.reviews.assignments import REVIEWING_ROLES
from callcoach.store.tables import AssignmentRow, CallRow, FindingRow, PlanRow, PlanRunRow, ReviewSheetRow, TeamRow


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan draws, how often, for whom."""

    name: str
    method: Method
    period: PeriodUnit
    quota: int
    per: QuotaPer
    seed: int
    due_workdays: int
    """Working days the reviewer has from the draw."""
    reviewer_ids: tuple[int, ...]
    team_ids: tuple[int, ...] = ()
    """Empty: every team."""
    direction: Direction | None = None
    duration_min_s: float | None = None
    duration_max_s: float | None = None

    @property
    def draw(self) -> Draw:
        """How to draw."""
        return Draw(self.method, self.quota, self.per, self.seed)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was made."""

    id: int
    terms: PlanTerms
    created_by: int
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanRun:
    """One draw."""

    period: str
    ran_at: datetime
    candidates: int
    drawn: tuple[str, ...]
    unassigned: tuple[str, ...]


def checked_draw(session: Session, principal: Principal, terms: PlanTerms) -> PlanTerms:
    """Return the terms with the teams that a plan of the principal draws from: a supervisor's those led only.

    Raises:
        InputError: a team cannot be, or no call can be of such a length.
    """
    shortest, longest = terms.duration_min_s, terms.duration_max_s
    if shortest is not None and longest is not None and shortest > longest:
        raise InputError(
            f"The shortest call ({shortest:g} s) is longer than the longest ({longest:g} s). Exchange them.",
            f"“最短”（{shortest:g} 秒）比“最长”（{longest:g} 秒）还长。请对调。",
        )
    return replace(terms, team_ids=_teams(session, principal, terms.team_ids))


def add_plan(session: Session, principal: Principal, wanted: PlanTerms, at: datetime) -> Plan:
    """Make a plan.

    Raises:
        InputError: see `checked_draw`; or a reviewer cannot be, or there is none.
    """
    terms = checked_draw(session, principal, wanted)
    row = PlanRow(
        name=terms.name,
        method=terms.method,
        period=terms.period,
        quota=terms.quota,
        per=terms.per,
        seed=terms.seed,
        due_workdays=terms.due_workdays,
        team_ids=list(terms.team_ids),
        direction=terms.direction,
        duration_min_s=terms.duration_min_s,
        duration_max_s=terms.duration_max_s,
        reviewer_ids=list(_reviewers(session, terms.reviewer_ids)),
        created_by=principal.person_id,
        created_at=at,
    )
    session.add(row)
    session.flush()
    note(session, "review.plan.add", person_id=principal.person_id, about=("plan", str(row.id)))
    return _plan(row)


def list_plans(session: Session) -> tuple[Plan, ...]:
    """Return all plans, those in force first, then the newest."""
    rows = session.scalars(select(PlanRow).order_by(PlanRow.ended_at.is_not(None), PlanRow.id.desc()))
    return tuple(map(_plan, rows))


def get_plan(session: Session, plan_id: int) -> Plan:
    """Return a plan.

    Raises:
        NotFoundError: there is none of this id.
    """
    return _plan(_row(session, plan_id))


def end_plan(session: Session, principal: Principal, plan_id: int, at: datetime) -> Plan:
    """End a plan: it draws no more; what it assigned stays.

    Raises:
        NotFoundError: there is none of this id.
        ConflictError: it has ended, or is of teams that the principal does not lead.
    """
    row = _row(session, plan_id)
    if row.ended_at is not None:
        raise ConflictError(f"The plan {plan_id} ended at {row.ended_at.isoformat()}.", "这个计划已经结束。")
    if principal.role is Role.SUPERVISOR and not (row.team_ids and principal.team_ids.issuperset(row.team_ids)):
        raise ConflictError(
            f"The plan {plan_id} draws from teams you do not lead. Ask an administrator.",
            "这个计划抽的团队里有不归您带的。请找管理员。",
        )
    row.ended_at = at
    note(session, "review.plan.end", person_id=principal.person_id, about=("plan", str(row.id)))
    return _plan(row)


def list_runs(session: Session, plan_id: int, limit: int = 100) -> tuple[PlanRun, ...]:
    """Return the draws of a plan, the newest first."""
    rows = session.scalars(
        select(PlanRunRow).where(PlanRunRow.plan_id == plan_id).order_by(PlanRunRow.id.desc()).limit(limit)
    )
    return tuple(
        PlanRun(row.period, row.ran_at, row.candidates, tuple(row.drawn), tuple(row.unassigned)) for row in rows
    )


def candidates(session: Session, terms: PlanTerms, period: Period) -> tuple[Candidate, ...]:
    """Return the calls a plan can draw from: of its period and filters, scored, neither reviewed nor assigned."""
    least = select(func.min(FindingRow.confidence)).where(FindingRow.call_pk == CallRow.pk).scalar_subquery()
    begun = select(ReviewSheetRow.call_pk).where(ReviewSheetRow.round_id.is_(None))
    query = (
        select(CallRow.id, CallRow.agent_id, CallRow.agent, CallRow.score, least.label("confidence"))
        .where(CallRow.started_at >= period.start, CallRow.started_at < period.end)
        .where(CallRow.state == CallState.SCORED, CallRow.reviewed.is_(False))
        .where(CallRow.pk.not_in(select(AssignmentRow.call_pk)), CallRow.pk.not_in(begun))
    )
    if terms.team_ids:
        query = query.where(CallRow.team_id.in_(terms.team_ids))
    if terms.direction is not None:
        query = query.where(CallRow.direction == terms.direction)
    if terms.duration_min_s is not None:
        query = query.where(CallRow.duration_s >= terms.duration_min_s)
    if terms.duration_max_s is not None:
        query = query.where(CallRow.duration_s <= terms.duration_max_s)
    return tuple(
        Candidate(row.id, _agent(row.agent_id, row.agent), row.score, row.confidence) for row in session.execute(query)
    )


def _agent(agent_id: int | None, name: str) -> str:
    return name if agent_id is None else f"person:{agent_id}"


def _teams(session: Session, principal: Principal, team_ids: tuple[int, ...]) -> tuple[int, ...]:
    known = set(session.scalars(select(TeamRow.id)))
    if unknown := set(team_ids) - known:
        raise InputError(
            f"There are no teams {sorted(unknown)}. /api/v1/me shows yours.", "所选的团队不存在，请重新载入页面。"
        )
    if principal.role is not Role.SUPERVISOR:
        return tuple(dict.fromkeys(team_ids))
    if foreign := set(team_ids) - principal.team_ids:
        raise InputError(
            f"You do not lead the teams {sorted(foreign)}. Leave them out, or ask an administrator.",
            "所选的团队里有不归您带的。请去掉，或找管理员。",
        )
    if not principal.team_ids:
        raise InputError(
            "You lead no team, so that there is nothing to draw from. Ask an administrator.",
            "您没有带团队，没有可抽的通话。请找管理员。",
        )
    return tuple(dict.fromkeys(team_ids)) or tuple(sorted(principal.team_ids))


def _reviewers(session: Session, reviewer_ids: tuple[int, ...]) -> tuple[int, ...]:
    if not reviewer_ids:
        raise InputError("A plan needs at least one reviewer.", "计划至少要有一位复核人。")
    for person_id in reviewer_ids:
        try:
            person = person_by_id(session, person_id)
        except NotFoundError as error:
            raise InputError(f"There is no person {person_id} to review.", "所选的复核人不存在。") from error
        if not person.active or person.role not in REVIEWING_ROLES:
            raise InputError(
                f"{person.name} does not review calls. Choose a supervisor, trainer or administrator.",
                f"{person.name} 不做复核。请选主管、培训师或管理员。",
            )
    return tuple(dict.fromkeys(reviewer_ids))


def _row(session: Session, plan_id: int) -> PlanRow:
    row = session.get(PlanRow, plan_id)
    if row is None:
        raise NotFoundError(f"There is no sampling plan {plan_id}.", "没有这个抽检计划。")
    return row


def _plan(row: PlanRow) -> Plan:
    terms = PlanTerms(
        row.name,
        row.method,
        row.period,
        row.quota,
        row.per,
        row.seed,
        row.due_workdays,
        tuple(row.reviewer_ids),
        tuple(row.team_ids),
        row.direction,
        row.duration_min_s,
        row.duration_max_s,
    )
    return Plan(row.id, terms, row.created_by, row.created_at, row.ended_at)
