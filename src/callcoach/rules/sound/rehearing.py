"""Hearing a near miss again: was it the phrase, or what the first pass wrote?

Takes overlapping proposals with their turn and a listener; gives the evidence. The recogniser hears the sound
around the place once more with very few sentences to choose from: what the first pass wrote there,
the same with each phrase put in its place, each without the words around it, what the hearing by
expectation made of it with the phrase and without, and a model of anything else. All readings meet the
same sound with the same words around them, so the difference of their likelihoods is about the place
alone; alone against a garbage model, a phrase wins wherever something sounds a little like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from callcoach.datapath import Hearing, Hypothesis, Speaker, Turn, Word
from callcoach.rules.normalise import normalise
from callcoach.rules.sound.proposals import Proposal

CONTEXT_S = 0.5
"""Words that reach this near to the place are heard again with it: about two words on each side."""

EDGE_S = 0.1
"""Sound before the first and after the last of these words: word times of a recogniser are this sure."""

PAUSE_EDGE_S = 0.5
"""The same at most where no word is written beside them: on a bad line some may have gone unheard there."""

POLITE_YOU = "您"

Reading = tuple[str, ...]
"""A sentence in parts, as `Listener.weigh` takes it."""


class Listener(Protocol):
    """Whoever can hear a stretch of the call's sound again; analysis binds it to an engine and a sound."""

    def weigh(
        self, speaker: Speaker, start_s: float, end_s: float, readings: Sequence[Reading]
    ) -> tuple[Hypothesis, ...]:
        """Return the likeliest hypotheses for the speaker's sound from `start_s` to `end_s`, best first.

        A reading's parts are words of the first pass or text to be spelt with the recogniser's words.
        """
        ...

    def expect(
        self, speaker: Speaker, stretches: Sequence[tuple[float, float]], sentences: Sequence[str]
    ) -> tuple[tuple[Hearing, ...], ...]:
        """Hear the speaker's stretches (start and end in seconds) expecting these sentences.

        Gives for each utterance the likeliest ways to hear it, each of at least one word; times are seconds
        from the start of the call.
        """
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many natural logarithms likelier the best hypothesis with the phrase is than the best without any.

    Infinite when there was no hypothesis of the other kind among those returned.
    """

    log_ratio: float


@dataclass(frozen=True, slots=True)
class Question:
    """What the listener is asked: which stretch, and with which readings."""

    start_s: float
    end_s: float
    readings: tuple[Reading, ...]

    @property
    def seconds(self) -> float:
        """Length of the stretch."""
        return self.end_s - self.start_s


def question_for(proposals: Sequence[Proposal], turn: Turn) -> Question:
    """Prepare the second hearing of a place in a turn with words, for all phrases that it may hold.

    `proposals` overlap one another; at least one.
    """
    start_s, end_s = min(one.start_s for one in proposals), max(one.end_s for one in proposals)
    near = _near(turn.words, start_s, end_s)
    heard = tuple(word.text for word in near)
    ways = (_near(way, start_s, end_s) for one in proposals for way in one.ways)
    parts = {one: _around(one.span, turn, near) for one in proposals}
    forms = {one: _forms(one.phrase) for one in proposals}
    readings = [
        *((*before, form, *after) for one, (before, _, after) in parts.items() for form in forms[one]),
        *(heard for _ in range(max(len(ways) for ways in forms.values()))),
        *((form,) for ways in forms.values() for form in ways),
        *dict.fromkeys(under for _, under, _ in parts.values() if under),
        *dict.fromkeys(tuple(word.text for word in way) for way in ways),
    ]
    first_s, last_s = min(near[0].start_s, start_s), max(near[-1].end_s, end_s)
    before_s = first_s - max((word.end_s for word in turn.words if word.end_s <= first_s), default=0.0)
    after_s = min((word.start_s for word in turn.words if word.start_s >= last_s), default=inf) - last_s
    return Question(max(0.0, first_s - _edge(before_s)), last_s + _edge(after_s), tuple(readings))


def ask(listener: Listener, question: Question, proposals: Sequence[Proposal]) -> tuple[Evidence | None, ...]:
    """Have a place heard again; for each proposal None when no phrase could be spelt or nothing was heard.

    Raises:
        AsrError: the recogniser failed.
    """
    hypotheses = listener.weigh(proposals[0].speaker, question.start_s, question.end_s, question.readings)
    return judge(hypotheses, [one.phrase for one in proposals])


def judge(hypotheses: Sequence[Hypothesis], phrases: Sequence[str]) -> tuple[Evidence | None, ...]:
    """Compare for each phrase the best hypothesis that holds it with the best that holds none of them."""
    said = [(normalise(one.text).text, one.log_likelihood) for one in hypotheses]
    none_of_them = max(
        (score for text, score in said if not any(one in text for one in phrases)), default=float("-inf")
    )
    best = [max((score for text, score in said if phrase in text), default=float("-inf")) for phrase in phrases]
    return tuple(
        Evidence(one - none_of_them) if hypotheses and (one, none_of_them) != (float("-inf"),) * 2 else None
        for one in best
    )


def _edge(free_s: float) -> float:
    """How much sound is taken beside the words, of what is free of others."""
    return min(max(free_s, EDGE_S), PAUSE_EDGE_S)


def _near(words: Sequence[Word], start_s: float, end_s: float) -> list[Word]:
    return [word for word in words if word.start_s < end_s + CONTEXT_S and word.end_s > start_s - CONTEXT_S]


def _forms(phrase: str) -> tuple[str, ...]:
    """Both ways to say you: rules write one for either, the recogniser has a word for each."""
    polite = phrase.replace("你", POLITE_YOU)
    return (phrase,) if polite == phrase else (phrase, polite)


def _around(span: tuple[int, int], turn: Turn, near: Sequence[Word]) -> tuple[Reading, Reading, Reading]:
    """Split the words near the place into text before it, words under it, text after it.

    A word that lies across an edge of the place gives its outer characters to before or after.
    """
    before: list[str] = []
    under: list[str] = []
    after: list[str] = []
    at = 0
    for word in turn.words:
        first, last = at, at + len(word.text)
        at = last
        if word not in near:
            continue
        left, right = word.text[: max(0, span[0] - first)], word.text[max(0, span[1] - first) :]
        before += [left] if left else []
        after += [right] if right else []
        under += [word.text] if first < span[1] and last > span[0] else []
    return tuple(before), tuple(under), tuple(after)
