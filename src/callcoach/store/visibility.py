"""Whose calls a person sees: the one place that decides it, for every query of calls.

agent: own calls; supervisor: those of the teams led; trainer and administrator: all.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from callcoach.principal import Principal, Role
from callcoach.store.tables import CallRow


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition that rows of `CallRow` the principal may know of fulfil."""
    if principal.role is Role.AGENT:
        return CallRow.agent_id == principal.person_id
    if principal.role is Role.SUPERVISOR:
        return CallRow.team_id.in_(sorted(principal.team_ids)) if principal.team_ids else false()
    return true()
