"""Hearing a near miss again: was it the phrase, or what the first pass wrote?

Takes a proposal with its turn and a listener; gives the evidence. The recogniser hears the sound
around the place once more with very few sentences to choose from: what the first pass wrote there,
the same with the phrase put in its place, each without the words around it, and a model of
anything else. Both readings meet the same sound with the same words around them, so the difference
of their likelihoods is about the place alone; alone against a garbage model, a phrase wins wherever
something sounds a little like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from callcoach.datapath import Hypothesis, Speaker, Turn, Word
from callcoach.rules.normalise import normalise
from callcoach.rules.sound.proposals import Proposal

CONTEXT_S = 0.5
"""Words that reach this near to the place are heard again with it: about two words on each side."""

EDGE_S = 0.1
"""Sound before the first and after the last of these words: word times of a recogniser are this sure."""

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


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many natural logarithms likelier the best hypothesis with the phrase is than the best without.

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


def question_for(proposal: Proposal, turn: Turn) -> Question:
    """Prepare the second hearing of a place in a turn with words."""
    near = [
        word
        for word in turn.words
        if word.start_s < proposal.end_s + CONTEXT_S and word.end_s > proposal.start_s - CONTEXT_S
    ]
    before, under, after = _around(proposal.span, turn, near)
    heard = tuple(word.text for word in near)
    forms = _forms(proposal.phrase)
    readings = [
        *((*before, form, *after) for form in forms),
        *(heard for _ in forms),
        *((form,) for form in forms),
        *((under,) if under else ()),
    ]
    start_s = min(near[0].start_s, proposal.start_s) - EDGE_S
    end_s = max(near[-1].end_s, proposal.end_s) + EDGE_S
    return Question(max(0.0, start_s), end_s, tuple(readings))


def ask(listener: Listener, speaker: Speaker, question: Question, phrase: str) -> Evidence | None:
    """Have the place heard again; None when the listener cannot spell the phrase or heard nothing."""
    return judge(listener.weigh(speaker, question.start_s, question.end_s, question.readings), phrase)


def judge(hypotheses: Sequence[Hypothesis], phrase: str) -> Evidence | None:
    """Compare the best hypothesis that holds the phrase with the best that does not."""
    if not hypotheses:
        return None
    holding = [one.log_likelihood for one in hypotheses if phrase in normalise(one.text).text]
    others = [one.log_likelihood for one in hypotheses if phrase not in normalise(one.text).text]
    return Evidence(max(holding, default=float("-inf")) - max(others, default=float("-inf")))


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
