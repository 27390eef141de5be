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
from itertools import chain, islice
from math import inf

from callcoach.datapath import Hearing, Speaker, Turn, Word
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.sound.confidence import prior
from callcoach.rules.sound.doubting import Doubt, Innocent, doubts
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
"""Sound before the first and after the last word of a stretch, at most half of the pause."""

BAD_PAD_S = 0.45
"""The same on a bad line, where the first pass misses words at the edges."""

UNSURE_WORD = 0.5
"""Confidence of a single word below which its stretch is heard again on a bad line, however sure the others are."""

BAD_LINE = 0.85
"""Mean confidence of all words of a call below which its line is bad. There the first pass costs twice as much, so
that hearing more again is the same share of it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one turn without a long pause. Times (s) include the padding."""

    turn_index: int
    start_s: float
    end_s: float
    confidence: float
    """Mean confidence of its words, by characters."""
    least: float
    """Confidence of its least sure word."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase that was heard by expectation, and the probability of the ways to hear the utterance that hold it."""

    phrase: str
    start_s: float
    end_s: float
    confidence: float
    ways: tuple[tuple[Word, ...], ...] = ()
    """The likeliest way that holds it, and the likeliest that does not, if there is one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What came of it: the near misses, each with how surely it was heard, and the places that only this hearing found.

    `doubts` are phrases that the first pass wrote and that were heard in an innocent context.
    """

    proposals: tuple[Proposal, ...]
    doubts: tuple[Doubt, ...] = ()


def expect(
    turns: Sequence[Turn],
    near_misses: Sequence[Proposal],
    phrases: Sequence[str],
    sentences: Sequence[str],
    listener: Listener,
    *,
    innocent: Innocent | None = None,
) -> Expected:
    """Hear stretches again; without `innocent` there are no doubts.

    Raises:
        AsrError: the recogniser failed.
    """
    chosen = choose_stretches(turns, near_misses)
    finder = _finder(tuple(phrases))
    heard: list[Proposal] = []
    doubted: list[Doubt] = []
    for speaker in dict.fromkeys(turn.speaker for turn in turns):
        own = {turn.index: turn for turn in turns if turn.speaker is speaker}
        asked = [stretch for stretch in chosen if stretch.turn_index in own]
        ways = listener.expect(speaker, [(one.start_s, one.end_s) for one in asked], sentences) if asked else ()
        spotted = list(spot(ways, finder))
        heard += (_told(one, spotted, asked) for one in near_misses if one.speaker is speaker)
        known = [(one.phrase, one.start_s, one.end_s) for one in heard]
        fresh = (one for one in spotted if not any(_holds_place(one, *other) for other in known))
        heard += _proposals(fresh, own.values(), finder)
        doubted += doubts(own.values(), ways, finder, innocent) if innocent else ()
    return Expected(tuple(heard), tuple(doubted))


def choose_stretches(turns: Iterable[Turn], near_misses: Sequence[Proposal]) -> list[Stretch]:
    """Return the stretches worth hearing again: uncertain ones, and those with a near miss."""
    worth_it = [one for one in near_misses if prior(one) >= NEAR_FROM]
    turns = list(turns)
    bad_line = _mean_confidence([word for turn in turns for word in turn.words]) < BAD_LINE
    every = (stretch for turn in turns for stretch in _stretches(turn, BAD_PAD_S if bad_line else PAD_S))
    return [
        one
        for one in every
        if one.confidence < SURE
        or (bad_line and one.least < UNSURE_WORD)
        or any(
            near.turn_index == one.turn_index and near.start_s < one.end_s and one.start_s < near.end_s
            for near in worth_it
        )
    ]


def spot(utterances: Iterable[Sequence[Hearing]], finder: TrieFinder) -> Iterator[Spotted]:
    """Yield the phrases that stand in a way to hear an utterance, the longest at each place; likeliest ways first.

    A phrase that several ways have at one time is one, as probable as all of them.
    """
    for ways in utterances:
        found = [(way, list(_spot(way, finder))) for way in ways]
        together: list[Spotted] = []
        for one in chain.from_iterable(spotted for _, spotted in found):
            at = next((at for at, other in enumerate(together) if _same_place(one, other)), None)
            if at is None:
                without = (way.words for way, spotted in found if not any(_same_place(one, other) for other in spotted))
                together.append(replace(one, ways=(*one.ways, *islice(without, 1))))
            else:
                together[at] = replace(together[at], confidence=together[at].confidence + one.confidence)
        yield from together


