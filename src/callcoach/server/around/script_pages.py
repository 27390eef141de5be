"""The pages on which trainers write call scripts; scripts as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.around.scripts import MOST_STEPS, Purpose, ScriptStep
from callcoach.datapath import Direction
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.refs import direction_of
from callcoach.server.around.script_contexts import ScriptPage, ScriptsPage
from callcoach.server.around.script_files import COLUMNS, cells_of, script_importer
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.imports.pages import add_import_pages
from callcoach.server.pages.form_rows import in_order, text_of
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.scripts import Script, get_script, list_scripts, publish, put_script
from callcoach.store.audit import note
from callcoach.store.campaigns.keeping import list_campaigns

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.CALL_TEXTS))]
Count = Annotated[str, Query(max_length=12)]
SPARE = 3
"""Empty steps at the end of the form."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the form holds."""

    name: str
    purpose: Purpose
    steps: tuple[ScriptStep, ...]


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=4 * MOST_STEPS)


Sent = Annotated[FormData, Depends(_form)]


@router.get("/scripts")
def get_scripts(
    request: Request, _: Keeper, services: WithServices, added: Count = "", changed: Count = ""
) -> Response:
    """Show all scripts."""
    with services.database.reading() as session:
        scripts = list_scripts(session)
    told = (added, changed) if added.isdecimal() and changed.isdecimal() else None
    return render(request, ScriptsPage(scripts, told))


@router.get("/scripts/export")
def get_export(
    request: Request,
    principal: Keeper,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give all scripts as a file that can be brought in again: a row a step of the newest versions."""
    with services.database.writing() as session:
        note(session, "scripts.export", detail={"format": file_format.value}, **by(request, principal))
        scripts = list_scripts(session)
    headings = tuple(column.names[0] for column in COLUMNS)
    rows: Iterator[tuple[Cell, ...]] = (row for one in scripts for row in cells_of(one))
    table = Table(translator_of(request)("scripts.title"), headings, list(rows), ZoneInfo("UTC"))
    return download(table, file_format)


add_import_pages(router, "/scripts/import", Permission.CALL_TEXTS, script_importer, "scripts.import")


@router.get("/scripts/new")
def get_new(request: Request, principal: Keeper, services: WithServices) -> Response:
    """Show the form of a new script."""
    return render(request, _page(services, principal, None, Written("", Purpose(), ())))


@router.post("/scripts")
def post_script(request: Request, principal: Keeper, services: WithServices, form: Sent) -> Response:
    """Add a script, as a draft."""
    return _put(request, principal, services, form, None)


@router.get("/scripts/{script_id}")
def get_one(script_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Show a script to be changed."""
    with services.database.reading() as session:
        one = get_script(session, script_id)
    return render(request, _page(services, principal, one, Written(one.name, one.purpose, one.newest.steps)))


@router.post("/scripts/{script_id}")
def post_change(
    script_id: KeyInPath, request: Request, principal: Keeper, services: WithServices, form: Sent
) -> Response:
    """Change a script; other steps are a draft until they are published."""
    with services.database.reading() as session:
        before = get_script(session, script_id)
    return _put(request, principal, services, form, before)


@router.post("/scripts/{script_id}/publish")
def post_publish(
    script_id: KeyInPath,
    request: Request,
    principal: Keeper,
    services: WithServices,
    shown: Annotated[bool, Form()] = False,
) -> Response:
    """Have desks show the newest version, or the script no more."""
    with services.database.writing() as session:
        one = publish(session, script_id, shown=shown)
        detail: Mapping[str, Any] = {"name": one.name, "version": one.published or 0}
        about = ("script", str(script_id))
        if shown:
            note(session, "script.publish", about=about, detail=detail, **by(request, principal))
        else:
            note(session, "script.withdraw", about=about, detail=detail, **by(request, principal))
    return RedirectResponse(f"/scripts/{script_id}", 303)


def _put(request: Request, principal: Principal, services: Services, form: FormData, before: Script | None) -> Response:
    name, campaign = text_of(form, "name"), text_of(form, "campaign_id")
    campaign_id = int(campaign) if campaign.isascii() and campaign.isdecimal() and len(campaign) < 10 else None
    purpose = Purpose(direction_of(text_of(form, "direction")), text_of(form, "queue"), campaign_id)
    steps = _steps(form)
    try:
        with services.database.writing() as session:
            own_id = before.id if before else None
            made = put_script(
                session, name, purpose, steps, person_id=principal.person_id, now=services.now(), script_id=own_id
            )
            about, detail = ("script", str(made.id)), {"name": made.name, "version": made.newest.number}
            deed = "script.add" if before is None else "script.change"
            note(session, deed, about=about, detail=detail, **by(request, principal))
    except CallCoachError as error:
        page = _page(services, principal, before, Written(name, purpose, steps), said_to(request, error))
        return render(request, page, 422)
    return RedirectResponse(f"/scripts/{made.id}", 303)


def _steps(form: FormData) -> tuple[ScriptStep, ...]:
    """Return the steps a form holds in the order their numbers say; those without any text are left out."""
    found: list[tuple[int, ScriptStep]] = []
    for row in range(MOST_STEPS + SPARE):
        title, say = text_of(form, f"title_{row}"), text_of(form, f"say_{row}")
        if title or say:
            step = ScriptStep(title, say, optional=bool(text_of(form, f"optional_{row}")))
            found.append((row, step))
    return in_order(form, found)


def _page(
    services: Services,
    principal: Principal,
    script: Script | None,
    written: Written,
    problem: str = "",
) -> ScriptPage:
    with services.database.reading() as session:
        campaigns = [(one.id, one.terms.name) for one in list_campaigns(session, principal)]
    return ScriptPage(
        script=script,
        name=written.name,
        purpose=written.purpose,
        steps=(*written.steps, *[ScriptStep("")] * min(SPARE, MOST_STEPS + SPARE - len(written.steps))),
        directions=(Direction.INBOUND, Direction.OUTBOUND),
        campaigns=campaigns,
        problem=problem,
    )
