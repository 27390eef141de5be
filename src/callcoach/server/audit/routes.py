"""`/api/v1/audit`: the log for administrators' programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.audit.query import WithAuditQuery
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.audit import note
from callcoach.store.audit_lists import list_deeds

router = APIRouter(tags=["audit"])


class DeedView(BaseModel):
    """One deed; without `person_id` the installation itself did it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    person_id: int | None
    person: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]
    address: str


class DeedsView(BaseModel):
    """A page, newest first; send `next_before` as `before` for the next one."""

    deeds: list[DeedView]
    next_before: int | None


@router.get("/audit")
def get_audit(
    query: WithAuditQuery,
    request: Request,
    principal: Annotated[Principal, Depends(require(Permission.AUDIT))],
    services: WithServices,
) -> DeedsView:
    """List who saw, heard, changed or exported what."""
    zone = ZoneInfo(services.settings.server.time_zone)
    with services.database.writing() as session:
        page = list_deeds(session, query.filter(zone), query.before)
        note(
            session, "audit.see", detail=query.model_dump(mode="json", exclude_defaults=True), **by(request, principal)
        )
    return DeedsView(deeds=[DeedView.model_validate(deed) for deed in page.deeds], next_before=page.next_before)
