"""Campaigns made, changed, started and ended; who sees them; who takes their progressive calls; how far they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, true, update
from sqlalchemy.orm import Session

from callcoach.campaigns.outcomes import CampaignMode, CampaignState, LeadState, Outcome
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.campaigns.model import AgentProgress, Campaign, CampaignTerms, Progress
from callcoach.store.tables import AttemptRow, CampaignAgentRow, CampaignRow, LeadRow, PersonRow, TeamRow

MOST_GOALS = 20


def campaigns_visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition of campaigns the principal may know of: those of their teams, or all."""
    if principal.role in (Role.TRAINER, Role.ADMINISTRATOR):
        return true()
    return or_(CampaignRow.team_id.is_(None), CampaignRow.team_id.in_(sorted(principal.team_ids)))


def list_campaigns(session: Session, principal: Principal) -> tuple[Campaign, ...]:
    """Return the campaigns the principal may know of: running ones first, then the newest."""
    rank = {CampaignState.RUNNING: 0, CampaignState.PAUSED: 1, CampaignState.ENDED: 2}
    rows = session.execute(_query().where(campaigns_visible_to(principal)).order_by(CampaignRow.id.desc()))
    found = [_campaign(row, team) for row, team in rows]
    return tuple(sorted(found, key=lambda one: rank[one.state]))


def get_campaign(session: Session, principal: Principal, campaign_id: int) -> Campaign:
    """Return a campaign.

    Raises:
        NotFoundError: there is none of this id, or the principal may not know of it.
    """
    found = session.execute(
        _query().where(CampaignRow.id == campaign_id, campaigns_visible_to(principal))
    ).one_or_none()
    if found is None:
        raise NotFoundError(
            f"There is no campaign {campaign_id} among those you may see.", f"您能看到的任务里没有 {campaign_id} 号。"
        )
    return _campaign(*found)


def campaign_by_id(session: Session, campaign_id: int) -> Campaign:
    """Return a campaign, whoever may know of it.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = session.execute(_query().where(CampaignRow.id == campaign_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"There is no campaign {campaign_id}.", f"没有 {campaign_id} 号任务。")
    return _campaign(*found)


def add_campaign(session: Session, terms: CampaignTerms, person_id: int, now: datetime) -> int:
    """Add a campaign, paused, and return its id.

    Raises:
        InputError: the terms cannot be.
        ConflictError: the name is taken.
    """
    row = CampaignRow(state=CampaignState.PAUSED, next_dial_at=now, made_by=person_id, made_at=now)
    _set(session, row, terms)
    session.add(row)
    session.flush()
    return row.id


def change_campaign(session: Session, campaign_id: int, terms: CampaignTerms) -> None:
    """Change the terms; errors as of `add_campaign`, and NotFoundError."""
    _set(session, _row(session, campaign_id), terms)
    session.flush()


def set_state(session: Session, campaign_id: int, state: CampaignState, *, why: str = "") -> None:
    """Start, pause or end a campaign.

    Raises:
        NotFoundError: there is none of this id.
        ConflictError: it has ended.
    """
    row = _row(session, campaign_id)
    if row.state is CampaignState.ENDED:
        raise ConflictError(
            "The campaign has ended. Make a new one for further calls.", "任务已结束。要再打请新建任务。"
        )
    row.state, row.why_paused = state, why[:400]
    if state is CampaignState.RUNNING:
        row.faults = 0
    if state is CampaignState.ENDED:
        session.execute(delete(CampaignAgentRow).where(CampaignAgentRow.campaign_id == campaign_id))
    session.flush()


def join(session: Session, campaign_id: int, person_id: int, now: datetime) -> None:
    """Have an agent take the campaign's progressive calls, and no other's."""
    session.merge(CampaignAgentRow(person_id=person_id, campaign_id=campaign_id, since=now))
    session.flush()


def leave(session: Session, person_id: int) -> None:
    """Have an agent take no progressive calls any more. Harmless when repeated."""
    session.execute(delete(CampaignAgentRow).where(CampaignAgentRow.person_id == person_id))


def joined(session: Session, person_id: int) -> int | None:
    """Return the campaign whose progressive calls an agent takes; None: of none."""
    return session.scalar(select(CampaignAgentRow.campaign_id).where(CampaignAgentRow.person_id == person_id))


def progressive_agents(session: Session, day: date) -> list[tuple[int, int]]:
    """Return person and campaign of everybody who takes progressive calls of a campaign that runs on this day."""
    in_time = and_(
        or_(CampaignRow.first_day.is_(None), CampaignRow.first_day <= day),
        or_(CampaignRow.last_day.is_(None), CampaignRow.last_day >= day),
    )
    query = (
        select(CampaignAgentRow.person_id, CampaignAgentRow.campaign_id)
        .join(CampaignRow, CampaignRow.id == CampaignAgentRow.campaign_id)
        .join(PersonRow, PersonRow.id == CampaignAgentRow.person_id)
        .where(CampaignRow.state == CampaignState.RUNNING, CampaignRow.mode == CampaignMode.PROGRESSIVE, in_time)
        .where(PersonRow.active)
        .order_by(CampaignAgentRow.since, CampaignAgentRow.person_id)
    )
    return [(row.person_id, row.campaign_id) for row in session.execute(query)]


def take_turn(session: Session, campaign_id: int, now: datetime) -> bool:
    """Whether the campaign's rate admits a call now; if so, the next one waits until its time, on every server."""
    per_min = session.scalar(select(CampaignRow.calls_per_min).where(CampaignRow.id == campaign_id)) or 1
    turn = update(CampaignRow).where(CampaignRow.id == campaign_id, CampaignRow.next_dial_at <= now)
    done = session.execute(turn.values(next_dial_at=datetime.fromtimestamp(now.timestamp() + 60 / per_min, now.tzinfo)))
    return done.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue] - a cursor's result has it


