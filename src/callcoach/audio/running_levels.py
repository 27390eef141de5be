"""A channel's noise and speech levels, followed over the call.

Takes the frames' features, gives the level of the noise, of the speech, and the gate between them.
Histograms of 1 dB that fade: percentiles cost nothing, and a line that changes is followed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from callcoach.audio.frames import FLOOR_DBFS, FRAMES_PER_S, FrameFeatures

MEMORY_S = 30.0
"""Time in which a frame's weight falls to 1/e: a few turns of both speakers."""
NOISE_PERCENTILE = 0.2
"""Even a side that talks without end pauses a fifth of the time between its words."""
SPEECH_PERCENTILE = 0.7
"""Of the voiced frames, among which may be voices in the background: they are softer."""
SPEECH_OVER_NOISE_DB = 6.0
"""Voiced frames nearer to the noise than this say nothing of the speech level."""
USUAL_NOISE_DBFS, USUAL_SPEECH_DBFS = -60.0, -32.0
"""What a telephone line is like before anything was heard."""
USUAL_WEIGHT = 5.0
"""The usual levels count as much as this many frames."""
VAD_TARGET_DBFS = -28.0
"""Speech softer than this is lifted to it before webrtcvad judges it. Measured on noisy calls: without,
2 % of the characters were lost; lifted to -22 dBFS, twice as much babble was kept."""
VAD_MAX_GAIN_DB = 20.0
"""More would lift line noise to the level of speech."""


class RunningLevels:
    """Noise and speech level of one channel; call `add` with the features in their order."""

    def __init__(self) -> None:
        self._bins = np.arange(FLOOR_DBFS, 1.0)
        self._all = self._start(USUAL_NOISE_DBFS)
        self._voiced = self._start(USUAL_SPEECH_DBFS)
        self._waiting = 0
        self._refresh()

    def _start(self, usual_dbfs: float) -> NDArray[np.float64]:
        return np.where(self._bins == usual_dbfs, USUAL_WEIGHT, 0.0)

    @property
    def vad_gain(self) -> float:
        """Factor that brings the speech to the level webrtcvad judges best; at least 1."""
        gain_db = min(max(VAD_TARGET_DBFS - self.speech_dbfs, 0.0), VAD_MAX_GAIN_DB)
        return float(10.0 ** (gain_db / 20.0))

    def gate(self, share: float, least_db: float) -> float:
        """Return the level (dBFS) from which a frame may be speech."""
        return self.noise_dbfs + max(share * (self.speech_dbfs - self.noise_dbfs), least_db)

    def learn(self, features: FrameFeatures) -> None:
        """Count frames ahead of time, all with full weight."""
        self._count(features)
        self._refresh()

    def add(self, features: FrameFeatures) -> None:
        """Count the next frames; the levels move on whole seconds, however the frames come."""
        self._count(features)
        self._waiting += len(features.dbfs)
        if self._waiting >= FRAMES_PER_S:
            fade = np.exp(-self._waiting / FRAMES_PER_S / MEMORY_S)
            self._all *= fade
            self._voiced *= fade
            self._waiting = 0
            self._refresh()

    def _count(self, features: FrameFeatures) -> None:
        steady = ~features.tone
        speech = features.voiced & steady & (features.dbfs > self.noise_dbfs + SPEECH_OVER_NOISE_DB)
        size = len(self._bins)
        bins = np.round(features.dbfs - FLOOR_DBFS).astype(np.intp)
        self._all += np.bincount(bins[steady], minlength=size)
        self._voiced += np.bincount(bins[speech], minlength=size)

    def _refresh(self) -> None:
        self.noise_dbfs = self._percentile(self._all, NOISE_PERCENTILE)
        self.speech_dbfs = max(self._percentile(self._voiced, SPEECH_PERCENTILE), self.noise_dbfs)

    def _percentile(self, weights: NDArray[np.float64], share: float) -> float:
        heaped = np.cumsum(weights)
        return float(self._bins[np.searchsorted(heaped, share * heaped[-1])])
