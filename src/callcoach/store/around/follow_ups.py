"""Customers who are asked after a call: found, answered, declined. Answers are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from callcoach.around.callbacks import CallbackState
from callcoach.around.follow_ups import FollowUpState, FollowUpStep, after
from callcoach.around.surveys import Answer, dissatisfied, read_answers
from callcoach.campaigns.outcomes import LeadState
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.around.callbacks import NewCallback, add_callback
from callcoach.store.around.follow_up_plans import ANSWERED, DECLINED
from callcoach.store.around.surveys import SurveyVersion, version_in_force, version_of
from callcoach.store.campaigns.leads import WAITING
from callcoach.store.campaigns.taking import release
from callcoach.store.keyset import beyond, cursor
from callcoach.store.tables import (
    CallRow,
    FollowUpPlanRow,
    FollowUpRow,
    LeadRow,
    MembershipRow,
    PersonRow,
    SurveyAnswerRow,
    SurveyResponseRow,
    SurveyRow,
    SurveyVersionRow,
)
from callcoach.store.visibility import work_visible_to

MOST_ROWS = 200
MOST_REMARK = 2000
_AGENT, _ASKER = aliased(PersonRow), aliased(PersonRow)
_SAME = (
    *("id", "plan_id", "survey_id", "complaint_id", "lead_id", "number", "customer", "agent_id", "team_id", "queue"),
    *("state", "due_at", "expires_at", "made_at", "ended_at", "remark"),
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A customer to be asked, or who was."""

    id: int
    plan_id: int | None
    plan: str
    survey_id: int
    survey: str
    call_id: str
    """The call it is about; empty: none, or it was removed."""
    complaint_id: int | None
    lead_id: int | None
    number: str
    customer: str
    agent_id: int | None
    agent: str
    """Whose service is asked about."""
    team_id: int | None
    queue: str
    state: FollowUpState
    due_at: datetime
    expires_at: datetime
    made_at: datetime
    ended_at: datetime | None
    asker: str
    """Who asked; empty: nobody yet."""
    remark: str


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered at one time."""

    number: int
    version: SurveyVersion
    at: datetime
    person: str
    by_keys: bool
    is_dissatisfied: bool
    callback_id: int | None
    answers: tuple[Answer, ...]

    @property
    def by_question(self) -> Mapping[int, Answer]:
        """The answers by their questions' numbers."""
        return {one.question: one for one in self.answers}


@dataclass(frozen=True, slots=True)
class FollowUpFilter:
    """Which follow-ups a list shows; None and empty: any."""

    states: tuple[FollowUpState, ...] = ()
    plan_id: int | None = None
    survey_id: int | None = None
    agent_id: int | None = None
    call_pk: int | None = None
    number_keys: tuple[str, ...] = ()
    due_from: datetime | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """A page of the list; `next_cursor` is empty at its end."""

    follow_ups: tuple[FollowUp, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class KeyedIn:
    """Answers that were keyed in right after a call, without a plan."""

    survey_id: int
    number: str
    number_key: str
    call_pk: int | None = None


def list_follow_ups(
    session: Session, principal: Principal, wanted: FollowUpFilter, *, after: str = "", limit: int = 50
) -> FollowUpPage:
    """Return a page of the follow-ups one may see, the latest due first."""
    query = _query().where(_visible(principal), *_conditions(wanted))
    if after:
        query = query.where(beyond(after, FollowUpRow.due_at, FollowUpRow.id, descending=True))
    limit = min(max(limit, 1), MOST_ROWS)
    rows = session.execute(query.order_by(FollowUpRow.due_at.desc(), FollowUpRow.id.desc()).limit(limit + 1)).all()
    shown = tuple(_follow_up(row) for row in rows[:limit])
    return FollowUpPage(shown, cursor(shown[-1].due_at, shown[-1].id) if len(rows) > limit else "")


def get_follow_up(session: Session, principal: Principal, follow_up_id: int) -> FollowUp:
    """Return one follow-up.

    Raises:
        NotFoundError: there is none such that one may see.
    """
    row = session.execute(_query().where(FollowUpRow.id == follow_up_id, _visible(principal))).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no follow-up {follow_up_id} among those you may see.",
            f"您能看到的回访里没有 {follow_up_id} 号。",
        )
    return _follow_up(row)


