"""Turns in which misheard phrases stand as they were said.

Takes turns, an index of phrases and a listener; gives turns in which each near miss that a second
hearing made likely is written as the phrase, in a word whose confidence is the probability that it
was said. All rules, their exceptions and spans then work on such turns as on any other, and a
finding's confidence is that of the words under it. What was changed and why is told beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate, chain, repeat

from callcoach.datapath import Speaker, Turn, Word
from callcoach.rules.sound.confidence import confidence, prior
from callcoach.rules.sound.doubting import Doubt, Innocent, less_sure
from callcoach.rules.sound.expecting import expect
from callcoach.rules.sound.explain import Difference, differences
from callcoach.rules.sound.proposals import Proposal, propose
from callcoach.rules.sound.rehearing import Evidence, Listener, Question, ask, question_for
from callcoach.rules.sound.search import SoundIndex
from callcoach.rules.words import splits_a_word

AMEND_FROM = 0.4
"""Confidence from which the phrase is written into the turn; below, the first pass stands. Between
here and the threshold for scoring a person is asked: worth a look when it is right nearly as often as not."""

MIN_PRIOR = 0.015
"""Places less likely than this before the readings are weighed are not worth that. Of 52 phrases misheard on
development and made calls some 42 lay above it by sound alone, in 260 places; from 0.005 on it would be 48 in 490."""

MAX_PHRASES_A_PLACE = 8
"""Phrases that are tried at one place, in one hearing: the spellings of one wording differ in little."""

MAX_REHEARD_SHARE = 0.8
"""Sound heard again at most, as a share of the searched turns' length. Hearing with a few sentences costs
about a third of hearing freely, and one side is searched of two that were transcribed: this bounds the
second pass below 15 % of the first. What is likeliest by sound goes first."""


REHEARD_ALWAYS_S = 5.0
"""Sound that may be heard again beyond that share, so that a very short call gets its second hearing."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """One place that was written anew: `span` is half-open in the amended turn's text."""

    proposal: Proposal
    evidence: Evidence | None
    confidence: float
    span: tuple[int, int]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class AmendedTurns:
    """All turns, amended where it was due, and what was amended, in order."""

    turns: tuple[Turn, ...]
    amendments: tuple[Amendment, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    """Phrases of the first pass that stand, but in words that are less sure now: they probably are innocent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Proposals that overlap the first of them, which is the likeliest by sound."""

    proposals: list[Proposal]


@dataclass(frozen=True, slots=True)
class _Judged:
    proposal: Proposal
    evidence: Evidence | None
    confidence: float


def amend_turns(
    turns: Sequence[Turn],
    index: SoundIndex,
    listener: Listener | None,
    sentences: Sequence[str] = (),
    *,
    speaker: Speaker | None = None,
    innocent: Innocent | None = None,
    workers: int = 1,
) -> AmendedTurns:
    """Search the turns of one speaker (or of all) by sound, hear near misses again, write in what was said.

    Without a listener the sound of the text alone decides. Turns without words (typed ones) are left alone.
    `sentences` are what may be expected (see `expecting`; none: nothing is heard by expectation);
    `innocent` tells the contexts in which a phrase is no fault, see `doubting`; `workers` places are weighed at
    once, each in a thread.

    Raises:
        AsrError: the listener's recogniser failed.
    """
    spoken = {turn.index: turn for turn in turns if turn.words and speaker in (None, turn.speaker)}
    near_misses = likely(propose(tuple(spoken.values()), index))
    doubted: tuple[Doubt, ...] = ()
    if listener and sentences:
        expected = expect(tuple(spoken.values()), near_misses, index.phrases, sentences, listener, innocent=innocent)
        near_misses, doubted = expected.proposals, expected.doubts
    places = _within_budget(gather_places(near_misses), spoken)
    with ThreadPoolExecutor(workers, thread_name_prefix="hear-again") as pool:
        found = pool.map(_judge, places, repeat(listener), repeat(spoken))
        judged = list(chain.from_iterable(found))
    chosen = _best_apart(one for one in judged if one.confidence >= AMEND_FROM)
    amended: dict[int, tuple[Turn, list[Amendment]]] = {
        turn_index: _rewrite(less_sure(turn, doubted), [one for one in chosen if one.proposal.turn_index == turn_index])
        for turn_index, turn in spoken.items()
    }
    return AmendedTurns(
        tuple(amended[turn.index][0] if turn.index in amended else turn for turn in turns),
        tuple(amendment for turn_index in amended for amendment in amended[turn_index][1]),
        doubted,
    )


def likely(proposals: Iterable[Proposal], least: float = MIN_PRIOR) -> tuple[Proposal, ...]:
    """Return the proposals that are worth a second hearing: at least so probable before it."""
    return tuple(one for one in proposals if prior(one) >= least)


def gather_places(proposals: Iterable[Proposal], least: float = MIN_PRIOR) -> list[Place]:
    """Gather overlapping proposals into places, likeliest by sound first; leave out what is too unlikely."""
    places: list[Place] = []
    for proposal in sorted(likely(proposals, least), key=lambda one: -prior(one)):
        place = next((one for one in places if _overlap(proposal, one.proposals[0])), None)
        if place is None:
            places.append(Place([proposal]))
        elif len(place.proposals) < MAX_PHRASES_A_PLACE:
            place.proposals.append(proposal)
    return places


def _within_budget(places: Sequence[Place], turns: dict[int, Turn]) -> list[Place]:
    """The likeliest places, as many as may be heard again."""
    left_s = REHEARD_ALWAYS_S + MAX_REHEARD_SHARE * sum(turn.end_s - turn.start_s for turn in turns.values())
    lengths_s = accumulate(_question(place, turns).seconds for place in places)
    return [place for place, length_s in zip(places, lengths_s, strict=True) if length_s <= left_s]


def _question(place: Place, turns: dict[int, Turn]) -> Question:
    return question_for(place.proposals, turns[place.proposals[0].turn_index])


def _judge(place: Place, listener: Listener | None, turns: dict[int, Turn]) -> list[_Judged]:
    found = ask(listener, _question(place, turns), place.proposals) if listener else [None] * len(place.proposals)
    pairs = zip(place.proposals, found, strict=True)
    return [_Judged(one, evidence, confidence(one, evidence)) for one, evidence in pairs]


def _best_apart(judged: Iterable[_Judged]) -> list[_Judged]:
    """Of places that overlap keep the surest; in order of place."""
    kept: list[_Judged] = []
    for one in sorted(judged, key=lambda one: (-one.confidence, one.proposal.cost)):
        if not any(_overlap(one.proposal, other.proposal) for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.proposal.turn_index, one.proposal.span))


