"""A recogniser that never errs: it says what the truth file says.

With it in place of a real engine, an evaluation shows what the rules alone get right and wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callcoach.asr.engine import Progress, Utterance
from callcoach.audio.sound import Sound
from callcoach.datapath import Segment, Speaker, Word
from callcoach.evaluation.truth import TruthCall, TruthTurn

SHORTEST_WORD_S = 0.01
"""Truth times are rounded to 0.01 s, so that a quick character may have none."""


@dataclass(frozen=True)
class TruthEngine:
    """Gives the characters of a truth file as words, whatever it hears."""

    truth: TruthCall
    name: str = "truth"
    model: str = "truth"

    def transcribe(
        self,
        sound: Sound,
        segments: Sequence[Segment],  # noqa: ARG002 - the engine's signature
        *,
        workers: int = 0,  # noqa: ARG002
        on_progress: Progress | None = None,  # noqa: ARG002
    ) -> tuple[Utterance, ...]:
        """Return the truth's turns, said by nobody known when the recording is a mono mix."""
        mono = Speaker.UNKNOWN in sound.speakers
        turns = ((turn, tuple(_words(turn))) for turn in self.truth.turns)
        said = [Utterance(Speaker.UNKNOWN if mono else turn.speaker, words) for turn, words in turns if words]
        return tuple(sorted(said, key=lambda one: one.start_s))


def _words(turn: TruthTurn) -> Iterator[Word]:
    for character, start_s, end_s in turn.chars or ((turn.text, turn.start, turn.end),):
        yield Word(character, start_s, max(end_s, start_s + SHORTEST_WORD_S), 1.0)
