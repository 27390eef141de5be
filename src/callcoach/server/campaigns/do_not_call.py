"""The do-not-call list: its page, and `/api/v1/do-not-call`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Path, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.campaigns.contexts import DoNotCallPage
from callcoach.server.campaigns.importing import do_not_call_importer
from callcoach.server.imports.columns import CellError, day_of
from callcoach.server.imports.importing import ImportedView, import_rows
from callcoach.server.imports.pages import add_import_pages
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import Doer, by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.campaigns.do_not_call import (
    DoNotCallFields,
    list_do_not_call,
    put_do_not_call,
    remove_do_not_call,
)

router = APIRouter(include_in_schema=False)
api_router = APIRouter(prefix="/do-not-call", tags=["campaigns"])

Keeper = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_KEEP))]
Text = Annotated[str, Query(max_length=120)]
Before = Annotated[int | None, Query(ge=0, le=MAX_KEY)]
Count = Annotated[str, Query(max_length=12)]
ROWS = 100


class DoNotCallView(BaseModel):
    """A number that is not to be called."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: str
    reason: str
    until: date | None
    added_by: str
    added_at: datetime


class DoNotCallBody(BaseModel):
    """A number to be put on the list; `until` is the last day on which it holds, null: for good."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, max_length=64)
    reason: str = Field(default="", max_length=400)
    until: date | None = None


@router.get("/do-not-call")
def get_list(
    *,
    request: Request,
    _: Keeper,
    services: WithServices,
    text: Text = "",
    before: Before = None,
    added: Count = "",
    changed: Count = "",
) -> Response:
    """Show the list."""
    told = (added, changed) if added.isdecimal() and changed.isdecimal() else None
    return render(request, _page(services, text, before, told))


@router.post("/do-not-call")
def post_number(
    *,
    request: Request,
    principal: Keeper,
    services: WithServices,
    number: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=400)] = "",
    until: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Put a number on the list."""
    try:
        put(services, DoNotCallFields(number, reason, day_of(until)), by(request, principal))
    except CellError as error:
        problem = translator_of(request).words(error.words)
        return render(request, _page(services, "", None, None, problem), 422)
    except CallCoachError as error:
        return render(request, _page(services, "", None, None, said_to(request, error)), 422)
    return RedirectResponse("/do-not-call", 303)


@router.post("/do-not-call/{entry_id}/remove")
def post_removal(entry_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Take a number off the list."""
    remove(services, entry_id, by(request, principal))
    return RedirectResponse("/do-not-call", 303)


add_import_pages(router, "/do-not-call/import", Permission.CAMPAIGNS_KEEP, do_not_call_importer, "dnc.bring")


@api_router.get("")
def get_numbers(
    _: Keeper,
    services: WithServices,
    q: Annotated[str, Query(max_length=120, description="A piece of the number or of the reason.")] = "",
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[DoNotCallView]:
    """List numbers, the newest first, before the id of the last one known."""
    with services.database.reading() as session:
        return [DoNotCallView.model_validate(one) for one in list_do_not_call(session, q, before, limit)]


@api_router.post("", status_code=204)
def post_one(body: DoNotCallBody, request: Request, principal: Keeper, services: WithServices) -> None:
    """Put a number on the list; one that is there gets the new reason and day."""
    put(services, DoNotCallFields(body.number, body.reason, body.until), by(request, principal))


@api_router.post("/import")
def post_rows(
    *,
    request: Request,
    principal: Keeper,
    services: WithServices,
    file: Annotated[UploadFile, File(description="CSV or XLSX; the first row names the columns.")],
    dry_run: Annotated[bool, Query(description="Only tell what would come.")] = False,
) -> ImportedView:
    """Bring numbers in."""
    return import_rows(services, request, principal, do_not_call_importer(services, ""), file, dry_run=dry_run)


@api_router.delete("/{entry_id}", status_code=204)
def delete_one(
    entry_id: Annotated[int, Path(ge=0, le=MAX_KEY)], request: Request, principal: Keeper, services: WithServices
) -> None:
    """Take a number off the list."""
    remove(services, entry_id, by(request, principal))


def put(services: Services, entry: DoNotCallFields, doer: Doer) -> None:
    """Put a number on the list, and note it; errors as of the store's `put_do_not_call`."""
    with services.database.writing() as session:
        put_do_not_call(session, [entry], doer["person_id"], services.now())
        note(session, "dnc.add", detail={"number": entry.number}, **doer)


def remove(services: Services, entry_id: int, doer: Doer) -> None:
    """Take a number off the list, and note which it was."""
    with services.database.writing() as session:
        gone = remove_do_not_call(session, entry_id)
        note(session, "dnc.remove", detail={"number": gone.number, "reason": gone.reason}, **doer)


def _page(
    services: Services, text: str, before: int | None, told: tuple[str, str] | None, problem: str = ""
) -> DoNotCallPage:
    with services.database.reading() as session:
        found = list_do_not_call(session, text, before, ROWS + 1)
    more = len(found) > ROWS
    query = urlencode({"text": text, "before": found[ROWS - 1].id}) if more else ""
    return DoNotCallPage(tuple(found[:ROWS]), text, f"/do-not-call?{query}" if more else "", told, problem)