def _spot(way: Hearing, finder: TrieFinder) -> Iterator[Spotted]:
    text = "".join(word.text for word in way.words)
    turn = TurnView(Turn(0, Speaker.AGENT, way.words[0].start_s, way.words[-1].end_s, text, way.words))
    hits = list(finder.find(turn.text))
    for hit in hits:
        if not any(other.start <= hit.start and hit.end <= other.end for other in hits if other is not hit):
            span = turn.normalised.original_span(hit.start, hit.end)
            yield Spotted(hit.pattern, *turn.time_of(span), way.probability, (way.words,))


def _same_place(one: Spotted, other: Spotted) -> bool:
    return one.phrase == other.phrase and one.start_s < other.end_s and other.start_s < one.end_s


@lru_cache(maxsize=4)
def _finder(phrases: tuple[str, ...]) -> TrieFinder:
    return TrieFinder(phrases)


def _stretches(turn: Turn, pad_s: float) -> Iterator[Stretch]:
    runs: list[list[Word]] = []
    for word in turn.words:
        if not runs or word.start_s - runs[-1][-1].end_s >= STRETCH_GAP_S:
            runs.append([])
        runs[-1].append(word)
    for before, run, after in zip([None, *runs], runs, [*runs[1:], None], strict=False):
        gap_before_s = run[0].start_s - before[-1].end_s if before else inf
        gap_after_s = after[0].start_s - run[-1].end_s if after else inf
        yield _stretch(turn, run, min(pad_s, gap_before_s / 2), min(pad_s, gap_after_s / 2))


def _stretch(turn: Turn, words: Sequence[Word], before_s: float, after_s: float) -> Stretch:
    least = min(word.confidence for word in words)
    start_s, end_s = max(0.0, words[0].start_s - before_s), words[-1].end_s + after_s
    return Stretch(turn.index, start_s, end_s, _mean_confidence(words), least)


def _mean_confidence(words: Sequence[Word]) -> float:
    """By characters; 1 for no words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 1.0


def _told(near: Proposal, spotted: Iterable[Spotted], asked: Iterable[Stretch]) -> Proposal:
    """Write into a near miss how surely its phrase was heard: 0 when the place was heard without it."""
    if not any(one.turn_index == near.turn_index and one.start_s <= near.start_s <= one.end_s for one in asked):
        return near
    there = [one for one in spotted if _holds_place(one, near.phrase, near.start_s, near.end_s)]
    best = max(there, key=lambda one: one.confidence, default=None)
    if best is None:
        return replace(near, spotted=0.0)
    times = {"start_s": min(near.start_s, best.start_s), "end_s": max(near.end_s, best.end_s)}
    return replace(near, spotted=min(1.0, best.confidence), ways=best.ways, **times)


def _holds_place(one: Spotted, phrase: str, start_s: float, end_s: float) -> bool:
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
            first_s, last_s = view.time_of(span)
            times = min(first_s, one.start_s), max(last_s, one.end_s)
            known = (view.confidence_of(span), cut_confidence(view.turn, span))
            yield Proposal(
                one.phrase,
                view.turn.index,
                view.turn.speaker,
                span,
                *times,
                heard,
                cost,
                *known,
                min(1.0, one.confidence),
                one.ways,
            )


def _written_at(view: TurnView, start_s: float, end_s: float) -> tuple[int, int] | None:
    """Return the span of the characters whose middle lies in that time, if there are any."""
    if view.turn.end_s <= start_s or end_s <= view.turn.start_s:
        return None
    times = (view.time_of((at, at + 1)) for at in range(len(view.turn.text)))
    under = [at for at, (first_s, last_s) in enumerate(times) if start_s <= (first_s + last_s) / 2 < end_s]
    return (under[0], under[-1] + 1) if under else None


def _holds(view: TurnView, one: Spotted, finder: TrieFinder) -> bool:
    """Whether the first pass wrote a phrase there already that is more than a part of this one."""
    hits = [hit for hit in finder.find(view.text) if hit.pattern == one.phrase or hit.pattern not in one.phrase]
    places = (view.time_of(view.normalised.original_span(hit.start, hit.end)) for hit in hits)
    return any(start_s < one.end_s and one.start_s < end_s for start_s, end_s in places)
