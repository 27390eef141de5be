"""Kinds `keyword` (any, all, some or none of a list of words is said) and `density` (how often)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Phrase, Position, Seconds, Who, register
from callcoach.rules.kinds.phrase import phrase_match, turn_match
from callcoach.rules.match import Match, Need
from callcoach.rules.phrases import PhraseHit
from callcoach.rules.view import ConversationView, TurnView


class HowMany(StrEnum):
    """How many of the words must be said."""

    ANY = "any"
    ALL = "all"
    SOME = "some"
    TOTAL = "total"
    NONE = "none"


class Scope(StrEnum):
    """What the words are counted in."""

    TURN = "turn"
    CALL = "call"


DEFAULT_MIN_SPEECH_S = 30.0
"""A rate over less speech than this is that of a few sentences."""


@register("keyword")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class KeywordCondition(Condition):
    """说了其中任一、全部、n 个、合计 n 次或一个也没说的词 · Any, all, n, n times in all, or none of several words."""

    words: Annotated[tuple[Phrase, ...], Field(min_length=1, description="words in the phrase language")]
    match: Annotated[
        HowMany,
        Field(
            description="`any`: each place of any; `all`; `some`: `at_least` different ones; `total`: `at_least` "
            "places of all together; `none`"
        ),
    ] = HowMany.ANY
    at_least: Annotated[int | None, Field(ge=1, description="for `some`: different words; for `total`: places")] = None
    within: Annotated[Scope, Field(description="count in one `turn` or in the whole `call`")] = Scope.TURN
    speaker: Annotated[Who, Field(description="whose speech is searched")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call that is searched")] = ANYWHERE

    @model_validator(mode="after")
    def _number_goes_with_some(self) -> KeywordCondition:
        if (self.match in (HowMany.SOME, HowMany.TOTAL)) is (self.at_least is None):
            raise ValueError("`at_least` 与 `match: some` 或 `total` 要一起写 · go together; expected both or neither")
        if self.match is HowMany.SOME and self.at_least is not None and self.at_least > len(self.words):
            raise ValueError(
                f"只有 {len(self.words)} 个词 · at_least {self.at_least} of {len(self.words)} words can never be"
            )
        return self

    def needs(self) -> frozenset[Need]:
        """Words always; separated speakers when it matters who said it."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def patterns(self) -> Iterator[str]:
        """Yield the words."""
        yield from self.words

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each place of any; else for each turn, or the call, the place that completes the number.

        `none` yields each turn without the words, or for the call the last turn searched.
        """
        if self.match is HowMany.ANY:
            for turn, hits in view.places(self.words):
                if self.position.holds(view, self.speaker.speaker, turn):
                    yield from (phrase_match(turn, hit) for hit in hits)
            return
        turns = self.position.turns(view, self.speaker.speaker)
        for group in [turns] if self.within is Scope.CALL else [[turn] for turn in turns]:
            yield from self._in_group(view, group)

    def _in_group(self, view: ConversationView, turns: Sequence[TurnView]) -> Iterator[Match]:
        needed = len(self.words) if self.match is HowMany.ALL else self.at_least or 1
        said: list[str] = []
        for turn in turns:
            for hit in self._hits(view, turn):
                if self.match is HowMany.TOTAL or hit.pattern not in said:
                    said.append(hit.pattern)
                if len(said) == needed:
                    if self.match is not HowMany.NONE:
                        yield phrase_match(turn, hit)
                    return
        if turns and self.match is HowMany.NONE:
            yield turn_match(turns[-1])

    def _hits(self, view: ConversationView, turn: TurnView) -> list[PhraseHit]:
        """The words in a turn in order: each on its own, but where places are counted only the longest of several."""
        if self.match is HowMany.TOTAL:
            return view.hits(turn, self.words)
        each = (hit for word in self.words for hit in view.hits(turn, (word,)))
        return sorted(each, key=lambda one: (one.start, one.end))


@register("density")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class DensityCondition(Condition):
    """每分钟说几次 · How often words are said for each minute of talk: the whole call if too seldom or often."""

    words: Annotated[tuple[Phrase, ...], Field(min_length=1, description="words in the phrase language")]
    below: Annotated[float | None, Field(ge=0, description="fewer are too few, times a minute; null: no limit")] = None
    above: Annotated[float | None, Field(ge=0, description="more are too many, times a minute; null: no limit")] = None
    min_speech_s: Annotated[Seconds, Field(description="less speech is not judged, s")] = DEFAULT_MIN_SPEECH_S
    speaker: Annotated[Who, Field(description="whose speech is counted")] = Who.ANYONE

    @model_validator(mode="after")
    def _has_a_limit(self) -> DensityCondition:
        if self.below is None and self.above is None:
            raise ValueError("要写上限或下限，每分钟几次 · expected below or above, times a minute")
        return self

    def needs(self) -> frozenset[Need]:
        """Words always; separated speakers when it matters who said it."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def patterns(self) -> Iterator[str]:
        """Yield the words."""
        yield from self.words

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call if the rate lies outside the limits."""
        who = self.speaker.speaker
        words = view.spoken.of(who)
        speech_s = float((words[:, 1] - words[:, 0]).sum())
        if not speech_s or speech_s < self.min_speech_s:
            return
        said = sum(len(hits) for turn, hits in view.places(self.words) if who in (None, turn.turn.speaker))
        rate = said / speech_s * 60
        few = self.below is not None and rate < self.below
        if few or (self.above is not None and rate > self.above):
            yield Match(
                who or Speaker.UNKNOWN,
                0.0,
                view.conversation.duration_s,
                value=round(rate, 2),
                threshold=self.below if few else self.above,
                unit="次/分钟",
            )
