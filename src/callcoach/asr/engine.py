"""What a recogniser is: sound and speech segments in, words with times out.

An engine knows nothing of turns, rules or files. Times of words are seconds from the start of the
recording, whatever the engine fed to its recogniser.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from callcoach.audio.sound import Sound
from callcoach.datapath import Hearing, Hypothesis, Segment, Speaker, Word

Progress = Callable[[float], None]
"""Called with the share of the work done, 0 to 1, from any thread but never from two at once."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one speaker, recognised in one go; at least one, in the order they were said."""

    speaker: Speaker
    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        if not self.words:
            raise ValueError("Utterance: expected at least one word")

    @property
    def start_s(self) -> float:
        """Start of the first word, seconds from the start of the recording."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last word."""
        return self.words[-1].end_s

    @property
    def text(self) -> str:
        """The words joined without spaces."""
        return "".join(word.text for word in self.words)


class Engine(Protocol):
    """A recogniser with its model loaded; may be used from several threads."""

    @property
    def name(self) -> str:
        """The engine's name, as the analysis records it."""
        ...

    @property
    def model(self) -> str:
        """The model's name, as the analysis records it."""
        ...

    def transcribe(
        self,
        sound: Sound,
        segments: Sequence[Segment],
        *,
        workers: int = 0,
        on_progress: Progress | None = None,
    ) -> tuple[Utterance, ...]:
        """Recognise what is said in the segments, each on its speaker's channel.

        `workers` threads at once; 0: one for each core the process may use. Utterances come in the
        order of their start.

        Raises:
            AsrError: the recogniser failed, or a segment's speaker has no channel.
        """
        ...


class Stream(Protocol):
    """A recogniser that follows one side of a call that goes on. Belongs to one thread at a time."""

    def hear(self, samples: NDArray[np.int16], at_s: float) -> str:
        """Take the next samples, shape (frames,), the first at `at_s` seconds of the call; return the text so far.

        The text is that of the open utterance and still wavers.

        Raises:
            AsrError: the recogniser failed.
        """
        ...

    def close(self) -> tuple[Word, ...]:
        """End the open utterance and return its words, with the call's times; the next samples begin a new one."""
        ...

    def end(self) -> None:
        """Let the recogniser go; the stream must not be used afterwards."""
        ...


class StreamingEngine(Protocol):
    """A recogniser that can follow live calls, many at once."""

    def open_stream(self, sample_rate_hz: int) -> Stream:
        """Begin to follow one side of a call.

        Raises:
            AsrError: the recogniser cannot take this rate.
        """
        ...

    def warm(self, sample_rate_hz: int, speech: NDArray[np.int16], count: int) -> None:
        """Keep recognisers ready for `count` utterances to come, so that their first words are not late.

        `speech`, shape (frames,), is what they are warmed with. Takes about a second for each that is missing.
        """
        ...


@runtime_checkable
class RehearingEngine(Protocol):
    """A recogniser that can hear a stretch of sound again knowing what to expect."""

    def transcribe_expecting(
        self, sound: Sound, stretches: Sequence[Segment], sentences: Sequence[str], *, workers: int = 0
    ) -> tuple[tuple[Hearing, ...], ...]:
        """Recognise the stretches with a language model made of these sentences alone.

        Gives for each utterance the likeliest ways to hear it, best first; in order of time.

        They need not be said as they stand: whatever their words and pairs of words can form may come
        out, and what they cannot form is left out. A sentence that the recogniser has no words for is
        not expected; when none is left, nothing is heard. Stretches are taken as they are, unpadded.

        Raises:
            AsrError: the recogniser failed, or a stretch's speaker has no channel.
        """
        ...

    def weigh(
        self, samples: NDArray[np.int16], sample_rate_hz: int, readings: Sequence[Sequence[str]]
    ) -> tuple[Hypothesis, ...]:
        """Hear `samples`, shape (frames,), expecting one of the readings; best hypothesis first.

        A reading is a sentence in parts; each part is a word of the recogniser's own or is spelt with
        such words. Readings may be mixed where they share words, and speech that fits none leaves no
        text. A reading that cannot be spelt is left out; nothing is returned when none can.

        Raises:
            AsrError: the recogniser failed.
        """
        ...


def usable_cores() -> int:
    """Count the cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
