"""The questions that live judging asks of a condition, and the answers of a kind that nobody listed.

Each kind answers by registering for its class. Two answers carry the rest: `settled` (nothing can take
this place back) and `final_to_s` (up to when all places are known): with them, conditions made of others
can be judged without knowing what the others are.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import singledispatch

from callcoach.rules.kinds.base import Condition, Position
from callcoach.rules.match import Match
from callcoach.rules.view import ConversationView


@dataclass(frozen=True, slots=True)
class AtEnd:
    """Why something can only be known at the end of the call."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a live call has got.

    No later turn begins before `heard_to_s` and no later event lies before it. The level and pitch tracks
    reach to `sounded_to_s`; it is infinite where the call is judged without them. `view` holds the call so far.
    """

    view: ConversationView
    heard_to_s: float
    sounded_to_s: float


@dataclass(frozen=True, slots=True)
class News:
    """What is new since the last question.

    `patterns` are the wordings in a new turn, `turn` whether there is one, `silence_s` the longest silence
    it ended or holds; `events` whether the call's signalling told anything.
    """

    patterns: AbstractSet[str] = frozenset()
    turn: bool = False
    silence_s: float = 0.0
    events: bool = False


UNLISTED = AtEnd("这种条件要看整通电话", "this kind of condition is only judged over the whole call")
LAST_PART = AtEnd("看的是最后几句话或最后一段时间", "it looks at the last turns or the last part of the call")
SHARE_OF_CALL = AtEnd("范围按通话全长的百分比算", "its part of the call is a share of the whole length")
LENGTH_OF_ALL = AtEnd("整通电话都没有才算", "only the whole call can show that something never came")
WHOLE_MEASURE = AtEnd("量的是整通电话", "it is measured over the whole call")
FACTS_OF_ALL = AtEnd("通话结束时才知道", "the fact is only known when the call is over")


@singledispatch
def only_at_end(condition: Condition) -> AtEnd | None:  # noqa: ARG001 - the signature of all kinds
    """Why no place of the condition can be told before the end of the call; None: they can be told live."""
    return UNLISTED


@singledispatch
def worth_asking(condition: Condition, news: News) -> bool:  # noqa: ARG001
    """Whether news may have brought the condition a place, or made one certain."""
    return True


@singledispatch
def settled(condition: Condition, match: Match, now: Progress) -> bool:
    """Whether nothing that is heard later can take back or change the place `match` of the condition."""
    return instant(condition) or match.start_s < final_to_s(condition, now)


@singledispatch
def final_to_s(condition: Condition, now: Progress) -> float:  # noqa: ARG001
    """The moment before which no place of the condition will yet begin, end, change or disappear, s."""
    return now.heard_to_s


@singledispatch
def holds(condition: Condition, now: Progress) -> bool:
    """Whether the finished call is certain to have a place of the condition."""
    return any(settled(condition, match, now) for match in condition.find(now.view))


@singledispatch
def closed(condition: Condition, now: Progress) -> bool:  # noqa: ARG001
    """Whether the condition can have no place in anything heard later."""
    return False


@singledispatch
def can_close(condition: Condition) -> bool:  # noqa: ARG001
    """Whether the condition looks only at the beginning of the call."""
    return False


@singledispatch
def instant(condition: Condition) -> bool:  # noqa: ARG001
    """Whether each place lies in one turn and is certain as soon as that turn is heard."""
    return False


def of_position(position: Position) -> AtEnd | None:
    """Why this part of the call is not known before the end; None: it is."""
    from_end = any((one or 0) < 0 for one in (position.from_turn, position.to_turn))
    if from_end or any(one is not None for one in (position.last_turns, position.last_s, position.last_percent)):
        return LAST_PART
    shares = (position.first_percent, position.from_percent, position.to_percent)
    return None if all(one is None for one in shares) else SHARE_OF_CALL


def begins_only(position: Position) -> bool:
    """Whether this part of the call is over at some moment or turn of it."""
    to_turn = position.to_turn if (position.to_turn or 0) > 0 else None
    return any(one is not None for one in (position.first_turns, to_turn, position.first_s, position.to_s))
