"""Both sides' loudness and speech as the call goes on, hop by hop, as `callcoach.audio.levels` measures them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from callcoach.audio.levels import HOP_S, level_track
from callcoach.datapath import LevelTrack

USUAL_HOPS = 600
"""Hops of speech that make a speaker's usual level: a minute of talking."""
ENOUGH_HOPS = 30
"""With less than three seconds of speech there is no usual level to compare with."""
NOW_HOPS = 5
"""Hops of speech that are the level of this moment."""


class RunningLoudness:
    """One side's level track, growing."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._hop = round(HOP_S * sample_rate_hz)
        self._rest = np.zeros(0, dtype=np.int16)
        self._dbfs: list[float] = []
        self._speech: list[bool] = []
        self._spoken: deque[float] = deque(maxlen=USUAL_HOPS)

    def hear(self, samples: NDArray[np.int16], *, speaking: bool) -> None:
        """Take the next samples, shape (frames,); `speaking`: the side speaks in them."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // self._hop * self._hop
        self._rest = samples[whole:]
        if whole:
            levels = level_track(samples[:whole], self._rate_hz, ()).dbfs
            self._dbfs.extend(levels)
            self._speech.extend([speaking] * len(levels))
            if speaking:
                self._spoken.extend(levels)

    @property
    def spoken_s(self) -> float:
        """Seconds of speech so far."""
        return sum(self._speech) * HOP_S

    def track(self) -> LevelTrack:
        """Return the track so far."""
        return LevelTrack(HOP_S, tuple(self._dbfs), tuple(self._speech))

    def above_usual_db(self) -> float | None:
        """Return how far the latest speech lies above the usual; None: too little was heard to tell."""
        if len(self._spoken) < ENOUGH_HOPS + NOW_HOPS or not self._speech[-1]:
            return None
        levels = list(self._spoken)
        return round(_mean_db(levels[-NOW_HOPS:]) - _mean_db(levels[:-NOW_HOPS]), 1)


def _mean_db(levels: Sequence[float]) -> float:
    return float(10 * np.log10(np.mean(10 ** (np.asarray(levels) / 10))))
