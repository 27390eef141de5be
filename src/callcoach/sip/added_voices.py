"""What is heard at the agent's end besides agent and customer: a supervisor, and announcements.

A whisper is heard by the agent alone. A supervisor who barges in, and an announcement, are heard by both sides and
recorded on the agent's side; when they begin and end is told, so that nobody takes them for the agent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

import numpy as np

from callcoach.sip.ports import BYTES_PER_SAMPLE
from callcoach.sip.sound_queue import SoundQueue

OVER_S = 1.0
"""A supervisor who sent no sound for so long has left the conversation."""


class Voice(StrEnum):
    """Who is heard on the agent's side besides the agent."""

    BARGE = "barge"
    NOTICE = "notice"


class AddedVoices:
    """The voices at one audio port. `to_send` and `to_hear` run on the media clock; the rest on any thread.

    Args:
        rate_hz: of all sound.
        told: called on the media clock when a voice begins (True) or is over (False); it must not block.
    """

    def __init__(self, rate_hz: int, told: Callable[[Voice, bool], None]) -> None:
        self._whisper = SoundQueue(rate_hz)
        self._barge = SoundQueue(rate_hz)
        self._notice = bytearray()
        self._beep = bytearray()
        self._lock = threading.Lock()
        self._told = told
        self._rate_hz = rate_hz
        self._barge_left = 0
        """Samples for which a supervisor who says nothing still counts as there; 0: nobody is."""
        self._is_noticed = False
        self._sent = b""

    def whisper(self, pcm: bytes) -> None:
        """Have the agent hear this."""
        self._whisper.put(pcm)

    def barge(self, pcm: bytes) -> None:
        """Have both sides hear this supervisor."""
        self._barge.put(pcm)

    def announce(self, pcm: bytes) -> None:
        """Have both sides hear this from its beginning to its end."""
        with self._lock:
            self._notice += pcm

    def beep(self, pcm: bytes) -> None:
        """As `announce`, for a short tone that is not told."""
        with self._lock:
            self._beep += pcm

    def to_send(self, said: bytes, samples: int) -> bytes:
        """Return what goes out for what the agent said."""
        barge = self._barge.take(samples)
        self._follow_barge(bool(barge), samples)
        self._sent = mixed(barge, self._announcements(samples))
        return mixed(said, self._sent)

    def to_hear(self, heard: bytes) -> bytes:
        """Return what the agent hears for what came in, in the tick of the last `to_send`."""
        sent, self._sent = self._sent, b""
        return mixed(heard, mixed(self._whisper.take(len(heard) // BYTES_PER_SAMPLE), sent))

    def _announcements(self, samples: int) -> bytes:
        length = samples * BYTES_PER_SAMPLE
        with self._lock:
            notice, beep = bytes(self._notice[:length]), bytes(self._beep[:length])
            del self._notice[:length], self._beep[:length]
        if bool(notice) != self._is_noticed:
            self._is_noticed = bool(notice)
            self._told(Voice.NOTICE, self._is_noticed)
        return mixed(notice, beep)

    def _follow_barge(self, is_heard: bool, samples: int) -> None:
        before = self._barge_left
        self._barge_left = round(OVER_S * self._rate_hz) if is_heard else max(0, before - samples)
        if bool(self._barge_left) != bool(before):
            self._told(Voice.BARGE, is_heard)


def mixed(one: bytes, other: bytes) -> bytes:
    """Return the sum of two stretches of 16-bit samples, cut off at full scale; the shorter ends in silence."""
    if not one or not other:
        return one or other
    shorter, longer = sorted((np.frombuffer(one, "<i2"), np.frombuffer(other, "<i2")), key=len)
    total = longer.astype(np.int32)
    total[: len(shorter)] += shorter
    return np.clip(total, -32768, 32767).astype("<i2").tobytes()
