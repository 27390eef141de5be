"""Where each side speaks: a recording's sound in, speech segments out.

Every 20 ms frame of a channel is judged by webrtcvad, by its energy between the channel's own noise
and speech levels, by the other channel (whose echo must not count) and by its steadiness (ring and
busy tones must not count). A vote over neighbouring frames then makes segments. The same code takes
live sound in portions of any size: nothing looks ahead further than `VOTE_FRAMES // 2` frames. It
never changes samples and never recognises words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from callcoach.audio.frames import FRAME_S, FRAMES_PER_S, FrameFeatures, measure_frames
from callcoach.audio.running_levels import RunningLevels
from callcoach.audio.sound import Sound
from callcoach.datapath import Segment, Speaker
from callcoach.errors import AudioFormatError

RATES_HZ = (8000, 16000, 32000, 48000)
"""The rates webrtcvad takes; decoding brings every recording to 8 or 16 kHz."""
VAD_MODE = 3
"""webrtcvad's strictest: with the energy gate it left least noise (design notes, ASR)."""
GATE_SHARE = 0.4
"""The energy gate lies this far up from the noise level to the speech level (both in dB)."""
GATE_MIN_DB = 4.0
"""The gate is at least this far above the noise, however soft the speech."""
ECHO_DB = 20.0
"""A frame this far below the other side is taken for its echo (network echo returns at -20 to -40 dB)."""
ECHO_DELAY_FRAMES = 12
"""Echo arrives within 240 ms of what caused it."""
VOTE_FRAMES, VOTES_NEEDED = 5, 3
"""A frame is speech when 3 of the 5 frames around it are: clicks vanish, short dips are filled."""
PAUSE_FRAMES = 15
"""A segment ends when 0.3 s held no speech: longer than a stop or a breath within a sentence."""
MIN_SPEECH_FRAMES = 6
"""Shorter blips (under 0.12 s) are no syllable."""
MAX_TONE_SHARE = 0.5
"""A segment of which more than half is a steady tone is a signal, not speech."""
PRIME_S = 20.0
"""A recording's first seconds are measured before they are judged, so that the first word counts."""
PORTION_S = 30.0
"""Sound taken from the recording at a time: bounds memory for recordings of hours."""


@dataclass(slots=True)
class _Side:
    """What is remembered of one channel between portions."""

    speaker: Speaker
    vad: webrtcvad.Vad
    levels: RunningLevels = field(default_factory=RunningLevels)
    recent_dbfs: NDArray[np.float64] = field(default_factory=lambda: np.full(ECHO_DELAY_FRAMES, -np.inf))
    votes: list[bool] = field(default_factory=lambda: [False] * VOTE_FRAMES)
    tones: list[bool] = field(default_factory=lambda: [False] * VOTE_FRAMES)
    last_peak_hz: float = 0.0
    start_frame: int | None = None
    """First frame of the segment that is open."""
    last_frame: int = 0
    """Last frame of speech in it."""
    tone_frames: int = 0
    speech_frames: int = 0


