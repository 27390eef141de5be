"""The page of the audit log, for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.audit.contexts import AuditPage, AuditRows
from callcoach.server.audit.query import AuditQuery, WithAuditExportQuery, WithAuditQuery
from callcoach.server.audit.wording import known_actions, line
from callcoach.server.exports.answer import download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.pages.messages import Translator
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from callcoach.store.people import list_people

router = APIRouter(include_in_schema=False)

COLUMNS = ("at", "person", "action", "about", "detail", "address")
EXPORTED_AT_ONCE = 1000

Auditor = Annotated[Principal, Depends(require(Permission.AUDIT))]


@router.get("/audit")
def get_audit(query: WithAuditQuery, request: Request, principal: Auditor, services: WithServices) -> Response:
    """Show the log; htmx gets the next rows alone. Who reads it is noted too."""
    translator = translator_of(request)
    rows = _rows(services, translator, query)
    if "HX-Request" in request.headers and query.before is not None:
        return render(request, rows)
    with services.database.writing() as session:
        wanted = query.model_dump(mode="json", exclude_defaults=True)
        note(session, "audit.see", detail=wanted, **by(request, principal))
        people = list_people(session)
    exported = f"/audit/export?{urlencode(wanted | {'before': ''})}&format="
    return render(request, AuditPage(rows, query, people, known_actions(translator), exported))


@router.get("/audit/export")
def get_export(query: WithAuditExportQuery, request: Request, principal: Auditor, services: WithServices) -> Response:
    """Give all filtered deeds as a file, newest first. That they were taken away is noted too."""
    translator = translator_of(request)
    zone = ZoneInfo(services.settings.server.time_zone)
    with services.database.writing() as session:
        wanted = query.model_dump(mode="json", exclude_defaults=True, exclude={"file_format", "before"})
        detail = {"format": query.file_format.value, **wanted}
        note(session, "audit.export", detail=detail, **by(request, principal))
    headings = tuple(translator(f"audit.{name}") for name in COLUMNS)
    rows = _cells(services, translator, query.filter(zone))
    return download(Table(translator("audit.title"), headings, rows, zone), query.file_format)


def _cells(services: Services, translator: Translator, wanted: AuditFilter) -> Iterator[tuple[Cell, ...]]:
    before: int | None = None
    while True:
        with services.database.reading() as session:
            page = list_deeds(session, wanted, before, EXPORTED_AT_ONCE)
        for deed in page.deeds:
            said = line(translator, deed)
            yield deed.at, deed.person or translator("audit.system"), said.action, said.about, said.detail, deed.address
        if page.next_before is None:
            return
        before = page.next_before


def _rows(services: Services, translator: Translator, query: AuditQuery) -> AuditRows:
    zone = ZoneInfo(services.settings.server.time_zone)
    with services.database.reading() as session:
        page = list_deeds(session, query.filter(zone), query.before)
    lines = tuple(line(translator, deed) for deed in page.deeds)
    more = query.model_dump(mode="json", exclude_defaults=True) | {"before": page.next_before}
    return AuditRows(lines, f"/audit?{urlencode(more)}" if page.next_before is not None else "")
