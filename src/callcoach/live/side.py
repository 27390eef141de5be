"""One side of a live call: chunks of sound in, its utterances out, wavering and then closed.

Only speech reaches the recogniser: what lies just before it is kept at hand, and an utterance is closed when the
side has been still for `CLOSE_AFTER_S`. Belongs to one thread.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callcoach.asr.engine import Stream, Utterance
from callcoach.datapath import Speaker

BEFORE_S = 0.3
"""Sound before the first speech that is listened to as well: the voice detector needs some frames to be sure."""
CLOSE_AFTER_S = 0.3
"""Stillness after which an utterance is closed; the voice detector itself waits as long before it says so."""
LONGEST_S = 20.0
"""An utterance is closed after this much sound, so that its lattice stays small and its words come out."""


@dataclass(frozen=True, slots=True)
class SideNews:
    """What a chunk brought."""

    open_from_s: float
    """The next utterance of this side begins no earlier."""
    heard_to_s: float
    text: str
    """The open utterance so far; empty: none."""
    closed: Utterance | None = None


class Side:
    """Listens to one speaker."""

    def __init__(self, speaker: Speaker, stream: Stream, sample_rate_hz: int) -> None:
        self.speaker = speaker
        self._stream = stream
        self._rate_hz = sample_rate_hz
        self._before: deque[NDArray[np.int16]] = deque()
        self._start_s: float | None = None
        self._still_s = 0.0
        self._text = ""

    def hear(self, samples: NDArray[np.int16], at_s: float, *, speaking: bool) -> SideNews:
        """Take the next samples, shape (frames,), the first of them at `at_s` seconds of the call.

        Raises:
            AsrError: the recogniser failed.
        """
        length_s = len(samples) / self._rate_hz
        end_s = at_s + length_s
        if self._start_s is None and not speaking:
            self._keep(samples)
            return SideNews(max(0.0, end_s - BEFORE_S), end_s, "")
        if self._start_s is None:
            before = np.concatenate([*self._before, samples])
            self._before.clear()
            at_s, samples = end_s - len(before) / self._rate_hz, before
            self._start_s, self._still_s = at_s, 0.0
        self._text = self._stream.hear(samples, at_s)
        self._still_s = 0.0 if speaking else self._still_s + length_s
        if self._still_s >= CLOSE_AFTER_S or end_s - self._start_s >= LONGEST_S:
            return SideNews(end_s, end_s, "", self._close())
        return SideNews(self._start_s, end_s, self._text)

    def finish(self, end_s: float) -> SideNews:
        """Close what is open; the side must not be used afterwards."""
        closed = self._close() if self._start_s is not None else None
        self._stream.end()
        return SideNews(end_s, end_s, "", closed)

    def _keep(self, samples: NDArray[np.int16]) -> None:
        self._before.append(samples)
        while sum(map(len, self._before)) - len(self._before[0]) >= BEFORE_S * self._rate_hz:
            self._before.popleft()

    def _close(self) -> Utterance | None:
        self._start_s, self._text = None, ""
        words = self._stream.close()
        return Utterance(self.speaker, words) if words else None