class SpeechFinder:
    """Finds speech in sound that comes in portions; one finder a recording or live call.

    `feed` returns segments as they close, `finish` those still open. What comes out does not depend
    on how the sound was cut into portions.

    Raises:
        AudioFormatError: webrtcvad does not take this sample rate.
    """

    def __init__(self, speakers: tuple[Speaker, ...], sample_rate_hz: int) -> None:
        if sample_rate_hz not in RATES_HZ:
            raise AudioFormatError(
                f"Speech detection takes {', '.join(map(str, RATES_HZ))} Hz, not {sample_rate_hz} Hz. "
                "Open the file with callcoach.audio.decoding, which resamples."
            )
        self._rate_hz = sample_rate_hz
        self._frame_len = round(sample_rate_hz * FRAME_S)
        self._sides = [_Side(speaker, webrtcvad.Vad(VAD_MODE)) for speaker in speakers]
        self._rest = np.zeros((0, len(speakers)), dtype=np.int16)
        self._frames_done = 0

    @property
    def speaking(self) -> tuple[bool, ...]:
        """Whether a segment is open now, for each channel."""
        return tuple(side.start_frame is not None for side in self._sides)

    def prime(self, samples: NDArray[np.int16]) -> None:
        """Learn noise and speech levels from sound (frames, channels) without judging it."""
        for channel, side in enumerate(self._sides):
            features = self._measure(side, samples[:, channel], webrtcvad.Vad(VAD_MODE))
            side.levels.learn(features)
            side.last_peak_hz = 0.0

    def feed(self, samples: NDArray[np.int16]) -> list[Segment]:
        """Take the next samples, shape (frames, channels); return the segments that closed."""
        samples = np.concatenate([self._rest, samples])
        closed: list[Segment] = []
        taken = 0
        while (count := self._frames_available(len(samples) - taken)) > 0:
            end = taken + count * self._frame_len
            closed += self._judge(samples[taken:end], count)
            taken = end
        self._rest = samples[taken:]
        return closed

    def finish(self) -> list[Segment]:
        """Close what is still open; the finder must not be used afterwards."""
        closed: list[Segment] = []
        silence = [False] * (PAUSE_FRAMES + VOTE_FRAMES)
        for side in self._sides:
            closed += _advance(side, silence, silence, self._frames_done)
        return closed

    def _frames_available(self, samples: int) -> int:
        """Whole frames at hand, but not beyond the next second, where the levels are taken anew."""
        to_boundary = FRAMES_PER_S - self._frames_done % FRAMES_PER_S
        return min(samples // self._frame_len, to_boundary)

    def _measure(self, side: _Side, samples: NDArray[np.int16], vad: webrtcvad.Vad) -> FrameFeatures:
        features = measure_frames(samples, self._rate_hz, vad, side.levels.vad_gain, side.last_peak_hz)
        side.last_peak_hz = features.last_peak_hz
        return features

    def _judge(self, samples: NDArray[np.int16], count: int) -> list[Segment]:
        measured = [self._measure(side, samples[:, i], side.vad) for i, side in enumerate(self._sides)]
        loudest = [_recent_maximum(side, features) for side, features in zip(self._sides, measured, strict=True)]
        closed: list[Segment] = []
        for index, (side, features) in enumerate(zip(self._sides, measured, strict=True)):
            active = features.voiced & (features.dbfs > side.levels.gate(GATE_SHARE, GATE_MIN_DB))
            for other in range(len(self._sides)):
                if other != index:
                    active &= features.dbfs > loudest[other] - ECHO_DB
            closed += _advance(side, active.tolist(), features.tone.tolist(), self._frames_done)
            side.levels.add(features)
        self._frames_done += count
        return closed


def find_segments(sound: Sound) -> tuple[Segment, ...]:
    """Return where each side speaks, tight around the speech, in the order of their start.

    Raises:
        AudioFormatError: the sample rate is none of `RATES_HZ`.
    """
    finder = SpeechFinder(sound.speakers, sound.sample_rate_hz)
    finder.prime(sound.samples[: round(PRIME_S * sound.sample_rate_hz)])
    segments = [segment for portion in _portions(sound) for segment in finder.feed(portion)]
    segments += finder.finish()
    return tuple(sorted(segments, key=lambda segment: (segment.start_s, segment.speaker)))


def _portions(sound: Sound) -> Iterator[NDArray[np.int16]]:
    step = round(PORTION_S * sound.sample_rate_hz)
    for start in range(0, len(sound.samples), step):
        yield sound.samples[start : start + step]


def _recent_maximum(side: _Side, features: FrameFeatures) -> NDArray[np.float64]:
    """Return for each frame the side's loudest level (dBFS) within the echo's delay."""
    levels = np.concatenate([side.recent_dbfs, features.dbfs])
    side.recent_dbfs = levels[-ECHO_DELAY_FRAMES:]
    windows = np.lib.stride_tricks.sliding_window_view(levels, ECHO_DELAY_FRAMES + 1)
    return windows.max(axis=1)


def _advance(side: _Side, active: list[bool], tone: list[bool], first_frame: int) -> list[Segment]:
    """Vote, open and close the side's segment over the next frames; return those that closed."""
    closed: list[Segment] = []
    for offset, (is_active, is_tone) in enumerate(zip(active, tone, strict=True)):
        side.votes.append(is_active)
        side.tones.append(is_tone)
        del side.votes[0], side.tones[0]
        centre = first_frame + offset - VOTE_FRAMES // 2
        if sum(side.votes) >= VOTES_NEEDED:
            if side.start_frame is None:
                side.start_frame, side.tone_frames, side.speech_frames = max(0, centre), 0, 0
            side.last_frame = centre
            side.speech_frames += 1
            side.tone_frames += side.tones[VOTE_FRAMES // 2]
        elif side.start_frame is not None and centre - side.last_frame > PAUSE_FRAMES:
            closed += _close(side)
    return closed


def _close(side: _Side) -> list[Segment]:
    """End the open segment; give it unless it was too short or a tone."""
    assert side.start_frame is not None  # noqa: S101 - the caller looked
    start_s, end_s = side.start_frame * FRAME_S, (side.last_frame + 1) * FRAME_S
    side.start_frame = None
    if side.speech_frames < MIN_SPEECH_FRAMES or side.tone_frames > MAX_TONE_SHARE * side.speech_frames:
        return []
    return [Segment(side.speaker, round(start_s, 3), round(end_s, 3))]
