"""The agent's audio ports in the bridge, and which call speaks through which.

A factory that gives one port for each call makes it the agent's one headset; calls then share its place in the bridge.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from callcoach.datapath import Direction
from callcoach.sip import facts
from callcoach.sip.added_voices import OVER_S, AddedVoices, Voice
from callcoach.sip.call import CallSession
from callcoach.sip.equipment import Equipment
from callcoach.sip.notice import beep_sound, notice_sound
from callcoach.sip.pjsua.bridge import BridgePort
from callcoach.sip.pjsua.library import Library
from callcoach.sip.ports import AudioPort
from callcoach.sip.states import Phase


@dataclass(slots=True)
class SharedPort:
    """An agent's audio port in the bridge and how many calls use it."""

    number: int
    audio: AudioPort
    bridge: BridgePort
    voices: AddedVoices
    users: int = 0
    beeped_at: float = 0.0
    heard: set[Voice] = field(default_factory=set[Voice])
    """The voices that are there besides the agent's."""


class AgentAudio:
    """Connects calls with the agent's audio, and with whoever hears them."""

    def __init__(self, equipment: Equipment) -> None:
        self._has = equipment
        self._ports: list[SharedPort] = []
        self._numbers = itertools.count(1)
        rate_hz = equipment.settings.clock_rate_hz
        self._notice = notice_sound(equipment.recording, rate_hz)
        self._beep = beep_sound(rate_hz)
        self.library: Library

    def start(self, session: CallSession) -> None:
        """Begin to record, and let the agent speak."""
        session.port = session.port or self._port_for(session)
        recorder = (session.recorder.tick,) if session.recorder else ()
        session.leg.start_tap(session.port, (*recorder, *self._has.listeners(session.call.id)))
        self.connect(session)
        session.tell_recording()
        if session.recorder and self._notice:
            for shared in self._serving(session):
                shared.voices.announce(self._notice)
                shared.beeped_at = time.monotonic()

    def connect(self, session: CallSession) -> None:
        """Connect the sound; while an outgoing call rings the agent hears the network's tones."""
        if session.has_media and session.port is None and session.call.direction is Direction.OUTBOUND:
            session.port = self._port_for(session)
        session.connect_audio()

    def release(self, session: CallSession) -> None:
        """Let go of the port of an ended call."""
        for shared in self._serving(session):
            shared.users -= 1
            if shared.users == 0:
                self._ports.remove(shared)
                self.library.give_back_port(shared.bridge)

    def settle_microphones(self, sessions: tuple[CallSession, ...]) -> None:
        """Cut off each microphone whose call at hand is muted: a muted call on hold mutes no other."""
        for shared in self._ports:
            shared.bridge.muted = any(one.muted for one in sessions if one.port is shared.bridge and one.is_heard)

    def done(self, sessions: tuple[CallSession, ...]) -> Iterator[CallSession]:
        """Yield the calls whose port asks for their end."""
        for shared in self._ports:
            if shared.audio.wants_hang_up:
                yield from (one for one in sessions if one.port is shared.bridge and one.state.phase is Phase.TALKING)

    def voices(self, sessions: tuple[CallSession, ...]) -> AddedVoices | None:
        """Return the voices at the port of the call being talked on; None: there is no such call."""
        for session in sessions:
            if session.is_heard:
                return next((shared.voices for shared in self._serving(session)), None)
        return None

    def on_voice(self, fact: facts.VoiceChanged, sessions: tuple[CallSession, ...]) -> None:
        """Tell the calls that hear it of a voice that began, and of its end."""
        for shared in self._ports:
            if shared.number == fact.port:
                (shared.heard.add if fact.is_heard else shared.heard.discard)(fact.voice)
                over_s = OVER_S if fact.voice is Voice.BARGE else 0.0
                self._settle_voice(shared, fact.voice, sessions, over_s)

    def settle_voices(self, sessions: tuple[CallSession, ...]) -> None:
        """Tell each call of the voices in it: one that is held loses them, one that joins a conference finds them."""
        for shared in self._ports:
            for voice in Voice:
                self._settle_voice(shared, voice, sessions)

    @staticmethod
    def _settle_voice(shared: SharedPort, voice: Voice, sessions: tuple[CallSession, ...], over_s: float = 0.0) -> None:
        for session in sessions:
            is_heard = session.is_heard and voice in shared.heard
            if session.port is shared.bridge and is_heard != (voice in session.added_voices):
                session.on_voice(voice, is_heard, over_s)

    def beep(self, sessions: tuple[CallSession, ...]) -> None:
        """Sound the tone that says again that the call is recorded, where it is due."""
        every_s = self._has.recording.beep_every_s
        if not every_s:
            return
        now = time.monotonic()
        for shared in self._ports:
            recorded = any(one.is_heard and one.is_recording for one in sessions if one.port is shared.bridge)
            if recorded and now - shared.beeped_at >= every_s:
                shared.voices.beep(self._beep)
                shared.beeped_at = now

    def _serving(self, session: CallSession) -> list[SharedPort]:
        return [shared for shared in tuple(self._ports) if shared.bridge is session.port]

    def _port_for(self, session: CallSession) -> BridgePort:
        call_id = session.call.id
        audio = self._has.audio(call_id, self._has.settings.clock_rate_hz)
        shared = next((port for port in self._ports if port.audio is audio), None)
        if shared is None:
            number = next(self._numbers)
            voices = AddedVoices(
                self._has.settings.clock_rate_hz,
                lambda voice, is_heard: self._has.post(facts.VoiceChanged(number, voice, is_heard)),
            )
            shared = SharedPort(number, audio, self.library.borrow_port(), voices, beeped_at=time.monotonic())
            shared.bridge.assign(audio, voices, lambda error: self._has.post(facts.AudioFailed(call_id, error)))
            self._ports.append(shared)
        shared.users += 1
        return shared.bridge
