"""The agent's headset at the other end of the line: an audio port whose microphone is fed from outside."""

from __future__ import annotations

from collections.abc import Callable

from callcoach.sip.sound_queue import SoundQueue


class Headset:
    """One agent's headset, the same for each call. `read` and `write` run on the media clock and never wait.

    Args:
        rate_hz: of all sound.
        heard: called with every 20 ms that the agent should hear, on the media clock; it must not block.
    """

    wants_hang_up = False

    def __init__(self, rate_hz: int, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self.microphone = SoundQueue(rate_hz)

    def speak(self, pcm: bytes) -> None:
        """Take what the agent says, from any thread."""
        self.microphone.put(pcm)

    def read(self, samples: int) -> bytes:
        """Return the next stretch of the microphone; nothing while too little waits."""
        return self.microphone.take(samples)

    def write(self, pcm: bytes) -> None:
        """Pass on what the agent hears."""
        self._heard(pcm)
