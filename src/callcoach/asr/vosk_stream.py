"""Vosk on sound that is still coming in: one utterance at a time, its wavering text and then its words.

Takes chunks of one side of a live call, gives the text so far and, when the utterance is closed, words with the
call's own times. A recogniser is held only while an utterance is open: many calls share the few that are warm.
Never imports vosk itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from callcoach.asr.vosk_engine import Recogniser, RecogniserPool
from callcoach.datapath import Word


class VoskStream:
    """See `callcoach.asr.engine.Stream`."""

    def __init__(self, pool: RecogniserPool, sample_rate_hz: int) -> None:
        self._pool = pool
        self._rate_hz = sample_rate_hz
        self._open: Recogniser | None = None
        self._words: list[Word] = []
        """Of the open utterance: what Vosk itself has closed at a pause."""

    def hear(self, samples: NDArray[np.int16], at_s: float) -> str:
        """See `Stream.hear`."""
        if self._open is None:
            self._open = self._pool.lend(self._rate_hz)
        words, text = self._open.follow(samples, at_s)
        self._words.extend(words)
        return "".join(word.text for word in self._words) + text

    def close(self) -> tuple[Word, ...]:
        """See `Stream.close`."""
        if self._open is None:
            return ()
        words = (*self._words, *self._open.conclude())
        self._words = []
        recogniser, self._open = self._open, None
        self._pool.give_back(recogniser, self._rate_hz)
        return words

    def end(self) -> None:
        """See `Stream.end`."""
        self.close()
