"""The softphone: one agent's account, up to four calls, and their recordings.

Taken: commands from any thread. Given: events on a queue, and a folder with recording and record
for each call. One owner thread runs the library, keeps its objects and carries out the commands;
a command returns when it was carried out, or raises what was wrong with it.

    with Softphone(settings.sip, recordings=settings.calls_dir) as phone:
        call_id = phone.dial("8001")
        for event in phone.events():
            ...
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from callcoach.datapath import Call
from callcoach.errors import SipError
from callcoach.settings import RecordingSettings, SipSettings
from callcoach.sip import events, facts
from callcoach.sip.account import plan_account
from callcoach.sip.addresses import CallGate, dial_uri, may_follow
from callcoach.sip.call import BUSY, DECLINE
from callcoach.sip.equipment import Equipment
from callcoach.sip.pjsua.bridge import Tick
from callcoach.sip.pjsua.library import Library
from callcoach.sip.ports import AudioFactory, silent_factory
from callcoach.sip.states import Trigger
from callcoach.sip.switchboard import Switchboard

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

POLL_MS = 10
"""How long the library may wait for the network before commands are looked at."""
COMMAND_TIMEOUT_S = 10.0
CLOSE_CALLS_S = 3.0
"""How long stopping waits for the other sides to confirm that their calls have ended."""
UNREGISTER_S = 1.0


class Softphone:
    """One agent's phone. At most one lives in a process at a time.

    Args:
        settings: the account and media.
        recordings: folder that gets one folder for each call; None: calls are not recorded.
        recording: when recording stops by itself.
        audio: makes the agent's audio port for each call.
        auto_answer: take calls at once, if none is being talked on.
        hold_others: hold every other call when one is taken, placed or resumed. False: several are
            talked on at the same time.
        listeners: called for each connected call; the ticks they return hear both sides of every
            20 ms on the media clock and must not block (live recognition).
        sip_log: file for the library's own detailed log. It holds numbers and names, no password.

    Raises:
        SipError: the library could not start.
        ConfigError: the settings do not fit together.
    """

    def __init__(
        self,
        settings: SipSettings,
        *,
        recordings: Path | None,
        recording: RecordingSettings | None = None,
        audio: AudioFactory = silent_factory,
        auto_answer: bool = False,
        hold_others: bool = True,
        listeners: Callable[[str], tuple[Tick, ...]] = lambda _call_id: (),
        sip_log: Path | None = None,
    ) -> None:
        self._plan = plan_account(settings)
        self._settings = settings
        self._sip_log = sip_log
        self._gate = CallGate(settings.registrar, settings.allow_from)
        self._facts: deque[facts.Fact] = deque()
        self._commands: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[events.PhoneEvent] = queue.SimpleQueue()
        equipment = Equipment(
            settings=settings,
            recordings=recordings,
            recording=recording or RecordingSettings(),
            audio=audio,
            hold_others=hold_others,
            listeners=listeners,
            emit=self._events.put,
            post=self._facts.append,
        )
        self._board = Switchboard(equipment, self._gate, auto_answer=auto_answer)
        self._stopping = threading.Event()
        started: Future[str] = Future()
        self._owner = threading.Thread(target=self._own, args=(started,), name="softphone")
        self._owner.start()
        self.address = started.result()

    def __enter__(self) -> Softphone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, finish the recordings, unregister and stop. Harmless when repeated."""
        self._stopping.set()
        self._owner.join()

    # -- events --------------------------------------------------------------------------------

    def next_event(self, timeout_s: float | None = None) -> events.PhoneEvent | None:
        """Return the next event; None when none came in time."""
        try:
            return self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def events(self) -> Iterator[events.PhoneEvent]:
        """Yield every event up to and including `PhoneStopped`."""
        while True:
            event = self._events.get()
            yield event
            if isinstance(event, events.PhoneStopped):
                return

    # -- commands: from any thread ---------------------------------------------------------------

    def dial(self, target: str) -> str:
        """Call a number or address; return the call's id. A call being talked on is held.

        Raises:
            SipError: the target cannot be dialled.
        """
        uri = self._uri(target)
        return self._run(lambda: self._board.dial(uri, target))

    def answer(self, call_id: str | None = None) -> None:
        """Take the ringing call; a call being talked on is held."""
        self._run(lambda: self._board.answer(self._board.find(call_id, Trigger.ANSWER)))

    def reject(self, call_id: str | None = None, *, busy: bool = False) -> None:
        """Refuse the ringing call: declined (603) or busy (486)."""
        self._run(lambda: self._board.find(call_id, Trigger.REJECT).reject(BUSY if busy else DECLINE))

    def hang_up(self, call_id: str | None = None) -> None:
        """End the call, or give up a call being placed."""
        self._run(lambda: self._board.find(call_id, Trigger.HANG_UP).hang_up())

    def hold(self, call_id: str | None = None) -> None:
        """Put the call on hold."""
        self._run(lambda: self._board.hold(self._board.find(call_id, Trigger.HELD)))

    def resume(self, call_id: str | None = None) -> None:
        """Take the call off hold; another call being talked on is held."""
        self._run(lambda: self._board.resume(self._board.find(call_id, Trigger.RESUMED)))

    def mute(self, call_id: str | None = None, *, muted: bool = True) -> None:
        """Cut off the microphone, or open it again."""
        self._run(lambda: self._board.mute(self._board.find(call_id, Trigger.HANG_UP), muted))

    def send_digits(self, digits: str, call_id: str | None = None) -> None:
        """Send DTMF digits (RFC 4733)."""
        self._run(lambda: self._board.find(call_id, Trigger.HANG_UP).send_digits(digits))

    def transfer(self, target: str, call_id: str | None = None) -> None:
        """Hand the call on to `target` without asking there first (blind transfer)."""
        uri = self._uri(target)

        def send() -> None:
            session = self._board.find(call_id, Trigger.TRANSFER_SENT)
            session.transfer(target, lambda: session.leg.refer(uri))

        self._run(send)

    def transfer_to_call(self, call_id: str, other_call_id: str) -> None:
        """Connect the other sides of two of our calls with each other (attended transfer)."""

        def send() -> None:
            session = self._board.find(call_id, Trigger.TRANSFER_SENT)
            other = self._board.find(other_call_id, Trigger.TRANSFER_SENT)
            session.transfer(other.call.remote_number, lambda: session.leg.refer_replacing(other.leg))

        self._run(send)

    def conference(self, call_id: str, other_call_id: str) -> None:
        """Make two calls and the agent one conversation; a call on hold is resumed for it."""

        def join() -> None:
            session, other = (self._board.find(one, Trigger.HANG_UP) for one in (call_id, other_call_id))
            self._board.join(session, other)

        self._run(join)

    def split(self, call_id: str) -> None:
        """End the conference: this call of it is put on hold, the other goes on."""
        self._run(lambda: self._board.split(self._board.find(call_id, Trigger.HELD)))

    def set_do_not_disturb(self, on: bool) -> None:
        """Turn incoming calls away as busy (486), each told as `CallTurnedAway`; or take them again."""
        self._run(lambda: self._board.set_do_not_disturb(bool(on)))

    def set_auto_answer(self, on: bool) -> None:
        """Take calls at once unless another is talked on; or let them ring."""
        self._run(lambda: self._board.set_auto_answer(bool(on)))

    def pause_recording(self, call_id: str | None = None) -> None:
        """Record silence for both sides, and give it to listeners, while a card number is said."""
        self._run(lambda: self._board.pause_recording(self._board.find(call_id, Trigger.HELD), True))

    def resume_recording(self, call_id: str | None = None) -> None:
        """Record the sound again."""
        self._run(lambda: self._board.pause_recording(self._board.find_paused(call_id), False))

    def whisper(self, pcm: bytes) -> None:
        """Have the agent alone hear a supervisor, in the call being talked on; dropped when there is none."""
        if voices := self._board.voices:
            voices.whisper(pcm)

    def barge(self, pcm: bytes) -> None:
        """Have both sides of the call being talked on hear a supervisor; dropped when there is none."""
        if voices := self._board.voices:
            voices.barge(pcm)

    def register(self) -> None:
        """Register now instead of at the next retry."""
        self._run(lambda: self._board.library.register(True))

    def calls(self) -> tuple[Call, ...]:
        """Return the calls that are up, oldest first."""
        return self._run(lambda: tuple(session.call for session in self._board.sessions))

    def _uri(self, target: str) -> str:
        through_pbx = bool(self._plan.registrar_uri)
        return dial_uri(target, self._plan.domain, "" if through_pbx else self._plan.transport)

    def _run(self, command: Callable[[], T]) -> T:
        """Have the owner carry out a command, and return or raise what came of it."""
        if self._stopping.is_set() or not self._owner.is_alive():
            raise SipError("The softphone is stopped. Start it again.", "软电话已停止。请重新启动。")
        future: Future[T] = Future()
        self._commands.put((command, future))
        return future.result(COMMAND_TIMEOUT_S)

    # -- the owner thread ----------------------------------------------------------------------

    def _own(self, started: Future[str]) -> None:
        try:
            self._board.begin(self._make_library())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits in __init__
            self._board.recordings.close()
            started.set_exception(_bare(error))
            return
        fault = ""
        try:
            self._serve(started)
        except Exception as error:  # noqa: BLE001 - the library must be closed in order whatever happened
            _LOG.exception("the softphone was stopped by a fault")
            fault = f"{type(error).__name__}: {error}"
        self._board.library.close()
        self._board.recordings.close()
        self._events.put(events.PhoneStopped(fault))

    def _make_library(self) -> Library:
        domain = self._plan.domain
        return Library(
            self._plan,
            self._facts.append,
            may_follow=lambda uri: self._settings.follow_transfers and may_follow(uri, domain),
            may_call=self._gate.admits,
            log_file=self._sip_log,
        )

    def _serve(self, started: Future[str]) -> None:
        address = self._board.library.local_address
        self._events.put(events.PhoneReady(address))
        started.set_result(address)
        self._board.recordings.recover()
        while not self._stopping.is_set():
            self._turn()
        self._board.hang_up_all()
        self._turn_until(lambda: not self._board.sessions, CLOSE_CALLS_S)
        if self._board.registered:
            self._board.library.register(False)
            self._turn_until(lambda: not self._board.registered, UNREGISTER_S)

    def _turn_until(self, done: Callable[[], bool], timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while not done() and time.monotonic() < end:
            self._turn()

    def _turn(self) -> None:
        """Let the library work for a moment, then take its facts and the agent's commands."""
        self._board.library.poll(POLL_MS)
        while self._facts:
            self._board.take(self._facts.popleft())
        while not self._commands.empty():
            command, future = self._commands.get()
            try:
                future.set_result(command())
            except Exception as error:  # noqa: BLE001 - handed to the thread that gave the command
                if not isinstance(error, SipError):
                    _LOG.exception("a command failed")
                future.set_exception(_bare(error))
        self._board.work()


def _bare(error: Exception) -> Exception:
    """Return the error without its traceback and cause.

    Their frames hold objects of the library, and those abort the process when they outlive it; an
    error may be kept by whoever gave the command.
    """
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
