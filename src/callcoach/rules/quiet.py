"""Stretches in which nobody is heard, and whether something explains them.

Takes a conversation, gives its quiet stretches. Speech is where words were recognised: a detector of
speech alone takes the babble behind an agent for the agent. Other sound (music, a ring tone, speech
that was not recognised) comes from the level tracks, holds from the call's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from callcoach.datapath import CallEventKind, Conversation, LevelTrack, PitchTrack, Speaker
from callcoach.rules.sounding import SoundKind, is_typing, kind_of
from callcoach.rules.spoken import Span, Times
from callcoach.rules.view import ConversationView

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


HOP_TOLERANCE = 1e-6
"""Hops by which a time may miss the edge it means, for the rounding of its division."""


class QuietCause(StrEnum):
    """Why nobody was heard."""

    UNEXPLAINED = "unexplained"
    HOLD = "hold"
    ANNOUNCED = "announced"
    TYPING = "typing"
    LOST = "lost"
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


def quiet_stretches(view: ConversationView, at_least_s: float) -> Iterator[Quiet]:
    """Yield every stretch of `at_least_s` or more in which neither speech nor another sound is heard.

    Where the recording was paused, there was sound for all that is known.
    """
    paused = paused_spans(view.conversation)
    sounds = view.once(Sounds)
    for wordless in wordless_spans(view, at_least_s):
        for start_s, end_s in gaps(sorted([*sounds.within(wordless), *paused]), wordless):
            if end_s - start_s >= at_least_s:
                yield Quiet(start_s, end_s, view.spoken.last_before(start_s), view.spoken.first_from(end_s))


def wordless_spans(view: ConversationView, at_least_s: float) -> list[Span]:
    """The stretches of `at_least_s` or more in which nobody says words."""
    free = view.spoken.gaps(view.conversation.duration_s)
    return [(start, end) for start, end in free[free[:, 1] - free[:, 0] >= at_least_s].tolist()]


def gaps(spans: Sequence[Span], whole: Span) -> Iterator[Span]:
    """Yield, in order, what a sorted list of spans leaves free of `whole`."""
    reached_s, last_s = whole
    for start_s, end_s in spans:
        if min(start_s, last_s) > reached_s:
            yield reached_s, min(start_s, last_s)
        reached_s = max(reached_s, end_s)
    if last_s > reached_s:
        yield reached_s, last_s


def held_spans(conversation: Conversation) -> list[Span]:
    """From each HOLD event to its RESUME, or to the end of the call."""
    return _spans_between(conversation, CallEventKind.HOLD, CallEventKind.RESUME)


def paused_spans(conversation: Conversation) -> list[Span]:
    """Where the recording was paused: what was said there, nobody knows."""
    return _spans_between(conversation, CallEventKind.RECORDING_PAUSED, CallEventKind.RECORDING_RESUMED)


def other_voices(conversation: Conversation) -> list[Span]:
    """Where somebody besides the agent is on the agent's side: a supervisor who barged in, a notice of recording."""
    barged = _spans_between(conversation, CallEventKind.BARGE_STARTED, CallEventKind.BARGE_ENDED)
    return sorted([*barged, *_spans_between(conversation, CallEventKind.NOTICE, CallEventKind.NOTICE_ENDED)])


def _spans_between(conversation: Conversation, begins: CallEventKind, ends: CallEventKind) -> list[Span]:
    spans: list[Span] = []
    since_s: float | None = None
    for event in conversation.call.events:
        if event.kind is begins and since_s is None:
            since_s = max(event.at_s, 0.0)
        elif event.kind is ends and since_s is not None:
            spans.append((since_s, event.at_s))
            since_s = None
    if since_s is not None:
        spans.append((since_s, conversation.duration_s))
    return spans


LOST_SHARE = 0.5
"""Share of a quiet stretch whose sound the line must have lost for that to explain it."""

USUALLY_LOST_SHARE = 0.2
"""A line that carries nothing in more of its pauses than this suppresses silence: nothing was lost there."""

MIN_PAUSES_S = 1.0
"""Least time without words before, from which a line's habit is told."""


def lost_by_line(view: ConversationView, quiet: Quiet) -> bool:
    """Whether the customer's line (or that of both, in a mono mix) lost the sound of a quiet stretch.

    The agent's side may be muted at the desk, which looks the same and excuses nothing.
    """
    side, lost = _customer_dropouts(view.conversation)
    if side is None or lost_share(view.conversation, quiet) < LOST_SHARE:
        return False
    words = view.spoken.of(side)
    pauses = [*gaps([(start, end) for start, end in words.tolist() if start < quiet.start_s], (0.0, quiet.start_s))]
    paused_s = sum(end - start for start, end in pauses)
    usually_s = sum(overlap_s(pause, lost) for pause in pauses)
    return paused_s >= MIN_PAUSES_S and usually_s <= USUALLY_LOST_SHARE * paused_s


def lost_share(conversation: Conversation, quiet: Quiet) -> float:
    """Share of a quiet stretch of which the customer's line (or that of both) lost the sound, 0 to 1."""
    _, lost = _customer_dropouts(conversation)
    return overlap_s((quiet.start_s, quiet.end_s), lost) / quiet.duration_s


def _customer_dropouts(conversation: Conversation) -> tuple[Speaker | None, Sequence[Span]]:
    side = next((one for one in (Speaker.CUSTOMER, Speaker.UNKNOWN) if one in conversation.dropouts), None)
    return side, conversation.dropouts.get(side, ()) if side is not None else ()


