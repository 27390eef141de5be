"""The page of watched folders, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.folders.contexts import FoldersPage
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.audit import note
from callcoach.store.watched import list_folders, refused_files, taken_files, try_again, try_all_again
from callcoach.work.folders import NOTE_EVERY_S

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.FOLDERS))]
LATE_AFTER = timedelta(seconds=3 * NOTE_EVERY_S)


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
    with services.database.writing() as session:
        if path:
            try_again(session, path)
        asked = 1 if path else try_all_again(session)
        note(session, "file.retry", detail={"path": path, "files": asked}, **by(request, principal))
    return RedirectResponse(f"/folders?asked={asked}", 303)
