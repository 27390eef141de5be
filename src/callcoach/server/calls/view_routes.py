"""`/api/v1/views`: views of the list of calls that are kept under a name."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.calls.page_query import NAMES, read_query
from callcoach.server.pages.places import KeyInPath
from callcoach.server.principal import require
from callcoach.server.services import WithServices
from callcoach.store.model import SavedView
from callcoach.store.saved_views import list_views, remove_view, save_view

router = APIRouter(prefix="/views", tags=["views"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Keeper = Annotated[Principal, Depends(require(Permission.VIEWS))]


class ViewBody(BaseModel):
    """A view to be kept. One's own of the same name is replaced."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    query: Annotated[str, Field(max_length=2000, description="Query string of the page /calls: `severity=serious`.")]
    shared: bool = False


class ViewView(BaseModel):
    """A view. A shared one shows each person the calls that person may see."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    query: str
    shared: bool
    is_own: bool


@router.get("")
def get_views(principal: Reader, services: WithServices) -> list[ViewView]:
    """List one's own views and those that others share."""
    with services.database.reading() as session:
        return [_shown(view) for view in list_views(session, principal.person_id)]


@router.post("", status_code=201)
def post_view(body: ViewBody, principal: Keeper, services: WithServices) -> ViewView:
    """Keep a view."""
    query = _checked(body.query, ZoneInfo(services.settings.server.time_zone))
    with services.database.writing() as session:
        view = save_view(session, principal.person_id, body.name, query, shared=body.shared, now=services.now())
    return _shown(view)


@router.delete("/{view_id}", status_code=204)
def delete_view(view_id: KeyInPath, principal: Keeper, services: WithServices) -> None:
    """Remove one's own view."""
    with services.database.writing() as session:
        remove_view(session, principal.person_id, view_id)


def _checked(query: str, zone: ZoneInfo) -> str:
    """Return a query string as the page writes it.

    Raises:
        InputError: it holds what the list has not, or what cannot be.
    """
    sent = dict(parse_qsl(query.removeprefix("?")))
    read = read_query(sent, zone)
    wrong = sorted({*(sent.keys() - set(NAMES)), *read.wrong})
    if wrong:
        names = ", ".join(wrong)[:200]
        raise InputError(
            f"The list of calls does not know or understand: {names}. Leave it out.",
            f"通话列表不认识这些条件：{names}。请去掉。",
        )
    return read.address(after="").partition("?")[2]


def _shown(view: SavedView) -> ViewView:
    return ViewView.model_validate(view)
