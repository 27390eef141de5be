"""Hearing again with the rulebook's own sentences in mind: phrases where the first pass wrote something unlike them.

Takes turns and the near misses found in them, gives more proposals, and tells each near miss whether its
phrase was heard. The listener hears again the stretches of which the first pass was unsure, or which
hold a likely near miss, with a language model made of what the rules say and forbid: it is poor in words, so
that an expected phrase wins over an unexpected likeness, and it is a small part of the cost of free
recognition. What it brings are proposals like others; `amending` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from callcoach.datapath import Speaker, Turn, Word
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.sound.confidence import prior
from callcoach.rules.sound.explain import differences
from callcoach.rules.sound.proposals import Proposal, cut_confidence
from callcoach.rules.sound.rehearing import Listener
from callcoach.rules.view import TurnView

SURE = 0.85
"""Mean confidence of a stretch from which the first pass is believed where nothing sounds like a phrase."""

NEAR_FROM = 0.03
"""Probability by sound alone from which a near miss makes its stretch worth hearing. With `SURE` it leaves
four tenths of clean speech and eight of a bad line: the hearing costs a third of a free one."""

STRETCH_GAP_S = 0.6
"""A pause in a turn from which its two sides are heard apart."""

PAD_S = 0.3
"""Sound before the first and after the last word of a stretch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one turn without a long pause. Times (s) include the padding."""

    turn_index: int
    start_s: float
    end_s: float
    confidence: float
    """Mean confidence of its words, by characters."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase that was heard by expectation, and how sure the recogniser was of its words."""

    phrase: str
    start_s: float
    end_s: float
    confidence: float


def expect(
    turns: Sequence[Turn],
    near_misses: Sequence[Proposal],
    phrases: Sequence[str],
    sentences: Sequence[str],
    listener: Listener,
) -> tuple[Proposal, ...]:
    """Return the near misses, each with how surely it was heard, and the places that only this hearing found.

    Raises:
        AsrError: the recogniser failed.
    """
    chosen = choose_stretches(turns, near_misses)
    finder = _finder(tuple(phrases))
    heard: list[Proposal] = []
    for speaker in dict.fromkeys(turn.speaker for turn in turns):
        own = {turn.index: turn for turn in turns if turn.speaker is speaker}
        asked = [stretch for stretch in chosen if stretch.turn_index in own]
        words = listener.expect(speaker, [(one.start_s, one.end_s) for one in asked], sentences) if asked else ()
        spotted = list(spot(words, finder))
        heard += (_told(one, spotted, asked) for one in near_misses if one.speaker is speaker)
        known = [(one.phrase, one.start_s, one.end_s) for one in heard]
        fresh = (one for one in spotted if not any(_same_place(one, *other) for other in known))
        heard += _proposals(fresh, own.values(), finder)
    return tuple(heard)


def choose_stretches(turns: Iterable[Turn], near_misses: Sequence[Proposal]) -> list[Stretch]:
    """Return the stretches worth hearing again: uncertain ones, and those with a near miss."""
    worth_it = [one for one in near_misses if prior(one) >= NEAR_FROM]
    every = (stretch for turn in turns for stretch in _stretches(turn))
    return [
        one
        for one in every
        if one.confidence < SURE
        or any(
            near.turn_index == one.turn_index and near.start_s < one.end_s and one.start_s < near.end_s
            for near in worth_it
        )
    ]


def spot(utterances: Iterable[Sequence[Word]], finder: TrieFinder) -> Iterator[Spotted]:
    """Yield the phrases that stand in what was heard, the longest at each place."""
    for words in utterances:
        text = "".join(word.text for word in words)
        turn = TurnView(Turn(0, Speaker.AGENT, words[0].start_s, words[-1].end_s, text, tuple(words)))
        hits = list(finder.find(turn.text))
        for hit in hits:
            if not any(other.start <= hit.start and hit.end <= other.end for other in hits if other is not hit):
                span = turn.normalised.original_span(hit.start, hit.end)
                yield Spotted(hit.pattern, *turn.time_of(span), turn.confidence_of(span))


@lru_cache(maxsize=4)
def _finder(phrases: tuple[str, ...]) -> TrieFinder:
    return TrieFinder(phrases)


def _stretches(turn: Turn) -> Iterator[Stretch]:
    run: list[Word] = []
    for word in turn.words:
        if run and word.start_s - run[-1].end_s >= STRETCH_GAP_S:
            yield _stretch(turn, run)
            run = []
        run.append(word)
    if run:
        yield _stretch(turn, run)


def _stretch(turn: Turn, words: Sequence[Word]) -> Stretch:
    letters = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / letters
    return Stretch(turn.index, max(0.0, words[0].start_s - PAD_S), words[-1].end_s + PAD_S, confidence)


def _told(near: Proposal, spotted: Iterable[Spotted], asked: Iterable[Stretch]) -> Proposal:
    """Write into a near miss how surely its phrase was heard: 0 when the place was heard without it."""
    if not any(one.turn_index == near.turn_index and one.start_s <= near.start_s <= one.end_s for one in asked):
        return near
    sure = (one.confidence for one in spotted if _same_place(one, near.phrase, near.start_s, near.end_s))
    return replace(near, spotted=max(sure, default=0.0))


def _same_place(one: Spotted, phrase: str, start_s: float, end_s: float) -> bool:
    return phrase in one.phrase and one.start_s < end_s and start_s < one.end_s


def _proposals(spotted: Iterable[Spotted], turns: Iterable[Turn], finder: TrieFinder) -> Iterator[Proposal]:
    """Yield the spotted phrases with the characters of the first pass that were written at their time."""
    views = [TurnView(turn) for turn in turns]
    for one in spotted:
        for view in views:
            span = _written_at(view, one.start_s, one.end_s)
            if span is None or _holds(view, one, finder):
                continue
            heard = view.turn.text[span[0] : span[1]]
            cost = sum(part.cost for part in differences(one.phrase, heard)) / len(one.phrase)
            times = view.time_of(span)
            known = (view.confidence_of(span), cut_confidence(view.turn, span))
            yield Proposal(
                one.phrase, view.turn.index, view.turn.speaker, span, *times, heard, cost, *known, one.confidence
            )


def _written_at(view: TurnView, start_s: float, end_s: float) -> tuple[int, int] | None:
    """Return the span of the characters whose middle lies in that time, if there are any."""
    if view.turn.end_s <= start_s or end_s <= view.turn.start_s:
        return None
    times = (view.time_of((at, at + 1)) for at in range(len(view.turn.text)))
    under = [at for at, (first_s, last_s) in enumerate(times) if start_s <= (first_s + last_s) / 2 < end_s]
    return (under[0], under[-1] + 1) if under else None


def _holds(view: TurnView, one: Spotted, finder: TrieFinder) -> bool:
    """Whether the first pass wrote a phrase there already."""
    places = (view.time_of(view.normalised.original_span(hit.start, hit.end)) for hit in finder.find(view.text))
    return any(start_s < one.end_s and one.start_s < end_s for start_s, end_s in places)
