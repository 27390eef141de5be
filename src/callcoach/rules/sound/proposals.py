"""Places in a call's turns that may hold a phrase though the recogniser wrote something else.

Takes turns and an index of phrases, gives proposals in the order of time. A place that holds one of
the phrases letter for letter is no proposal, and nothing that overlaps it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from callcoach.datapath import Speaker, Turn, Word
from callcoach.rules.normalise import normalise
from callcoach.rules.sound.search import SoundHit, SoundIndex
from callcoach.rules.view import TurnView

STRICT_COST = {2: 0.10, 3: 0.22}
"""Dearest place proposed (cost per syllable) for phrases of two and three syllables, which common
words resemble by chance: at two syllables one merged pair, at three one weak syllable wholly wrong."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place that sounds like `phrase`.

    `span` is half-open in the turn's text, `heard` the text there; `cost` is the distance in sound
    per syllable of the phrase (see `confusions`), `sure` the mean confidence of the words written there,
    `cut` that of the surest word across an edge of the place (0: none). `spotted` is the confidence with
    which the phrase was heard there by expectation (see `expecting`): 0 when it was not, None when nobody
    listened; `ways` the likeliest ways to hear the utterance so, with the phrase and without.
    """

    phrase: str
    turn_index: int
    speaker: Speaker
    span: tuple[int, int]
    start_s: float
    end_s: float
    heard: str
    cost: float
    sure: float
    cut: float = 0.0
    spotted: float | None = None
    ways: tuple[tuple[Word, ...], ...] = ()

    @property
    def syllables(self) -> int:
        """Length of the phrase in syllables."""
        return len(self.phrase)


def propose(turns: Sequence[Turn], index: SoundIndex, *, speaker: Speaker | None = None) -> tuple[Proposal, ...]:
    """Return the near misses in the turns of one speaker, or of everyone."""
    searched = [turn for turn in turns if speaker is None or turn.speaker is speaker]
    hits = index.find([turn.text for turn in searched])
    literal = [hit for hit in hits if _is_literal(hit, searched)]
    near = (hit for hit in hits if hit.cost <= STRICT_COST.get(len(hit.phrase), hit.cost))
    return tuple(_proposal(hit, searched[hit.text_index]) for hit in near if not _overlaps_any(hit, literal))


def _is_literal(hit: SoundHit, turns: Sequence[Turn]) -> bool:
    return hit.cost == 0 and normalise(turns[hit.text_index].text[hit.start : hit.end]).text == hit.phrase


def _overlaps_any(hit: SoundHit, others: Iterable[SoundHit]) -> bool:
    return any(
        hit.text_index == other.text_index and hit.start < other.end and other.start < hit.end for other in others
    )


def _proposal(hit: SoundHit, turn: Turn) -> Proposal:
    span = (hit.start, hit.end)
    view = TurnView(turn)
    heard = turn.text[hit.start : hit.end]
    sure, cut = view.confidence_of(span), cut_confidence(turn, span)
    return Proposal(hit.phrase, turn.index, turn.speaker, span, *view.time_of(span), heard, hit.cost, sure, cut)


def cut_confidence(turn: Turn, span: tuple[int, int]) -> float:
    """Return the confidence of the surest word that an edge of the span goes through; 0 when it goes through none."""
    ends = accumulate(len(word.text) for word in turn.words)
    across = (
        word.confidence
        for word, last in zip(turn.words, ends, strict=True)
        if any(last - len(word.text) < edge < last for edge in span)
    )
    return max(across, default=0.0)
