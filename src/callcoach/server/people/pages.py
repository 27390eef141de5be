"""Pages of people and teams, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import ConflictError
from callcoach.principal import Principal, Role
from callcoach.rights import Permission
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.people import keeping
from callcoach.server.people.contexts import PeoplePage, PeopleTable, PersonFields, PersonPage, TeamsPage
from callcoach.server.people.forms import WithPersonForm, fields_of, names_as_typed
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.model import Person
from callcoach.store.people import list_people, list_teams, person_by_id
from callcoach.store.people_changes import list_team_sizes

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.PEOPLE))]
TeamName = Annotated[str, Form(max_length=120)]


@router.get("/people")
def get_people(
    *,
    request: Request,
    _: Keeper,
    services: WithServices,
    text: Annotated[str, Query(max_length=120)] = "",
    role: Annotated[str, Query(max_length=24)] = "",
    team_id: Annotated[str, Query(max_length=12)] = "",
) -> Response:
    """Show everybody, or those a filter leaves; htmx gets the table alone."""
    with services.database.reading() as session:
        everybody, teams = list_people(session), list_teams(session)
    team = int(team_id) if team_id.isdecimal() else None
    table = PeopleTable(tuple(person for person in everybody if _is_wanted(person, text, role, team)))
    if request.headers.get("HX-Target") == "people":
        return render(request, table)
    return render(request, PeoplePage(table, teams, tuple(Role), text, role, team))


@router.get("/people/new")
def get_new_person(
    request: Request, _: Keeper, services: WithServices, agent_names: Annotated[str, Query(max_length=120)] = ""
) -> Response:
    """Show the form of a new person."""
    return render(
        request, _page(services, None, PersonFields(agent_names=names_as_typed([agent_names]) if agent_names else ""))
    )


@router.post("/people")
def post_person(form: WithPersonForm, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Add a person."""
    problem = form.problem(is_new=True)
    if problem:
        return _refused(request, _page(services, None, form.fields(), translator_of(request)(problem)))
    try:
        person = keeping.add(services, form.as_new(), by(request, principal))
    except ConflictError as error:
        return _refused(request, _page(services, None, form.fields(), _conflict(request, error)), 409)
    return RedirectResponse(f"/people/{person.id}?saved=true", 303)


@router.get("/people/{person_id}")
def get_person(
    person_id: KeyInPath, request: Request, _: Keeper, services: WithServices, *, saved: bool = False
) -> Response:
    """Show one person."""
    person = _person(services, person_id)
    return render(request, _page(services, person, fields_of(person), saved=saved))


@router.post("/people/{person_id}")
def post_change(
    person_id: KeyInPath, form: WithPersonForm, request: Request, principal: Keeper, services: WithServices
) -> Response:
    """Change a person."""
    person = _person(services, person_id)
    problem = form.problem(is_new=False)
    if problem:
        return _refused(request, _page(services, person, form.fields(), translator_of(request)(problem)))
    try:
        keeping.change(services, person_id, form.as_change(), by(request, principal))
    except ConflictError as error:
        return _refused(request, _page(services, person, form.fields(), _conflict(request, error)), 409)
    return RedirectResponse(f"/people/{person_id}?saved=true", 303)


@router.post("/people/{person_id}/invitation")
def post_invitation(person_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Make an invitation link and show it, this once."""
    person = _person(services, person_id)
    path = keeping.invite_person(services, person_id, by(request, principal))
    base = services.settings.server.base_url.rstrip("/") or str(request.base_url).rstrip("/")
    return render(request, _page(services, person, fields_of(person), link=base + path))


@router.get("/teams")
def get_teams(request: Request, _: Keeper, services: WithServices) -> Response:
    """Show all teams."""
    return render(request, _teams(services))


@router.post("/teams")
def post_team(request: Request, principal: Keeper, services: WithServices, name: TeamName = "") -> Response:
    """Add a team."""
    if not name.strip():
        return _refused(request, _teams(services, translator_of(request)("teams.no_name")))
    try:
        keeping.make_team(services, name.strip(), by(request, principal))
    except ConflictError as error:
        return _refused(request, _teams(services, _conflict(request, error)), 409)
    return RedirectResponse("/teams", 303)


@router.post("/teams/{team_id}")
def post_team_name(
    team_id: KeyInPath, request: Request, principal: Keeper, services: WithServices, name: TeamName = ""
) -> Response:
    """Rename a team."""
    if not name.strip():
        return _refused(request, _teams(services, translator_of(request)("teams.no_name")))
    try:
        keeping.name_team(services, team_id, name.strip(), by(request, principal))
    except ConflictError as error:
        return _refused(request, _teams(services, _conflict(request, error)), 409)
    return RedirectResponse("/teams", 303)


def _is_wanted(person: Person, text: str, role: str, team_id: int | None) -> bool:
    held = " ".join((person.login, person.name, person.email, *person.agent_names)).lower()
    in_team = team_id is None or team_id in {team.id for team in person.teams}
    return text.strip().lower() in held and role in ("", person.role.value) and in_team


def _person(services: Services, person_id: KeyInPath) -> Person:
    with services.database.reading() as session:
        return person_by_id(session, person_id)


def _page(
    services: Services,
    person: Person | None,
    fields: PersonFields,
    problem: str = "",
    *,
    saved: bool = False,
    link: str = "",
) -> PersonPage:
    with services.database.reading() as session:
        teams = list_teams(session)
    hours = services.settings.sign_in.invitation_h
    return PersonPage(person, fields, teams, tuple(Role), problem, saved, link, hours)


def _teams(services: Services, problem: str = "") -> TeamsPage:
    with services.database.reading() as session:
        return TeamsPage(list_team_sizes(session), problem)


def _refused(request: Request, page: PersonPage | TeamsPage, status: int = 422) -> Response:
    """Show the form again as it was filled in, with what is wrong."""
    return render(request, page, status)


def _conflict(request: Request, error: ConflictError) -> str:
    return translator_of(request)("people.conflict", detail=said_to(request, error))
