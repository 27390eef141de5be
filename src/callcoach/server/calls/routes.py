"""`/api/v1/calls`: what a person may see of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from callcoach.principal import Principal, Scope
from callcoach.server.calls.query import WithCallListQuery
from callcoach.server.calls.views import CallListView, CallView, call_view, list_view
from callcoach.server.principal import require
from callcoach.server.services import WithServices
from callcoach.store.call_lists import list_calls
from callcoach.store.calls import get_call

router = APIRouter(prefix="/calls", tags=["calls"])

Reader = Annotated[Principal, Depends(require(scope=Scope.CALLS_READ))]


@router.get("")
def get_calls(query: WithCallListQuery, principal: Reader, services: WithServices) -> CallListView:
    """List calls, a page at a time."""
    with services.database.reading() as session:
        return list_view(list_calls(session, principal, query.filter(), query.page()))


@router.get("/{call_id}")
def get_one_call(call_id: str, principal: Reader, services: WithServices) -> CallView:
    """Return one call."""
    with services.database.reading() as session:
        return call_view(get_call(session, principal, call_id))
