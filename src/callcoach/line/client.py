"""The phone's end of the line: tells the server everything, carries out what it asks, and carries the sound.

Runs in threads of its own beside a `Softphone`. A server that is away costs nothing but the line: it is tried again
until it is there, and then told how things stand. Events and sound of the time between are not sent later; recordings
are (`callcoach.line.handing_in`).
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from callcoach import __version__
from callcoach.errors import CallCoachError, LineError
from callcoach.line.handing_in import HandingIn
from callcoach.line.headset import Headset
from callcoach.line.standing import PhoneStanding, after, as_plain
from callcoach.line.wire import (
    NOT_UNDERSTOOD,
    PROTOCOL,
    REPLACED,
    Answer,
    Ask,
    Happened,
    Hello,
    Message,
    SoundFrame,
    SoundKind,
    Standing,
    decode,
    decode_sound,
    encode,
    encode_sound,
)
from callcoach.sip import events
from callcoach.sip.softphone import Softphone

log = logging.getLogger(__name__)

PATH = "/api/v1/phone"
AGAIN_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Pauses before the server is tried again; the last one is kept."""
REFUSED_AGAIN_S = 30.0
"""Pause after it refused the token, or another phone took over: trying at once cannot help, and two phones of one
person would take the line from each other for ever."""
CLOSED: Mapping[int, str] = {
    REPLACED: "同一账号的另一台软电话接替了本机，请只留一台 · another phone of this person took over; keep one",
    NOT_UNDERSTOOD: "与服务器的版本不合，请更新到同一版本 · this phone and the server differ in version; update both",
}
"""What is said when the server closes the line with these codes."""
LOST = "与服务器的连接断了，通话与录音照常 · the line is down, calls and recording go on"
OPEN_TIMEOUT_S = 10.0
PING_S = 5.0
"""The server is taken for gone when it has not answered for twice as long."""
MOST_WAITING = 250
"""Frames that may wait for a slow network, 5 s of one call; then sound is dropped, never a message."""
REFUSALS = (401, 403)
COMMANDS = frozenset(
    {
        *("dial", "answer", "reject", "hang_up", "hold", "resume", "mute"),
        *("send_digits", "transfer", "transfer_to_call", "register"),
        *("conference", "split", "set_do_not_disturb", "set_auto_answer"),
        *("pause_recording", "resume_recording"),
    }
)
"""Methods of the softphone that the server may ask for."""

_CallSound = tuple[str, bytes, bytes]


