"""Plans that draw whom to ask after calls and complaints: kept, ended, never changed; their draws.

What a plan draws depends on its seed and the calls alone, and a call is drawn once: a restart, a long downtime or
several servers change nothing in what comes of it. Who is drawn is a number of the plan's list, called like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from callcoach.around.complaints import ComplaintState
from callcoach.around.follow_ups import (
    FollowUpSource,
    FollowUpState,
    FollowUpStep,
    FollowUpTerms,
    after,
    checked_terms,
    is_drawn,
)
from callcoach.campaigns.outcomes import CampaignState, LeadState, Outcome
from callcoach.customers.numbers import is_dialable, number_key
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.around.surveys import get_survey
from callcoach.store.campaigns.do_not_call import do_not_call_entry
from callcoach.store.campaigns.keeping import add_campaign, campaigns_visible_to, set_state
from callcoach.store.campaigns.leads import WAITING
from callcoach.store.campaigns.model import CampaignTerms
from callcoach.store.campaigns.taking import release
from callcoach.store.tables import (
    CallRow,
    CampaignRow,
    ComplaintRow,
    CustomerNumberRow,
    CustomerRow,
    FollowUpPlanRow,
    FollowUpRow,
    LeadRow,
    SurveyRow,
    TeamRow,
)

ANSWERED, DECLINED, LAPSED = "已回访", "不愿回答", "超过回访期限"
"""Results of numbers on the list, as people at the list read them."""
_ENDS = {LeadState.FAILED: FollowUpStep.GIVE_UP, LeadState.DONE: FollowUpStep.DECLINE}
"""What it means that the list is done with a number whose customer has not answered."""
KEPT_FOR = timedelta(days=1)
"""A time that was agreed with the customer is waited for so long, whenever the follow-up would have lapsed."""
LONGEST_CALL = timedelta(hours=12)
MOST_PLANS = 200


@dataclass(frozen=True, slots=True)
class FollowUpPlan:
    """A plan with how far it is."""

    id: int
    terms: FollowUpTerms
    survey: str
    team: str
    campaign_id: int
    made_at: datetime
    ended_at: datetime | None
    counts: dict[FollowUpState, int]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A call or complaint whose customer may be asked."""

    object_id: str
    call_pk: int | None
    complaint_id: int | None
    number: str
    customer: str
    agent_id: int | None
    team_id: int | None
    queue: str
    ended_at: datetime


def add_follow_up_plan(session: Session, principal: Principal, terms: FollowUpTerms, now: datetime) -> FollowUpPlan:
    """Make a plan with the list that holds its numbers; a supervisor's asks about one of the teams led.

    Raises:
        ConflictError: a list of the name is there already.
        InputError: the terms cannot be, or the survey is not in force.
    """
    terms = checked_terms(terms)
    _check_team(session, principal, terms.team_id)
    try:
        survey = get_survey(session, terms.survey_id)
    except NotFoundError as error:
        raise InputError(f"There is no survey {terms.survey_id}.", "请选择问卷。") from error
    if survey.published is None:
        raise InputError(
            f"The survey {survey.name!r} is not in force. Publish it first.",
            f"问卷“{survey.name}”还没有启用，请先启用。",
        )
    goals = {ANSWERED: 0, DECLINED: 0}
    name = f"回访：{terms.name.strip()}"
    campaign_id = add_campaign(
        session, CampaignTerms(name, team_id=terms.team_id, goals=goals), principal.person_id, now
    )
    set_state(session, campaign_id, CampaignState.RUNNING)
    kept = {name: value for name, value in asdict(terms).items() if name not in ("name", "queue")}
    row = FollowUpPlanRow(
        name=terms.name.strip(),
        queue=terms.queue.strip()[:120],
        campaign_id=campaign_id,
        made_by=principal.person_id,
        made_at=now,
        **kept,
    )
    session.add(row)
    session.flush()
    return get_follow_up_plan(session, principal, row.id)


