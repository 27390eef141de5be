"""Coaching sessions: added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.errors import InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.choices import agents_to_choose
from callcoach.store.tables import CoachingRow, PersonRow

MOST = 200


@dataclass(frozen=True, slots=True)
class Coaching:
    """A talk with an agent."""

    id: int
    agent_id: int
    agent: str
    coach: str
    at: datetime
    rule_ids: tuple[str, ...]
    call_ids: tuple[str, ...]
    goal: str


def add_coaching(
    session: Session,
    principal: Principal,
    agent_id: int,
    *,
    at: datetime,
    rule_ids: tuple[str, ...],
    call_ids: tuple[str, ...],
    goal: str,
) -> int:
    """Note a talk with an agent whose calls the coach may see; return its id.

    Raises:
        NotFoundError: there is no such agent, or none of the coach's.
        InputError: it is about no rule.
    """
    if agent_id not in {known for known, _ in agents_to_choose(session, principal)}:
        raise NotFoundError(f"There is no agent {agent_id} whose calls you may see.")
    if not rule_ids:
        raise InputError("Choose at least one rule: what came of the talk is measured by it.")
    row = CoachingRow(
        agent_id=agent_id,
        coach_id=principal.person_id,
        at=at,
        rule_ids=list(rule_ids),
        call_ids=list(call_ids),
        goal=goal,
    )
    session.add(row)
    session.flush()
    return row.id


def list_coaching(session: Session, principal: Principal) -> tuple[Coaching, ...]:
    """Return the talks a person may know of, newest first: one's own as an agent, else those with one's agents."""
    query = select(CoachingRow).order_by(CoachingRow.at.desc(), CoachingRow.id.desc()).limit(MOST)
    if principal.role is Role.AGENT:
        query = query.where(CoachingRow.agent_id == principal.person_id)
    else:
        query = query.where(CoachingRow.agent_id.in_([known for known, _ in agents_to_choose(session, principal)]))
    rows = session.scalars(query).all()
    people = {one for row in rows for one in (row.agent_id, row.coach_id)}
    found = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(people)))
    names = {row.id: row.name for row in found}
    return tuple(
        Coaching(
            row.id,
            row.agent_id,
            names[row.agent_id],
            names[row.coach_id],
            row.at,
            tuple(row.rule_ids),
            tuple(row.call_ids),
            row.goal,
        )
        for row in rows
    )
