"""Pages of webhooks for administrators, and `/api/v1/events`, the feed over WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocketDisconnect

from callcoach.datapath import Severity
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission
from callcoach.server.admission import NOT_ALLOWED, admitted, until_dismissed
from callcoach.server.hooks import keeping
from callcoach.server.hooks.contexts import HookPage, HooksPage
from callcoach.server.hooks.courier import as_plain
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices, services_of
from callcoach.store.events import EventKind, OutEvent, feed, list_deliveries, newest_id
from callcoach.store.hooks import get_hook, list_hooks

router = APIRouter(include_in_schema=False)
api_router = APIRouter(tags=["events"])

Keeper = Annotated[Principal, Depends(require(Permission.HOOKS))]
LOOK_EVERY_S = 1.0
"""How often the feed looks for what is new: the events of all servers are in the one database."""
KINDS = {
    EventKind.CALL_ENDED: Words("通话录音已收下", "a call's recording came in"),
    EventKind.CALL_SCORED: Words("通话已评分", "a call was scored"),
    EventKind.CALL_FINDINGS: Words("通话有问题", "a call has findings"),
    EventKind.CALL_FAILED: Words("分析失败", "an analysis failed"),
    EventKind.REVIEW_FINISHED: Words("复核完成", "a review was finished"),
    EventKind.APPEAL_FILED: Words("提出申诉", "an appeal was made"),
    EventKind.APPEAL_DECIDED: Words("申诉已裁定", "an appeal was decided"),
}


@router.get("/hooks")
def get_hooks(request: Request, _: Keeper, services: WithServices) -> Response:
    """Show all addresses."""
    return render(request, _page(services))


@router.post("/hooks")
def post_hook(
    *,
    request: Request,
    principal: Keeper,
    services: WithServices,
    url: Annotated[str, Form(max_length=1000)] = "",
    kinds: Annotated[list[EventKind] | None, Form()] = None,
    least_severity: Annotated[Severity, Form()] = Severity.SERIOUS,
) -> Response:
    """Add an address."""
    try:
        hook = keeping.add(services, url, kinds or (), least_severity, by(request, principal))
    except CallCoachError as error:
        return render(request, _page(services, said_to(request, error)), 422)
    return RedirectResponse(f"/hooks/{hook.id}", 303)


@router.get("/hooks/{hook_id}")
def get_one_hook(hook_id: KeyInPath, request: Request, _: Keeper, services: WithServices) -> Response:
    """Show an address with its deliveries."""
    with services.database.reading() as session:
        page = HookPage(get_hook(session, hook_id), list_deliveries(session, hook_id), KINDS)
    return render(request, page)


@router.post("/hooks/{hook_id}/switch")
def post_switch(
    hook_id: KeyInPath,
    request: Request,
    principal: Keeper,
    services: WithServices,
    *,
    active: Annotated[bool, Form()] = False,
) -> Response:
    """Tell an address, or tell it nothing more."""
    keeping.switch(services, hook_id, by(request, principal), active=active)
    return RedirectResponse(f"/hooks/{hook_id}", 303)


@router.post("/hooks/{hook_id}/remove")
def post_remove(hook_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Remove an address with its log of deliveries."""
    keeping.remove(services, hook_id, by(request, principal))
    return RedirectResponse("/hooks", 303)


@router.post("/hooks/{hook_id}/deliveries/{delivery_id}/again")
def post_again(
    hook_id: KeyInPath, delivery_id: KeyInPath, request: Request, principal: Keeper, services: WithServices
) -> Response:
    """Have an event delivered again."""
    keeping.resend(services, hook_id, delivery_id, by(request, principal))
    return RedirectResponse(f"/hooks/{hook_id}", 303)


@api_router.websocket("/events")
async def events_feed(socket: WebSocket, after: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None) -> None:
    """Tell the events of calls that one may see, as JSON, from now on or after the id of the last one known."""
    services = services_of(socket)
    principal = await admitted(socket, Permission.EVENTS)
    if principal is None:
        await socket.close(NOT_ALLOWED)
        return
    await socket.accept()
    ends = (_until_gone(socket), until_dismissed(socket, Permission.EVENTS, principal))
    ending = {asyncio.create_task(one) for one in ends}
    try:
        await _tell(socket, services, principal, after, ending)
    finally:
        for task in ending:
            task.cancel()


async def _tell(
    socket: WebSocket, services: Services, principal: Principal, after: int | None, ending: set[asyncio.Task[None]]
) -> None:
    last = await run_in_threadpool(_newest, services) if after is None else after
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone while something was being sent
        while not any(task.done() for task in ending):
            found = await run_in_threadpool(_after, services, principal, last)
            for event in found:
                await socket.send_json(as_plain(event))
                last = event.id
            if not found:
                await asyncio.wait(ending, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()


def _newest(services: Services) -> int:
    with services.database.reading() as session:
        return newest_id(session)


def _after(services: Services, principal: Principal, last: int) -> list[OutEvent]:
    with services.database.reading() as session:
        return feed(session, principal, last)


def _page(services: Services, problem: str = "") -> HooksPage:
    with services.database.reading() as session:
        return HooksPage(list_hooks(session), KINDS, tuple(Severity), problem)
