"""Sound that comes by fits and starts and goes out in even ticks: a little is kept waiting, too much is skipped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from callcoach.sip.ports import BYTES_PER_SAMPLE

WAIT_MS = 40
"""Sound kept waiting before the first tick: two frames, more than the network of one office needs."""
MOST_MS = 160
"""More than this is skipped down to `WAIT_MS`: delay that has come stays otherwise."""
STALE_S = 0.2
"""Sound that waited while nobody took any for so long is dropped: it was said to nobody, as during a hold."""


class SoundQueue:
    """One source of 16-bit mono sound. `put` may be called from any thread; neither waits.

    Args:
        rate_hz: of the sound.
        clock: seconds that never go back.
    """

    def __init__(self, rate_hz: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._waiting = bytearray()
        self._playing = False
        self._lock = threading.Lock()
        self._clock = clock
        self._taken_at = clock()
        self._bytes_per_ms = rate_hz * BYTES_PER_SAMPLE // 1000
        self.skipped_ms = 0.0
        """Sound that came too late, in milliseconds."""
        self.missing_ms = 0.0
        """Silence sent for sound that had not come."""

    def put(self, pcm: bytes) -> None:
        """Take sound that is to be heard."""
        with self._lock:
            self._waiting += pcm
            if len(self._waiting) > MOST_MS * self._bytes_per_ms:
                surplus = len(self._waiting) - WAIT_MS * self._bytes_per_ms
                del self._waiting[:surplus]
                self.skipped_ms += surplus / self._bytes_per_ms

    def take(self, samples: int) -> bytes:
        """Return the next stretch; nothing while too little waits."""
        wanted = samples * BYTES_PER_SAMPLE
        with self._lock:
            now = self._clock()
            if now - self._taken_at > STALE_S:
                self._waiting.clear()
            self._taken_at = now
            if not self._playing and len(self._waiting) < WAIT_MS * self._bytes_per_ms:
                return b""
            self._playing = len(self._waiting) >= wanted
            if not self._playing:
                self.missing_ms += wanted / self._bytes_per_ms
            taken = bytes(self._waiting[:wanted])
            del self._waiting[:wanted]
            return taken
