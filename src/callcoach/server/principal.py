"""Who a request comes from. Takes the request, gives a `Principal` or refuses; rights are checked by what uses it.

Ways to prove who one is stand in `AUTHENTICATORS` and are tried in order; each gives None for a request that does
not use it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypedDict

from fastapi import Depends
from starlette.requests import HTTPConnection

from callcoach.errors import AccessError, SignInError
from callcoach.principal import Principal
from callcoach.rights import RIGHTS, SCOPES, Permission, token_admits
from callcoach.server.services import Services, services_of
from callcoach.server.sign_in.cookies import lifetime_of, session_token
from callcoach.store.sessions import keep_awake, principal_of_session
from callcoach.store.tokens import principal_of_token

BY_THEMSELVES = frozenset({"/badges"})
"""What pages ask for by themselves: it keeps no session awake, and leads nobody to the sign-in page."""
Authenticator = Callable[[HTTPConnection, Services], Principal | None]


def by_token(connection: HTTPConnection, services: Services) -> Principal | None:
    """Take `Authorization: Bearer TOKEN`.

    Raises:
        SignInError: there is a token, and it is not in force.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    with services.database.reading() as session:
        principal = principal_of_token(session, token.strip())
    if principal is None:
        raise SignInError(
            "The token is not known, expired or revoked. Make one: callcoach people token LOGIN.",
            "令牌不存在、已过期或已吊销。新建一个：callcoach people token LOGIN。",
        )
    return principal


def by_session(connection: HTTPConnection, services: Services) -> Principal | None:
    """Take the cookie of a browser; one whose session has ended is as none."""
    token = session_token(connection)
    if not token:
        return None
    with services.database.reading() as session:
        principal, is_due = principal_of_session(session, token, lifetime_of(services.settings))
    if is_due and connection.url.path not in BY_THEMSELVES:
        with services.database.writing() as session:
            keep_awake(session, token)
    return principal


AUTHENTICATORS: tuple[Authenticator, ...] = (by_token, by_session)


def maybe_principal(connection: HTTPConnection) -> Principal | None:
    """Return who the request comes from; None: nobody has signed in."""
    services = services_of(connection)
    for authenticate in AUTHENTICATORS:
        principal = authenticate(connection, services)
        if principal is not None:
            connection.state.principal = principal
            return principal
    return None


MaybePrincipal = Annotated[Principal | None, Depends(maybe_principal)]
"""Parameter of a route that is for everybody and treats those it knows otherwise."""


def current_principal(principal: MaybePrincipal) -> Principal:
    """Return who the request comes from.

    Raises:
        SignInError: nobody has signed in.
    """
    if principal is not None:
        return principal
    raise SignInError(
        "Nobody has signed in. At a browser use the page /sign-in; a program sends a token: `Authorization: Bearer …`.",
        "还没有登录。",
    )


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
"""Parameter of every route that is not for everybody."""


def require(permission: Permission) -> Callable[[Principal], Principal]:
    """Return a dependency that admits who has the permission, with a token (if any) that has its scope.

    Raises:
        AccessError: from the dependency, when the role or the token does not suffice.
    """

    def check(principal: CurrentPrincipal) -> Principal:
        if permission not in RIGHTS[principal.role]:
            raise AccessError(
                f"The role {principal.role.value} may not do this. Ask an administrator.",
                "您的角色不能这样做。需要时请找管理员。",
            )
        if not token_admits(principal, permission):
            scope = SCOPES[permission]
            remedy = f"it lacks the scope {scope.value}. Make one that has it." if scope else "sign in at a browser."
            raise AccessError(f"This token may not do this: {remedy}", "这个令牌的范围不包括这项操作。")
        return principal

    return check


def address_of(connection: HTTPConnection) -> str:
    """Return the network address a request came from; empty where the server was not told."""
    return connection.client.host if connection.client else ""


class Doer(TypedDict):
    """Who did something and from where, as the audit log's `note` takes it."""

    person_id: int
    address: str


def by(connection: HTTPConnection, principal: Principal) -> Doer:
    """Return who did something and from where: `note(session, "call.hear", **by(request, principal))`."""
    return Doer(person_id=principal.person_id, address=address_of(connection))
