"""Stretches in which nobody is heard, and whether something explains them.

Takes a conversation, gives its quiet stretches with their cause. Speech comes from the segments
(turns where there are none), sound that is not speech (music, a ring tone) from the level tracks,
holds from the call's events, announcements from what the agent said last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from callcoach.datapath import CallEventKind, Conversation, LevelTrack, Speaker

Span = tuple[float, float]
"""Half-open interval in seconds."""

SOUND_WINDOW_S = 1.0
"""Window over which a sound must persist to count. Clicks and breaths are shorter; a note of music or a ring is not."""

SOUND_ABOVE_BACKGROUND_DB = 8.0
"""A window this far above the line's own background is sound. Background babble stays within about 5 dB of its own
median over a second (measured on the development calls over bad lines); hold music stood 14 dB above it or more."""

BACKGROUND_QUANTILE = 0.1
"""Quantile of the window levels without speech that stands for the background: music may fill nine
tenths of them before it is taken for background."""


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
    speech = [(one.start_s, one.end_s, one.speaker) for one in conversation.segments or conversation.turns]
    heard = sorted([*((start, end) for start, end, _ in speech), *_sounds(conversation)])
    for start_s, end_s in _gaps(heard, conversation.duration_s):
        if end_s - start_s >= at_least_s:
            before = max((one for one in speech if one[0] <= start_s), key=lambda one: one[1], default=None)
            after = min((one for one in speech if one[0] >= end_s), key=lambda one: one[0], default=None)
            yield Quiet(start_s, end_s, before[2] if before else None, after[2] if after else None)


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
    """Yield stretches of sound without speech: hold music, ring tones, announcements."""
    for track in conversation.levels.values():
        yield from sounding_spans(track)


def sounding_spans(track: LevelTrack) -> Iterator[Span]:
    """Yield where one side's level stands well above its background though nobody speaks there."""
    hops = max(1, round(SOUND_WINDOW_S / track.hop_s))
    count = len(track.dbfs) // hops
    if not count:
        return
    levels: NDArray[np.float64] = np.asarray(track.dbfs, dtype=np.float64)[: count * hops].reshape(count, hops)
    speech = np.asarray(track.speech, dtype=bool)[: count * hops].reshape(count, hops).any(axis=1)
    window_db = np.median(levels, axis=1)
    free = window_db[~speech] if (~speech).any() else window_db
    background_db = float(np.quantile(free, BACKGROUND_QUANTILE))
    loud = ~speech & (window_db > background_db + SOUND_ABOVE_BACKGROUND_DB)
    for index in np.flatnonzero(loud):
        yield float(index) * hops * track.hop_s, float(index + 1) * hops * track.hop_s