def follow_up_of_lead(session: Session, lead_id: int) -> FollowUp | None:
    """Return the follow-up that a number of a list is called for; None: it is called for something else."""
    query = _query().where(FollowUpRow.lead_id == lead_id, FollowUpRow.state == FollowUpState.OPEN)
    row = session.execute(query.order_by(FollowUpRow.id.desc()).limit(1)).one_or_none()
    return _follow_up(row) if row else None


def responses_of(session: Session, follow_up_ids: Iterable[int]) -> dict[int, tuple[Response, ...]]:
    """Return what was answered, by follow-up, the newest first: it counts, the others tell what was before."""
    ids = list(follow_up_ids)
    query = (
        select(SurveyResponseRow, SurveyVersionRow, PersonRow.name)
        .join(SurveyVersionRow, SurveyVersionRow.id == SurveyResponseRow.version_id)
        .join(PersonRow, PersonRow.id == SurveyResponseRow.person_id)
        .where(SurveyResponseRow.follow_up_id.in_(ids))
        .order_by(SurveyResponseRow.number.desc())
    )
    rows = session.execute(query).all()
    answers: dict[int, list[Answer]] = {}
    given = select(SurveyAnswerRow).where(SurveyAnswerRow.response_id.in_([row.id for row, _, _ in rows]))
    for one in session.scalars(given.order_by(SurveyAnswerRow.question)):
        answers.setdefault(one.response_id, []).append(Answer(one.question, one.kind, one.value, one.text))
    found: dict[int, tuple[Response, ...]] = {}
    for row, version, person in rows:
        response = Response(
            row.number,
            version_of(session, version.survey_id, version.id),
            row.at,
            person,
            row.by_keys,
            row.is_dissatisfied,
            row.callback_id,
            tuple(answers.get(row.id, ())),
        )
        found[row.follow_up_id] = (*found.get(row.follow_up_id, ()), response)
    return found


def asked_version(session: Session, follow_up: FollowUp) -> SurveyVersion | None:
    """Return the version to ask now; None: the survey is not in force any more."""
    return version_in_force(session, follow_up.survey_id)


def keep_answers(
    session: Session,
    person_id: int,
    follow_up_id: int,
    version_id: int,
    given: Mapping[int, str],
    *,
    callback_after: timedelta,
    now: datetime,
    by_keys: bool = False,
) -> Response:
    """Keep what a customer answered; who answered before has it put right, the earlier answers stay.

    An answer at or under its question's threshold makes a draft of a callback for the team's supervisor.

    Args:
        session: a writing transaction.
        person_id: who asked.
        follow_up_id: one that the person may see.
        version_id: the questions that were asked.
        given: the answers' texts by the questions' numbers.
        callback_after: when a callback of a dissatisfied customer is due.
        now: the time.
        by_keys: whether they were keyed in at the telephone.

    Raises:
        ConflictError: somebody else is talking with the customer.
        InputError: an answer is missing or cannot be.
        NotFoundError: there is no such follow-up or version.
    """
    row = _locked(session, follow_up_id)
    version = version_of(session, row.survey_id, version_id)
    answers = read_answers(version.questions, given)
    _finish(session, row, FollowUpStep.ANSWER, person_id, now, result=ANSWERED)
    bad = dissatisfied(version.questions, answers)
    callback_id = None
    if bad:
        callback_id = _draft(session, row, version, bad, person_id, now=now, callback_after=callback_after)
    before = session.scalar(
        select(func.max(SurveyResponseRow.number)).where(SurveyResponseRow.follow_up_id == follow_up_id)
    )
    response = SurveyResponseRow(
        follow_up_id=row.id,
        number=(before or 0) + 1,
        version_id=version.id,
        at=now,
        person_id=person_id,
        by_keys=by_keys,
        is_dissatisfied=bool(bad),
        callback_id=callback_id,
    )
    session.add(response)
    session.flush()
    session.add_all(
        SurveyAnswerRow(response_id=response.id, question=one.question, kind=one.kind, value=one.value, text=one.text)
        for one in answers
    )
    session.flush()
    return responses_of(session, (row.id,))[row.id][0]


