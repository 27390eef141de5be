"""`/api/v1/people` and `/api/v1/teams`: for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.people import keeping
from callcoach.server.people.views import (
    InvitationView,
    MappingBody,
    NewPersonBody,
    PersonChangeBody,
    PersonView,
    TeamBody,
    TeamView,
    UnmappedNameView,
)
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.people import list_people, list_teams, person_by_id
from callcoach.store.people_changes import list_unmapped

router = APIRouter(tags=["people"])

Keeper = Annotated[Principal, Depends(require(Permission.PEOPLE))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]


@router.get("/people")
def get_people(_: Keeper, services: WithServices) -> list[PersonView]:
    """List everybody."""
    with services.database.reading() as session:
        return [PersonView.model_validate(person) for person in list_people(session)]


@router.post("/people", status_code=201)
def post_person(body: NewPersonBody, request: Request, principal: Keeper, services: WithServices) -> PersonView:
    """Add a person."""
    return PersonView.model_validate(keeping.add(services, body.as_new(), by(request, principal)))


@router.get("/people/unmapped")
def get_unmapped(_: Keeper, services: WithServices) -> list[UnmappedNameView]:
    """List the agent names that calls came in under and that are nobody's."""
    with services.database.reading() as session:
        return [UnmappedNameView.model_validate(one) for one in list_unmapped(session)]


@router.post("/people/unmapped")
def post_mapping(body: MappingBody, request: Request, principal: Keeper, services: WithServices) -> PersonView:
    """Give a name, and the calls under it, to a person."""
    return PersonView.model_validate(keeping.map_name(services, body.name, body.person_id, by(request, principal)))


@router.get("/people/{person_id}")
def get_person(person_id: Key, _: Keeper, services: WithServices) -> PersonView:
    """Return a person."""
    with services.database.reading() as session:
        return PersonView.model_validate(person_by_id(session, person_id))


@router.patch("/people/{person_id}")
def patch_person(
    person_id: Key, body: PersonChangeBody, request: Request, principal: Keeper, services: WithServices
) -> PersonView:
    """Change a person."""
    with services.database.reading() as session:
        person = person_by_id(session, person_id)
    changed = keeping.change(services, person_id, body.applied_to(person), by(request, principal))
    return PersonView.model_validate(changed)


@router.post("/people/{person_id}/invitation", status_code=201)
def post_invitation(person_id: Key, request: Request, principal: Keeper, services: WithServices) -> InvitationView:
    """Make an invitation link; those made before are no longer valid."""
    return InvitationView(path=keeping.invite_person(services, person_id, by(request, principal)))


@router.get("/teams")
def get_teams(_: Keeper, services: WithServices) -> list[TeamView]:
    """List all teams."""
    with services.database.reading() as session:
        return [TeamView.model_validate(team) for team in list_teams(session)]


@router.post("/teams", status_code=201)
def post_team(body: TeamBody, request: Request, principal: Keeper, services: WithServices) -> TeamView:
    """Add a team."""
    return TeamView.model_validate(keeping.make_team(services, body.name, by(request, principal)))


@router.patch("/teams/{team_id}")
def patch_team(team_id: Key, body: TeamBody, request: Request, principal: Keeper, services: WithServices) -> TeamView:
    """Rename a team."""
    return TeamView.model_validate(keeping.name_team(services, team_id, body.name, by(request, principal)))
