"""Kind `call`: what the telephone system knew of the call as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Direction, Speaker
from callcoach.rules.kinds.base import CONFIG, Condition, Seconds, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.view import ConversationView


@register("call")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class CallCondition(Condition):
    """通话的基本情况 · Facts of the call: direction, length, queue, tags, agent, who hung up. All given must hold."""

    direction: Annotated[Direction | None, Field(description="`inbound` or `outbound`")] = None
    longer_s: Annotated[Seconds | None, Field(description="the recording lasts longer than this, s")] = None
    shorter_s: Annotated[Seconds | None, Field(description="the recording lasts less than this, s")] = None
    queues: Annotated[tuple[str, ...], Field(description="the call came through one of these queues")] = ()
    tags: Annotated[tuple[str, ...], Field(description="the call bears at least one of these tags")] = ()
    agents: Annotated[tuple[str, ...], Field(description="one of these agents took part")] = ()
    ended_by: Annotated[Who | None, Field(description="who hung up: `agent` or `customer`")] = None

    @model_validator(mode="after")
    def _asks_something(self) -> CallCondition:
        if not self._questions():
            raise ValueError("expected at least one fact, such as direction: inbound")
        return self

    def _questions(self) -> list[object]:
        limits = [one for one in (self.direction, self.longer_s, self.shorter_s, self.ended_by) if one is not None]
        return [*limits, *self.queues, *self.tags, *self.agents]

    def needs(self) -> frozenset[Need]:
        """The facts asked for, where a call may lack them."""
        wanted: set[Need] = set()
        if self.direction is not None:
            wanted.add(Need.DIRECTION)
        if self.ended_by is not None:
            wanted.add(Need.ENDED_BY)
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
        )
        if all(holds):
            yield Match(Speaker.UNKNOWN, 0.0, duration_s)
