"""The way to the OpenID Connect provider and back."""

from __future__ import annotations

import dataclasses
import hmac
import json
import logging

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import NotFoundError, ProviderError
from callcoach.server.pages.preferences import own_path
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import address_of
from callcoach.server.services import Services, WithServices
from callcoach.server.sign_in.contexts import SignInPage
from callcoach.server.sign_in.cookies import is_secure, lifetime_of
from callcoach.server.sign_in.pages import provider_name, signed_in
from callcoach.server.sign_in.provider import Claims, Departure, arrive, depart
from callcoach.store.audit import note
from callcoach.store.identities import link_by_email, person_of_identity
from callcoach.store.sessions import begin_session

logger = logging.getLogger(__name__)

DEPARTURE_COOKIE = "callcoach_departure"
PATH = "/sign-in/provider"
AWAY_S = 600
"""How long somebody may take at the provider."""

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def get_provider(request: Request, services: WithServices, next_path: str = "/") -> Response:
    """Send a browser to the provider."""
    _refuse_without_provider(services)
    try:
        departure = depart(services.settings.oidc, _redirect_uri(request, services))
    except ProviderError as error:
        return _refused(request, services, "sign_in.provider_failed", str(error))
    response = RedirectResponse(departure.url, 303)
    kept = json.dumps({**dataclasses.asdict(departure), "next_path": own_path(next_path)})
    secure = is_secure(request)
    response.set_cookie(DEPARTURE_COOKIE, kept, AWAY_S, path=PATH, secure=secure, httponly=True, samesite="lax")
    return response


@router.get(f"{PATH}/answer")
def get_answer(request: Request, services: WithServices, code: str = "", state: str = "", error: str = "") -> Response:
    """Take a browser back from the provider."""
    _refuse_without_provider(services)
    found = _departure(request)
    if found is None or not code or not hmac.compare_digest(found[0].state.encode(), state.encode()):
        return _refused(request, services, "sign_in.provider_failed", error or "the answer belongs to no departure")
    departure, next_path = found
    try:
        claims = arrive(services.settings.oidc, _redirect_uri(request, services), code, departure)
    except ProviderError as failure:
        return _refused(request, services, "sign_in.provider_failed", str(failure))
    token = _session_for(services, claims, address_of(request))
    if token is None:
        return _refused(request, services, "sign_in.provider_unknown", f"nobody for subject {claims.subject!r}")
    response = signed_in(request, services, token, next_path)
    response.delete_cookie(DEPARTURE_COOKIE, path=PATH)
    return response


def _session_for(services: Services, claims: Claims, address: str) -> str | None:
    """Return the token of a session for who the provider knows; None if that is nobody here."""
    with services.database.writing() as session:
        person = person_of_identity(session, claims.issuer, claims.subject)
        if person is None:
            person = link_by_email(session, claims.issuer, claims.subject, claims.email)
            if person is None:
                note(session, "session.refuse", detail={"by": "provider"}, address=address)
                return None
            about = ("person", str(person.id))
            note(session, "identity.link", person_id=person.id, about=about, address=address)
        note(session, "session.begin", person_id=person.id, detail={"by": "provider"}, address=address)
        return begin_session(session, person.id, lifetime_of(services.settings))


def _departure(request: Request) -> tuple[Departure, str] | None:
    """Return what was remembered of a departure, and where to go afterwards."""
    try:
        kept = json.loads(request.cookies.get(DEPARTURE_COOKIE, ""))
        next_path = str(kept.pop("next_path"))
        return Departure(**{name: str(value) for name, value in kept.items()}), own_path(next_path)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _redirect_uri(request: Request, services: Services) -> str:
    base = services.settings.server.base_url or str(request.base_url)
    return f"{base.rstrip('/')}{PATH}/answer"


def _refuse_without_provider(services: Services) -> None:
    if not services.settings.oidc.issuer:
        raise NotFoundError("No OpenID Connect provider is set up. The setting oidc.issuer names it.")


def _refused(request: Request, services: Services, key: str, why: str) -> Response:
    logger.warning("sign-in by the provider failed: %s", why)
    problem = translator_of(request)(key)
    return render(request, SignInPage("/", problem=problem, provider=provider_name(services)), 401)
