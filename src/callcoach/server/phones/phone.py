"""One softphone at the server's end of its line.

Lives in the server's event loop: every method is to be called there. What is asked of the phone is answered or fails
in words; sound that the phone's network cannot take is dropped, a message never.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocket

from callcoach.errors import LineError
from callcoach.line.standing import PhoneStanding, after, from_plain
from callcoach.line.wire import Answer, Ask, Happened, Hello, Message, SoundFrame, SoundKind, encode, encode_sound
from callcoach.principal import Principal

ANSWER_TIMEOUT_S = 15.0
"""The phone itself gives up a command after 10 s."""
MOST_WAITING = 200
"""Frames of sound that may wait for the phone: 4 s."""


class Phone:
    """A connected phone and whose it is."""

    def __init__(self, principal: Principal, hello: Hello) -> None:
        self.principal = principal
        self.hello = hello
        self.standing = PhoneStanding()
        self._outgoing: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}

    async def ask(self, command: str, arguments: Mapping[str, Any]) -> Any:
        """Have the phone carry out a command; return its value.

        Raises:
            LineError: the phone could not, said in its words, or did not answer.
        """
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._outgoing.put_nowait(encode(Ask(number, command, dict(arguments))))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await answer
        except TimeoutError as error:
            raise LineError(
                "The phone did not answer. Look whether it still runs.", "话机没有应答。请看它是否还在运行。"
            ) from error
        finally:
            del self._asked[number]

    def speak(self, pcm: bytes) -> None:
        """Give the phone what the agent says."""
        self._sound(SoundKind.MICROPHONE, pcm)

    def whisper(self, pcm: bytes) -> None:
        """Give the phone what a supervisor says to the agent alone."""
        self._sound(SoundKind.WHISPER, pcm)

    def barge(self, pcm: bytes) -> None:
        """Give the phone what a supervisor says to agent and customer."""
        self._sound(SoundKind.BARGE, pcm)

    def _sound(self, kind: SoundKind, pcm: bytes) -> None:
        if self._outgoing.qsize() < MOST_WAITING:
            self._outgoing.put_nowait(encode_sound(SoundFrame(kind, "", pcm)))

    def take(self, message: Message) -> dict[str, Any] | None:
        """Take a message of the phone; return the event it tells, if any."""
        match message:
            case Happened(event):
                self.standing = after(self.standing, event, time.time())
                return event
            case Answer(number, value, error, error_zh):
                answer = self._asked.get(number)
                if answer is not None and not answer.done():
                    if error:
                        answer.set_exception(LineError(error, error_zh))
                    else:
                        answer.set_result(value)
            case _:
                pass
        return None

    def stand(self, plain: Mapping[str, Any]) -> None:
        """Take how things stand at the phone, which was there before the line.

        Raises:
            LineError: it is none of ours.
        """
        try:
            self.standing = from_plain(plain)
        except (TypeError, KeyError) as error:
            raise LineError(
                f"How things stand was not understood: {error}. Are both ends of the same version?",
                f"没看懂话机的状态：{error}。两端版本是否一致？",
            ) from error

    async def send_all(self, socket: WebSocket) -> None:
        """Send whatever is to be sent, until cancelled."""
        while True:
            one = await self._outgoing.get()
            await (socket.send_text(one) if isinstance(one, str) else socket.send_bytes(one))

    def hang_up_line(self) -> None:
        """The line is down: whoever waits for an answer is told."""
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(
                    LineError(
                        "The phone has lost its connection; the call goes on there.",
                        "话机断开了连接；通话在话机上继续。",
                    )
                )
