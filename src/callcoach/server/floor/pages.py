"""The floor's page, and the WebSocket that tells it what happens at the phones one may follow."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect

from callcoach.errors import CallCoachError
from callcoach.line.standing import as_plain
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.floor.contexts import FloorPage
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.news import News, Reader
from callcoach.server.phones.phone import Phone
from callcoach.server.phones.routes import NOT_ALLOWED, may_watch
from callcoach.server.principal import maybe_principal, require
from callcoach.server.services import WithServices, services_of

router = APIRouter(include_in_schema=False)

Watcher = Annotated[Principal, Depends(require(Permission.PHONES_SEE))]
TEXTS = (
    *(
        "floor.nobody",
        "floor.idle",
        "floor.ringing",
        "floor.dialing",
        "floor.talking",
        "floor.held",
        "floor.unregistered",
    ),
    *(
        "floor.gone",
        "floor.agent",
        "floor.customer",
        "floor.silence",
        "floor.talk_over",
        "floor.words",
        "floor.findings",
    ),
)


@router.get("/floor")
def get_floor(request: Request, _: Watcher, services: WithServices) -> Response:
    """Show the floor."""
    t = translator_of(request)
    texts = {key.partition(".")[2]: t(key) for key in TEXTS}
    return render(request, FloorPage(texts, services.settings.live.enabled))


@router.websocket("/floor/news")
async def floor_news(socket: WebSocket) -> None:
    """Tell what happens: first how things stand, then each piece of news."""
    services = services_of(socket)
    try:
        principal = await run_in_threadpool(maybe_principal, socket)
    except CallCoachError:
        principal = None
    if principal is None or not may(principal, Permission.PHONES_SEE):
        await socket.close(NOT_ALLOWED)
        return
    await socket.accept()
    exchange = services.exchange
    known: set[int] = set()
    with exchange.newsroom.reading(lambda person_id: _may_hear(exchange, principal, person_id, known)) as reader:
        listening = asyncio.create_task(_until_gone(socket))
        telling = asyncio.create_task(_tell(socket, exchange, principal, reader))
        _, pending = await asyncio.wait({listening, telling}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()


async def _tell(socket: WebSocket, exchange: Exchange, principal: Principal, reader: Reader) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone while something was being sent
        phones = [_shown(exchange, one) for one in exchange.phones() if may_watch(principal, one.principal)]
        await socket.send_json({"kind": "snapshot", "phones": phones})
        while not reader.is_lost:
            one = await reader.queue.get()
            if isinstance(one, News):
                await socket.send_json({"kind": one.kind, "person_id": one.person_id, "data": one.data})
        await socket.close(1013, "too slow; load the page again")


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()


def _may_hear(exchange: Exchange, principal: Principal, person_id: int, known: set[int]) -> bool:
    """Whether the reader may have news of a person; once a phone is gone, as it was while it was there."""
    phone = exchange.find(person_id)
    if phone is not None:
        known.discard(person_id)
        if may_watch(principal, phone.principal):
            known.add(person_id)
    return person_id in known


def _shown(exchange: Exchange, phone: Phone) -> dict[str, Any]:
    live: dict[str, Any] = {}
    for call in phone.standing.calls:
        record = exchange.live(call.call_id)
        if record is not None:
            live[call.call_id] = {"told": record.told, "score": record.score, "gauges": record.gauges}
    return {
        "person_id": phone.principal.person_id,
        "name": phone.principal.name,
        "number": phone.hello.number,
        "standing": as_plain(phone.standing),
        "live": live,
    }
