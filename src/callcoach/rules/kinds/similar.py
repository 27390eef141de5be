"""Kinds `similar` and `repetition`: sentences that mean to say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Phrase, Position, Seconds, Who, register
from callcoach.rules.kinds.phrase import phrase_match, turn_match
from callcoach.rules.match import Match, Need
from callcoach.rules.normalise import normalise
from callcoach.rules.phrases import PhraseHit
from callcoach.rules.similarity import best_window, similarity
from callcoach.rules.view import ConversationView, TurnView

DEFAULT_SIMILAR = 0.57
"""Between rewordings and chance. On the development calls the best stretch of an unrelated sentence reached
0.56 at most, since a window picks the luckiest part of a long turn; rewordings lie at 0.55 to 0.9."""

DEFAULT_SAME = 0.8
"""Said again means nearly the same words; 0.8 admits a particle or one misheard word in a sentence of ten."""

DEFAULT_MIN_CHARACTERS = 6
"""Shorter turns (好的, 嗯嗯, 没有了) are said again all the time."""

DEFAULT_WITHIN_S = 120.0
"""A question asked again after two minutes belongs to another matter."""


def _has_letters(sentence: str) -> str:
    if not normalise(sentence).text:
        raise ValueError(f"{sentence!r} 里没有说得出的字 · holds no character that is spoken")
    return sentence


Sentence = Annotated[str, AfterValidator(_has_letters)]
Share = Annotated[float, Field(gt=0, le=1)]


@register("similar")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class SimilarCondition(Condition):
    """说了意思相近的句子 · Something like one of several sentences is said.

    Likeness is the mean of two cosines over single and paired characters and syllables (0 to 1).
    """

    to: Annotated[tuple[Sentence, ...], Field(min_length=1, description="model sentences, plain text")]
    at_least: Annotated[Share, Field(description="least likeness; 1: the same, below 0.5 often chance")] = (
        DEFAULT_SIMILAR
    )
    speaker: Annotated[Who, Field(description="whose speech is searched")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call that is searched")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """Words always; separated speakers when it matters who said it."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield for each turn the stretch most like a model sentence, if it is like enough."""
        models = [normalise(sentence).text for sentence in self.to]
        for turn in self.position.turns(view, self.speaker.speaker):
            found = [best_window(turn.text, model) for model in models]
            best = max((one for one in found if one), key=lambda one: one[2], default=None)
            if best is not None and best[2] >= self.at_least:
                yield phrase_match(
                    turn, PhraseHit("", best[0], best[1]), value=round(best[2], 3), threshold=self.at_least
                )


@register("repetition")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class RepetitionCondition(Condition):
    """同一个人把同样的话又说一遍 · The same speaker says nearly the same again: the turn that does."""

    times: Annotated[int, Field(ge=2, description="said at least so many times, the first included")] = 2
    at_least: Annotated[Share, Field(description="least likeness of two turns, as for `similar`")] = DEFAULT_SAME
    within_s: Annotated[Seconds, Field(description="at most so long after it was said before, s")] = DEFAULT_WITHIN_S
    within_turns: Annotated[
        int | None, Field(ge=1, description="compared with the speaker's last n turns only; null: all in that time")
    ] = None
    excludes: Annotated[
        tuple[Phrase, ...], Field(description="a turn that holds one of these wordings does not count")
    ] = ()
    min_characters: Annotated[int, Field(ge=1, description="shorter turns do not count")] = DEFAULT_MIN_CHARACTERS
    speaker: Annotated[Who, Field(description="whose speech is compared with their own")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call that is searched")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """Words, and separated speakers: an echo of the other is no repetition."""
        return frozenset({Need.WORDS, Need.SEPARATED})

    def patterns(self) -> Iterator[str]:
        """Yield the wordings that exclude a turn."""
        yield from self.excludes

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each turn that says for the `times`-th time or more what was said before."""
        earlier: list[TurnView] = []
        for turn in self.position.turns(view, self.speaker.speaker):
            if len(turn.text) < self.min_characters or view.hits(turn, self.excludes):
                continue
            own = [one for one in earlier if one.turn.speaker is turn.turn.speaker]
            near = own[-self.within_turns :] if self.within_turns else own
            alike = [likeness for one in near if (likeness := self._likeness(one, turn)) >= self.at_least]
            if len(alike) >= self.times - 1:
                yield turn_match(turn, value=round(max(alike), 3), threshold=self.at_least)
            earlier.append(turn)

    def _likeness(self, one: TurnView, other: TurnView) -> float:
        if other.turn.start_s - one.turn.end_s > self.within_s:
            return 0.0
        return similarity(one.text, other.text)
