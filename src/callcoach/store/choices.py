"""What a filter of calls can be set to: only what the person may see."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcoach.principal import Principal, Role
from callcoach.store.model import Team
from callcoach.store.tables import CallRow, CallTagRow, MembershipRow, PersonRow, TagRow, TeamRow
from callcoach.store.visibility import visible_to

MOST_TAGS = 500
MOST_NAMES = 500


def agents_to_choose(session: Session, principal: Principal) -> tuple[tuple[int, str], ...]:
    """Return id and name of the agents whose calls the person may see; an agent needs no choice."""
    if principal.role is Role.AGENT:
        return ()
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.role == Role.AGENT)
    if principal.role is Role.SUPERVISOR:
        members = select(MembershipRow.person_id).where(MembershipRow.team_id.in_(sorted(principal.team_ids)))
        query = query.where(PersonRow.id.in_(members))
    return tuple((row.id, row.name) for row in session.execute(query.order_by(PersonRow.name, PersonRow.id)))


def colleagues(session: Session, principal: Principal) -> tuple[tuple[int, str], ...]:
    """Return id and name of whom work can be handed on to: oneself and one's teams, or everybody who is active."""
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.active)
    if principal.role in (Role.AGENT, Role.SUPERVISOR):
        members = select(MembershipRow.person_id).where(MembershipRow.team_id.in_(sorted(principal.team_ids)))
        query = query.where(or_(PersonRow.id == principal.person_id, PersonRow.id.in_(members)))
    return tuple((row.id, row.name) for row in session.execute(query.order_by(PersonRow.name, PersonRow.id)))


def teams_to_choose(session: Session, principal: Principal) -> tuple[Team, ...]:
    """Return the teams whose calls the person may see."""
    if principal.role is Role.AGENT:
        return ()
    query = select(TeamRow).order_by(TeamRow.name)
    if principal.role is Role.SUPERVISOR:
        query = query.where(TeamRow.id.in_(sorted(principal.team_ids)))
    return tuple(Team(row.id, row.name) for row in session.scalars(query))


def tags_to_choose(session: Session, principal: Principal) -> tuple[str, ...]:
    """Return the tags that calls carry which the person may see."""
    carried = (
        select(CallTagRow.tag_id)
        .join(CallRow, CallRow.pk == CallTagRow.call_pk)
        .where(CallTagRow.tag_id == TagRow.id, visible_to(principal))
        .exists()
    )
    query = select(TagRow.name).where(carried).order_by(TagRow.name).limit(MOST_TAGS)
    return tuple(session.scalars(query))


def unmapped_agents_to_choose(session: Session, principal: Principal) -> tuple[str, ...]:
    """Return the names by which the telephone system knows agents whom nobody has told us, of calls one may see."""
    nobodys = (CallRow.agent_id.is_(None), CallRow.agent != "", visible_to(principal))
    query = select(CallRow.agent).where(*nobodys).distinct().order_by(CallRow.agent).limit(MOST_NAMES)
    return tuple(session.scalars(query))
