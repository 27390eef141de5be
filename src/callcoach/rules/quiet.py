"""Stretches in which nobody is heard, and whether something explains them.

Takes a conversation, gives its quiet stretches. Speech is where words were recognised: a detector of
speech alone takes the babble behind an agent for the agent. Other sound (music, a ring tone, speech
that was not recognised) comes from the level tracks, holds from the call's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from callcoach.datapath import CallEventKind, Conversation, LevelTrack, PitchTrack, Speaker

Span = tuple[float, float]
"""Half-open interval in seconds."""

SOUND_WINDOW_S = 1.0
"""Window whose median level is looked at: clicks and breaths are shorter, a note of music or a ring is not."""

SOUND_ABOVE_BACKGROUND_DB = 10.0
"""Sound stands so far above the line's own background. On the development calls, good and bad lines, the
babble and noise in silences stayed below 8.7 dB in 1 s medians, hold music above 11.4 dB."""

SOUND_FOR_S = 1.5
"""Sound lasts so long, or it is a swell of the noise."""

CLEAR_ABOVE_BACKGROUND_DB = 13.0
"""So far above, sound counts however short: ring tones of 1 s stood 15 to 22 dB above."""

BACKGROUND_QUANTILE = 0.1
"""Quantile of the levels without speech that stands for the background: music may fill nine tenths of
them before it is taken for background."""

MIN_FREE_S = 4.0
"""Least time without speech from which the background is told; else all of the track serves."""


class QuietCause(StrEnum):
    """Why nobody was heard."""

    UNEXPLAINED = "unexplained"
    HOLD = "hold"
    ANNOUNCED = "announced"
    CUSTOMER_BUSY = "customer_busy"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Quiet:
    """A stretch without speech or other sound on either side."""

    start_s: float
    end_s: float
    after: Speaker | None
    """Who spoke last before it; None at the start of the call."""
    before: Speaker | None
    """Who breaks it; None at the end of the call."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


def quiet_stretches(conversation: Conversation, at_least_s: float) -> Iterator[Quiet]:
    """Yield every stretch of `at_least_s` or more in which neither speech nor another sound is heard."""
    speech = sorted(spoken_spans(conversation))
    heard = sorted([*((start, end) for start, end, _ in speech), *_sounds(conversation)])
    for start_s, end_s in _gaps(heard, conversation.duration_s):
        if end_s - start_s >= at_least_s:
            before = max((one for one in speech if one[0] <= start_s), key=lambda one: one[1], default=None)
            after = min((one for one in speech if one[0] >= end_s), key=lambda one: one[0], default=None)
            yield Quiet(start_s, end_s, before[2] if before else None, after[2] if after else None)


def spoken_spans(conversation: Conversation) -> Iterator[tuple[float, float, Speaker]]:
    """Yield where words were said and by whom: words, turns without words, or segments without turns."""
    for turn in conversation.turns:
        for one in turn.words or (turn,):
            yield one.start_s, one.end_s, turn.speaker
    if not conversation.turns:
        yield from ((one.start_s, one.end_s, one.speaker) for one in conversation.segments)


def _gaps(spans: Sequence[Span], duration_s: float) -> Iterator[Span]:
    """Yield what a sorted list of spans leaves free between 0 and `duration_s`."""
    reached_s = 0.0
    for start_s, end_s in spans:
        if start_s > reached_s:
            yield reached_s, start_s
        reached_s = max(reached_s, end_s)
    if duration_s > reached_s:
        yield reached_s, duration_s


def held_spans(conversation: Conversation) -> list[Span]:
    """From each HOLD event to its RESUME, or to the end of the call."""
    spans: list[Span] = []
    since_s: float | None = None
    for event in conversation.call.events:
        if event.kind is CallEventKind.HOLD and since_s is None:
            since_s = max(event.at_s, 0.0)
        elif event.kind is CallEventKind.RESUME and since_s is not None:
            spans.append((since_s, event.at_s))
            since_s = None
    if since_s is not None:
        spans.append((since_s, conversation.duration_s))
    return spans


def overlap_s(span: Span, others: Iterable[Span]) -> float:
    """How many seconds of `span` the disjoint `others` cover."""
    return sum(max(0.0, min(span[1], end) - max(span[0], start)) for start, end in others)


def _sounds(conversation: Conversation) -> Iterator[Span]:
    """Yield stretches of sound in which this side said no words."""
    for speaker, track in conversation.levels.items():
        words = [(start, end) for start, end, who in spoken_spans(conversation) if who is speaker]
        yield from sounding_spans(track, spoken_hops(track, words))


def spoken_hops(track: LevelTrack | PitchTrack, words: Iterable[Span]) -> NDArray[np.bool_]:
    """Which hops of a track overlap one of the spans."""
    hops = np.zeros(len(track.dbfs if isinstance(track, LevelTrack) else track.hz), dtype=np.bool_)
    for start_s, end_s in words:
        hops[int(start_s / track.hop_s) : int(np.ceil(end_s / track.hop_s))] = True
    return hops


def sounding_spans(track: LevelTrack, spoken: NDArray[np.bool_]) -> Iterator[Span]:
    """Yield where one side's level stands well above its background though no words are said there."""
    levels: NDArray[np.float64] = np.asarray(track.dbfs, dtype=np.float64)
    width = max(1, round(SOUND_WINDOW_S / track.hop_s))
    if len(levels) < width:
        return
    medians = np.median(sliding_window_view(levels, width), axis=1)
    free = ~sliding_window_view(spoken, width).any(axis=1)
    enough = free.sum() * track.hop_s >= MIN_FREE_S
    above_db = medians - np.quantile(medians[free] if enough else medians, BACKGROUND_QUANTILE)
    for first, last in runs(above_db > SOUND_ABOVE_BACKGROUND_DB):
        long = (last - first) * track.hop_s >= SOUND_FOR_S
        if long or above_db[first:last].max() > CLEAR_ABOVE_BACKGROUND_DB:
            # a median is high once half of its window is: the sound begins half a window after the first one does
            yield (first + width // 2) * track.hop_s, (last - 1 + width - width // 2) * track.hop_s


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges in which the flags are true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
