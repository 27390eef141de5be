"""The desk's page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.desk.contexts import DeskPage
from callcoach.server.desk.links import number_of_link
from callcoach.server.desk.panels import PANELS
from callcoach.server.pages.messages import domain_texts
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import require
from callcoach.server.services import WithServices

router = APIRouter(include_in_schema=False)

Agent = Annotated[Principal, Depends(require(Permission.PHONE))]
DOMAIN, HEADSET = "desk.", "headset."


@router.get("/desk")
def get_desk(
    request: Request, principal: Agent, services: WithServices, dial: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the desk; `dial` is a number or a tel:, sip: or callto: link to be offered for calling."""
    t = translator_of(request)
    texts = {**domain_texts(t, HEADSET), **domain_texts(t, DOMAIN)}
    settings = services.settings
    page = DeskPage(
        texts=texts,
        reasons=settings.desk.reasons,
        test_number=settings.desk.test_number,
        is_listening=settings.live.enabled,
        panels=tuple(
            {"name": one.name, "title": t(one.title), "path": one.path, "needs_call": one.needs_call}
            for one in PANELS
            if may(principal, one.permission)
        ),
        crm_opens=settings.desk.crm_opens,
        person_id=principal.person_id,
        dial=number_of_link(dial),
    )
    return render(request, page)
