"""`/api/v1/folders`: watched folders as they were seen, and what became of their files; for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.folders.keeping import LATE_AFTER, have_tried_again
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.watched import MOST_SHOWN, list_folders, refused_files, taken_files

router = APIRouter(prefix="/folders", tags=["folders"])

Keeper = Annotated[Principal, Depends(require(Permission.FOLDERS))]
MOST = 1000


class FolderView(BaseModel):
    """A folder as a server saw it last."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    server: str
    looked_at: datetime
    late: bool = Field(False, description="Nobody has looked into it for a while: no server watches it, or it hangs.")
    problem: str = Field(description="Why it could not be read; empty: it could.")
    waiting: int = Field(description="Files that are being written, or wait until they are settled.")
    taken: int
    refused: int


class FileView(BaseModel):
    """A file that was dealt with: `call_id` says what came of it, `problem` why it was refused."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    folder: str
    problem: str
    call_id: str
    at: datetime
    again: bool = Field(description="Whether it waits to be tried again.")


class RetryBody(BaseModel):
    """Which refused file is to be tried again; without a path, all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"path": "/recordings/a.wav"}]})

    path: Annotated[str, Field(max_length=1000)] = ""


class RetryView(BaseModel):
    """How many files will be tried again."""

    files: int


@router.get("")
def get_folders(_: Keeper, services: WithServices) -> list[FolderView]:
    """List the folders that are watched."""
    with services.database.reading() as session:
        found = list_folders(session)
    latest = services.now() - LATE_AFTER
    return [FolderView.model_validate(one).model_copy(update={"late": one.looked_at < latest}) for one in found]


@router.get("/files")
def get_files(
    _: Keeper,
    services: WithServices,
    *,
    refused: Annotated[bool, Query(description="Those that were refused, else those that were taken in.")] = True,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST_SHOWN,
) -> list[FileView]:
    """List the latest files that were refused, or taken in."""
    with services.database.reading() as session:
        found = refused_files(session, limit) if refused else taken_files(session, limit)
    return [FileView.model_validate(one) for one in found]


@router.post("/retry", responses={404: {"description": "No file of this path was refused."}})
def post_retry(body: RetryBody, request: Request, principal: Keeper, services: WithServices) -> RetryView:
    """Have a refused file tried again as it is, or all of them."""
    return RetryView(files=have_tried_again(services, body.path, by(request, principal)))
