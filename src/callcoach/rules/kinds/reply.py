"""Kind `slow_reply`: the agent lets a customer who has finished wait for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.backchannels import is_backchannel
from callcoach.rules.kinds.base import CONFIG, Condition, Phrase, Seconds, register
from callcoach.rules.match import Match, Need
from callcoach.rules.quiet import held_spans, overlap_s, quiet_stretches
from callcoach.rules.view import ConversationView, TurnView

DEFAULT_WARN_S = 3.0
"""An answer that begins later is late (guidelines D, silence.slow_reply)."""

DEFAULT_BELOW_S = 5.0
"""From here on it is dead air (guidelines D, silence.dead_air), which has its own rule."""


@register("slow_reply")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class SlowReplyCondition(Condition):
    """坐席回答得慢 · The customer has finished, and the agent begins to answer late.

    Time in which music or another sound is heard, on hold, or after an announced wait does not count;
    nor does silence after a mere 嗯 or 好的, which asks for no answer.
    """

    warn_s: Annotated[Seconds, Field(description="shortest wait reported, s")] = DEFAULT_WARN_S
    below_s: Annotated[Seconds | None, Field(description="longer waits are left to `dead_air`, s; null: none")] = (
        DEFAULT_BELOW_S
    )
    notice: Annotated[tuple[Phrase, ...], Field(description="wordings with which the agent announces a wait")] = ()

    def needs(self) -> frozenset[Need]:
        """Separated speakers."""
        return frozenset({Need.SEPARATED, Need.WORDS})

    def patterns(self) -> Iterator[str]:
        """Yield the announcements."""
        yield from self.notice

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each wait between a customer's turn and the agent's."""
        held = held_spans(view.conversation)
        for quiet in quiet_stretches(view, self.warn_s):
            if quiet.before is not Speaker.AGENT or quiet.after is not Speaker.CUSTOMER:
                continue
            if self.below_s is not None and quiet.duration_s >= self.below_s:
                continue
            if overlap_s((quiet.start_s, quiet.end_s), held) or self._asks_no_answer(view, quiet.start_s):
                continue
            yield Match(
                speaker=Speaker.AGENT,
                start_s=quiet.start_s,
                end_s=quiet.end_s,
                value=round(quiet.duration_s, 2),
                threshold=self.warn_s,
                unit="s",
            )

    def _asks_no_answer(self, view: ConversationView, at_s: float) -> bool:
        """Whether the customer only murmured assent, or the agent had asked for patience before."""
        customer, agent = _last(view, Speaker.CUSTOMER, at_s), _last(view, Speaker.AGENT, at_s)
        if customer is not None and is_backchannel(customer.text):
            return True
        return agent is not None and bool(view.hits(agent, self.notice))


def _last(view: ConversationView, speaker: Speaker, at_s: float) -> TurnView | None:
    begun = [one for one in view.turns_of(speaker) if one.turn.start_s < at_s]
    return begun[-1] if begun else None
