"""The calls of one phone, kept by its owner thread.

Taken: facts of the library and, from `Softphone`, commands, all in the owner thread. Given: events,
and every finished call's folder. Taking, placing or resuming a call holds the others, because the
agent has one mouth.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from callcoach.datapath import Call, CallEventKind, Direction, Speaker
from callcoach.errors import RecordingError, SipError
from callcoach.recording.record import CallRecord
from callcoach.recording.recorder import CallRecorder
from callcoach.recording.recovery import recover_all
from callcoach.settings import SipSettings
from callcoach.sip import events, facts
from callcoach.sip.addresses import CallGate, Party, header_values, parse_party
from callcoach.sip.call import CallSession, Emit, new_call_id
from callcoach.sip.pjsua.bridge import BridgePort, Tick
from callcoach.sip.pjsua.leg import PjCall
from callcoach.sip.pjsua.library import Library
from callcoach.sip.ports import AudioFactory, AudioPort
from callcoach.sip.registration import Registration
from callcoach.sip.states import IllegalTransitionError, Phase, Trigger, legal_triggers

_LOG = logging.getLogger(__name__)

FORBIDDEN = 403
RINGING = 180
CALL_ID_HEADER = "Call-ID"


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a switchboard works with.

    `listeners` returns the ticks that hear a call besides its recorder; `post` takes facts from
    any thread. Without `hold_others` several calls are talked on at once.
    """

    settings: SipSettings
    recordings: Path | None
    min_free_bytes: int
    audio: AudioFactory
    auto_answer: bool
    hold_others: bool
    listeners: Callable[[str], tuple[Tick, ...]]
    emit: Emit
    post: Callable[[facts.Fact], None]


@dataclass(slots=True)
class SharedPort:
    """An agent's audio port in the bridge and how many calls use it."""

    audio: AudioPort
    bridge: BridgePort
    users: int = 0


