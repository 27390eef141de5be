"""Kinds made of other conditions: certain when enough is certain of their parts."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Protocol

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import Condition
from callcoach.rules.kinds.compose import (
    AllCondition,
    AnyCondition,
    CountCondition,
    MissingCondition,
    NearCondition,
    NotCondition,
)
from callcoach.rules.kinds.facts import CallCondition
from callcoach.rules.kinds.sequence import SequenceCondition
from callcoach.rules.kinds.where import Neighbour, Where
from callcoach.rules.knowable.core import (
    LAST_PART,
    LENGTH_OF_ALL,
    AtEnd,
    News,
    Progress,
    begins_only,
    can_close,
    closed,
    final_to_s,
    holds,
    instant,
    of_position,
    only_at_end,
    settled,
    worth_asking,
)
from callcoach.rules.knowable.measured import late_facts
from callcoach.rules.knowable.said import position_over
from callcoach.rules.match import Match


class Limits(Protocol):
    """How far from a place another may lie."""

    @property
    def within_s(self) -> float | None:
        """At most so many seconds between the two."""
        ...

    @property
    def within_turns(self) -> int | None:
        """At most so many turns between the two."""
        ...


def _first_unknown(conditions: Iterable[Condition]) -> AtEnd | None:
    return next((why for one in conditions if (why := only_at_end(one))), None)


def _parts_worth_asking(condition: Condition, news: News) -> bool:
    """Whether news concerns a part; a part whose places come and go must be looked at each time."""
    return any(not instant(part) or worth_asking(part, news) for part in condition.parts())


# any


@only_at_end.register
def _(condition: AnyCondition) -> AtEnd | None:
    return _first_unknown(condition.of)


@worth_asking.register
def _(condition: AnyCondition, news: News) -> bool:
    return any(worth_asking(part, news) for part in condition.of)


@settled.register
def _(condition: AnyCondition, match: Match, now: Progress) -> bool:
    return all(settled(part, match, now) for part in condition.of if match in [*part.find(now.view)])


@final_to_s.register
def _(condition: AnyCondition, now: Progress) -> float:
    return min(final_to_s(part, now) for part in condition.of)


@closed.register
def _(condition: AnyCondition, now: Progress) -> bool:
    return all(closed(part, now) for part in condition.of)


@can_close.register
def _(condition: AnyCondition) -> bool:
    return all(can_close(part) for part in condition.of)


@instant.register
def _(condition: AnyCondition) -> bool:
    return all(instant(part) for part in condition.of)


# all: the first part's places, once each other part is certain to have one


@only_at_end.register
def _(condition: AllCondition) -> AtEnd | None:
    facts = [late_facts(part) for part in condition.of[1:] if isinstance(part, CallCondition)]
    others = [part for part in condition.of[1:] if not isinstance(part, CallCondition)]
    return _first_unknown((condition.of[0], *others)) or next((why for why in facts if why), None)


@worth_asking.register
def _(condition: AllCondition, news: News) -> bool:
    return _parts_worth_asking(condition, news)


@settled.register
def _(condition: AllCondition, match: Match, now: Progress) -> bool:
    return settled(condition.of[0], match, now) and all(holds(part, now) for part in condition.of[1:])


@final_to_s.register
def _(condition: AllCondition, now: Progress) -> float:
    return final_to_s(condition.of[0], now) if all(holds(part, now) for part in condition.of[1:]) else 0.0


# count


@only_at_end.register
def _(condition: CountCondition) -> AtEnd | None:
    return only_at_end(condition.of)


@worth_asking.register
def _(condition: CountCondition, news: News) -> bool:
    return _parts_worth_asking(condition, news)


@settled.register
def _(condition: CountCondition, match: Match, now: Progress) -> bool:
    # a turn still to come may lie over this one, and its place then counts before this
    return match.start_s < final_to_s(condition.of, now)


@final_to_s.register
def _(condition: CountCondition, now: Progress) -> float:
    return final_to_s(condition.of, now)


# near


@only_at_end.register
def _(condition: NearCondition) -> AtEnd | None:
    why = _first_unknown((condition.of, condition.other))
    if why is not None or not condition.absent:
        return why
    bounded = condition.order == "before" or condition.within_s is not None or condition.within_turns is not None
    return None if bounded else LENGTH_OF_ALL


@worth_asking.register
def _(condition: NearCondition, news: News) -> bool:
    return _parts_worth_asking(condition, news)


@settled.register
def _(condition: NearCondition, match: Match, now: Progress) -> bool:
    if not settled(condition.of, match, now):
        return False
    if condition.absent:
        return _none_to_come(condition.other, condition, match, now, earlier=condition.order == "before")
    return any(
        condition.is_near(match, other) and settled(condition.other, other, now)
        for other in condition.other.find(now.view)
    )


@final_to_s.register
def _(condition: NearCondition, now: Progress) -> float:
    return _unless_unsettled(condition, condition.of, now)


# sequence


@only_at_end.register
def _(condition: SequenceCondition) -> AtEnd | None:
    unbounded = condition.within_s is None and condition.within_turns is None
    return _first_unknown((condition.first, condition.then)) or (LENGTH_OF_ALL if unbounded else None)


@worth_asking.register
def _(condition: SequenceCondition, news: News) -> bool:
    return _parts_worth_asking(condition, news)


@settled.register
def _(condition: SequenceCondition, match: Match, now: Progress) -> bool:
    if not condition.missing:
        return _over_s(match, now) < min(final_to_s(condition.first, now), final_to_s(condition.then, now))
    return settled(condition.first, match, now) and _none_to_come(condition.then, condition, match, now)


@final_to_s.register
def _(condition: SequenceCondition, now: Progress) -> float:
    if condition.missing:
        return _unless_unsettled(condition, condition.first, now)
    return _before_talk_at(min(final_to_s(condition.first, now), final_to_s(condition.then, now)), now)


# where: the options of every kind


@only_at_end.register
def _(condition: Where) -> AtEnd | None:
    why = _first_unknown(condition.parts()) or (of_position(condition.position) if condition.position else None)
    unbounded = any(
        one.within_s is None and one.within_turns is None and name in ("not_before", "not_near")
        for name, one in condition.neighbours()
    )
    return why or (LENGTH_OF_ALL if unbounded else None)


@worth_asking.register
def _(condition: Where, news: News) -> bool:
    return _parts_worth_asking(condition, news)


@settled.register
def _(condition: Where, match: Match, now: Progress) -> bool:
    if not settled(condition.of, match, now):
        return False
    if condition.not_within is not None and final_to_s(condition.not_within, now) <= _over_s(match, now):
        return False
    return all(_neighbour_settled(condition, name, one, match, now) for name, one in condition.neighbours())


def _neighbour_settled(condition: Where, name: str, one: Neighbour, match: Match, now: Progress) -> bool:
    if name.startswith("not_"):
        return _none_to_come(one.of, one, match, now, earlier=name == "not_after")
    return any(
        condition.counts(name, one, match, other) and settled(one.of, other, now) for other in one.of.find(now.view)
    )


@final_to_s.register
def _(condition: Where, now: Progress) -> float:
    return _unless_unsettled(condition, condition.of, now)


@closed.register
def _(condition: Where, now: Progress) -> bool:
    position = condition.position
    if position is None:
        return closed(condition.of, now)
    if instant(condition.of):
        return position_over(position, _who(condition), now) or closed(condition.of, now)
    ends_s = [one for one in (position.first_s, position.to_s) if one is not None]
    return bool(ends_s) and final_to_s(condition.of, now) > min(ends_s)


@can_close.register
def _(condition: Where) -> bool:
    position = condition.position
    if position is not None and instant(condition.of):
        return begins_only(position)
    if position is not None and (position.first_s is not None or position.to_s is not None):
        return True
    return can_close(condition.of)


def _who(condition: Where) -> Speaker | None:
    return None if condition.speaker is None else condition.speaker.speaker


# missing, not


@only_at_end.register
def _(condition: MissingCondition) -> AtEnd | None:
    if condition.due == "last_turn":
        return LAST_PART
    return only_at_end(condition.of) or (None if can_close(condition.of) else LENGTH_OF_ALL)


@settled.register
def _(condition: MissingCondition, match: Match, now: Progress) -> bool:  # noqa: ARG001
    return closed(condition.of, now)


@final_to_s.register
def _(condition: MissingCondition, now: Progress) -> float:
    return inf if closed(condition, now) or holds(condition.of, now) else 0.0


@closed.register
def _(condition: MissingCondition, now: Progress) -> bool:
    # it points at the speaker's first turn, so it waits for one
    return closed(condition.of, now) and bool(now.view.turns_of(condition.speaker.speaker))


@only_at_end.register
def _(condition: NotCondition) -> AtEnd | None:  # noqa: ARG001
    return LENGTH_OF_ALL


# What the parts' answers mean for a place


def _none_to_come(other: Condition, limits: Limits, match: Match, now: Progress, *, earlier: bool = False) -> bool:
    """Whether no place of `other` within the limits of `match` can still come or go; `earlier`: only before it."""
    last = None if limits.within_turns is None else _turn_of(match, now) + limits.within_turns
    if instant(other) and (closed(other, now) or (last is not None and last < len(now.view.turns))):
        return True
    ends_s = [match.start_s] if earlier else []
    if limits.within_s is not None:
        ends_s.append(match.end_s + limits.within_s)
    if last is not None:
        ends_s.append(_turns_over_s(last, now))
    return final_to_s(other, now) > min(ends_s, default=inf)


def _turn_of(match: Match, now: Progress) -> int:
    """The turn a place lies in, or else the last one begun before it."""
    if match.turn_index is not None:
        return match.turn_index
    return sum(one.turn.start_s <= match.start_s for one in now.view.turns) - 1


def _turns_over_s(last: int, now: Progress) -> float:
    """When the turns up to `last` are over and another has begun, s; infinite while it is to come."""
    turns = [one.turn for one in now.view.turns]
    if last + 1 >= len(turns):
        return inf
    return max([turns[last + 1].start_s, *(turn.end_s for turn in turns[: last + 1])])


def _over_s(match: Match, now: Progress) -> float:
    """When all turns that began before the place ended are over, s."""
    return max([match.end_s, *(one.turn.end_s for one in now.view.turns if one.turn.start_s < match.end_s)])


def _before_talk_at(at_s: float, now: Progress) -> float:
    """The beginning of what was being said at a moment, s: turns overlap, and places in them with them."""
    return min([at_s, *(one.turn.start_s for one in now.view.turns if one.turn.end_s >= at_s)])


def _unless_unsettled(condition: Condition, of: Condition, now: Progress) -> float:
    """Where the first place of `of` lies that does not count for good, or may yet be dropped."""
    places = list(condition.find(now.view))
    open_s = [match.start_s for match in of.find(now.view) if match not in places or not settled(condition, match, now)]
    return min([final_to_s(of, now), *open_s])