def typing_heard(conversation: Conversation, quiet: Quiet) -> bool:
    """Whether the agent is heard typing in a quiet stretch."""
    levels = conversation.levels.get(Speaker.AGENT)
    pitch = conversation.pitches.get(Speaker.AGENT)
    return levels is not None and is_typing(levels, pitch, (quiet.start_s, quiet.end_s))


def overlap_s(span: Span, others: Iterable[Span]) -> float:
    """How many seconds of `span` the disjoint `others` cover."""
    return sum(max(0.0, min(span[1], end) - max(span[0], start)) for start, end in others)


class Sounds:
    """What is heard on each side where nobody says words. The tracks are prepared when first asked for.

    Mere noise (something is moved, paper, a fan) is no reason for silence and is left out where a pitch was measured.
    """

    def __init__(self, view: ConversationView) -> None:
        self._conversation = view.conversation
        self._spoken = view.spoken

    @cached_property
    def _tracks(self) -> list[tuple[Speaker, SoundTrack]]:
        sides = self._conversation.levels.items()
        return [(side, SoundTrack(track, self._spoken.of(side))) for side, track in sides]

    def within(self, span: Span) -> list[Span]:
        """Sounds of either side that reach into a stretch without words and are more than noise, in order of time."""
        return sorted(sound for sound, kind in self.kinds(span) if kind is not SoundKind.NOISE)

    def kinds(self, span: Span) -> Iterator[tuple[Span, SoundKind]]:
        """Yield all sounds of either side that reach into a stretch without words, and what they are."""
        for side, track in self._tracks:
            for sound in track.sounding(span):
                # a sound is told by a window of levels: its pitch is looked for in no less
                more_s = max(0.0, SOUND_WINDOW_S - (sound[1] - sound[0])) / 2
                inside = (max(sound[0] - more_s, span[0]), min(sound[1] + more_s, span[1]))
                yield sound, kind_of(self._conversation.pitches.get(side), inside)

    def _perhaps_typing(self, span: Span) -> bool:
        """Whether the levels look like keys where no pitch was measured to tell."""
        levels = self._conversation.levels.get(Speaker.AGENT)
        return levels is not None and not self._conversation.pitches and is_typing(levels, None, span)

    def known_from_s(self, span: Span) -> float:
        """From when on the sounds in a stretch without words are known for good, s; infinite: not yet."""
        if any(kind is SoundKind.UNKNOWN for _, kind in self.kinds(span)) or self._perhaps_typing(span):
            return np.inf
        return max((track.background_to_s(span) for _, track in self._tracks), default=0.0)


def spoken_hops(track: LevelTrack | PitchTrack, words: Times) -> NDArray[np.bool_]:
    """Which hops of a track overlap one of the words."""
    count = len(track.dbfs if isinstance(track, LevelTrack) else track.hz)
    first = np.floor(words[:, 0] / track.hop_s).clip(0, count).astype(np.intp)
    last = np.ceil(words[:, 1] / track.hop_s).clip(0, count).astype(np.intp)
    begun = np.bincount(first, minlength=count + 1) - np.bincount(last, minlength=count + 1)
    return np.cumsum(begun[:count]) > 0


class SoundTrack:
    """One side's level, prepared for the question where it stands well above the background without words."""

    def __init__(self, track: LevelTrack, words: Times) -> None:
        """Prepare `track`; in `words` this side speaks."""
        self._hop_s = track.hop_s
        self._width = max(1, round(SOUND_WINDOW_S / track.hop_s))
        levels: NDArray[np.float64] = np.asarray(track.dbfs, dtype=np.float64)
        self._medians: NDArray[np.float64] = np.empty(0)
        self._free: NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
        if len(levels) >= self._width:
            spoken = sliding_window_view(spoken_hops(track, words), self._width)
            self._medians = np.median(sliding_window_view(levels, self._width), axis=1)
            self._free = np.asarray(spoken.sum(axis=1) == 0)

    def sounding(self, span: Span) -> Iterator[Span]:
        """Yield the sounds in a stretch without words.

        The background is that of the call up to the end of the stretch, so that it is known while the call
        goes on; and of what follows, as long as there was little but the stretch itself.
        """
        count = self._enough(span) or len(self._medians)
        medians, free = self._medians[:count], self._free[:count]
        if not len(medians):
            return
        enough = free.sum() * self._hop_s >= MIN_FREE_S
        above_db = medians - np.quantile(medians[free] if enough else medians, BACKGROUND_QUANTILE)
        half = self._width // 2
        for first, last in runs(above_db > SOUND_ABOVE_BACKGROUND_DB):
            long = (last - first) * self._hop_s >= SOUND_FOR_S
            if long or above_db[first:last].max() > CLEAR_ABOVE_BACKGROUND_DB:
                # a median is high once half of its window is: the sound begins half a window after the first
                # one does
                sound = ((first + half) * self._hop_s, (last - 1 + self._width - half) * self._hop_s)
                if sound[1] > span[0] and sound[0] < span[1]:
                    yield sound

    def background_to_s(self, span: Span) -> float:
        """Up to when the background of a stretch is measured, s; infinite while there is not enough of it."""
        count = self._enough(span)
        return np.inf if count is None else (count + self._width) * self._hop_s

    def _enough(self, span: Span) -> int | None:
        """How many windows from the start of the call tell the background of a stretch; None: more than there are."""
        first, last = (int(edge / self._hop_s + HOP_TOLERANCE) for edge in span)
        outside = self._free.copy()
        outside[max(0, first - self._width) : last] = False
        reached = np.flatnonzero(np.cumsum(outside) * self._hop_s >= MIN_FREE_S)
        upto = max(0, last - self._width + 1)
        return None if not len(reached) or upto > len(self._free) else max(upto, int(reached[0]) + 1)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges in which the flags are true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
