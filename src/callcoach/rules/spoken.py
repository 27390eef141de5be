"""Where words were said, and by whom: what rules about time ask, told once for each turn.

Takes turns (or, where nothing was transcribed, segments of speech); gives their words' times as arrays, since a long
call has thousands of words, and the pieces between pauses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callcoach.datapath import Segment, Speaker, Turn

Span = tuple[float, float]
"""Half-open interval in seconds."""

Times = NDArray[np.float64]
"""Starts and ends in seconds, shape (spans, 2)."""

PHRASE_PAUSE_S = 0.5
"""A pause inside a turn that parts what was said into pieces: a piece can be assent, or talk over."""

_SPEAKERS = tuple(Speaker)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one speaker said without a pause."""

    turn: Turn
    start_s: float
    end_s: float
    text: str


def word_times(one: Turn | Segment) -> Times:
    """Return when each word of a turn was said; a turn without words, or a segment, is one span."""
    words = one.words if isinstance(one, Turn) and one.words else (one,)
    times = np.empty((len(words), 2))
    times[:, 0] = [word.start_s for word in words]
    times[:, 1] = [word.end_s for word in words]
    return times


def pieces_of(turn: Turn) -> Iterator[Piece]:
    """Yield what was said in a turn, parted at pauses; a turn without words is one piece."""
    first = 0
    for index in range(1, len(turn.words) + 1):
        if index == len(turn.words) or turn.words[index].start_s - turn.words[index - 1].end_s > PHRASE_PAUSE_S:
            part = turn.words[first:index]
            yield Piece(turn, part[0].start_s, part[-1].end_s, "".join(word.text for word in part))
            first = index
    if not turn.words:
        yield Piece(turn, turn.start_s, turn.end_s, turn.text)


class Spoken:
    """All words of a conversation in order of time."""

    def __init__(self, parts: Iterable[tuple[Speaker, Times]]) -> None:
        """Put together who spoke when."""
        known = list(parts)
        times = np.concatenate([np.empty((0, 2)), *(times for _, times in known)])
        who = np.repeat([_SPEAKERS.index(speaker) for speaker, _ in known], [len(times) for _, times in known])
        order = np.lexsort((who, times[:, 1], times[:, 0]))
        self._times: Times = times[order]
        self._who: NDArray[np.intp] = who[order].astype(np.intp)

    def of(self, speaker: Speaker | None) -> Times:
        """Return when one speaker's words were said, in order; everyone's when `speaker` is None."""
        return self._times if speaker is None else self._times[self._who == _SPEAKERS.index(speaker)]

    def gaps(self, duration_s: float) -> Times:
        """Return the stretches of a call of that length in which nobody says words, in order."""
        reached_s = np.maximum.accumulate(np.concatenate([[0.0], self._times[:, 1]]))
        next_s = np.minimum(np.concatenate([self._times[:, 0], [duration_s]]), duration_s)
        free = next_s > reached_s
        return np.column_stack([reached_s[free], next_s[free]])

    def last_before(self, at_s: float) -> Speaker | None:
        """Return who, of those whose word began by then, spoke last; None: nobody."""
        begun = int(np.searchsorted(self._times[:, 0], at_s, side="right"))
        return _SPEAKERS[int(self._who[np.argmax(self._times[:begun, 1])])] if begun else None

    def first_from(self, at_s: float) -> Speaker | None:
        """Return whose word is the first to begin then or later; None: nobody's."""
        first = int(np.searchsorted(self._times[:, 0], at_s, side="left"))
        return _SPEAKERS[int(self._who[first])] if first < len(self._who) else None