class PhoneLine:
    """The line of one phone.

    Args:
        server: address of the server, such as https://qa.example.com.
        token: an API token of the agent, with the scope `phone`.
        number: the account's number.
        rate_hz: of the softphone's sound.
        auto_answer: whether the phone takes calls at once.
        told: called with a sentence whenever the line is up, down or refused.
        recordings: folder of calls whose recordings are handed in; None: they are not.
    """

    def __init__(
        self,
        server: str,
        token: str,
        *,
        number: str,
        rate_hz: int,
        auto_answer: bool = False,
        told: Callable[[str], None] = log.info,
        recordings: Path | None = None,
    ) -> None:
        self._server = server
        self._recordings = recordings
        self._handing_in: HandingIn | None = None
        self._address = _websocket_address(server)
        self._token = token
        self._hello = Hello(PROTOCOL, __version__, number, rate_hz, auto_answer)
        self._told = told
        self._frame_bytes = rate_hz // 50 * 2
        self._sending: queue.SimpleQueue[Message | SoundFrame | _CallSound | None] = queue.SimpleQueue()
        self._standing = PhoneStanding()
        self._lock = threading.Lock()
        self._connection: ClientConnection | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.headset = Headset(rate_hz, lambda pcm: self._sound(SoundFrame(SoundKind.EAR, "", pcm)))

    # -- what the softphone is made with -------------------------------------------------------

    def audio(self, _call_id: str, _rate_hz: int) -> Headset:
        """Give each call the one headset."""
        return self.headset

    def listeners(self, call_id: str) -> tuple[Callable[[bytes, bytes], None], ...]:
        """Return what hears both sides of a call, on the media clock."""
        return (lambda said, heard: self._sound((call_id, said, heard)),)

    # -- the softphone's events, from one thread -----------------------------------------------

    def take(self, event: events.PhoneEvent) -> None:
        """Tell an event."""
        plain = events.as_plain(event)
        with self._lock:
            self._standing = after(self._standing, plain, time.time())
        if self._connection is not None:
            self._sending.put(Happened(plain))
        if self._handing_in is not None and isinstance(event, events.RecordingFinished | events.RecordingRecovered):
            self._handing_in.look()

    # -- connection ----------------------------------------------------------------------------

    def open(self, softphone: Softphone) -> None:
        """Begin to connect, and to carry out what is asked with this phone."""
        if self._recordings is not None:
            self._handing_in = HandingIn(self._recordings, self._server, self._token, self._told)
        self._thread = threading.Thread(target=self._keep_up, args=(softphone,), name="line")
        self._thread.start()

    def close(self) -> None:
        """End the line. Harmless when repeated."""
        self._stopping.set()
        if self._connection is not None:
            self._connection.close()
        if self._thread is not None:
            self._thread.join()
        if self._handing_in is not None:
            self._handing_in.close()

    def _keep_up(self, softphone: Softphone) -> None:
        tries = 0
        while not self._stopping.is_set():
            pause_s = AGAIN_S[min(tries, len(AGAIN_S) - 1)]
            try:
                with self._connected() as connection:
                    tries = 0
                    self._told("已连接服务器 · connected to the server")
                    self._serve(connection, softphone)
            except InvalidStatus as error:
                code = error.response.status_code
                if code in REFUSALS:
                    pause_s = REFUSED_AGAIN_S
                self._told(f"服务器拒绝连接（{code}），请检查令牌 · the server refused ({code}): check phone.token")
            except ConnectionClosed as error:
                code = error.rcvd.code if error.rcvd else 0
                if code in CLOSED:
                    pause_s = REFUSED_AGAIN_S
                reason = f" ({error.rcvd.reason})" if error.rcvd and error.rcvd.reason else ""
                self._told(CLOSED.get(code, LOST) + reason)
            except (OSError, WebSocketException, LineError) as error:
                self._told(f"服务器不可达，通话与录音照常 · server unreachable, calls and recording go on ({error})")
            tries += 1
            self._stopping.wait(pause_s)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[ClientConnection]:
        headers = {"Authorization": f"Bearer {self._token}"}
        with connect(
            self._address,
            additional_headers=headers,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            compression=None,
            max_size=1 << 20,
        ) as connection:
            self._drain()
            connection.send(encode(self._hello))
            with self._lock:
                connection.send(encode(Standing(as_plain(self._standing))))
                self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None

    def _serve(self, connection: ClientConnection, softphone: Softphone) -> None:
        sender = threading.Thread(target=self._send_all, args=(connection,), name="line-send")
        sender.start()
        try:
            for data in connection:
                if isinstance(data, bytes):
                    self._hear(decode_sound(data), softphone)
                else:
                    message = decode(data)
                    if isinstance(message, Ask):
                        self._sending.put(carry_out(softphone, message))
        finally:
            self._connection = None
            self._sending.put(None)
            sender.join()

    def _hear(self, frame: SoundFrame, softphone: Softphone) -> None:
        match frame.kind:
            case SoundKind.MICROPHONE:
                self.headset.speak(frame.pcm)
            case SoundKind.WHISPER:
                softphone.whisper(frame.pcm)
            case SoundKind.BARGE:
                softphone.barge(frame.pcm)
            case _:
                pass

    def _send_all(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (one := self._sending.get()) is not None:
                if isinstance(one, SoundFrame):
                    connection.send(encode_sound(one))
                elif isinstance(one, tuple):
                    call_id, said, heard = one
                    pcm = interleaved(said, heard, self._frame_bytes)
                    connection.send(encode_sound(SoundFrame(SoundKind.CALL, call_id, pcm)))
                else:
                    connection.send(encode(one))

    def _sound(self, sound: SoundFrame | _CallSound) -> None:
        if self._connection is not None and self._sending.qsize() < MOST_WAITING:
            self._sending.put(sound)

    def _drain(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._sending.get_nowait()


def carry_out(softphone: Softphone, ask: Ask) -> Answer:
    """Do what is asked, and say what came of it."""
    if ask.command not in COMMANDS:
        known = ", ".join(sorted(COMMANDS))
        return Answer(
            ask.number,
            error=f"{ask.command!r} is not a command. Expected one of {known}.",
            error_zh=f"话机不认识命令 {ask.command!r}。请让两端版本一致。",
        )
    try:
        value = getattr(softphone, ask.command)(**ask.arguments)
    except CallCoachError as error:
        return Answer(ask.number, error=str(error) or type(error).__name__, error_zh=error.zh)
    except TimeoutError as error:
        return Answer(
            ask.number, error=str(error) or "The phone took too long.", error_zh="话机太久没有反应。请再试一次。"
        )
    except TypeError as error:
        return Answer(ask.number, error=str(error), error_zh=f"话机没看懂这个要求：{error}。")
    return Answer(ask.number, value)


def interleaved(said: bytes, heard: bytes, length: int) -> bytes:
    """Return two sides of 16-bit samples in turn, each `length` bytes long; what is missing is silence."""
    both = bytearray(2 * length)
    for at, side in ((0, said), (2, heard)):
        whole = side[:length].ljust(length, b"\0")
        both[at::4], both[at + 1 :: 4] = whole[0::2], whole[1::2]
    return bytes(both)


def _websocket_address(server: str) -> str:
    parts = urlsplit(server)
    schemes: Mapping[str, str] = {"http": "ws", "https": "wss"}
    if parts.scheme not in schemes or not parts.netloc:
        raise LineError(
            f"{server!r} is not a server's address; expected one such as https://qa.example.com.",
            f"{server!r} 不是服务器地址，应为 https://qa.example.com 这样。",
        )
    return urlunsplit((schemes[parts.scheme], parts.netloc, parts.path.rstrip("/") + PATH, "", ""))