class Switchboard:
    """All calls of the phone."""

    def __init__(self, equipment: Equipment, gate: CallGate) -> None:
        self._has = equipment
        self._emit = equipment.emit
        self._gate = gate
        self._registration = Registration(equipment.settings.transport == "tls", equipment.settings.retry_s)
        self._sessions: dict[int, CallSession] = {}
        self._ports: list[SharedPort] = []
        self._finisher = ThreadPoolExecutor(1, thread_name_prefix="finish recording")
        self.library: Library

    # -- looking around ------------------------------------------------------------------------

    @property
    def registered(self) -> bool:
        """Whether the PBX knows where we are."""
        return self._registration.registered

    @property
    def sessions(self) -> tuple[CallSession, ...]:
        """The calls that are up, oldest first."""
        return tuple(self._sessions.values())

    def find(self, call_id: str | None, trigger: Trigger) -> CallSession:
        """Return the call with this id, or the likeliest one to which `trigger` can come.

        Raises:
            SipError: there is none.
        """
        if call_id is not None:
            for session in self.sessions:
                if session.call.id == call_id:
                    return session
            raise SipError(f"There is no call {call_id}. It may have ended.")
        able = [session for session in self.sessions if trigger in legal_triggers(session.state)]
        if not able:
            raise SipError(f"There is no call for which {trigger} is possible now.")
        return min(able, key=_unlikeliness)

    # -- commands ------------------------------------------------------------------------------

    def dial(self, uri: str, target: str) -> str:
        """Place a call and return its id."""
        self._hold_all_but(None)
        leg = self.library.dial(uri)
        session = self._open(leg, Direction.OUTBOUND, Party(parse_party(uri).number, "", uri))
        session.move(Trigger.DIAL, Speaker.AGENT)
        self._emit(events.OutgoingCall(session.call.id, target))
        return session.call.id

    def answer(self, session: CallSession) -> None:
        """Take a ringing call."""
        session.require(Trigger.ANSWER)
        self._hold_all_but(session)
        session.answer()

    def resume(self, session: CallSession) -> None:
        """Take a call off hold."""
        session.require(Trigger.RESUMED)
        self._hold_all_but(session)
        session.want_hold(False)

    def _hold_all_but(self, kept: CallSession | None) -> None:
        for session in self.sessions if self._has.hold_others else ():
            if session is not kept and session.state.phase is Phase.TALKING and not session.state.held_by_us:
                session.want_hold(True)

    def hang_up_all(self) -> None:
        """End every call."""
        for session in self.sessions:
            if session.state.phase is not Phase.ENDED:
                session.hang_up()

    def work(self) -> None:
        """Do what is due: holds to try again, ports that have said everything."""
        for session in self.sessions:
            session.pursue_hold()
        for port in self._ports:
            if port.audio.wants_hang_up:
                self._hang_up_users(port)

    def _hang_up_users(self, port: SharedPort) -> None:
        for session in self.sessions:
            if session.port is port.bridge and session.state.phase is Phase.TALKING:
                session.hang_up()

    # -- facts ---------------------------------------------------------------------------------

    def take(self, fact: facts.Fact) -> None:
        """Give a fact to whom it concerns; one that does not fit is logged and changes nothing."""
        try:
            self._take(fact)
        except IllegalTransitionError as error:
            _LOG.warning("ignored %s: %s", fact, error)
        except SipError as error:
            _LOG.error("%s: %s", fact, error)

    def _take(self, fact: facts.Fact) -> None:
        match fact:
            case facts.RegistrationFact():
                self._on_registration(fact)
            case facts.TransportFact():
                self._registration.on_transport(fact)
            case facts.InviteArrived():
                self._on_invite(fact)
            case facts.TransferRequested():
                self._on_transfer_request(fact)
            case facts.LegReplaced():
                self._on_replaced(fact)
            case facts.RecordingStopped():
                self._on_recording_stopped(fact)
            case facts.AudioFailed():
                self._emit(events.AudioFault(fact.call_id, fact.error))
            case _:
                session = self._sessions.get(fact.leg_id)
                if session:
                    self._take_for_call(session, fact)

    def _take_for_call(self, session: CallSession, fact: facts.CallFact) -> None:
        match fact:
            case facts.LegChanged():
                self._on_leg(session, fact)
            case facts.MediaChanged():
                session.on_media(fact)
                self._connect(session)
            case facts.RemoteOffer():
                session.on_offer(fact)
            case facts.StreamClosed():
                session.on_stream_closed(fact)
            case facts.ReinviteRefused():
                session.on_reinvite_refused(fact)
            case facts.DigitHeard():
                session.on_digit(fact)
            case facts.TransferNotified():
                session.on_transfer(fact)

    def _on_registration(self, fact: facts.RegistrationFact) -> None:
        self._gate.refresh()
        event = self._registration.on_fact(fact)
        if event:
            self._emit(event)

    def _on_invite(self, fact: facts.InviteArrived) -> None:
        leg = self.library.legs[fact.leg_id]
        if not self._gate.admits(fact.source):
            leg.end(FORBIDDEN)
            self._emit(events.CallRefused(fact.source))
            return
        waiting = any(session.state.phase is Phase.TALKING for session in self.sessions)
        caller = parse_party("".join(header_values(fact.message, "From")[:1]))
        headers = _chosen_headers(fact.message, (CALL_ID_HEADER, *self._has.settings.event_headers))
        session = self._open(leg, Direction.INBOUND, caller, headers)
        session.move(Trigger.INVITED, Speaker.CUSTOMER)
        session.ring(Speaker.CUSTOMER)
        leg.respond(RINGING)
        self._emit(events.IncomingCall(session.call.id, caller.number, caller.name, headers, fact.source, waiting))
        if self._has.auto_answer and not (waiting and self._has.hold_others):
            self.answer(session)

    def _on_transfer_request(self, fact: facts.TransferRequested) -> None:
        """Follow the other side's transfer: it is a call of its own, with a record of its own."""
        old = self._sessions.get(fact.leg_id)
        session = self._open(self.library.legs[fact.new_leg_id], Direction.OUTBOUND, parse_party(fact.target))
        session.move(Trigger.DIAL, Speaker.CUSTOMER)
        self._emit(events.OutgoingCall(session.call.id, fact.target, because_of=old.call.id if old else ""))

    def _on_replaced(self, fact: facts.LegReplaced) -> None:
        """Go on with the third party to whom the other side handed its call."""
        old = self._sessions.get(fact.leg_id)
        party = parse_party(fact.remote)
        session = self._open(self.library.legs[fact.new_leg_id], Direction.INBOUND, party)
        session.move(Trigger.REPLACES, Speaker.CUSTOMER)
        detail = f"replaces {old.call.id}" if old else ""
        session.note(CallEventKind.TRANSFER, Speaker.CUSTOMER, detail)
        self._emit(events.IncomingCall(session.call.id, party.number, party.name, (), "", waiting=False))

    def _on_recording_stopped(self, fact: facts.RecordingStopped) -> None:
        for session in self.sessions:
            if session.call.id == fact.call_id:
                session.note(CallEventKind.RECORDING_FAILED, detail=fact.reason)
        self._emit(events.RecordingFailed(fact.call_id, fact.reason))

    def _on_leg(self, session: CallSession, fact: facts.LegChanged) -> None:
        session.on_leg(fact)
        if session.state.phase is Phase.TALKING:
            self._start_audio(session)
        elif session.state.phase is Phase.ENDED:
            self._close(session, fact)

    # -- audio ---------------------------------------------------------------------------------

    def _start_audio(self, session: CallSession) -> None:
        """Begin recording, and let the agent speak."""
        session.port = session.port or self._port_for(session)
        recorder = (session.recorder.tick,) if session.recorder else ()
        session.leg.start_tap(session.port, (*recorder, *self._has.listeners(session.call.id)))
        self._connect(session)

    def _connect(self, session: CallSession) -> None:
        """Connect the sound; while an outgoing call rings the agent hears the network's tones."""
        if session.has_media and session.port is None and session.call.direction is Direction.OUTBOUND:
            session.port = self._port_for(session)
        session.connect_audio()

    def _port_for(self, session: CallSession) -> BridgePort:
        call_id = session.call.id
        audio = self._has.audio(call_id, self._has.settings.clock_rate_hz)
        shared = next((port for port in self._ports if port.audio is audio), None)
        if shared is None:
            shared = SharedPort(audio, self.library.borrow_port())
            shared.bridge.assign(audio, lambda error: self._has.post(facts.AudioFailed(call_id, error)))
            self._ports.append(shared)
        shared.users += 1
        return shared.bridge

    def _release_port(self, session: CallSession) -> None:
        for shared in [port for port in self._ports if port.bridge is session.port]:
            shared.users -= 1
            if shared.users == 0:
                self._ports.remove(shared)
                self.library.give_back_port(shared.bridge)

    # -- beginning and end of a call -----------------------------------------------------------

    def _open(
        self, leg: PjCall, direction: Direction, party: Party, headers: tuple[tuple[str, str], ...] = ()
    ) -> CallSession:
        call = Call(
            id=new_call_id(),
            direction=direction,
            agent=self._has.settings.user,
            remote_number=party.number,
            remote_name=party.name,
            started_at=datetime.now(UTC),
            headers=headers or ((CALL_ID_HEADER, leg.sip_call_id()),),
        )
        session = CallSession(call, leg, self._make_recorder(call), self._emit)
        self._sessions[session.leg_id] = session
        return session

    def _make_recorder(self, call: Call) -> CallRecorder | None:
        if self._has.recordings is None:
            return None
        try:
            return CallRecorder(
                self._has.recordings / call.id,
                call,
                sample_rate_hz=self._has.settings.clock_rate_hz,
                min_free_bytes=self._has.min_free_bytes,
                on_failure=lambda reason: self._has.post(facts.RecordingStopped(call.id, reason)),
            )
        except RecordingError as error:
            self._emit(events.RecordingFailed(call.id, str(error)))
            return None

    def _close(self, session: CallSession, fact: facts.LegChanged) -> None:
        """Let go of an ended call and finish its recording in the background."""
        self._release_port(session)
        self.library.drop(session.leg_id)
        del self._sessions[session.leg_id]
        ended = session.close(fact.code, fact.reason)
        self._emit(ended)
        if session.recorder:
            self._finisher.submit(self._finish, session.recorder, session.call, ended.mos)

    def _finish(self, recorder: CallRecorder, call: Call, mos: float | None) -> None:
        try:
            record = recorder.finish(call, mos)
        except RecordingError as error:
            self._emit(events.RecordingFailed(call.id, str(error)))
            return
        self._emit(events.RecordingFinished(call.id, recorder.folder, *_sound(recorder.folder, record)))

    def recover(self) -> None:
        """Finish, in the background, what an earlier softphone left unfinished."""
        if self._has.recordings is not None:
            self._finisher.submit(self._recover, self._has.recordings)

    def _recover(self, recordings: Path) -> None:
        for found in recover_all(recordings):
            sound = _sound(found.folder, found.record)
            self._emit(events.RecordingRecovered(found.record.call.id, found.folder, *sound))

    def finish_recordings(self) -> None:
        """Wait until every recording is whole."""
        self._finisher.shutdown(wait=True)


def _sound(folder: Path, record: CallRecord) -> tuple[Path | None, float]:
    file = record.recording
    return (folder / file.file, file.duration_s) if file else (None, 0.0)


def _chosen_headers(message: str, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name in names for value in header_values(message, name))


def _unlikeliness(session: CallSession) -> int:
    """Order calls for a command that names none: the one being talked on first."""
    state = session.state
    if state.phase is Phase.TALKING:
        return 2 if state.held_by_us else 0
    return 1 if state.phase in {Phase.DIALING, Phase.RINGING_OUT} else 3
