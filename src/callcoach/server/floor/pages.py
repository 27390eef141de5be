"""The floor's page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from callcoach.datapath import Severity
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.floor.contexts import FloorPage
from callcoach.server.pages.messages import domain_texts
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import require
from callcoach.server.services import WithServices

router = APIRouter(include_in_schema=False)

Watcher = Annotated[Principal, Depends(require(Permission.PHONES_SEE))]
DOMAIN, HEADSET = "floor.", "headset."


@router.get("/floor")
def get_floor(request: Request, _: Watcher, services: WithServices) -> Response:
    """Show the floor."""
    t = translator_of(request)
    both = {**domain_texts(t, HEADSET), **domain_texts(t, DOMAIN)}
    return render(request, FloorPage(both, tuple(Severity), services.settings.live.enabled))
