"""Which customers a person finds in lists. A number that calls or is typed whole is answered to whoever may see cards.

agent: customers they own, have talked with, or have on a list; everybody else who may see cards: all.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true

from callcoach.principal import Principal, Role
from callcoach.store.tables import CallRow, CustomerNumberRow, CustomerRow, LeadRow


def customers_visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition that rows of `CustomerRow` the principal may find fulfil."""
    if principal.role is not Role.AGENT:
        return true()
    talked_with = (
        select(CustomerNumberRow.customer_id)
        .join(CallRow, CallRow.number_key == CustomerNumberRow.number_key)
        .where(CallRow.agent_id == principal.person_id, CallRow.number_key != "")
    )
    listed = select(LeadRow.customer_id).where(
        LeadRow.customer_id.is_not(None),
        or_(LeadRow.owner_id == principal.person_id, LeadRow.held_by == principal.person_id),
    )
    return or_(CustomerRow.owner_id == principal.person_id, CustomerRow.id.in_(talked_with), CustomerRow.id.in_(listed))
