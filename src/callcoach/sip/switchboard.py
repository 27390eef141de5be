"""The calls of one phone, kept by its owner thread.

Taken: facts of the library and, from `Softphone`, commands, all in the owner thread. Given: events,
and every finished call's folder. Taking, placing or resuming a call holds the others, because the
agent has one mouth.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from callcoach.datapath import Call, CallEventKind, Direction, Speaker
from callcoach.errors import SipError
from callcoach.sip import events, facts
from callcoach.sip.added_voices import AddedVoices
from callcoach.sip.addresses import CallGate, Party, header_values, parse_party
from callcoach.sip.agent_audio import AgentAudio
from callcoach.sip.call import BUSY, CallSession, new_call_id
from callcoach.sip.conference import Conference
from callcoach.sip.equipment import Equipment
from callcoach.sip.pjsua.leg import PjCall
from callcoach.sip.pjsua.library import Library
from callcoach.sip.queues import queue_of
from callcoach.sip.recordings import Recordings
from callcoach.sip.registration import Registration
from callcoach.sip.states import IllegalTransitionError, Phase, Trigger, legal_triggers

_LOG = logging.getLogger(__name__)

FORBIDDEN = 403
RINGING = 180
CALL_ID_HEADER = "Call-ID"


class Switchboard:
    """All calls of the phone."""

    def __init__(self, equipment: Equipment, gate: CallGate, *, auto_answer: bool = False) -> None:
        self._has = equipment
        self._emit = equipment.emit
        self._gate = gate
        self._registration = Registration(equipment.settings.transport == "tls", equipment.settings.retry_s)
        self._sessions: dict[int, CallSession] = {}
        self._audio = AgentAudio(equipment)
        self._conference: Conference | None = None
        self._auto_answer = auto_answer
        self._do_not_disturb = False
        self.recordings = Recordings(equipment)
        self.library: Library

    def begin(self, library: Library) -> None:
        """Work with this library from now on."""
        self.library = self._audio.library = library
        if self._auto_answer:
            self._tell_switches()

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
            raise SipError(f"There is no call {call_id}. It may have ended.", f"没有通话 {call_id}，可能已经结束。")
        able = [session for session in self.sessions if trigger in legal_triggers(session.state)]
        if not able:
            raise SipError(f"There is no call for which {trigger} is possible now.", "现在没有可以这样操作的通话。")
        return min(able, key=_unlikeliness)

    # -- commands ------------------------------------------------------------------------------

    def dial(self, uri: str, target: str) -> str:
        """Place a call and return its id."""
        self._hold_all_but()
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

    def hold(self, session: CallSession) -> None:
        """Put a call on hold; a conference it is part of ends."""
        session.require(Trigger.HELD)
        self._end_conference_of(session)
        session.want_hold(True)

    def resume(self, session: CallSession) -> None:
        """Take a call off hold."""
        session.require(Trigger.RESUMED)
        self._hold_all_but(session)
        session.want_hold(False)

    def _hold_all_but(self, *kept: CallSession) -> None:
        for session in self.sessions if self._has.hold_others else ():
            if session not in kept and session.is_heard:
                self.hold(session)

    def mute(self, session: CallSession, muted: bool) -> None:
        """Cut off or open the microphone of a call, and of the one that is in conference with it."""
        conference = self._conference
        for one in conference.members if conference and session in conference.members else (session,):
            one.mute(muted)
        self._audio.settle_microphones(self.sessions)

    def pause_recording(self, session: CallSession, paused: bool) -> None:
        """Pause a call's recording, or go on; with it that of the call in conference, which hears the same."""
        conference = self._conference
        for one in conference.members if conference and session in conference.members else (session,):
            one.pause_recording(paused)

    def find_paused(self, call_id: str | None) -> CallSession:
        """Return the call with this id, or the one whose recording is paused.

        Raises:
            SipError: there is none.
        """
        paused = [session for session in self.sessions if session.recording_paused]
        if call_id is None and not paused:
            raise SipError("No recording is paused.", "没有暂停的录音。")
        return paused[0] if call_id is None else self.find(call_id, Trigger.HANG_UP)

    def join(self, session: CallSession, other: CallSession) -> None:
        """Make two calls and the agent one conversation; a call on hold is resumed for it.

        Raises:
            SipError: they cannot be joined, or one is in another conference.
        """
        if self._conference and {*self._conference.members} == {session, other}:
            return
        conference = Conference(session, other, self._emit)
        if self._conference:
            raise SipError(
                "There is a conference already, and it has no place for another. Split it first.",
                "已经有一个三方通话，不能再加。请先拆开。",
            )
        self._hold_all_but(session, other)
        self._conference = conference
        for one in conference.members:
            if one.state.held_by_us:
                one.want_hold(False)
            if any(member.muted for member in conference.members):
                one.mute(True)
            if any(member.recording_paused for member in conference.members):
                one.pause_recording(True)
        self._settle_conference()

    def split(self, session: CallSession) -> None:
        """End the conference and put this call of it on hold.

        Raises:
            SipError: it is in none.
        """
        if self._conference is None or session not in self._conference.members:
            raise SipError(f"Call {session.call.id} is in no conference.", "这个通话不在三方通话里。")
        self.hold(session)

    def _end_conference_of(self, session: CallSession) -> None:
        if self._conference and session in self._conference.members:
            self._conference.end()
            self._conference = None

    def _settle_conference(self) -> None:
        if self._conference and not self._conference.settle():
            self._conference = None

    @property
    def voices(self) -> AddedVoices | None:
        """What a supervisor speaks into: that of the call being talked on; None: there is none. From any thread."""
        return self._audio.voices(self.sessions)

    def set_do_not_disturb(self, on: bool) -> None:
        """Turn calls away as busy from now on, or take them again."""
        self._do_not_disturb = on
        self._tell_switches()

    def set_auto_answer(self, on: bool) -> None:
        """Take calls at once from now on, or let them ring."""
        self._auto_answer = on
        self._tell_switches()

    def _tell_switches(self) -> None:
        self._emit(events.SwitchesChanged(self._do_not_disturb, self._auto_answer))

    def hang_up_all(self) -> None:
        """End every call."""
        for session in self.sessions:
            if session.state.phase is not Phase.ENDED:
                session.hang_up()

    def work(self) -> None:
        """Do what is due: holds to try again, a conference to join, ports that have said everything."""
        for session in self.sessions:
            session.pursue_hold()
        self._settle_conference()
        self._audio.settle_microphones(self.sessions)
        self._audio.settle_voices(self.sessions)
        self._audio.beep(self.sessions)
        for session in self._audio.done(self.sessions):
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
            case facts.VoiceChanged():
                self._audio.on_voice(fact, self.sessions)
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
                self._audio.connect(session)
                if self._conference and session in self._conference.members:
                    self._conference.connect()
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
        settings = self._has.settings
        headers = _chosen_headers(fact.message, (CALL_ID_HEADER, *settings.event_headers))
        queue = queue_of(fact.message, settings.queue_headers, settings.queue_by_number)
        if self._do_not_disturb:
            leg.end(BUSY)
            self._emit(events.CallTurnedAway(caller.number, caller.name, headers, fact.source, queue))
            return
        session = self._open(leg, Direction.INBOUND, caller, headers, queue)
        session.move(Trigger.INVITED, Speaker.CUSTOMER)
        session.ring(Speaker.CUSTOMER)
        leg.respond(RINGING)
        self._emit(
            events.IncomingCall(session.call.id, caller.number, caller.name, headers, fact.source, waiting, queue)
        )
        if self._auto_answer and not (waiting and self._has.hold_others):
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
            self._audio.start(session)
        elif session.state.phase is Phase.ENDED:
            self._close(session, fact)

    # -- beginning and end of a call -----------------------------------------------------------

    def _open(
        self,
        leg: PjCall,
        direction: Direction,
        party: Party,
        headers: tuple[tuple[str, str], ...] = (),
        queue: str = "",
    ) -> CallSession:
        call = Call(
            id=new_call_id(),
            direction=direction,
            agent=self._has.settings.user,
            remote_number=party.number,
            remote_name=party.name,
            started_at=datetime.now(UTC),
            headers=headers or ((CALL_ID_HEADER, leg.sip_call_id()),),
            queue=queue,
        )
        session = CallSession(call, leg, self.recordings.recorder(call), self._emit)
        self._sessions[session.leg_id] = session
        return session

    def _close(self, session: CallSession, fact: facts.LegChanged) -> None:
        """Let go of an ended call and have its recording finished."""
        self._end_conference_of(session)
        self._audio.release(session)
        self.library.drop(session.leg_id)
        del self._sessions[session.leg_id]
        ended = session.close(fact.code, fact.reason)
        self._emit(ended)
        if session.recorder:
            self.recordings.finish(session.recorder, session.call, ended.mos)


def _chosen_headers(message: str, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name in names for value in header_values(message, name))


def _unlikeliness(session: CallSession) -> int:
    """Order calls for a command that names none: the one being talked on first."""
    state = session.state
    if state.phase is Phase.TALKING:
        return 2 if state.held_by_us else 0
    return 1 if state.phase in {Phase.DIALING, Phase.RINGING_OUT} else 3
