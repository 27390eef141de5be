"""`/floor/news`: one open floor page. News of the phones one may follow go out; joining a call comes in.

Text is JSON. Binary out is a call's sound, both sides as 16-bit samples in turn; binary in is what the supervisor
says, mono, while they whisper to the agent or have barged in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from callcoach.errors import AccessError, CallCoachError, InputError, LineError
from callcoach.line.wire import SoundKind
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.admission import NOT_ALLOWED, admitted, until_dismissed
from callcoach.server.desk.line import MOST_SOUND_BYTES, beat
from callcoach.server.desk.presence import as_plain
from callcoach.server.pages.preferences import said_to
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.news import News, Reader
from callcoach.server.phones.phone import Phone
from callcoach.server.phones.routes import may_watch
from callcoach.server.phones.views import shown
from callcoach.server.principal import by
from callcoach.server.services import Services, services_of
from callcoach.store.audit import note

router = APIRouter(include_in_schema=False)

MOST_MESSAGE = 500


class Joining(StrEnum):
    """How a supervisor takes part in a call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    """The agent alone hears them."""
    BARGE = "barge"
    """Both hear them."""


@router.websocket("/floor/news")
async def floor_news(socket: WebSocket) -> None:
    """Serve an open floor page."""
    principal = await admitted(socket, Permission.PHONES_SEE)
    if principal is None:
        await socket.close(NOT_ALLOWED)
        return
    await socket.accept()
    services = services_of(socket)
    known: set[int] = set()
    wants = lambda person_id: _may_hear(services.exchange, principal, person_id, known)  # noqa: E731 - one place
    with services.exchange.newsroom.reading(wants) as reader:
        await OpenFloor(socket, services, principal, reader).serve()


