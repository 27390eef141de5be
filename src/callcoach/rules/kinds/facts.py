"""Kinds `call` (what the telephone system knew of the call) and `turn_count` (how many turns it has)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Call, Direction, Speaker
from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Position, Seconds, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.view import ConversationView


@register("call")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class CallCondition(Condition):
    """通话的基本情况 · Facts of the call: direction, length, queue, tags, agent, end. All given must hold."""

    direction: Annotated[Direction | None, Field(description="`inbound` or `outbound`")] = None
    longer_s: Annotated[Seconds | None, Field(description="the recording lasts longer than this, s")] = None
    shorter_s: Annotated[Seconds | None, Field(description="the recording lasts less than this, s")] = None
    queues: Annotated[tuple[str, ...], Field(description="the call came through one of these queues")] = ()
    tags: Annotated[tuple[str, ...], Field(description="the call bears at least one of these tags")] = ()
    agents: Annotated[tuple[str, ...], Field(description="one of these agents took part")] = ()
    numbers: Annotated[
        tuple[str, ...], Field(description="the other side's number begins with one of these, such as `400`")
    ] = ()
    ended_by: Annotated[Who | None, Field(description="who hung up: `agent` or `customer`")] = None
    end_reasons: Annotated[
        tuple[str, ...], Field(description="the reason of the end contains one of these, such as `486` or `busy`")
    ] = ()
    attributes: Annotated[
        dict[str, tuple[str, ...]],
        Field(description="SIP headers kept of the call, by name: one of these values each (upper or lower case)"),
    ] = Field(default_factory=dict[str, tuple[str, ...]])

    @model_validator(mode="after")
    def _asks_something(self) -> CallCondition:
        if not self._questions():
            raise ValueError("至少写一项，例如 direction: inbound · expected at least one fact")
        return self

    def _questions(self) -> list[object]:
        limits = [one for one in (self.direction, self.longer_s, self.shorter_s, self.ended_by) if one is not None]
        return [*limits, *self.queues, *self.tags, *self.agents, *self.numbers, *self.end_reasons, *self.attributes]

    def needs(self) -> frozenset[Need]:
        """The facts asked for, where a call may lack them."""
        wanted: set[Need] = set()
        if self.direction is not None:
            wanted.add(Need.DIRECTION)
        if self.ended_by is not None:
            wanted.add(Need.ENDED_BY)
        if self.end_reasons:
            wanted.add(Need.END_REASON)
        return frozenset(wanted)

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call if every fact holds."""
        call, duration_s = view.conversation.call, view.conversation.duration_s
        holds = (
            self.direction in (None, call.direction),
            self.longer_s is None or duration_s > self.longer_s,
            self.shorter_s is None or duration_s < self.shorter_s,
            not self.queues or call.queue in self.queues,
            not self.tags or not set(self.tags).isdisjoint(call.tags),
            not self.agents or call.agent in self.agents,
            self.ended_by is None or self.ended_by.speaker in (None, call.ended_by),
            not self.numbers or call.remote_number.startswith(self.numbers),
            not self.end_reasons or any(one.casefold() in call.end_reason.casefold() for one in self.end_reasons),
            all(self._bears(call, name, values) for name, values in self.attributes.items()),
        )
        if all(holds):
            yield Match(Speaker.UNKNOWN, 0.0, duration_s)

    @staticmethod
    def _bears(call: Call, name: str, values: tuple[str, ...]) -> bool:
        wanted = {one.casefold() for one in values}
        return any(key.casefold() == name.casefold() and value.casefold() in wanted for key, value in call.headers)


@register("turn_count")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class TurnCountCondition(Condition):
    """句数 · The number of turns in the call, or in a part of it, lies outside limits: the whole call."""

    at_least: Annotated[int | None, Field(ge=1, description="so many turns or more; null: no limit")] = None
    at_most: Annotated[int | None, Field(ge=0, description="so many turns or fewer; null: no limit")] = None
    speaker: Annotated[Who, Field(description="whose turns are counted")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call in which they are counted")] = ANYWHERE

    @model_validator(mode="after")
    def _has_a_limit(self) -> TurnCountCondition:
        if self.at_least is None and self.at_most is None:
            raise ValueError("要写至少或至多几句 · expected at_least or at_most, turns")
        return self

    def needs(self) -> frozenset[Need]:
        """Words; separated speakers when it matters whose."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call if both limits hold."""
        number = len(self.position.turns(view, self.speaker.speaker))
        enough = self.at_least is None or number >= self.at_least
        if enough and (self.at_most is None or number <= self.at_most):
            threshold = self.at_least if self.at_most is None else self.at_most
            yield Match(
                self.speaker.speaker or Speaker.UNKNOWN,
                0.0,
                view.conversation.duration_s,
                value=number,
                threshold=threshold,
                unit="句",
            )
