"""A softphone inside the test's process, registered at the PBX, with one headset for all calls."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callcoach.settings import RecordingSettings, SipSettings
from callcoach.sip import events
from callcoach.sip.ports import PlaybackPort
from callcoach.sip.softphone import Softphone
from callcoach.sip.states import Hold, Phase
from tests.peers.fixtures import OUR_HZ
from tests.peers.kamailio import USERS, Pbx
from tests.peers.process import LOOPBACK
from tests.peers.sound import read_wav, tone

WAIT_S = 15.0


class Inside:
    """The phone, what its agent heard, and its events; `wait` consumes them in order."""

    def __init__(self, phone: Softphone, heard: bytearray, calls_dir: Path) -> None:
        self.phone = phone
        self.calls_dir = calls_dir
        self._heard = heard
        self.events: list[events.PhoneEvent] = []

    def wait(self, kind: type[events.PhoneEvent], **values: Any) -> Any:
        while event := self.phone.next_event(WAIT_S):
            self.events.append(event)
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in values.items()):
                return event
        raise AssertionError(f"no {kind.__name__} {values} in {WAIT_S} s; events: {self.events}")

    def wait_state(self, call_id: str, phase: Phase, hold: Hold = Hold.NONE) -> None:
        while True:
            event = self.wait(events.StateChanged, call_id=call_id)
            if (event.state.phase, event.state.hold) == (phase, hold):
                return

    def talk(self, number: str) -> str:
        call_id = self.phone.dial(number)
        self.wait_state(call_id, Phase.TALKING)
        return call_id

    def heard(self) -> NDArray[np.int16]:
        return np.frombuffer(bytes(self._heard), np.int16)

    def recorded(self, call_id: str) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Wait for a call's recording; return agent and customer."""
        finished = self.wait(events.RecordingFinished, call_id=call_id)
        samples, _ = read_wav(finished.path)
        return samples[:, 0], samples[:, 1]


@contextlib.contextmanager
def inside(
    folder: Path, pbx: Pbx, recording: RecordingSettings | None = None, *, user: str = "1001", hold_others: bool = True
) -> Iterator[Inside]:
    """Run a phone that speaks our tone through one headset until the end of the block."""
    heard = bytearray()
    headset = PlaybackPort(tone(OUR_HZ, 60).tobytes(), heard=heard.extend)
    settings = SipSettings(local_host=LOOPBACK, registrar=pbx.address, user=user, password=USERS[user], retry_s=1)
    calls_dir = folder / "calls"
    with Softphone(
        settings,
        recordings=calls_dir,
        recording=recording,
        audio=lambda _id, _rate: headset,
        hold_others=hold_others,
    ) as phone:
        found = Inside(phone, heard, calls_dir)
        found.wait(events.RegistrationChanged, registered=True)
        yield found