def list_follow_up_plans(session: Session, principal: Principal) -> tuple[FollowUpPlan, ...]:
    """Return the plans whose lists one may see: those in force first, then the newest."""
    query = (
        select(FollowUpPlanRow, SurveyRow.name, TeamRow.name)
        .join(SurveyRow, SurveyRow.id == FollowUpPlanRow.survey_id)
        .join(CampaignRow, CampaignRow.id == FollowUpPlanRow.campaign_id)
        .outerjoin(TeamRow, TeamRow.id == FollowUpPlanRow.team_id)
        .where(campaigns_visible_to(principal))
        .order_by(FollowUpPlanRow.ended_at.is_not(None), FollowUpPlanRow.id.desc())
        .limit(MOST_PLANS)
    )
    counted = select(FollowUpRow.plan_id, FollowUpRow.state, func.count()).group_by(
        FollowUpRow.plan_id, FollowUpRow.state
    )
    counts: dict[int | None, dict[FollowUpState, int]] = {}
    for plan_id, state, count in session.execute(counted):
        counts.setdefault(plan_id, {})[state] = count
    return tuple(
        FollowUpPlan(
            row.id, _terms(row), survey, team or "", row.campaign_id, row.made_at, row.ended_at, counts.get(row.id, {})
        )
        for row, survey, team in session.execute(query)
    )


def get_follow_up_plan(session: Session, principal: Principal, plan_id: int) -> FollowUpPlan:
    """Return one plan.

    Raises:
        NotFoundError: there is none such that one may see.
    """
    found = next((one for one in list_follow_up_plans(session, principal) if one.id == plan_id), None)
    if found is None:
        raise NotFoundError(f"There is no follow-up plan {plan_id}.", f"没有 {plan_id} 号回访计划。")
    return found


def end_follow_up_plan(session: Session, principal: Principal, plan_id: int, now: datetime) -> FollowUpPlan:
    """End a plan: it draws no more; what it drew is still asked until its time is over.

    Raises:
        ConflictError: it has ended.
        NotFoundError: there is none such that one may see.
    """
    if get_follow_up_plan(session, principal, plan_id).ended_at is not None:
        raise ConflictError(f"The plan {plan_id} has ended already.", "这个回访计划已经结束。")
    session.get_one(FollowUpPlanRow, plan_id).ended_at = now
    session.flush()
    return get_follow_up_plan(session, principal, plan_id)


def follow_up_plans_in_force(session: Session) -> tuple[int, ...]:
    """Return the ids of the plans that still draw."""
    query = select(FollowUpPlanRow.id).where(FollowUpPlanRow.ended_at.is_(None)).order_by(FollowUpPlanRow.id)
    return tuple(session.scalars(query))


def draw_follow_ups(session: Session, plan_id: int, now: datetime, today: date) -> int:
    """Put whom a plan has asked now on its list; return how many.

    The plan's row is locked: another server that draws it waits, and then finds nothing to draw.
    """
    session.execute(select(FollowUpPlanRow.id).where(FollowUpPlanRow.id == plan_id).with_for_update())
    plan = session.get_one(FollowUpPlanRow, plan_id)
    if session.get_one(CampaignRow, plan.campaign_id).state is CampaignState.ENDED:
        return 0  # nobody would call them
    found = _complaints(session, plan, now) if plan.source is FollowUpSource.COMPLAINTS else _calls(session, plan, now)
    drawn = [one for one in found if is_drawn(plan.seed, plan.share_percent, one.object_id)]
    return sum(_put(session, plan, one, now, today) for one in drawn)


