"""Both sides' sound of a live call, measured as it comes: loudness, pitch, and what the line lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callcoach.audio.dropouts import RunningDropouts
from callcoach.audio.pitch import RunningPitch
from callcoach.datapath import LevelTrack, PitchTrack, Speaker
from callcoach.live.loudness import RunningLoudness


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured so far, by side."""

    levels: dict[Speaker, LevelTrack]
    pitches: dict[Speaker, PitchTrack]
    dropouts: dict[Speaker, tuple[tuple[float, float], ...]]


class RunningSound:
    """The sound of a call that goes on.

    Args:
        sides: who speaks on which channel.
        sample_rate_hz: of the sound.
    """

    def __init__(self, sides: tuple[Speaker, ...], sample_rate_hz: int) -> None:
        self._sides = sides
        self.loudness = {speaker: RunningLoudness(sample_rate_hz) for speaker in sides}
        self._pitches = {speaker: RunningPitch(sample_rate_hz) for speaker in sides}
        self._dropouts = {speaker: RunningDropouts(sample_rate_hz) for speaker in sides}

    def hear(self, samples: NDArray[np.int16], speaking: tuple[bool, ...]) -> None:
        """Take the next samples, shape (frames, sides); `speaking`: which sides speak in them."""
        for channel, (speaker, is_speaking) in enumerate(zip(self._sides, speaking, strict=True)):
            side = samples[:, channel]
            self.loudness[speaker].hear(side, speaking=is_speaking)
            self._pitches[speaker].hear(side)
            self._dropouts[speaker].hear(side)

    def measured(self) -> Measured:
        """Return what was measured so far; it costs as much as the call is long."""
        return Measured(
            {speaker: one.track() for speaker, one in self.loudness.items()},
            {speaker: one.track() for speaker, one in self._pitches.items()},
            {speaker: one.spans() for speaker, one in self._dropouts.items()},
        )
