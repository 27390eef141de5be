"""Kinds that look at wordings and turns: a turn is final when it is heard, and so is what stands in it."""

from __future__ import annotations

from typing import TypeAlias

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import Position
from callcoach.rules.kinds.expression import RegexCondition
from callcoach.rules.kinds.keyword import DensityCondition, HowMany, KeywordCondition, Scope
from callcoach.rules.kinds.phrase import PhraseCondition
from callcoach.rules.kinds.similar import RepetitionCondition, SimilarCondition
from callcoach.rules.kinds.voice import Over, PaceCondition
from callcoach.rules.knowable.core import (
    LENGTH_OF_ALL,
    WHOLE_MEASURE,
    AtEnd,
    News,
    Progress,
    can_close,
    closed,
    instant,
    of_position,
    only_at_end,
    worth_asking,
)

Spoken: TypeAlias = PhraseCondition | KeywordCondition | RegexCondition | SimilarCondition | RepetitionCondition


@only_at_end.register(PhraseCondition)
@only_at_end.register(RegexCondition)
@only_at_end.register(SimilarCondition)
@only_at_end.register(RepetitionCondition)
def _(condition: PhraseCondition | RegexCondition | SimilarCondition | RepetitionCondition) -> AtEnd | None:
    return of_position(condition.position)


@only_at_end.register
def _(condition: KeywordCondition) -> AtEnd | None:
    never = condition.match is HowMany.NONE and condition.within is Scope.CALL
    return LENGTH_OF_ALL if never else of_position(condition.position)


@only_at_end.register
def _(condition: DensityCondition) -> AtEnd | None:  # noqa: ARG001
    return WHOLE_MEASURE


@only_at_end.register
def _(condition: PaceCondition) -> AtEnd | None:
    return None if condition.over is Over.TURN else WHOLE_MEASURE


@instant.register(PhraseCondition)
@instant.register(KeywordCondition)
@instant.register(RegexCondition)
@instant.register(SimilarCondition)
@instant.register(RepetitionCondition)
@instant.register(PaceCondition)
def _(condition: Spoken | PaceCondition) -> bool:  # noqa: ARG001
    return True


@worth_asking.register
def _(condition: PhraseCondition, news: News) -> bool:
    return not news.patterns.isdisjoint(condition.any)


@worth_asking.register
def _(condition: KeywordCondition, news: News) -> bool:
    return news.turn if condition.match is HowMany.NONE else not news.patterns.isdisjoint(condition.words)


@worth_asking.register(RegexCondition)
@worth_asking.register(SimilarCondition)
@worth_asking.register(RepetitionCondition)
@worth_asking.register(PaceCondition)
def _(condition: RegexCondition | SimilarCondition | RepetitionCondition | PaceCondition, news: News) -> bool:  # noqa: ARG001
    return news.turn


@closed.register(PhraseCondition)
@closed.register(KeywordCondition)
@closed.register(RegexCondition)
@closed.register(SimilarCondition)
@closed.register(RepetitionCondition)
def _(condition: Spoken, now: Progress) -> bool:
    return position_over(condition.position, condition.speaker.speaker, now)


@can_close.register(PhraseCondition)
@can_close.register(KeywordCondition)
@can_close.register(RegexCondition)
@can_close.register(SimilarCondition)
@can_close.register(RepetitionCondition)
def _(condition: Spoken) -> bool:
    return condition.position.first_turns is not None or condition.position.first_s is not None


def position_over(position: Position, speaker: Speaker | None, now: Progress) -> bool:
    """Whether the call has gone past this part of it."""
    if position.first_s is not None and now.heard_to_s > position.first_s:
        return True
    return position.first_turns is not None and len(now.view.turns_of(speaker)) >= position.first_turns
