"""Phrases that the first pass wrote, and the hearing by expectation heard in words that make them innocent.

Takes turns and the ways to hear them; gives the places where nearly all of what was heard has the phrase as a named
exception knows it: 我不能不谢谢您 where the first pass wrote 我不能家谢谢您. Whether the phrase was said is not
asked: on bad lines the hearing by expectation misses right ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from callcoach.datapath import Hearing, Speaker, Turn, Word
from callcoach.rules.phrases import PhraseHit, TrieFinder
from callcoach.rules.view import TurnView

Innocent = Callable[[str, str, int, int], bool]
"""Whether a phrase is innocent at a half-open span of a comparable text: phrase, text, start, end."""

HEARD_FROM = 0.5
"""Probability from which the hearing by expectation counts as having heard the phrase at all."""

INNOCENT_FROM = 0.8
"""Share of what it heard that must be innocent. On development and made calls the innocent had 0.96 and more, the
likeliest fault 0.43."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A phrase in a turn, half-open in its text, that was `innocent` with this probability."""

    phrase: str
    turn_index: int
    span: tuple[int, int]
    innocent: float


def doubts(
    turns: Iterable[Turn], hearings: Sequence[Sequence[Hearing]], finder: TrieFinder, innocent: Innocent
) -> Iterator[Doubt]:
    """Yield the phrases that stand in turns of one speaker and probably are innocent."""
    for turn in turns:
        view = TurnView(turn)
        for hit in finder.find(view.text):
            if innocent(hit.pattern, view.text, hit.start, hit.end):
                continue
            span = view.normalised.original_span(hit.start, hit.end)
            heard, share = _share(hit.pattern, view.time_of(span), hearings, finder, innocent)
            if heard >= HEARD_FROM and share >= INNOCENT_FROM:
                yield Doubt(hit.pattern, turn.index, span, share)


def less_sure(turn: Turn, found: Iterable[Doubt]) -> Turn:
    """Return the turn with the words under its doubts as unsure as these make them."""
    words: list[Word] = []
    own = [one for one in found if one.turn_index == turn.index]
    at = 0
    for word in turn.words:
        over = [one.innocent for one in own if one.span[0] < at + len(word.text) and at < one.span[1]]
        words.append(replace(word, confidence=min(word.confidence, 1 - max(over))) if over else word)
        at += len(word.text)
    return replace(turn, words=tuple(words))


def _share(
    phrase: str,
    times: tuple[float, float],
    hearings: Sequence[Sequence[Hearing]],
    finder: TrieFinder,
    innocent: Innocent,
) -> tuple[float, float]:
    """How probably the phrase was heard at that time, and the innocent share of that."""
    heard = harmless = 0.0
    for way in (way for ways in hearings if _reaches(ways[0], times) for way in ways):
        view = TurnView(Turn(0, Speaker.AGENT, way.words[0].start_s, way.words[-1].end_s, _text(way), way.words))
        here = next((hit for hit in finder.find(view.text) if hit.pattern == phrase and _at(view, hit, times)), None)
        if here is not None:
            heard += way.probability
            harmless += way.probability if innocent(phrase, view.text, here.start, here.end) else 0.0
    return heard, harmless / heard if heard else 0.0


def _text(way: Hearing) -> str:
    return "".join(word.text for word in way.words)


def _reaches(way: Hearing, times: tuple[float, float]) -> bool:
    return way.words[0].start_s < times[1] and times[0] < way.words[-1].end_s


def _at(view: TurnView, hit: PhraseHit, times: tuple[float, float]) -> bool:
    start_s, end_s = view.time_of(view.normalised.original_span(hit.start, hit.end))
    return start_s < times[1] and times[0] < end_s
