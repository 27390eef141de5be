"""All phones that are connected to this server, and what is heard live of their calls.

One phone for each person: a newer one takes the older one's place. Lives in the event loop, but for what the live
listening tells, which comes from its thread and is brought over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from callcoach.datapath import Call, CallEvent, CallEventKind, Direction, Speaker
from callcoach.errors import AsrError, CallCoachError, LineError
from callcoach.line.standing import PhoneStanding, StandingCall, as_plain
from callcoach.line.wire import Message, SoundFrame, SoundKind
from callcoach.live import updates
from callcoach.live.listening import Listening
from callcoach.rules.rulebook import RuleText
from callcoach.server.phones.news import News, Newsroom
from callcoach.server.phones.phone import Phone

log = logging.getLogger(__name__)

CHUNK_S = 0.1
"""Sound is given to the recognition in pieces of this length."""
BYTES_A_FRAME = 4
KEPT = (updates.TurnHeard, updates.FindingMade, updates.Hint)
"""What is told of a call again to who comes later."""


FOLLOWED: tuple[tuple[Callable[[StandingCall], bool], tuple[CallEventKind, CallEventKind]], ...] = (
    (lambda call: call.hold in ("local", "both"), (CallEventKind.HOLD, CallEventKind.RESUME)),
    (
        lambda call: call.recording == "paused",
        (CallEventKind.RECORDING_PAUSED, CallEventKind.RECORDING_RESUMED),
    ),
    (lambda call: call.barged, (CallEventKind.BARGE_STARTED, CallEventKind.BARGE_ENDED)),
)
"""What live rules must know of a call: how it shows in its standing, and the events of its begin and end."""


@dataclass(slots=True)
class LiveRecord:
    """What is known live of a call that is up."""

    person_id: int
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    score: float = 100.0
    gauges: dict[str, Any] | None = None
    waiting: bytearray = field(default_factory=bytearray)


class Exchange:
    """The connected phones.

    Args:
        listening: starts the live recognition, at the first phone; None: calls are not listened to.
        choices: the rules that trainers have speak up, or not, from now on.
        rules: the rules that trainers published, as they are in force now.
    """

    def __init__(
        self,
        listening: Callable[[], Listening] | None,
        choices: Callable[[], Mapping[str, bool]] = dict,
        rules: Callable[[], tuple[RuleText, ...]] = tuple,
    ) -> None:
        self.newsroom = Newsroom()
        self._phones: dict[int, Phone] = {}
        self._live: dict[str, LiveRecord] = {}
        self._make_listening = listening
        self._listening: Listening | None = None
        self._start_fault: CallCoachError | None = None
        self._choices = choices
        self._rules = rules

    @property
    def listening_fault(self) -> CallCoachError | None:
        """Why calls are not listened to although they should be; None: nothing is wrong."""
        if self._listening is not None and self._listening.is_failing:
            return AsrError(
                "its process ends again and again; the server's log says why", "识别进程反复退出，请看服务器日志"
            )
        return self._start_fault

    # -- who is there --------------------------------------------------------------------------

    def phone_of(self, person_id: int) -> Phone:
        """Return a person's phone.

        Raises:
            LineError: it is not connected.
        """
        phone = self._phones.get(person_id)
        if phone is None:
            raise LineError(
                "No softphone is connected. Start it: callcoach phone --server ADDRESS.",
                "没有连上软电话。请启动：callcoach phone --server 服务器地址。",
            )
        return phone

    def find(self, person_id: int) -> Phone | None:
        """Return a person's phone; None: it is not connected."""
        return self._phones.get(person_id)

    def phones(self) -> tuple[Phone, ...]:
        """Return all phones, by the names of their people."""
        return tuple(sorted(self._phones.values(), key=lambda phone: phone.principal.name))

    def live(self, call_id: str) -> LiveRecord | None:
        """Return what is known live of a call."""
        return self._live.get(call_id)

    @contextmanager
    def connected(self, phone: Phone) -> Iterator[None]:
        """Have the phone among the connected ones until the end of the block."""
        person_id = phone.principal.person_id
        older = self._phones.get(person_id)
        self._phones[person_id] = phone
        self._start_listening()
        if older is not None:
            older.hang_up_line()
        self._tell(
            person_id,
            "connected",
            {"name": phone.principal.name, "number": phone.hello.number, "rate_hz": phone.hello.sample_rate_hz},
        )
        self._stands(phone, PhoneStanding())
        try:
            yield
        finally:
            phone.hang_up_line()
            if self._phones.get(person_id) is phone:
                del self._phones[person_id]
                self._tell(person_id, "gone", {})
            for call in phone.standing.calls:
                self._end(call.call_id)

    def is_current(self, phone: Phone) -> bool:
        """Whether no newer phone has taken the place of this one."""
        return self._phones.get(phone.principal.person_id) is phone

    # -- what comes over the line --------------------------------------------------------------

    def take(self, phone: Phone, message: Message) -> None:
        """Take a message of a phone."""
        before = phone.standing
        event = phone.take(message)
        if event is not None:
            person_id = phone.principal.person_id
            self._tell(person_id, "event", event)
            if phone.standing != before:
                self._stands(phone, before)

    def hear(self, phone: Phone, frame: SoundFrame) -> None:
        """Take sound of a phone."""
        self.newsroom.sound(phone.principal.person_id, frame)
        record = self._live.get(frame.call_id)
        if frame.kind is SoundKind.CALL and record is not None and self._listening is not None:
            record.waiting += frame.pcm
            if len(record.waiting) >= CHUNK_S * phone.hello.sample_rate_hz * BYTES_A_FRAME:
                self._listening.hear(frame.call_id, bytes(record.waiting))
                record.waiting.clear()

    def close(self) -> None:
        """End the live listening."""
        if self._listening is not None:
            self._listening.close()

    # -- live ----------------------------------------------------------------------------------

    def _stands(self, phone: Phone, before: PhoneStanding) -> None:
        """Tell how things stand, and follow the calls that began, were held or ended."""
        self._tell(phone.principal.person_id, "standing", as_plain(phone.standing))
        now = {call.call_id: call for call in phone.standing.calls}
        earlier = {call.call_id: call for call in before.calls}
        for call in now.values():
            if call.talking_since is not None and call.call_id not in self._live:
                self._begin(phone, call)
            elif call.call_id in earlier:
                self._follow(earlier[call.call_id], call)
        for call_id in earlier.keys() - now.keys():
            self._end(call_id)

    def _start_listening(self) -> None:
        """Begin with the first phone, so that the first call finds the recognition ready."""
        if self._make_listening is None or self._listening is not None:
            return
        try:
            self._listening = self._make_listening()
            self._start_fault = None
        except CallCoachError as error:
            self._start_fault = error
            log.warning("calls are not listened to as they go on: %s", error)

    def use_rules(self) -> None:
        """Have calls that begin from now on judged by the rules in force now."""
        if self._listening is not None:
            self._listening.use_rules(self._rules())

    def _begin(self, phone: Phone, standing: StandingCall) -> None:
        if self._listening is None:
            return
        person_id = phone.principal.person_id
        self._live[standing.call_id] = LiveRecord(person_id)
        loop = asyncio.get_running_loop()

        def tell(update: updates.LiveUpdate) -> None:
            loop.call_soon_threadsafe(self._told, person_id, standing.call_id, update)

        call = Call(
            standing.call_id,
            Direction(standing.direction),
            agent=phone.principal.name,
            remote_number=standing.number,
            remote_name=standing.name,
            events=(CallEvent(CallEventKind.ANSWER, 0.0),),
        )
        self.use_rules()
        self._listening.begin(call, phone.hello.sample_rate_hz, tell, self._choices())

    def _follow(self, before: StandingCall, now: StandingCall) -> None:
        if self._listening is None or now.call_id not in self._live:
            return
        at_s = (self._live[now.call_id].gauges or {}).get("at_s", 0.0)
        for is_so, kinds in FOLLOWED:
            if is_so(now) != is_so(before):
                kind = kinds[0] if is_so(now) else kinds[1]
                self._listening.happened(now.call_id, CallEvent(kind, at_s, Speaker.AGENT))

    def _end(self, call_id: str) -> None:
        if call_id in self._live and self._listening is not None:
            self._listening.finish(call_id)
        # The record goes with `LiveOver`, after the last turns.

    def _listen_on(self, person_id: int, call_id: str) -> None:
        """Begin anew with a call that goes on: its phone's line was lost and came back before the last update did."""
        phone = self._phones.get(person_id)
        standing = phone.standing.call(call_id) if phone is not None else None
        if phone is not None and standing is not None and standing.talking_since is not None:
            self._begin(phone, standing)

    def _told(self, person_id: int, call_id: str, update: updates.LiveUpdate) -> None:
        plain = {"call_id": call_id, **updates.as_plain(update)}
        record = self._live.get(call_id)
        if record is not None:
            if isinstance(update, KEPT):
                record.told.append(plain)
            if isinstance(update, updates.FindingMade):
                record.score = update.score
            if isinstance(update, updates.Gauges):
                record.gauges = plain
            if isinstance(update, updates.LiveOver):
                del self._live[call_id]
        self._tell(person_id, "live", plain)
        if isinstance(update, updates.LiveOver):
            self._listen_on(person_id, call_id)

    def _tell(self, person_id: int, kind: str, data: Mapping[str, Any]) -> None:
        self.newsroom.tell(News(person_id, kind, dict(data)))
