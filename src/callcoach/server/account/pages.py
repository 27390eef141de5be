"""Pages of one's own account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.principal import Principal, Scope
from callcoach.rights import Permission
from callcoach.server.account.contexts import AccountPage, TokensPage
from callcoach.server.account.lifetimes import LIFETIMES_DAYS, useful_scopes
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import address_of, by, require
from callcoach.server.services import Services, WithServices
from callcoach.server.sign_in.cookies import session_token
from callcoach.server.sign_in.password import change_password, is_own_password, password_problem
from callcoach.store.audit import note
from callcoach.store.model import Person
from callcoach.store.passwords import password_of
from callcoach.store.people import person_by_id
from callcoach.store.tokens import list_tokens, make_token, revoke_token

router = APIRouter(include_in_schema=False)

Owner = Annotated[Principal, Depends(require(Permission.OWN_ACCOUNT))]
Text = Annotated[str, Form(max_length=400)]


@router.get("/account")
def get_account(request: Request, principal: Owner, services: WithServices, *, changed: bool = False) -> Response:
    """Show who one is."""
    return render(request, _account(services, principal, changed=changed))


@router.post("/account/password")
def post_password(
    *,
    request: Request,
    principal: Owner,
    services: WithServices,
    current: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Change the password; the current one must be known, and other browsers are signed out."""
    page = _account(services, principal)
    limits = services.settings.sign_in
    problem = password_problem(limits, password, again, page.person.login)
    if page.has_password and not is_own_password(services, page.person, current, address_of(request)):
        problem = "account.wrong_current"
    if problem:
        told = translator_of(request)(problem, least=limits.password_min_length)
        return render(request, _account(services, principal, problem=told), 422)
    change_password(services, principal.person_id, password, session_token(request), address_of(request))
    return RedirectResponse("/account?changed=true", 303)


@router.get("/tokens")
def get_tokens(request: Request, principal: Owner, services: WithServices) -> Response:
    """List one's tokens."""
    return render(request, _tokens(services, principal))


@router.post("/tokens")
def post_token(
    *,
    request: Request,
    principal: Owner,
    services: WithServices,
    name: Annotated[str, Form(max_length=120)] = "",
    scope: Annotated[list[Scope] | None, Form()] = None,
    days: Annotated[int, Form(ge=1, le=max(LIFETIMES_DAYS))] = LIFETIMES_DAYS[0],
) -> Response:
    """Make a token and show it, this once."""
    scopes = set(scope or ()) & set(_scopes(principal))
    if not name.strip() or not scopes:
        return render(request, _tokens(services, principal, problem=translator_of(request)("tokens.incomplete")), 422)
    with services.database.writing() as session:
        expires_at = datetime.now(UTC) + timedelta(days=days)
        made = make_token(session, principal.person_id, name.strip(), scopes, expires_at)
        detail = {"name": name.strip(), "scopes": sorted(scopes)}
        note(session, "token.make", detail=detail, **by(request, principal))
    return render(request, _tokens(services, principal, made=made))


@router.post("/tokens/{token_id}/revoke")
def post_revoke(token_id: KeyInPath, request: Request, principal: Owner, services: WithServices) -> Response:
    """Revoke one of one's tokens."""
    with services.database.writing() as session:
        revoke_token(session, principal.person_id, token_id)
        note(session, "token.revoke", detail={"token": token_id}, **by(request, principal))
    return RedirectResponse("/tokens", 303)


def _account(services: Services, principal: Principal, *, problem: str = "", changed: bool = False) -> AccountPage:
    with services.database.reading() as session:
        person: Person = person_by_id(session, principal.person_id)
        has_password = password_of(session, principal.person_id) is not None
    return AccountPage(person, has_password, services.settings.sign_in.password_min_length, problem, changed)


def _tokens(services: Services, principal: Principal, *, made: str = "", problem: str = "") -> TokensPage:
    with services.database.reading() as session:
        tokens = tuple(token for token in list_tokens(session, principal.person_id) if token.revoked_at is None)[::-1]
    now = datetime.now(UTC)
    expired = frozenset(token.id for token in tokens if token.expires_at is not None and token.expires_at <= now)
    return TokensPage(tokens, expired, _scopes(principal), LIFETIMES_DAYS, made, problem)


def _scopes(principal: Principal) -> tuple[Scope, ...]:
    return tuple(scope for scope in Scope if scope in useful_scopes(principal))
