"""`/api/v1/health` and `/api/v1/me`."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from callcoach import __version__
from callcoach.principal import Role, Scope
from callcoach.server.principal import CurrentPrincipal
from callcoach.server.services import WithServices
from callcoach.store.schema import current_revision

router = APIRouter(tags=["system"])


class Health(BaseModel):
    """The server answers, and so does its database."""

    version: str
    schema_revision: str


class Me(BaseModel):
    """Who asks."""

    person_id: int
    name: str
    role: Role
    team_ids: list[int]
    scopes: list[Scope]


@router.get("/health")
def health(services: WithServices) -> Health:
    """Say that server and database are there; needs no sign-in."""
    return Health(version=__version__, schema_revision=current_revision(services.database) or "")


@router.get("/me")
def me(principal: CurrentPrincipal) -> Me:
    """Return who the request came from."""
    return Me(
        person_id=principal.person_id,
        name=principal.name,
        role=principal.role,
        team_ids=sorted(principal.team_ids),
        scopes=sorted(principal.scopes),
    )
