"""A recording's samples in memory (or mapped from disk), with who is on which channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callcoach.datapath import Speaker
from callcoach.errors import AudioFormatError

FULL_SCALE = 32768.0
"""One above the largest 16-bit sample: 0 dBFS is a full-scale square wave."""


@dataclass(frozen=True, slots=True)
class Sound:
    """PCM of one recording.

    `samples` has shape (frames, channels), 16-bit signed; it may be a read-only memory map, so take
    slices and convert them rather than the whole. `speakers[i]` is heard on channel `i`.
    """

    samples: NDArray[np.int16]
    sample_rate_hz: int
    speakers: tuple[Speaker, ...]

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.shape[1] != len(self.speakers):
            raise ValueError(f"Sound: samples of shape {self.samples.shape} do not hold {len(self.speakers)} channels")

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.shape[0] / self.sample_rate_hz

    def side(self, speaker: Speaker) -> NDArray[np.int16]:
        """Return one speaker's samples, shape (frames,).

        Raises:
            AudioFormatError: no channel holds this speaker alone.
        """
        if speaker not in self.speakers:
            raise AudioFormatError(f"The recording has no channel for {speaker}; it has {', '.join(self.speakers)}.")
        return self.samples[:, self.speakers.index(speaker)]
