"""The page of outcomes: the tree, and one form that adds or changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.contexts import DispositionsPage
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.dispositions import DispositionTerms, get_disposition, list_dispositions, put_disposition
from callcoach.store.audit import note
from callcoach.store.keyset import MAX_KEY

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.CALL_TEXTS))]
Name = Annotated[str, Form(max_length=80)]
Yes = Annotated[bool, Form()]


def _terms(
    name_zh: Name = "",
    name_en: Name = "",
    parent_id: Annotated[str, Form(max_length=10)] = "",
    *,
    needs_callback: Yes = False,
    needs_complaint: Yes = False,
    active: Yes = False,
    place: Annotated[int, Form(ge=-1000, le=1000)] = 0,
) -> DispositionTerms:
    parent = int(parent_id) if parent_id.isascii() and parent_id.isdecimal() else None
    return DispositionTerms(name_zh, name_en, parent, needs_callback, needs_complaint, active, place)


Terms = Annotated[DispositionTerms, Depends(_terms)]


@router.get("/dispositions")
def get_dispositions(
    request: Request, _: Keeper, services: WithServices, change: Annotated[int | None, Query(ge=0, le=MAX_KEY)] = None
) -> Response:
    """Show the tree; `change` puts one into the form."""
    return render(request, _page(services, change))


@router.post("/dispositions")
def post_disposition(request: Request, principal: Keeper, services: WithServices, terms: Terms) -> Response:
    """Add an outcome."""
    return _put(request, principal, services, terms, None)


@router.post("/dispositions/{disposition_id}")
def post_change(
    disposition_id: KeyInPath, request: Request, principal: Keeper, services: WithServices, terms: Terms
) -> Response:
    """Change an outcome."""
    return _put(request, principal, services, terms, disposition_id)


def _put(
    request: Request, principal: Principal, services: Services, terms: DispositionTerms, own_id: int | None
) -> Response:
    try:
        with services.database.writing() as session:
            made = put_disposition(session, terms, own_id)
            about, detail = ("disposition", str(made.id)), {"name": made.terms.name_zh}
            if own_id is None:
                note(session, "disposition.add", about=about, detail=detail, **by(request, principal))
            else:
                note(session, "disposition.change", about=about, detail=detail, **by(request, principal))
    except CallCoachError as error:
        return render(request, _page(services, own_id, said_to(request, error)), 422)
    return RedirectResponse("/dispositions", 303)


def _page(services: Services, change: int | None, problem: str = "") -> DispositionsPage:
    with services.database.reading() as session:
        tree = list_dispositions(session)
        chosen = get_disposition(session, change) if change is not None else None
    return DispositionsPage(tree, chosen, problem)
