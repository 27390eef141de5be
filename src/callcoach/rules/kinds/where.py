"""Options that every kind takes: whose, in which part of the call, near what, and not inside what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.rules.kinds.base import CONFIG, Condition, Position, Seconds, Who
from callcoach.rules.match import Match, Need, is_near, overlap
from callcoach.rules.view import ConversationView

NEIGHBOURS = ("before", "after", "near", "not_before", "not_after", "not_near")
"""Options that hold a `Neighbour`."""


@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class Neighbour:
    """Another condition, and how far from it. Without a limit anywhere on that side will do."""

    of: Annotated[Condition, Field(description="the other condition")]
    within_s: Annotated[Seconds | None, Field(description="at most so many seconds between the two")] = None
    within_turns: Annotated[int | None, Field(ge=0, description="at most so many turns between; 0: same turn")] = None

    def is_near(self, match: Match, other: Match) -> bool:
        """Whether `other` lies within the limits of `match`."""
        return is_near(match, other, self.within_s, self.within_turns)


@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class Where(Condition):
    """每种条件都可以用的选项 · Options that every kind of condition takes beside its own.

    `speaker` and `position` are listed here for kinds that do not have them; a measured place counts
    by its beginning.
    """

    kind = "where"
    of: Condition
    speaker: Annotated[Who | None, Field(description="only places of this speaker")] = None
    position: Annotated[Position | None, Field(description="only in this part of the call, see `position`")] = None
    before: Annotated[Neighbour | None, Field(description="only before a place of another condition")] = None
    after: Annotated[Neighbour | None, Field(description="only after a place of another condition")] = None
    near: Annotated[Neighbour | None, Field(description="only near a place of another condition")] = None
    not_before: Annotated[Neighbour | None, Field(description="not before a place of another condition")] = None
    not_after: Annotated[Neighbour | None, Field(description="not after a place of another condition")] = None
    not_near: Annotated[Neighbour | None, Field(description="not near a place of another condition")] = None
    not_within: Annotated[
        Condition | None, Field(description="not where a place of another condition overlaps this one")
    ] = None

    def neighbours(self) -> Iterator[tuple[str, Neighbour]]:
        """Yield the neighbours that are given, with the names of their options."""
        for name in NEIGHBOURS:
            one: Neighbour | None = getattr(self, name)
            if one is not None:
                yield name, one

    def parts(self) -> Iterator[Condition]:
        """Yield the condition, and all it is compared with."""
        yield self.of
        yield from (one.of for _, one in self.neighbours())
        if self.not_within is not None:
            yield self.not_within

    def needs(self) -> frozenset[Need]:
        """What the parts need; separated speakers when only one's places count."""
        own = frozenset[Need]() if self.speaker in (None, Who.ANYONE) else frozenset({Need.SEPARATED})
        return frozenset[Need]().union(own, *(part.needs() for part in self.parts()))

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the places of the condition that lie where they must."""
        places = {name: list(one.of.find(view)) for name, one in self.neighbours()}
        inside = list(self.not_within.find(view)) if self.not_within is not None else []
        for match in self.of.find(view):
            if (
                self._is_hers(match)
                and self._is_there(view, match)
                and all(self._holds(name, one, match, places[name]) for name, one in self.neighbours())
                and not any(overlap(match, other) for other in inside)
            ):
                yield match

    def _is_hers(self, match: Match) -> bool:
        return self.speaker is None or self.speaker.speaker in (None, match.speaker)

    def _is_there(self, view: ConversationView, match: Match) -> bool:
        if self.position is None:
            return True
        if not self.position.holds_time(match.start_s, view.conversation.duration_s):
            return False
        if not self.position.by_turns:
            return True
        turns = self.position.turns(view, self.speaker.speaker if self.speaker else None)
        return any(
            one.turn.index == match.turn_index
            if match.turn_index is not None
            else one.turn.start_s <= match.start_s < one.turn.end_s
            for one in turns
        )

    @staticmethod
    def _holds(name: str, neighbour: Neighbour, match: Match, others: list[Match]) -> bool:
        wanted = not name.startswith("not_")
        return wanted is any(Where.counts(name, neighbour, match, other) for other in others)

    @staticmethod
    def counts(name: str, neighbour: Neighbour, match: Match, other: Match) -> bool:
        """Whether `other` lies where the option `name` asks about, as seen from `match`."""
        return _on_side(name.removeprefix("not_"), match, other) and neighbour.is_near(match, other)


def _on_side(side: str, match: Match, other: Match) -> bool:
    """Whether `match` lies before, after or anywhere near `other`."""
    if side == "before":
        return match.start_s < other.start_s
    return side == "near" or match.start_s > other.start_s


OPTIONS: tuple[str, ...] = tuple(one.name for one in fields(Where) if one.name != "of")
"""Names of the options, as documents write them."""


def own_fields(cls: type[Any]) -> frozenset[str]:
    """Names of the parameters a kind has itself: these win over the common options."""
    return frozenset(cls.__dataclass_fields__)
