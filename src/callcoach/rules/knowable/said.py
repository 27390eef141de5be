"""Kinds that look at wordings and turns: a turn is final when it is heard, and so is what stands in it."""

from __future__ import annotations

from typing import TypeAlias

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import Position
from callcoach.rules.kinds.entity import EntityCondition
from callcoach.rules.kinds.expression import RegexCondition
from callcoach.rules.kinds.facts import TurnCountCondition
from callcoach.rules.kinds.gaps import (
    ClosingGapCondition,
    NonTalkCondition,
    OpeningGapCondition,
    PauseCondition,
)
from callcoach.rules.kinds.keyword import DensityCondition, HowMany, KeywordCondition, Scope
from callcoach.rules.kinds.phrase import PhraseCondition
from callcoach.rules.kinds.similar import RepetitionCondition, SimilarCondition
from callcoach.rules.kinds.voice import Over, PaceCondition
from callcoach.rules.knowable.core import (
    LAST_PART,
    LENGTH_OF_ALL,
    WHOLE_MEASURE,
    AtEnd,
    News,
    Progress,
    begins_only,
    can_close,
    closed,
    final_to_s,
    instant,
    of_position,
    only_at_end,
    settled,
    worth_asking,
)
from callcoach.rules.match import Match

Spoken: TypeAlias = (
    PhraseCondition | KeywordCondition | RegexCondition | SimilarCondition | RepetitionCondition | EntityCondition
)


@only_at_end.register(PhraseCondition)
@only_at_end.register(RegexCondition)
@only_at_end.register(EntityCondition)
@only_at_end.register(SimilarCondition)
@only_at_end.register(RepetitionCondition)
@only_at_end.register(PauseCondition)
def _(condition: Spoken | PauseCondition) -> AtEnd | None:
    return of_position(condition.position)


@only_at_end.register
def _(condition: KeywordCondition) -> AtEnd | None:
    never = condition.match is HowMany.NONE and condition.within is Scope.CALL
    return LENGTH_OF_ALL if never else of_position(condition.position)


@only_at_end.register(DensityCondition)
@only_at_end.register(NonTalkCondition)
@only_at_end.register(TurnCountCondition)
def _(condition: DensityCondition | NonTalkCondition | TurnCountCondition) -> AtEnd | None:  # noqa: ARG001
    return WHOLE_MEASURE


@only_at_end.register
def _(condition: ClosingGapCondition) -> AtEnd | None:  # noqa: ARG001
    return LAST_PART


@only_at_end.register
def _(condition: OpeningGapCondition) -> AtEnd | None:  # noqa: ARG001
    return None


@only_at_end.register
def _(condition: PaceCondition) -> AtEnd | None:
    return None if condition.over is Over.TURN and not condition.against_own else WHOLE_MEASURE


@instant.register(PhraseCondition)
@instant.register(KeywordCondition)
@instant.register(RegexCondition)
@instant.register(EntityCondition)
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
@worth_asking.register(EntityCondition)
@worth_asking.register(SimilarCondition)
@worth_asking.register(RepetitionCondition)
@worth_asking.register(PaceCondition)
def _(condition: Spoken | PaceCondition, news: News) -> bool:  # noqa: ARG001
    return news.turn


@worth_asking.register(PauseCondition)
@worth_asking.register(OpeningGapCondition)
def _(condition: PauseCondition | OpeningGapCondition, news: News) -> bool:  # noqa: ARG001
    return news.turn


# A pause ends with a turn, which is final; the next may begin where one of the last turns ended.


@settled.register
def _(condition: PauseCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    return True


@final_to_s.register
def _(condition: PauseCondition, now: Progress) -> float:
    return min([now.heard_to_s, *(one.turn.end_s for one in now.view.turns[-condition.turns_back :])])


@settled.register
def _(condition: OpeningGapCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    return len(now.view.spoken.of(condition.speaker.speaker)) > 0


@final_to_s.register
def _(condition: OpeningGapCondition, now: Progress) -> float:
    return now.heard_to_s if len(now.view.spoken.of(condition.speaker.speaker)) else 0.0


@closed.register(PauseCondition)
@closed.register(PhraseCondition)
@closed.register(KeywordCondition)
@closed.register(RegexCondition)
@closed.register(EntityCondition)
@closed.register(SimilarCondition)
@closed.register(RepetitionCondition)
def _(condition: Spoken | PauseCondition, now: Progress) -> bool:
    return position_over(condition.position, condition.speaker.speaker, now)


@can_close.register(PauseCondition)
@can_close.register(PhraseCondition)
@can_close.register(KeywordCondition)
@can_close.register(RegexCondition)
@can_close.register(EntityCondition)
@can_close.register(SimilarCondition)
@can_close.register(RepetitionCondition)
def _(condition: Spoken | PauseCondition) -> bool:
    return begins_only(condition.position)


def position_over(position: Position, speaker: Speaker | None, now: Progress) -> bool:
    """Whether the call has gone past this part of it."""
    ends_s = [one for one in (position.first_s, position.to_s) if one is not None]
    if ends_s and now.heard_to_s > min(ends_s):
        return True
    last = [one for one in (position.first_turns, position.to_turn) if one is not None and one > 0]
    return bool(last) and len(now.view.turns_of(speaker)) >= min(last)