def close_follow_ups(session: Session, now: datetime) -> int:
    """Close what nobody was reached for and what ran out of time; return how many."""
    query = (
        select(FollowUpRow, LeadRow)
        .outerjoin(LeadRow, LeadRow.id == FollowUpRow.lead_id)
        .where(FollowUpRow.state == FollowUpState.OPEN)
        .where((FollowUpRow.expires_at <= now) | LeadRow.state.in_(_ENDS))
        .order_by(FollowUpRow.id)
        .limit(500)
        .with_for_update(skip_locked=True, of=FollowUpRow)
    )
    closed = 0
    for row, lead in session.execute(query).all():
        if lead is not None and (lead.state in (LeadState.RESERVED, LeadState.CALLED) or _is_agreed(lead, now)):
            continue  # somebody is at it
        step = _ENDS.get(lead.state, FollowUpStep.LAPSE) if lead is not None else FollowUpStep.LAPSE
        row.state, row.ended_at = after(row.state, step), now
        if lead is not None and lead.state in _ENDS:
            row.remark = f"{lead.result} {lead.result_note}".strip()
        if lead is not None and lead.state in WAITING:
            lead.state, lead.result = LeadState.FAILED, LAPSED
            release(session, lead)
        closed += 1
    session.flush()
    return closed


def _is_agreed(lead: LeadRow, now: datetime) -> bool:
    """Whether another time was agreed with the customer, and is not long past."""
    return lead.state is LeadState.LATER and lead.last_outcome is Outcome.ANSWERED and now < lead.next_at + KEPT_FOR


# -- drawing -----------------------------------------------------------------------------------


def _calls(session: Session, plan: FollowUpPlanRow, now: datetime) -> Iterator[_Candidate]:
    latest = now - timedelta(hours=plan.delay_h)
    earliest = max(plan.made_at, latest - timedelta(hours=plan.within_h))
    query = (
        select(*(getattr(CallRow, name) for name in ("pk", "id", "number", "customer", "agent_id", "team_id", "queue")))
        .add_columns(CallRow.started_at, CallRow.duration_s)
        .where(CallRow.started_at >= earliest - LONGEST_CALL, CallRow.started_at <= latest, CallRow.number_key != "")
        .where(~_drawn(plan, FollowUpRow.call_pk == CallRow.pk))
        .order_by(CallRow.started_at, CallRow.pk)
    )
    if plan.queue:
        query = query.where(CallRow.queue == plan.queue)
    if plan.direction is not None:
        query = query.where(CallRow.direction == plan.direction)
    if plan.team_id is not None:
        query = query.where(CallRow.team_id == plan.team_id)
    if plan.tier is not None:
        query = query.where(CallRow.number_key.in_(_numbers_of_tier(plan)))
    if plan.with_complaint is not None:
        complained = select(ComplaintRow.id).where(ComplaintRow.call_pk == CallRow.pk).exists()
        query = query.where(complained if plan.with_complaint else ~complained)
    for row in session.execute(query):
        ended_at = row.started_at + timedelta(seconds=row.duration_s)
        if earliest <= ended_at <= latest:
            yield _Candidate(
                row.id, row.pk, None, row.number, row.customer, row.agent_id, row.team_id, row.queue, ended_at
            )


def _complaints(session: Session, plan: FollowUpPlanRow, now: datetime) -> Iterator[_Candidate]:
    latest = now - timedelta(hours=plan.delay_h)
    earliest = max(plan.made_at, latest - timedelta(hours=plan.within_h))
    settled = (ComplaintRow.state == ComplaintState.EVALUATED, ComplaintRow.number != "")
    query = (
        select(ComplaintRow)
        .where(*settled, ComplaintRow.ended_at >= earliest, ComplaintRow.ended_at <= latest)
        .where(~_drawn(plan, FollowUpRow.complaint_id == ComplaintRow.id))
        .order_by(ComplaintRow.ended_at, ComplaintRow.id)
    )
    if plan.team_id is not None:
        query = query.where(ComplaintRow.team_id == plan.team_id)
    for row in session.scalars(query):
        if plan.tier is not None and not session.scalar(
            _numbers_of_tier(plan).where(CustomerNumberRow.number_key == number_key(row.number)).limit(1)
        ):
            continue
        assert row.ended_at is not None  # noqa: S101 - the query asks for it
        yield _Candidate(
            f"complaint:{row.id}",
            row.call_pk,
            row.id,
            row.number,
            row.customer,
            row.owner_id,
            row.team_id,
            "",
            row.ended_at,
        )


