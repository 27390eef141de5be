"""Pages of people and teams, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.pages.rendering import render
from callcoach.server.people.contexts import PeoplePage, PeopleTable
from callcoach.server.principal import require
from callcoach.server.services import WithServices
from callcoach.store.people import list_people

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.PEOPLE))]


@router.get("/people")
def get_people(request: Request, _: Keeper, services: WithServices) -> Response:
    """Show everybody."""
    with services.database.reading() as session:
        return render(request, PeoplePage(PeopleTable(list_people(session))))
