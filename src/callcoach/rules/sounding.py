"""What a stretch without words sounds like: music, a tone, a voice, mere noise; and whether somebody types.

Takes level and pitch tracks, gives the kind of sound. Music and tones hold a pitch steadily, a voice glides, noise has
none; keys are short rises of the level without a pitch. Knows nothing of turns or rules.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from callcoach.datapath import LevelTrack, PitchTrack

Span = tuple[float, float]


class SoundKind(StrEnum):
    """What is heard where nobody says words. `UNKNOWN`: no pitch was measured."""

    MUSIC = "music"
    TONE = "tone"
    VOICE = "voice"
    NOISE = "noise"
    UNKNOWN = "unknown"


PITCHED_FROM = 0.3
"""Share of a sound that has a pitch, from which it is more than noise. On the development calls hold music and ring
tones had 0.91 or more, good and bad lines alike; white and pink noise have none, many voices at once up to 0.25."""

STEADY_SEMITONES = 0.3
"""A pitch that moves by less from one twentieth of a second to the next is held; speech moves by more."""

HELD_FROM = 0.5
"""Share of the pitched sound that is held, from which it is no voice: hold music had 0.64 or more, speech has 0.3."""

TONE_SEMITONES = 0.5
"""A tone keeps one pitch: four fifths of its hops lie within so much."""

KEY_ABOVE_DB = 6.0
"""A key stands so far above the quiet between the keys."""

KEY_QUIET_QUANTILE = 0.2
"""Quantile of the levels that stands for the quiet between keys: a fast typist leaves a quarter of the hops free."""

LONGEST_KEY_S = 0.5
"""A rise that lasts longer is something that is moved, not a key or two."""

KEYS_PER_S = 1.0
"""Slower than this, single noises are no typing."""

MIN_KEYS = 4
"""Fewer keys are those of one click or knock and its echo."""


def kind_of(pitch: PitchTrack | None, span: Span) -> SoundKind:
    """What a sound in `span` is, by one side's pitch."""
    if pitch is None:
        return SoundKind.UNKNOWN
    hz = _part(np.asarray(pitch.hz, dtype=np.float64), pitch.hop_s, span)
    if not len(hz):
        return SoundKind.UNKNOWN
    pitched = hz > 0
    if pitched.mean() < PITCHED_FROM:
        return SoundKind.NOISE
    if _held_share(hz, pitched) < HELD_FROM:
        return SoundKind.VOICE
    low, high = np.quantile(12 * np.log2(hz[pitched]), (0.1, 0.9))
    return SoundKind.TONE if high - low <= TONE_SEMITONES else SoundKind.MUSIC


def _held_share(hz: NDArray[np.float64], pitched: NDArray[np.bool_]) -> float:
    """Share of the steps between two pitched hops over which the pitch stays."""
    both = pitched[1:] & pitched[:-1]
    if not both.any():
        return 0.0
    moved = 12 * np.abs(np.diff(np.log2(np.where(pitched, hz, 1.0))))
    return float((moved[both] < STEADY_SEMITONES).mean())


def is_typing(levels: LevelTrack, pitch: PitchTrack | None, span: Span) -> bool:
    """Whether keys are heard on one side in a stretch without words or other sound."""
    dbfs = _part(np.asarray(levels.dbfs, dtype=np.float64), levels.hop_s, span)
    if not len(dbfs):
        return False
    key = dbfs > np.quantile(dbfs, KEY_QUIET_QUANTILE) + KEY_ABOVE_DB
    edges = np.flatnonzero(np.diff(np.concatenate(([0], key.astype(np.int8), [0]))))
    lengths_s = (edges[1::2] - edges[::2]) * levels.hop_s
    keys = int((lengths_s <= LONGEST_KEY_S).sum())
    if keys < MIN_KEYS or keys < KEYS_PER_S * (span[1] - span[0]) or keys < len(lengths_s) / 2:
        return False
    return pitch is None or kind_of(pitch, span) is SoundKind.NOISE


def _part(values: NDArray[np.float64], hop_s: float, span: Span) -> NDArray[np.float64]:
    first = round(span[0] / hop_s)
    return values[first : max(first + 1, round(span[1] / hop_s))]