def decline(session: Session, person_id: int, follow_up_id: int, remark: str, now: datetime) -> None:
    """Note that a customer was reached and does not answer.

    Raises:
        ConflictError: it is not possible now, or somebody else is talking with the customer.
        InputError: the remark is too long.
        NotFoundError: there is no such follow-up.
    """
    if len(remark) > MOST_REMARK:
        raise InputError(
            f"The remark has {len(remark)} characters, expected at most {MOST_REMARK}.",
            f"说明有 {len(remark)} 个字，最多 {MOST_REMARK} 个。",
        )
    row = _locked(session, follow_up_id)
    _finish(session, row, FollowUpStep.DECLINE, person_id, now, result=DECLINED, remark=remark.strip())


def add_keyed_in(session: Session, keyed: KeyedIn, now: datetime) -> int:
    """Return the follow-up that answers keyed in after a call belong to: the call's own, made now if there is none."""
    if keyed.call_pk is not None:
        mine = (FollowUpRow.call_pk == keyed.call_pk, FollowUpRow.survey_id == keyed.survey_id)
        known = session.scalar(select(FollowUpRow.id).where(*mine).order_by(FollowUpRow.id.desc()).limit(1))
        if known is not None:
            return known
    call = session.get(CallRow, keyed.call_pk) if keyed.call_pk is not None else None
    row = FollowUpRow(
        survey_id=keyed.survey_id,
        call_pk=keyed.call_pk,
        number=keyed.number[:64],
        number_key=keyed.number_key,
        customer=call.customer if call else "",
        agent_id=call.agent_id if call else None,
        team_id=call.team_id if call else None,
        queue=call.queue if call else "",
        state=FollowUpState.OPEN,
        due_at=now,
        expires_at=now,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


# -- what ends one -----------------------------------------------------------------------------


def _locked(session: Session, follow_up_id: int) -> FollowUpRow:
    row = session.scalar(select(FollowUpRow).where(FollowUpRow.id == follow_up_id).with_for_update())
    if row is None:
        raise NotFoundError(f"There is no follow-up {follow_up_id}.", f"没有 {follow_up_id} 号回访。")
    return row


def _finish(
    session: Session,
    row: FollowUpRow,
    step: FollowUpStep,
    person_id: int,
    now: datetime,
    *,
    result: str,
    remark: str = "",
) -> None:
    state = after(row.state, step)
    if row.state is FollowUpState.OPEN and row.lead_id is not None:
        lead = session.scalar(select(LeadRow).where(LeadRow.id == row.lead_id).with_for_update())
        if lead is not None:
            _finish_lead(session, lead, person_id, result, remark)
    row.state, row.ended_at, row.ended_by = state, now, person_id
    row.remark = remark or row.remark


def _finish_lead(session: Session, lead: LeadRow, person_id: int, result: str, remark: str) -> None:
    """Have the number called no more: the list and the page say the same."""
    is_taken = lead.state in (LeadState.RESERVED, LeadState.CALLED)
    if is_taken and lead.held_by != person_id:
        raise ConflictError(
            "Somebody else is talking with this customer. Let them note the answers.",
            "另一位坐席正在联系这位客户，由对方填写。",
        )
    if not is_taken and lead.state not in WAITING:
        return
    talks = lead.state is LeadState.CALLED  # the number stays held until the call has ended
    lead.state, lead.held_by, lead.result, lead.result_note = LeadState.DONE, person_id, result, remark
    if not talks:
        release(session, lead)


def _draft(
    session: Session,
    row: FollowUpRow,
    version: SurveyVersion,
    bad: tuple[Answer, ...],
    person_id: int,
    *,
    now: datetime,
    callback_after: timedelta,
) -> int:
    said = "；".join(f"{version.questions[one.question].text} {one.value}" for one in bad)
    new = NewCallback(
        due_at=now + callback_after,
        number=row.number,
        customer=row.customer,
        reason=f"回访不满意：{said}"[:MOST_REMARK],
        owner_id=_supervisor(session, row.team_id) or person_id,
        call_pk=row.call_pk,
    )
    return add_callback(session, person_id, new, now, state=CallbackState.DRAFT)


def _supervisor(session: Session, team_id: int | None) -> int | None:
    """Return who answers for a team's customers: its supervisor, without one an administrator."""
    active = select(PersonRow.id).where(PersonRow.active).order_by(PersonRow.id).limit(1)
    leads = active.join(MembershipRow, MembershipRow.person_id == PersonRow.id).where(
        MembershipRow.team_id == team_id, PersonRow.role == Role.SUPERVISOR
    )
    return session.scalar(leads) or session.scalar(active.where(PersonRow.role == Role.ADMINISTRATOR))


# -- queries -----------------------------------------------------------------------------------


def _query() -> Select[FollowUpRow, str, str, str, str, str]:
    return (
        select(FollowUpRow, FollowUpPlanRow.name, SurveyRow.name, CallRow.id, _AGENT.name, _ASKER.name)
        .join(SurveyRow, SurveyRow.id == FollowUpRow.survey_id)
        .outerjoin(FollowUpPlanRow, FollowUpPlanRow.id == FollowUpRow.plan_id)
        .outerjoin(CallRow, CallRow.pk == FollowUpRow.call_pk)
        .outerjoin(_AGENT, _AGENT.id == FollowUpRow.agent_id)
        .outerjoin(_ASKER, _ASKER.id == FollowUpRow.ended_by)
    )


def _follow_up(found: Row[FollowUpRow, str, str, str, str, str]) -> FollowUp:
    row, plan, survey, call_id, agent, asker = found
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return FollowUp(plan=plan or "", survey=survey, call_id=call_id or "", agent=agent or "", asker=asker or "", **same)


def _visible(principal: Principal) -> ColumnElement[bool]:
    """One's own calls' and those one asks; a supervisor's teams'; or all."""
    own = work_visible_to(principal, (FollowUpRow.agent_id, FollowUpRow.ended_by), FollowUpRow.team_id)
    if principal.role not in (Role.AGENT, Role.SUPERVISOR):
        return own
    me = principal.person_id
    asks = select(LeadRow.id).where(or_(LeadRow.held_by == me, LeadRow.owner_id == me))
    return or_(own, FollowUpRow.lead_id.in_(asks))


def _conditions(wanted: FollowUpFilter) -> Iterator[ColumnElement[bool]]:
    same: dict[Any, Any] = {
        FollowUpRow.plan_id: wanted.plan_id,
        FollowUpRow.survey_id: wanted.survey_id,
        FollowUpRow.agent_id: wanted.agent_id,
        FollowUpRow.call_pk: wanted.call_pk,
    }
    yield from (column == value for column, value in same.items() if value is not None)
    if wanted.states:
        yield FollowUpRow.state.in_(wanted.states)
    if wanted.number_keys:
        yield FollowUpRow.number_key.in_(wanted.number_keys)
    if wanted.due_from is not None:
        yield FollowUpRow.due_at >= wanted.due_from
    if wanted.due_before is not None:
        yield FollowUpRow.due_at < wanted.due_before
