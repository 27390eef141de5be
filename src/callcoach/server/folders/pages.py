"""The page of watched folders, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.folders.contexts import FoldersPage
from callcoach.server.folders.keeping import LATE_AFTER, have_tried_again
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.watched import list_folders, refused_files, taken_files

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.FOLDERS))]


@router.get("/folders")
def get_folders(
    request: Request,
    _: Keeper,
    services: WithServices,
    asked: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
) -> Response:
    """Show how the folders were seen."""
    with services.database.reading() as session:
        folders = list_folders(session)
        late = frozenset(one.path for one in folders if services.now() - one.looked_at > LATE_AFTER)
        page = FoldersPage(folders, late, refused_files(session), taken_files(session), asked)
    return render(request, page)


@router.post("/folders/retry")
def post_retry(
    request: Request, principal: Keeper, services: WithServices, path: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Have a refused file tried again, or all of them."""
    asked = have_tried_again(services, path, by(request, principal))
    return RedirectResponse(f"/folders?asked={asked}", 303)
