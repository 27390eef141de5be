"""The page of the audit log, for administrators."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.audit.contexts import AuditPage, AuditRows
from callcoach.server.audit.query import AuditQuery, WithAuditQuery
from callcoach.server.audit.wording import known_actions, line
from callcoach.server.pages.messages import Translator
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.audit_lists import list_deeds
from callcoach.store.people import list_people

router = APIRouter(include_in_schema=False)

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
    return render(request, AuditPage(rows, query, people, known_actions(translator)))


def _rows(services: Services, translator: Translator, query: AuditQuery) -> AuditRows:
    zone = ZoneInfo(services.settings.server.time_zone)
    with services.database.reading() as session:
        page = list_deeds(session, query.filter(zone), query.before)
    lines = tuple(line(translator, deed) for deed in page.deeds)
    more = query.model_dump(mode="json", exclude_defaults=True) | {"before": page.next_before}
    return AuditRows(lines, f"/audit?{urlencode(more)}" if page.next_before is not None else "")