def progress_of(session: Session, campaign_id: int) -> Progress:
    """Return how far a campaign is."""
    mine = LeadRow.campaign_id == campaign_id
    states = session.execute(select(LeadRow.state, func.count()).where(mine).group_by(LeadRow.state))
    tried = AttemptRow.campaign_id == campaign_id
    outcomes = session.execute(select(AttemptRow.outcome, func.count()).where(tried).group_by(AttemptRow.outcome))
    results = session.execute(
        select(LeadRow.result, func.count())
        .where(mine, LeadRow.state == LeadState.DONE, LeadRow.result != "")
        .group_by(LeadRow.result)
    )
    return Progress(
        states={row[0]: row[1] for row in states},
        outcomes={row[0]: row[1] for row in outcomes},
        results={row[0]: row[1] for row in results},
        agents=_agents(session, campaign_id),
    )


def _agents(session: Session, campaign_id: int) -> tuple[AgentProgress, ...]:
    mine, tried = LeadRow.campaign_id == campaign_id, AttemptRow.campaign_id == campaign_id
    assigned = dict(_pairs(session, select(LeadRow.owner_id, func.count()).where(mine).group_by(LeadRow.owner_id)))
    attempts = dict(
        _pairs(session, select(AttemptRow.person_id, func.count()).where(tried).group_by(AttemptRow.person_id))
    )
    answered = dict(
        _pairs(
            session,
            select(AttemptRow.person_id, func.count())
            .where(tried, AttemptRow.outcome == Outcome.ANSWERED)
            .group_by(AttemptRow.person_id),
        )
    )
    done = dict(
        _pairs(
            session,
            select(LeadRow.held_by, func.count())
            .where(mine, LeadRow.state == LeadState.DONE)
            .group_by(LeadRow.held_by),
        )
    )
    works = set(session.scalars(select(CampaignAgentRow.person_id).where(CampaignAgentRow.campaign_id == campaign_id)))
    known = (assigned.keys() | attempts.keys() | done.keys() | works) - {None}
    names = session.execute(
        select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(known)).order_by(PersonRow.name, PersonRow.id)
    )
    return tuple(
        AgentProgress(
            row.id,
            row.name,
            assigned.get(row.id, 0),
            attempts.get(row.id, 0),
            answered.get(row.id, 0),
            done.get(row.id, 0),
            row.id in works,
        )
        for row in names
    )


def _pairs(session: Session, query: Select[Any, int]) -> list[tuple[int | None, int]]:
    return [(row[0], row[1]) for row in session.execute(query)]


def _query() -> Select[CampaignRow, str]:
    return select(CampaignRow, TeamRow.name).outerjoin(TeamRow, TeamRow.id == CampaignRow.team_id)


def _row(session: Session, campaign_id: int) -> CampaignRow:
    row = session.get(CampaignRow, campaign_id)
    if row is None:
        raise NotFoundError(f"There is no campaign {campaign_id}.", f"没有 {campaign_id} 号任务。")
    return row


_SAME = (
    *("name", "mode", "team_id", "script_id", "first_day", "last_day"),
    *("calls_per_min", "max_attempts", "busy_min", "no_answer_min"),
)


def _set(session: Session, row: CampaignRow, terms: CampaignTerms) -> None:
    terms = replace(terms, name=terms.name.strip())
    _check(terms)
    taken = session.scalar(select(CampaignRow).where(CampaignRow.name == terms.name))
    if taken is not None and taken is not row:
        raise ConflictError(
            f"There is already a campaign {terms.name!r}. Choose another name.",
            f"已有名为“{terms.name}”的任务，请换一个名称。",
        )
    if terms.team_id is not None and session.get(TeamRow, terms.team_id) is None:
        raise InputError(f"There is no team {terms.team_id}.", f"没有 {terms.team_id} 号团队。")
    for name in _SAME:
        setattr(row, name, getattr(terms, name))
    row.goals = dict(terms.goals)


def _check(terms: CampaignTerms) -> None:
    if not terms.name:
        raise InputError("The campaign needs a name.", "任务要有名称。")
    if terms.first_day and terms.last_day and terms.last_day < terms.first_day:
        raise InputError(
            f"The campaign ends on {terms.last_day}, before it begins on {terms.first_day}.",
            f"任务在 {terms.last_day} 结束，早于 {terms.first_day} 开始。",
        )
    bounds = {"calls_per_min": (1, 600), "max_attempts": (1, 20), "busy_min": (1, 10080), "no_answer_min": (1, 10080)}
    for name, (least, most) in bounds.items():
        if not least <= getattr(terms, name) <= most:
            raise InputError(
                f"{name} is {getattr(terms, name)}; expected {least} to {most}.",
                f"{name} 是 {getattr(terms, name)}，应为 {least} 到 {most}。",
            )
    if len(terms.goals) > MOST_GOALS or any(not 0 < len(name) <= 80 for name in terms.goals):
        raise InputError(
            f"Expected at most {MOST_GOALS} results, each of 1 to 80 characters.",
            f"结果最多 {MOST_GOALS} 个，每个 1 到 80 个字。",
        )


def _campaign(row: CampaignRow, team: str | None) -> Campaign:
    same = {name: getattr(row, name) for name in _SAME}
    goals = {str(name): int(target) for name, target in row.goals.items()}
    return Campaign(row.id, CampaignTerms(**same, goals=goals), row.state, row.why_paused, team or "", row.made_at)