def _drawn(plan: FollowUpPlanRow, same: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(FollowUpRow.id).where(FollowUpRow.plan_id == plan.id, same).exists()


def _numbers_of_tier(plan: FollowUpPlanRow) -> Select[str]:
    return (
        select(CustomerNumberRow.number_key)
        .join(CustomerRow, CustomerRow.id == CustomerNumberRow.customer_id)
        .where(CustomerRow.tier == plan.tier)
    )


def _put(session: Session, plan: FollowUpPlanRow, one: _Candidate, now: datetime, today: date) -> bool:
    key = number_key(one.number)
    rested = now - timedelta(days=plan.rest_days)
    asked = select(FollowUpRow.id).where(FollowUpRow.number_key == key)
    recently = asked.where((FollowUpRow.made_at > rested) | (FollowUpRow.state == FollowUpState.OPEN)).limit(1)
    if not key or not is_dialable(one.number) or session.scalar(recently) is not None:
        return False
    if do_not_call_entry(session, one.number, today) is not None:
        return False
    due_at = one.ended_at + timedelta(hours=plan.delay_h)
    expires_at = due_at + timedelta(hours=plan.within_h)
    lead = _lead(session, plan, one, key, now)
    session.add(
        FollowUpRow(
            plan_id=plan.id,
            survey_id=plan.survey_id,
            call_pk=one.call_pk,
            complaint_id=one.complaint_id,
            lead_id=lead.id,
            number=one.number,
            number_key=key,
            customer=lead.name,
            agent_id=one.agent_id,
            team_id=one.team_id,
            queue=one.queue,
            state=FollowUpState.OPEN,
            due_at=due_at,
            expires_at=expires_at,
            made_at=now,
        )
    )
    session.flush()
    return True


def _lead(session: Session, plan: FollowUpPlanRow, one: _Candidate, key: str, now: datetime) -> LeadRow:
    """Return the number on the plan's list, to be called anew where it is there from an earlier follow-up."""
    mine = (LeadRow.campaign_id == plan.campaign_id, LeadRow.number_key == key)
    row = session.scalar(select(LeadRow).where(*mine))
    row = row or LeadRow(campaign_id=plan.campaign_id, number=one.number, number_key=key)
    known = session.execute(
        select(CustomerRow.id, CustomerRow.name)
        .join(CustomerNumberRow, CustomerNumberRow.customer_id == CustomerRow.id)
        .where(CustomerNumberRow.number_key == key)
        .order_by(CustomerRow.id)
        .limit(1)
    ).one_or_none()
    row.customer_id = known.id if known else None
    row.name = (one.customer or (known.name if known else ""))[:120]
    row.state, row.next_at, row.attempts, row.result, row.result_note = LeadState.OPEN, now, 0, "", ""
    row.held_by, row.held_until = None, None
    session.add(row)
    session.flush()
    return row


def _check_team(session: Session, principal: Principal, team_id: int | None) -> None:
    if team_id is not None and session.get(TeamRow, team_id) is None:
        raise InputError(f"There is no team {team_id}.", f"没有 {team_id} 号团队。")
    if principal.role is Role.SUPERVISOR and team_id not in principal.team_ids:
        raise InputError(
            "A supervisor's plan is for one of the teams led. Choose a team of yours.", "主管的回访计划要选自己的团队。"
        )


def _terms(row: FollowUpPlanRow) -> FollowUpTerms:
    return FollowUpTerms(**{name: getattr(row, name) for name in FollowUpTerms.__dataclass_fields__})
