"""What was done around calls, counted: campaigns, callbacks, complaints, scripts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callcoach.around.callbacks import CallbackState
from callcoach.around.complaints import ENDED, ComplaintState, ComplaintStep
from callcoach.campaigns.outcomes import LeadState, Outcome
from callcoach.principal import Principal
from callcoach.store.campaigns.keeping import campaigns_visible_to
from callcoach.store.statistics.model import (
    CallbackFigures,
    CampaignFigures,
    ComplaintFigures,
    ScriptFigures,
    StatisticsFilter,
)
from callcoach.store.tables import (
    AttemptRow,
    CallbackRow,
    CampaignRow,
    ComplaintEventRow,
    ComplaintRow,
    DeskCallRow,
    LeadRow,
    MembershipRow,
    ScriptRow,
    ScriptRunRow,
    ScriptTickRow,
    ScriptVersionRow,
)
from callcoach.store.visibility import people_visible_to, work_visible_to


def count_campaigns(session: Session, principal: Principal, wanted: StatisticsFilter) -> tuple[CampaignFigures, ...]:
    """Return what came of the attempts of the people one may see the work of, by campaign."""
    answered = AttemptRow.outcome == Outcome.ANSWERED
    query = (
        select(CampaignRow.id, CampaignRow.name, func.count())
        .add_columns(func.sum(case((answered, 1), else_=0)), func.count(distinct(AttemptRow.lead_id)))
        .add_columns(func.count(distinct(case((answered, AttemptRow.lead_id)))))
        .join(AttemptRow, AttemptRow.campaign_id == CampaignRow.id)
        .where(campaigns_visible_to(principal), *_of(principal, wanted, AttemptRow.person_id))
        .where(AttemptRow.at >= wanted.begin, AttemptRow.at < wanted.end)
        .group_by(CampaignRow.id, CampaignRow.name)
        .order_by(func.count().desc(), CampaignRow.id)
    )
    rows = session.execute(query).all()
    results: defaultdict[int, dict[str, int]] = defaultdict(dict)
    noted = (
        select(LeadRow.campaign_id, LeadRow.result, func.count())
        .where(LeadRow.state == LeadState.DONE, LeadRow.result != "", LeadRow.campaign_id.in_([row[0] for row in rows]))
        .where(LeadRow.last_at >= wanted.begin, LeadRow.last_at < wanted.end)
        .where(*_of(principal, wanted, LeadRow.held_by))
        .group_by(LeadRow.campaign_id, LeadRow.result)
    )
    for campaign_id, result, count in session.execute(noted):
        results[campaign_id][result] = count
    return tuple(CampaignFigures(*row, results=results[row[0]]) for row in rows)


def count_callbacks(session: Session, principal: Principal, wanted: StatisticsFilter, now: datetime) -> CallbackFigures:
    """Return how callbacks fared that were due in the stretch."""
    state, due = CallbackRow.state, CallbackRow.due_at
    kept, late = state == CallbackState.KEPT, CallbackRow.ended_at > due
    is_open = state == CallbackState.OPEN
    counts = {
        "due": state.in_((CallbackState.OPEN, CallbackState.KEPT, CallbackState.FAILED)),
        "kept": kept & ~late,
        "kept_late": kept & late,
        "missed": is_open & (due <= now),
        "waiting": is_open & (due > now),
        "given_up": state == CallbackState.FAILED,
        "drafts": state == CallbackState.DRAFT,
        "escalated": is_open & CallbackRow.escalated_at.is_not(None),
    }
    visible = work_visible_to(principal, (CallbackRow.owner_id,), CallbackRow.team_id)
    query = _counting(counts).where(visible, due >= wanted.begin, due < wanted.end)
    query = query.where(*_whose(wanted, CallbackRow.owner_id, CallbackRow.team_id))
    return CallbackFigures(**session.execute(query).one()._asdict())


def count_complaints(
    session: Session, principal: Principal, wanted: StatisticsFilter, now: datetime
) -> ComplaintFigures:
    """Return how complaints fared that were recorded in the stretch."""
    state, ended = ComplaintRow.state, ComplaintRow.ended_at
    counts = {
        "recorded": ComplaintRow.id.is_not(None),
        "open": state.not_in(ENDED),
        "settled": state == ComplaintState.EVALUATED,
        "dismissed": state == ComplaintState.DISMISSED,
        "over_deadline": func.coalesce(ended, now) > ComplaintRow.deadline_at,
    }
    mine = _mine(principal, wanted)
    events = (
        select(func.count())
        .select_from(ComplaintEventRow)
        .join(ComplaintRow, ComplaintRow.id == ComplaintEventRow.complaint_id)
        .where(*mine, ComplaintEventRow.step == ComplaintStep.LATE)
    )
    demands = select(ComplaintRow.demand, func.count()).where(*mine).group_by(ComplaintRow.demand)
    levels = select(ComplaintRow.level, func.count()).where(*mine).group_by(ComplaintRow.level)
    took = select(ComplaintRow.recorded_at, ended).where(*mine, state == ComplaintState.EVALUATED)
    hours = [(until - since).total_seconds() / 3600 for since, until in session.execute(took) if until is not None]
    return ComplaintFigures(
        **session.execute(_counting(counts).where(*mine)).one()._asdict(),
        late_steps=session.scalar(events) or 0,
        by_demand={demand.value: count for demand, count in session.execute(demands)},
        by_level=dict(session.execute(levels).all()),
        mean_settle_h=sum(hours) / len(hours) if hours else None,
    )


def count_scripts(session: Session, principal: Principal, wanted: StatisticsFilter) -> tuple[ScriptFigures, ...]:
    """Return how far scripts were followed, by version, the most used first."""
    own = (
        *(ScriptRunRow.begun_at >= wanted.begin, ScriptRunRow.begun_at < wanted.end),
        *_of(principal, wanted, DeskCallRow.person_id),
    )
    runs = (
        select(ScriptVersionRow, ScriptRow.name, func.count(), func.sum(case((ScriptRunRow.missing == 0, 1), else_=0)))
        .join(ScriptRow, ScriptRow.id == ScriptVersionRow.script_id)
        .join(ScriptRunRow, ScriptRunRow.version_id == ScriptVersionRow.id)
        .join(DeskCallRow, DeskCallRow.id == ScriptRunRow.desk_call_id)
        .where(*own)
        .group_by(ScriptVersionRow.id, ScriptRow.name)
    )
    ticks = (
        select(ScriptRunRow.version_id, ScriptTickRow.step, func.count())
        .join(ScriptRunRow, ScriptRunRow.desk_call_id == ScriptTickRow.desk_call_id)
        .join(DeskCallRow, DeskCallRow.id == ScriptRunRow.desk_call_id)
        .where(*own)
        .group_by(ScriptRunRow.version_id, ScriptTickRow.step)
    )
    ticked: Counter[tuple[int, int]] = Counter()
    for version_id, step, count in session.execute(ticks):
        ticked[version_id, step] = count
    found = [
        ScriptFigures(
            name,
            version.number,
            count,
            complete,
            tuple(
                (str(one["title"]), bool(one["optional"]), ticked[version.id, step])
                for step, one in enumerate(version.steps)
            ),
        )
        for version, name, count, complete in session.execute(runs)
    ]
    return tuple(sorted(found, key=lambda one: (-one.runs, one.name, -one.version)))


def _of(
    principal: Principal, wanted: StatisticsFilter, person: InstrumentedAttribute[Any]
) -> list[ColumnElement[bool]]:
    """Return the conditions of rows of the people who are asked for and whose work one may see."""
    conditions = [people_visible_to(principal, person)]
    if wanted.person_id is not None:
        conditions.append(person == wanted.person_id)
    if wanted.team_id is not None:
        conditions.append(person.in_(select(MembershipRow.person_id).where(MembershipRow.team_id == wanted.team_id)))
    return conditions


def _mine(principal: Principal, wanted: StatisticsFilter) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of complaints that are asked for and that one may see."""
    visible = work_visible_to(principal, (ComplaintRow.owner_id, ComplaintRow.recorded_by), ComplaintRow.team_id)
    whose = _whose(wanted, ComplaintRow.recorded_by, ComplaintRow.team_id)
    return visible, ComplaintRow.recorded_at >= wanted.begin, ComplaintRow.recorded_at < wanted.end, *whose


def _whose(
    wanted: StatisticsFilter, person: InstrumentedAttribute[Any], team: InstrumentedAttribute[Any]
) -> list[ColumnElement[bool]]:
    both = ((person, wanted.person_id), (team, wanted.team_id))
    return [column == value for column, value in both if value is not None]


def _counting(counts: dict[str, ColumnElement[bool]]) -> Select[Any]:
    return select(
        *(func.coalesce(func.sum(case((holds, 1), else_=0)), 0).label(name) for name, holds in counts.items())
    )
