"""The pages of signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import NotFoundError, SignInError, TooManyAttemptsError
from callcoach.server.pages.navigation import first_page_of
from callcoach.server.pages.preferences import own_path
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import CurrentPrincipal, MaybePrincipal, address_of
from callcoach.server.services import Services, WithServices
from callcoach.server.sign_in.contexts import InvitationGonePage, InvitationPage, SignInPage
from callcoach.server.sign_in.cookies import clear_session, lifetime_of, session_token, set_session
from callcoach.server.sign_in.password import password_problem, sign_in
from callcoach.store.audit import note
from callcoach.store.invitations import invited, use_invitation
from callcoach.store.passwords import hash_password, put_password
from callcoach.store.sessions import begin_session, end_session, end_sessions_of

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=400)]


@router.get("/")
def get_start(principal: CurrentPrincipal) -> Response:
    """Lead to the first page of whoever is signed in."""
    return RedirectResponse(first_page_of(principal), 303)


@router.get("/sign-in")
def get_sign_in(request: Request, principal: MaybePrincipal, services: WithServices, next_path: str = "/") -> Response:
    """Ask who it is."""
    if principal is not None:
        return RedirectResponse(own_path(next_path), 303)
    return render(request, SignInPage(own_path(next_path), provider=provider_name(services)))


@router.post("/sign-in")
def post_sign_in(
    request: Request, services: WithServices, login: Text = "", password: Text = "", next_path: Text = "/"
) -> Response:
    """Sign in with a password."""
    try:
        token = sign_in(services, login, password, address_of(request))
    except TooManyAttemptsError as error:
        problem = translator_of(request)("sign_in.too_many", minutes=-(-error.wait_s // 60))
        page = SignInPage(own_path(next_path), login, problem, provider_name(services))
        response = render(request, page, 429)
        response.headers["Retry-After"] = str(error.wait_s)
        return response
    except SignInError:
        problem = translator_of(request)("sign_in.wrong")
        return render(request, SignInPage(own_path(next_path), login, problem, provider_name(services)), 401)
    return signed_in(request, services, token, next_path)


@router.post("/sign-out")
def post_sign_out(request: Request, principal: MaybePrincipal, services: WithServices) -> Response:
    """Sign out."""
    with services.database.writing() as session:
        end_session(session, session_token(request))
        if principal is not None:
            note(session, "session.end", person_id=principal.person_id, address=address_of(request))
    response = RedirectResponse("/sign-in", 303)
    clear_session(request, response)
    return response


@router.get("/invitation/{token}")
def get_invitation(token: str, request: Request, services: WithServices) -> Response:
    """Show an invited person where to set a password."""
    try:
        with services.database.reading() as session:
            person = invited(session, token)
    except NotFoundError:
        return render(request, InvitationGonePage(), 404)
    return render(request, InvitationPage(person, services.settings.sign_in.password_min_length))


@router.post("/invitation/{token}")
def post_invitation(
    token: str, request: Request, services: WithServices, password: Text = "", again: Text = ""
) -> Response:
    """Set the password of an invited person and sign them in."""
    limits = services.settings.sign_in
    try:
        with services.database.reading() as session:
            person = invited(session, token)
        problem = password_problem(limits, password, again, person.login)
        if problem:
            told = translator_of(request)(problem, least=limits.password_min_length)
            return render(request, InvitationPage(person, limits.password_min_length, told), 422)
        session_of_person = _accept(services, token, hash_password(password), address_of(request))
    except NotFoundError:
        return render(request, InvitationGonePage(), 404)
    return signed_in(request, services, session_of_person, "/")


def signed_in(request: Request, services: Services, token: str, next_path: str) -> Response:
    """Give the browser a new session and lead on; the one it had before ends, so that nobody can plant one."""
    before = session_token(request)
    if before:
        with services.database.writing() as session:
            end_session(session, before)
    response = RedirectResponse(own_path(next_path), 303)
    set_session(request, response, token)
    return response


def provider_name(services: Services) -> str:
    """Return the name of the OpenID Connect provider; empty without one."""
    return services.settings.oidc.name if services.settings.oidc.issuer else ""


def _accept(services: Services, token: str, encoded: str, address: str) -> str:
    with services.database.writing() as session:
        person = use_invitation(session, token)
        put_password(session, person.id, encoded)
        end_sessions_of(session, person.id)
        about = ("person", str(person.id))
        note(session, "invitation.use", person_id=person.id, about=about, address=address)
        return begin_session(session, person.id, lifetime_of(services.settings))
