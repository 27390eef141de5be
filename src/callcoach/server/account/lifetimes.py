"""How long tokens last, and what somebody may give one."""

from __future__ import annotations

from callcoach.principal import Principal, Scope
from callcoach.rights import RIGHTS, SCOPES

LIFETIMES_DAYS = (30, 90, 365)


def useful_scopes(principal: Principal) -> frozenset[Scope]:
    """Return the scopes that lend a token something the role may do, and the token, if any, it is made with."""
    return frozenset(scope for permission in RIGHTS[principal.role] if (scope := SCOPES[permission])) & principal.scopes
