"""The agent's audio ports in the bridge, and which call speaks through which.

A factory that gives one port for each call makes it the agent's one headset; calls then share its place in the bridge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callcoach.datapath import Direction
from callcoach.sip import facts
from callcoach.sip.call import CallSession
from callcoach.sip.equipment import Equipment
from callcoach.sip.pjsua.bridge import BridgePort
from callcoach.sip.pjsua.library import Library
from callcoach.sip.ports import AudioPort
from callcoach.sip.states import Phase


@dataclass(slots=True)
class SharedPort:
    """An agent's audio port in the bridge and how many calls use it."""

    audio: AudioPort
    bridge: BridgePort
    users: int = 0


class AgentAudio:
    """Connects calls with the agent's audio, and with whoever hears them."""

    def __init__(self, equipment: Equipment) -> None:
        self._has = equipment
        self._ports: list[SharedPort] = []
        self.library: Library

    def start(self, session: CallSession) -> None:
        """Begin to record, and let the agent speak."""
        session.port = session.port or self._port_for(session)
        recorder = (session.recorder.tick,) if session.recorder else ()
        session.leg.start_tap(session.port, (*recorder, *self._has.listeners(session.call.id)))
        self.connect(session)

    def connect(self, session: CallSession) -> None:
        """Connect the sound; while an outgoing call rings the agent hears the network's tones."""
        if session.has_media and session.port is None and session.call.direction is Direction.OUTBOUND:
            session.port = self._port_for(session)
        session.connect_audio()

    def release(self, session: CallSession) -> None:
        """Let go of the port of an ended call."""
        for shared in [port for port in self._ports if port.bridge is session.port]:
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
