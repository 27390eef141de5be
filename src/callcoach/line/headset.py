"""The agent's headset at the other end of the line: an audio port whose microphone is fed from outside.

What comes in by fits and starts goes out in even ticks: a little sound is kept waiting, too much is skipped. `read`
and `write` run on the media clock and never wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from callcoach.sip.ports import BYTES_PER_SAMPLE

WAIT_MS = 40
"""Sound kept waiting before the first tick: two frames, more than the network of one office needs."""
MOST_MS = 160
"""More than this is skipped down to `WAIT_MS`: delay that has come stays otherwise."""


class Headset:
    """One agent's headset, the same for each call.

    Args:
        rate_hz: of all sound.
        heard: called with every 20 ms that the agent should hear, on the media clock; it must not block.
    """

    wants_hang_up = False

    def __init__(self, rate_hz: int, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self._waiting = bytearray()
        self._playing = False
        self._lock = threading.Lock()
        self._bytes_per_ms = rate_hz * BYTES_PER_SAMPLE // 1000
        self.skipped_ms = 0.0
        """Sound that came too late, in milliseconds."""
        self.missing_ms = 0.0
        """Silence sent for sound that had not come."""

    def speak(self, pcm: bytes) -> None:
        """Take what the agent says, from any thread."""
        with self._lock:
            self._waiting += pcm
            if len(self._waiting) > MOST_MS * self._bytes_per_ms:
                surplus = len(self._waiting) - WAIT_MS * self._bytes_per_ms
                del self._waiting[:surplus]
                self.skipped_ms += surplus / self._bytes_per_ms

    def read(self, samples: int) -> bytes:
        """Return the next stretch of the microphone; nothing while too little waits."""
        wanted = samples * BYTES_PER_SAMPLE
        with self._lock:
            if not self._playing and len(self._waiting) < WAIT_MS * self._bytes_per_ms:
                return b""
            self._playing = len(self._waiting) >= wanted
            if not self._playing:
                self.missing_ms += wanted / self._bytes_per_ms
            taken = bytes(self._waiting[:wanted])
            del self._waiting[:wanted]
            return taken

    def write(self, pcm: bytes) -> None:
        """Pass on what the agent hears."""
        self._heard(pcm)
