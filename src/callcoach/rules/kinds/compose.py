"""Kinds that combine others: `all`, `any`, `not`, `count`, `near`, `missing`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import CONFIG, Condition, Seconds, Who, register
from callcoach.rules.match import Match, Need, is_near
from callcoach.rules.view import ConversationView

Parts = Annotated[tuple[Condition, ...], Field(min_length=1, description="the conditions that are combined")]
Part = Annotated[Condition, Field(description="the condition it is about")]


def _in_order(matches: Iterator[Match]) -> list[Match]:
    return sorted(matches, key=lambda one: (one.start_s, one.end_s))


@register("any")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class AnyCondition(Condition):
    """任一条件成立 · Any of the conditions holds: all their places, in order of time."""

    children = ("of",)
    of: Parts

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the places of every part."""
        yield from _in_order(match for part in self.of for match in part.find(view))


@register("all")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class AllCondition(Condition):
    """全部条件成立 · Every condition holds somewhere in the call: the places of the first."""

    children = ("of",)
    of: Parts

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the first part's places if each other part has one."""
        if all(any(True for _ in part.find(view)) for part in self.of[1:]):
            yield from self.of[0].find(view)


@register("count")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class CountCondition(Condition):
    """条件成立至少 n 次 · A condition holds at least so many times: its places from there on."""

    children = ("of",)
    of: Part
    at_least: Annotated[int, Field(ge=1, description="how many times")]

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the n-th place and those after it."""
        yield from _in_order(self.of.find(view))[self.at_least - 1 :]


@register("near")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class NearCondition(Condition):
    """在另一条件附近（或不在附近）成立 · A condition holds within so many seconds or turns of another, or does not."""

    children = ("of", "other")
    of: Part
    other: Annotated[Condition, Field(description="the condition that must be near")]
    within_s: Annotated[Seconds, Field(description="at most so many seconds between the two")] | None = None
    within_turns: Annotated[int, Field(ge=0, description="at most so many turns between; 0: the same turn")] | None = (
        None
    )
    order: Annotated[
        Literal["before", "after", "either"], Field(description="where `other` stands as seen from `of`")
    ] = "either"
    absent: Annotated[bool, Field(description="true: `other` must not be near")] = False

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the places of `of` that have, or lack, a place of `other` near them."""
        others = list(self.other.find(view))
        for match in self.of.find(view):
            if any(self.is_near(match, other) for other in others) is not self.absent:
                yield match

    def is_near(self, match: Match, other: Match) -> bool:
        """Whether `other` lies on the asked side of `match` and within the limits."""
        if self.order == "before" and other.start_s >= match.start_s:
            return False
        if self.order == "after" and other.start_s <= match.start_s:
            return False
        return is_near(match, other, self.within_s, self.within_turns)


@register("missing")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class MissingCondition(Condition):
    """该有的没有 · Something that must be there is not: the turn where it was due."""

    children = ("of",)
    of: Part
    due: Annotated[
        Literal["first_turn", "last_turn"], Field(description="the speaker's turn to point at when it is missing")
    ]
    speaker: Annotated[Who, Field(description="whose turn is pointed at")] = Who.ANYONE

    def needs(self) -> frozenset[Need]:
        """What the part needs, and separated speakers when it matters whose turn it is."""
        own = frozenset[Need]() if self.speaker is Who.ANYONE else frozenset({Need.SEPARATED})
        return self.of.needs() | own

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield one place if the part has none and the speaker said anything at all."""
        turns = view.turns_of(self.speaker.speaker)
        if not turns or any(True for _ in self.of.find(view)):
            return
        turn = (turns[0] if self.due == "first_turn" else turns[-1]).turn
        yield Match(
            speaker=turn.speaker,
            start_s=turn.start_s,
            end_s=turn.end_s,
            turn_index=turn.index,
            text_span=(0, len(turn.text)),
            quote=turn.text,
        )


@register("not")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class NotCondition(Condition):
    """条件不成立 · A condition holds nowhere in the call: the whole call."""

    children = ("of",)
    of: Part

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call itself if the part has no place."""
        if not any(True for _ in self.of.find(view)):
            yield Match(speaker=Speaker.UNKNOWN, start_s=0.0, end_s=view.conversation.duration_s)
