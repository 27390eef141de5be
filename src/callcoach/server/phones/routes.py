"""`/api/v1/phone`, the line of a softphone; `/api/v1/phones`, how they stand; `/api/v1/dial`, click to call."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field

from callcoach.errors import LineError
from callcoach.line.standing import as_plain
from callcoach.line.wire import NOT_UNDERSTOOD, PROTOCOL, REPLACED, Hello, Standing, decode, decode_sound
from callcoach.principal import Principal, Role
from callcoach.rights import Permission
from callcoach.server.admission import NOT_ALLOWED, admitted, until_dismissed
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.phone import Phone
from callcoach.server.principal import by_token, require
from callcoach.server.services import WithServices, services_of

log = logging.getLogger(__name__)

router = APIRouter(tags=["phones"])

HELLO_TIMEOUT_S = 10.0
MOST_REASON_BYTES = 120
"""The reason of a close has room for 123 bytes (RFC 6455 section 5.5)."""

Watcher = Annotated[Principal, Depends(require(Permission.PHONES_SEE))]
Dialler = Annotated[Principal, Depends(require(Permission.PHONE))]


class PhoneView(BaseModel):
    """A connected phone."""

    person_id: int
    name: str
    number: str
    standing: dict[str, Any]


class DialBody(BaseModel):
    """Whom to call."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field(min_length=1, max_length=200, description="Number or SIP address.")


class DialledView(BaseModel):
    """The call that is being placed."""

    call_id: str


@router.get("/phones")
def get_phones(principal: Watcher, services: WithServices) -> list[PhoneView]:
    """List the connected phones of those whose calls one may see."""
    return [
        PhoneView(
            person_id=phone.principal.person_id,
            name=phone.principal.name,
            number=phone.hello.number,
            standing=as_plain(phone.standing),
        )
        for phone in services.exchange.phones()
        if may_watch(principal, phone.principal)
    ]


@router.post("/dial", status_code=202)
async def post_dial(body: DialBody, principal: Dialler, services: WithServices) -> DialledView:
    """Have one's own phone place a call."""
    call_id = await services.exchange.phone_of(principal.person_id).ask("dial", {"target": body.target})
    return DialledView(call_id=str(call_id))


@router.websocket("/phone")
async def phone_line(socket: WebSocket) -> None:
    """Serve the line of one softphone; it proves whose it is by an API token with the scope `phone`."""
    services = services_of(socket)
    token_only = lambda connection: by_token(connection, services)  # noqa: E731 - one place
    principal = await admitted(socket, Permission.PHONE, token_only)
    if principal is None:
        await socket.close(NOT_ALLOWED)  # before it was accepted: the client reads 403
        return
    await socket.accept()
    admission = asyncio.create_task(until_dismissed(socket, Permission.PHONE, principal, token_only))
    try:
        phone = await _greeted(socket, principal)
        await _serve(socket, services.exchange, phone)
    except LineError as error:
        log.warning("the phone of %s: %s", principal.name, error)
        await socket.close(NOT_UNDERSTOOD, _within(f"{error.zh} {error}", MOST_REASON_BYTES))
    except (WebSocketDisconnect, TimeoutError):
        pass
    finally:
        admission.cancel()


async def _greeted(socket: WebSocket, principal: Principal) -> Phone:
    async with asyncio.timeout(HELLO_TIMEOUT_S):
        hello = decode(await socket.receive_text())
        standing = decode(await socket.receive_text())
    if not isinstance(hello, Hello) or not isinstance(standing, Standing):
        raise LineError("Expected Hello and Standing first.", "话机没有先报到。")
    if hello.protocol != PROTOCOL:
        raise LineError(
            f"The phone speaks version {hello.protocol} of the line, this server {PROTOCOL}.",
            f"话机的线路协议是第 {hello.protocol} 版，服务器是第 {PROTOCOL} 版。",
        )
    phone = Phone(principal, hello)
    phone.stand(standing.standing)
    return phone


async def _serve(socket: WebSocket, exchange: Exchange, phone: Phone) -> None:
    with exchange.connected(phone):
        sender = asyncio.create_task(phone.send_all(socket))
        try:
            while True:
                received = await socket.receive()
                if received["type"] == "websocket.disconnect":
                    return
                if not exchange.is_current(phone):
                    await socket.close(REPLACED)
                    return
                if (data := received.get("bytes")) is not None:
                    exchange.hear(phone, decode_sound(data))
                else:
                    exchange.take(phone, decode(received["text"]))
        finally:
            sender.cancel()


def _within(words: str, most_bytes: int) -> str:
    return words.encode()[:most_bytes].decode(errors="ignore")


def may_watch(principal: Principal, agent: Principal) -> bool:
    """Whether somebody may follow the calls of an agent while they go on: as with finished calls."""
    if principal.person_id == agent.person_id or principal.role in (Role.TRAINER, Role.ADMINISTRATOR):
        return True
    return principal.role is Role.SUPERVISOR and bool(principal.team_ids & agent.team_ids)