def _overlap(one: Proposal, other: Proposal) -> bool:
    return one.turn_index == other.turn_index and one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _rewrite(turn: Turn, chosen: Sequence[_Judged]) -> tuple[Turn, list[Amendment]]:
    """Put the chosen phrases into the turn, from the last to the first so that their spans stay true."""
    words = turn.words
    written = [_written(one, turn) for one in chosen]
    for one, phrase in zip(reversed(chosen), reversed(written), strict=True):
        words = _replace(words, one.proposal.span, phrase)
    starts = dict(zip(map(id, words), accumulate((len(word.text) for word in words), initial=0), strict=False))
    amendments = [
        Amendment(
            one.proposal,
            one.evidence,
            one.confidence,
            (starts[id(phrase)], starts[id(phrase)] + len(phrase.text)),
            differences(one.proposal.phrase, one.proposal.heard),
        )
        for one, phrase in zip(chosen, written, strict=True)
    ]
    return replace(turn, words=words, text="".join(word.text for word in words)), amendments


def _written(one: _Judged, turn: Turn) -> Word:
    start_s, end_s = max(one.proposal.start_s, turn.start_s), min(one.proposal.end_s, turn.end_s)
    return Word(one.proposal.phrase, start_s, end_s, one.confidence)


def _replace(words: tuple[Word, ...], span: tuple[int, int], phrase: Word) -> tuple[Word, ...]:
    """Replace the characters of the span by one word; words across its edges keep their rest.

    But a rest that would make another word with the phrase (这是你的事 in 这是你的|食|物: 事物) is left out: as
    its own word was misheard, nobody said that one either.
    """
    start, end = span
    out: list[Word] = []
    at = 0
    for word in words:
        first, last = at, at + len(word.text)
        at = last
        if first < start:
            rest = _part(word, 0, min(len(word.text), start - first))
            out += [rest] if last <= start or not _makes_a_word(rest.text, phrase.text) else []
        if first <= start < last:
            out.append(phrase)
        if last > end:
            rest = _part(word, max(0, end - first), len(word.text))
            out += [rest] if first >= end or not _makes_a_word(phrase.text, rest.text) else []
    return tuple(out)


def _makes_a_word(left: str, right: str) -> bool:
    """Whether a word of the dictionary goes across the seam of two texts."""
    return splits_a_word(left + right, len(left), len(left + right)) is not None


def _part(word: Word, first: int, last: int) -> Word:
    """Some characters of a word, which are taken to last equally long."""
    if (first, last) == (0, len(word.text)):
        return word
    step_s = (word.end_s - word.start_s) / len(word.text)
    return replace(
        word, text=word.text[first:last], start_s=word.start_s + first * step_s, end_s=word.start_s + last * step_s
    )
