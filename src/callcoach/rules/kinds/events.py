"""Kinds read from the call's own events: `event`, `hold`, `ring`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import CallEvent, CallEventKind, Severity, Speaker
from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Position, Seconds, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.quiet import held_spans
from callcoach.rules.view import ConversationView

MOMENT_S = 0.1
"""Length given to an event, which has none: a place in a call is an interval."""

DEFAULT_ONE_HOLD_S = 60.0
DEFAULT_ALL_HOLDS_S = 180.0
"""Longest single hold, and all of them (guidelines D, hold.long)."""

DEFAULT_RING_S = 15.0
"""Three rings of 5 s each (guidelines D, ring.three)."""


def moment(at_s: float, duration_s: float) -> tuple[float, float]:
    """The interval that stands for a moment: inside the recording, also for what came before it."""
    start_s = min(max(at_s, 0.0), max(duration_s - MOMENT_S, 0.0))
    return start_s, start_s + MOMENT_S


@register("event")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class EventCondition(Condition):
    """通话事件：保持、转接、挂断等 · An event of the call: hold, transfer, hang-up (`end`) and others."""

    event: Annotated[CallEventKind, Field(description="which event")]
    speaker: Annotated[Who, Field(description="who caused it")] = Who.ANYONE
    detail: Annotated[str, Field(description="text its detail must contain, such as a number; empty: any")] = ""
    position: Annotated[Position, Field(description="part of the call (turns do not count here)")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """The call's events."""
        return frozenset({Need.EVENTS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each such event as a short place."""
        duration_s = view.conversation.duration_s
        for one in view.conversation.call.events:
            if one.kind is self.event and self._is_meant(one, duration_s):
                start_s, end_s = moment(one.at_s, duration_s)
                yield Match(one.by, start_s, end_s, quote=one.detail)

    def _is_meant(self, one: CallEvent, duration_s: float) -> bool:
        by_whom = self.speaker.speaker in (None, one.by)
        return by_whom and self.detail in one.detail and self.position.holds_time(max(one.at_s, 0.0), duration_s)


@register("hold")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class HoldCondition(Condition):
    """呼叫保持太久 · One hold, or all holds together, too long."""

    over_s: Annotated[Seconds | None, Field(description="longest single hold, s; null: no limit")] = DEFAULT_ONE_HOLD_S
    total_s: Annotated[Seconds | None, Field(description="longest sum of holds, s; null: no limit")] = (
        DEFAULT_ALL_HOLDS_S
    )
    share: Annotated[
        float | None, Field(gt=0, lt=1, description="all holds at most this share of the call, 0 to 1; null: no limit")
    ] = None

    def needs(self) -> frozenset[Need]:
        """The call's events."""
        return frozenset({Need.EVENTS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each hold that is too long, and the one with which the sum becomes so; for a share the whole call."""
        total_s, told, duration_s = 0.0, False, view.conversation.duration_s
        for start_s, end_s in held_spans(view.conversation):
            if end_s <= start_s:
                continue
            length_s = end_s - start_s
            total_s += length_s
            if self.over_s is not None and length_s > self.over_s:
                yield self._match(start_s, end_s, length_s, self.over_s, None)
            if self.total_s is not None and total_s > self.total_s and not told:
                told = True
                yield self._match(start_s, end_s, total_s, self.total_s, Severity.SERIOUS)
        if self.share is not None and total_s > self.share * duration_s:
            yield Match(Speaker.AGENT, 0.0, duration_s, value=round(total_s / duration_s, 3), threshold=self.share)

    @staticmethod
    def _match(start_s: float, end_s: float, value_s: float, limit_s: float, severity: Severity | None) -> Match:
        return Match(
            Speaker.AGENT,
            start_s,
            end_s,
            value=round(value_s, 1),
            threshold=limit_s,
            unit="s",
            severity=severity,
        )


@register("ring")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class RingCondition(Condition):
    """响铃太久才接 · Answered, or given up, after ringing too long: the beginning of the call."""

    over_s: Annotated[Seconds, Field(description="longest ringing, s")] = DEFAULT_RING_S

    def needs(self) -> frozenset[Need]:
        """The call's events: when it rang and when it was answered."""
        return frozenset({Need.EVENTS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the beginning of the call if the first ring lies too long before the answer or end."""
        events = view.conversation.call.events
        rings = [one.at_s for one in events if one.kind is CallEventKind.RING]
        ends = [one.at_s for one in events if one.kind in (CallEventKind.ANSWER, CallEventKind.END)]
        if rings and ends and min(ends) - min(rings) > self.over_s:
            start_s, end_s = moment(0.0, view.conversation.duration_s)
            rang_s = round(min(ends) - min(rings), 1)
            yield Match(Speaker.AGENT, start_s, end_s, value=rang_s, threshold=self.over_s, unit="s")