class OpenFloor:
    """One browser tab with the floor."""

    def __init__(self, socket: WebSocket, services: Services, principal: Principal, reader: Reader) -> None:
        self._socket = socket
        self._services = services
        self._principal = principal
        self._reader = reader
        self._joined: int | None = None
        self._how = Joining.LISTEN

    async def serve(self) -> None:
        """Serve until the tab is closed."""
        admission = until_dismissed(self._socket, Permission.PHONES_SEE, self._principal)
        tasks = {asyncio.create_task(one) for one in (self._listen(), self._tell(), admission, beat(self._socket))}
        try:
            _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
        finally:
            self._leave()

    # -- out -----------------------------------------------------------------------------------

    async def _tell(self) -> None:
        exchange = self._services.exchange
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone while something was being sent
            await self._socket.send_json(await self._snapshot())
            while not self._reader.is_lost:
                one = await self._reader.queue.get()
                if isinstance(one, News):
                    if one.kind == "gone" and one.person_id == self._joined:
                        self._leave()
                    await self._socket.send_json(await self._as_plain(one))
                elif self._joined is not None and exchange.find(self._joined) is not None:
                    await self._socket.send_bytes(one.pcm)
            await self._socket.close(1013, "too slow; load the page again")

    async def _snapshot(self) -> dict[str, Any]:
        exchange = self._services.exchange
        seen = [one for one in exchange.phones() if may_watch(self._principal, one.principal)]
        phones = [{**shown(exchange, one), **await self._presence(one.principal.person_id)} for one in seen]
        return {"kind": "snapshot", "phones": phones, "may_join": may(self._principal, Permission.PHONES_JOIN)}

    async def _as_plain(self, news: News) -> dict[str, Any]:
        data = {**news.data, **(await self._presence(news.person_id) if news.kind == "connected" else {})}
        return {"kind": news.kind, "person_id": news.person_id, "data": data}

    async def _presence(self, person_id: int) -> dict[str, Any]:
        return {"presence": as_plain(await self._services.presence.of(person_id))}

    # -- in ------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                received = await self._socket.receive()
                if received["type"] == "websocket.disconnect":
                    return
                if (pcm := received.get("bytes")) is not None:
                    self._speak(pcm)
                else:
                    await self._take(received["text"])

    def _speak(self, pcm: bytes) -> None:
        phone = self._services.exchange.find(self._joined) if self._joined is not None else None
        if phone is None or len(pcm) % 2 or len(pcm) > MOST_SOUND_BYTES:
            return
        if self._how is Joining.WHISPER:
            phone.whisper(pcm)
        elif self._how is Joining.BARGE:
            phone.barge(pcm)

    async def _take(self, text: str) -> None:
        answer: dict[str, Any] = {"number": None, "error": ""}
        try:
            wish = json.loads(text)
            answer["number"] = wish["ask"]
            answer["value"] = await self._do(wish["command"], wish.get("arguments") or {})
        except CallCoachError as error:
            answer["error"] = said_to(self._socket, error)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            refusal = LineError(f"Not understood: {error}. Load the page again.", f"没看懂：{error}。请重新载入页面。")
            answer["error"] = said_to(self._socket, refusal)
        self._reader.queue.put_nowait(News(self._principal.person_id, "answer", answer))

    async def _do(self, command: str, arguments: Mapping[str, Any]) -> Any:
        if not may(self._principal, Permission.PHONES_JOIN):
            raise AccessError(
                "Your role may follow calls, not join them. Ask an administrator.",
                "您的角色可以查看通话，不能加入。请找管理员。",
            )
        match command:
            case "join":
                return await self._join(int(arguments["person_id"]), Joining(arguments["how"]))
            case "leave":
                return self._leave()
            case "message":
                return await self._message(int(arguments["person_id"]), str(arguments["text"]).strip())
            case _:
                raise InputError(
                    f"{command!r} is not known here. Load the page again.",
                    f"不认识的命令 {command!r}。请重新载入页面。",
                )

    async def _join(self, person_id: int, how: Joining) -> dict[str, int]:
        """Take part in an agent's calls; return the sound's rate in Hz."""
        phone = self._phone(person_id)
        self._leave()
        await self._note(f"phone.{how.value}", person_id, {})
        self._joined, self._how = person_id, how
        self._reader.hears = (person_id, SoundKind.CALL)
        self._tell_desk(person_id, {"about": how.value, "name": self._principal.name})
        return {"rate_hz": phone.hello.sample_rate_hz}

    def _leave(self) -> None:
        if self._joined is not None:
            self._tell_desk(self._joined, {"about": self._how.value, "name": ""})
        self._joined, self._reader.hears = None, None

    async def _message(self, person_id: int, text: str) -> dict[str, bool]:
        """Send words to an agent's desk; return whether one is open."""
        if not text or len(text) > MOST_MESSAGE:
            raise InputError(
                f"A message of {len(text)} characters; expected 1 to {MOST_MESSAGE}.",
                f"消息有 {len(text)} 个字，应为 1 到 {MOST_MESSAGE} 个。",
            )
        self._phone(person_id)
        await self._note("phone.message", person_id, {"characters": len(text)})
        self._tell_desk(person_id, {"about": "", "name": self._principal.name, "text": text})
        return {"arrived": self._services.seats.is_there(person_id)}

    def _phone(self, person_id: int) -> Phone:
        phone = self._services.exchange.phone_of(person_id)
        if not may_watch(self._principal, phone.principal):
            raise AccessError("This agent is of another team.", "这位坐席属于别的团队。")
        return phone

    def _tell_desk(self, person_id: int, data: Mapping[str, Any]) -> None:
        # Who only listens is not told of: what counts is how the call goes when nobody seems to listen.
        if data["about"] != Joining.LISTEN:
            self._services.exchange.newsroom.tell(News(person_id, "message", dict(data)))

    async def _note(self, action: str, person_id: int, detail: Mapping[str, Any]) -> None:
        def write() -> None:
            with self._services.database.writing() as session:
                about = ("person", str(person_id))
                note(session, action, about=about, detail=detail, **by(self._socket, self._principal))

        await run_in_threadpool(write)


def _may_hear(exchange: Exchange, principal: Principal, person_id: int, known: set[int]) -> bool:
    """Whether the reader may have news of a person; once a phone is gone, as it was while it was there."""
    phone = exchange.find(person_id)
    if phone is not None:
        known.discard(person_id)
        if may_watch(principal, phone.principal):
            known.add(person_id)
    return person_id in known
