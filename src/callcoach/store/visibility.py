"""Whose calls and work a person sees: the one place that decides it, for every query of them.

agent: own calls; supervisor: those of the teams led; trainer and administrator: all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from callcoach.principal import Principal, Role
from callcoach.store.tables import CallRow, MembershipRow


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition that rows of `CallRow` the principal may know of fulfil."""
    if principal.role is Role.AGENT:
        return CallRow.agent_id == principal.person_id
    if principal.role is Role.SUPERVISOR:
        return CallRow.team_id.in_(sorted(principal.team_ids)) if principal.team_ids else false()
    return true()


def work_visible_to(
    principal: Principal, owners: tuple[InstrumentedAttribute[int | None], ...], team: InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """Return the condition that rows of work fulfil, such as callbacks: one's own, one's teams', or all.

    Args:
        principal: who asks.
        owners: the columns that name who the work belongs to.
        team: the column of the team it belongs to.
    """
    if principal.role in (Role.TRAINER, Role.ADMINISTRATOR):
        return true()
    own = or_(*(owner == principal.person_id for owner in owners))
    if principal.role is Role.SUPERVISOR and principal.team_ids:
        return or_(own, team.in_(sorted(principal.team_ids)))
    return own


def people_visible_to(principal: Principal, person: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that a column of people fulfils: oneself, the members of one's teams, or everybody."""
    if principal.role in (Role.TRAINER, Role.ADMINISTRATOR):
        return true()
    if principal.role is Role.SUPERVISOR and principal.team_ids:
        members = select(MembershipRow.person_id).where(MembershipRow.team_id.in_(sorted(principal.team_ids)))
        return or_(person == principal.person_id, person.in_(members))
    return person == principal.person_id


def sums_visible_to(principal: Principal, table: Any) -> ColumnElement[bool]:
    """Return the condition that roll-ups the principal may know of fulfil; an agent's level must tell agents apart."""
    if principal.role is Role.AGENT:
        return table.agent_id == principal.person_id
    if principal.role is Role.SUPERVISOR:
        return table.team_id.in_(sorted(principal.team_ids)) if principal.team_ids else false()
    return true()
