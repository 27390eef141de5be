"""Kind `sequence`: one thing after another, or the second missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Turn
from callcoach.rules.kinds.base import CONFIG, Condition, Seconds, register
from callcoach.rules.match import Match
from callcoach.rules.view import ConversationView


@register("sequence")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class SequenceCondition(Condition):
    """先 A 后 B，或 A 之后没有 B · A, then B within so many turns or seconds; or A without B after it.

    The place is B; with `missing` it is A. B may stand in A's own turn, behind it.
    """

    children = ("first", "then")
    first: Annotated[Condition, Field(description="A")]
    then: Annotated[Condition, Field(description="B")]
    within_turns: Annotated[
        int | None, Field(ge=0, description="B at most so many turns (of either side) after A; 0: in the same turn")
    ] = None
    within_s: Annotated[Seconds | None, Field(description="B begins at most so many seconds after A ends")] = None
    missing: Annotated[bool, Field(description="true: A is a find when no B follows")] = False

    @model_validator(mode="after")
    def _has_a_limit(self) -> SequenceCondition:
        if self.within_turns is None and self.within_s is None and not self.missing:
            raise ValueError("要写几句或几秒之内 · expected within_turns or within_s: else any later B would count")
        return self

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each A that is, or is not, followed by B: B's place once, or A's."""
        seconds = sorted(self.then.find(view), key=lambda one: (one.start_s, one.end_s))
        told: set[tuple[float, float]] = set()
        for one in self.first.find(view):
            after = next((other for other in seconds if self._follows(view, one, other)), None)
            if self.missing and after is None:
                yield one
            elif not self.missing and after is not None and (after.start_s, after.end_s) not in told:
                told.add((after.start_s, after.end_s))
                yield replace(after, confidence=min(after.confidence, one.confidence))

    def _follows(self, view: ConversationView, one: Match, other: Match) -> bool:
        if other.start_s < one.end_s and not _later_turn(one, other):
            return False
        if self.within_s is not None and other.start_s - one.end_s > self.within_s:
            return False
        turns = view.conversation.turns
        return self.within_turns is None or _turns_between(turns, one, other) <= self.within_turns


def _later_turn(one: Match, other: Match) -> bool:
    """Whether `other` lies in a later turn: its turn may begin before the last word of the other side."""
    return one.turn_index is not None and other.turn_index is not None and other.turn_index > one.turn_index


def _turns_between(turns: Sequence[Turn], one: Match, other: Match) -> int:
    """How many turns later `other` stands; what lies in no turn stands in the last one begun before it."""
    first, second = (_turn_index(turns, match) for match in (one, other))
    return second - first


def _turn_index(turns: Sequence[Turn], match: Match) -> int:
    if match.turn_index is not None:
        return match.turn_index
    begun = [index for index, turn in enumerate(turns) if turn.start_s <= match.start_s]
    return begun[-1] if begun else -1
