"""The page of agent names that calls came in under and that are nobody's, for administrators."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import ConflictError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.rights import Permission
from callcoach.server.pages.places import KeyInForm
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.people import keeping
from callcoach.server.people.contexts import UnmappedPage
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.people import list_people
from callcoach.store.people_changes import list_unmapped

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.PEOPLE))]
AgentName = Annotated[str, Form(max_length=120)]


@router.get("/people/unmapped")
def get_unmapped(
    request: Request, _: Keeper, services: WithServices, mapped: Annotated[str, Query(max_length=300)] = ""
) -> Response:
    """Show the names."""
    return render(request, _page(services, mapped=mapped))


@router.post("/people/unmapped")
def post_mapping(
    request: Request, principal: Keeper, services: WithServices, name: AgentName, person_id: KeyInForm
) -> Response:
    """Give a name, and the calls under it, to a person."""
    try:
        person = keeping.map_name(services, name, person_id, by(request, principal))
    except (ConflictError, NotFoundError) as error:
        problem = translator_of(request)("people.conflict", detail=said_to(request, error))
        return render(request, _page(services, problem=problem), 409)
    return RedirectResponse(f"/people/unmapped?{urlencode({'mapped': f'{name} → {person.name}'})}", 303)


def _page(services: Services, *, mapped: str = "", problem: str = "") -> UnmappedPage:
    with services.database.reading() as session:
        names, people = list_unmapped(session), list_people(session)
    active = sorted((one for one in people if one.active), key=lambda one: (one.role is not Role.AGENT, one.name))
    return UnmappedPage(names, tuple(active), mapped, problem)
