"""`/desk/line`: one open desk. News of one's own phone go out, what the agent wants comes in, and the headset's sound.

Text is JSON; binary is 16-bit mono sound at the phone's rate, both ways, and only for the desk that has the headset.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from callcoach.errors import CallCoachError, LineError
from callcoach.line.wire import SoundFrame, SoundKind
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.admission import NOT_ALLOWED, admitted, until_dismissed
from callcoach.server.desk.presence import as_plain
from callcoach.server.pages.preferences import said_to
from callcoach.server.phones.news import News, Reader
from callcoach.server.phones.views import shown
from callcoach.server.services import Services, services_of
from callcoach.store.presence import PresenceState

router = APIRouter(include_in_schema=False)

BEAT_S = 2.0
"""Something is said at least so often: a page that hears nothing for 6 s knows that its line is dead."""
MOST_SOUND_BYTES = 16_000
"""A piece of sound of half a second at 16 kHz; more at once is no headset."""
MOST_REASON = 80


@router.websocket("/desk/line")
async def desk_line(socket: WebSocket) -> None:
    """Serve an open desk."""
    principal = await admitted(socket, Permission.PHONE)
    if principal is None:
        await socket.close(NOT_ALLOWED)
        return
    await socket.accept()
    services = services_of(socket)
    person_id = principal.person_id
    with services.exchange.newsroom.reading(lambda other: other == person_id) as reader:
        reader.hears = (person_id, SoundKind.EAR)
        await OpenDesk(socket, services, principal, reader).serve()


async def beat(socket: WebSocket) -> None:
    """Say something at least every `BEAT_S`, until the page is gone."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await asyncio.sleep(BEAT_S)
            await socket.send_json({"kind": "beat"})


class OpenDesk:
    """One browser tab with the desk."""

    def __init__(self, socket: WebSocket, services: Services, principal: Principal, reader: Reader) -> None:
        self._socket = socket
        self._services = services
        self._principal = principal
        self._person_id = principal.person_id
        self._reader = reader
        self._number = services.seats.sit_down(self._person_id)
        self._echoes = False
        self._doing: set[asyncio.Task[None]] = set()
        self._deeds: Mapping[str, Callable[..., Coroutine[Any, Any, Any]]] = {
            "presence": self._presence,
            "take_headset": self._take_headset,
            "lay_headset_down": self._lay_headset_down,
            "echo": self._echo,
        }

    async def serve(self) -> None:
        """Serve until the tab is closed or its session ends."""
        admission = until_dismissed(self._socket, Permission.PHONE, self._principal)
        tasks = {asyncio.create_task(one) for one in (self._listen(), self._tell(), admission, beat(self._socket))}
        try:
            _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in (*pending, *self._doing):
                task.cancel()
        finally:
            had_headset = self._services.seats.has_headset(self._person_id, self._number)
            self._services.seats.stand_up(self._person_id, self._number)
            if had_headset:
                self._tell_headset()

    # -- out -----------------------------------------------------------------------------------

    async def _tell(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone while something was being sent
            await self._socket.send_json(await self._snapshot())
            while not self._reader.is_lost:
                one = await self._reader.queue.get()
                if isinstance(one, News):
                    await self._socket.send_json({"kind": one.kind, "data": one.data})
                elif self._services.seats.has_headset(self._person_id, self._number):
                    await self._socket.send_bytes(one.pcm)
            await self._socket.close(1013, "too slow; load the page again")

    async def _snapshot(self) -> dict[str, Any]:
        phone = self._services.exchange.find(self._person_id)
        return {
            "kind": "snapshot",
            "desk": self._number,
            "headset": self._headset_state(),
            "presence": as_plain(await self._services.presence.of(self._person_id)),
            "listening_fault": self._listening_fault(),
            "phone": shown(self._services.exchange, phone) if phone else None,
        }

    def _listening_fault(self) -> str:
        fault = self._services.exchange.listening_fault
        return said_to(self._socket, fault) if fault is not None else ""

    def _headset_state(self) -> dict[str, Any]:
        seats = self._services.seats
        return {"desk": seats.headset_of(self._person_id)}

    def _tell_headset(self) -> None:
        self._services.exchange.newsroom.tell(News(self._person_id, "headset", self._headset_state()))

    # -- in ------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                received = await self._socket.receive()
                if received["type"] == "websocket.disconnect":
                    return
                if (pcm := received.get("bytes")) is not None:
                    self._hear(pcm)
                else:
                    task = asyncio.create_task(self._take(received["text"]))
                    self._doing.add(task)
                    task.add_done_callback(self._doing.discard)

    def _hear(self, pcm: bytes) -> None:
        has_headset = self._services.seats.has_headset(self._person_id, self._number)
        if not has_headset or len(pcm) % 2 or len(pcm) > MOST_SOUND_BYTES:
            return
        if self._echoes:
            self._reader.queue.put_nowait(SoundFrame(SoundKind.EAR, "", pcm))
        elif (phone := self._services.exchange.find(self._person_id)) is not None:
            phone.speak(pcm)

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
        self._reader.queue.put_nowait(News(self._person_id, "answer", answer))

    async def _do(self, command: str, arguments: Mapping[str, Any]) -> Any:
        deed = self._deeds.get(command)
        if deed is not None:
            return await deed(**arguments)
        return await self._services.exchange.phone_of(self._person_id).ask(command, arguments)

    # -- what the desk itself does ---------------------------------------------------------------

    async def _presence(self, state: str, reason: str = "") -> None:
        if len(reason) > MOST_REASON:
            raise LineError(
                f"A reason of {len(reason)} characters; expected at most {MOST_REASON}.",
                f"原因有 {len(reason)} 个字，最多 {MOST_REASON} 个。",
            )
        await self._services.presence.change(self._person_id, PresenceState(state), reason)

    async def _take_headset(self) -> None:
        self._services.seats.put_on(self._person_id, self._number)
        self._tell_headset()

    async def _lay_headset_down(self) -> None:
        self._services.seats.lay_down(self._person_id, self._number)
        self._tell_headset()

    async def _echo(self, *, wanted: bool) -> None:
        self._echoes = wanted
