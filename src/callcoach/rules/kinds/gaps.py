"""Kinds about time between words whatever its cause: `pause`, `opening_gap`, `closing_gap`, `non_talk`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import CallEventKind, Speaker
from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Position, Seconds, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.quiet import held_spans, overlap_s
from callcoach.rules.view import ConversationView

DEFAULT_PAUSE_S = 5.0
"""Silence that a caller takes for a dropped line (guidelines D, silence.dead_air)."""

DEFAULT_EDGE_S = 5.0
"""Nobody lets a call that was answered, or one that is over, wait for so long."""

MIN_CALL_S = 30.0
"""A share of a shorter call says nothing."""


@register("pause")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class PauseCondition(Condition):
    """两句话之间的停顿，不问原因 · Time between the end of a turn and a later one, whatever its cause.

    `dead_air` and `slow_reply` ask for the cause; this one measures, and tells a change of speaker from none.
    """

    speaker: Annotated[Who, Field(description="who speaks after it")] = Who.ANYONE
    last_speaker: Annotated[Who, Field(description="who spoke before it")] = Who.ANYONE
    over_s: Annotated[Seconds, Field(description="for longer than this, s")] = DEFAULT_PAUSE_S
    below_s: Annotated[Seconds | None, Field(description="for less than this, s; null: no limit")] = None
    turns_back: Annotated[int, Field(ge=1, le=20, description="from the end of the n-th turn before; 1: the last")] = 1
    position: Annotated[Position, Field(description="part of the call in which the later turn stands")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """Words; separated speakers when it matters who spoke."""
        both = self.speaker is Who.ANYONE and self.last_speaker is Who.ANYONE
        return frozenset({Need.WORDS} if both else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each pause that is long enough."""
        turns = view.turns
        for index in range(self.turns_back, len(turns)):
            one, before = turns[index], turns[index - self.turns_back].turn
            length_s = one.turn.start_s - before.end_s
            if length_s <= self.over_s or (self.below_s is not None and length_s >= self.below_s):
                continue
            asked = self.last_speaker.speaker in (None, before.speaker)
            if asked and self.position.holds(view, self.speaker.speaker, one):
                yield Match(
                    one.turn.speaker,
                    before.end_s,
                    one.turn.start_s,
                    value=round(length_s, 2),
                    threshold=self.over_s,
                    unit="s",
                )


@register("opening_gap")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class OpeningGapCondition(Condition):
    """接通后迟迟不说话 · Nobody (or one side) says a word for too long after the call was answered."""

    speaker: Annotated[Who, Field(description="whose first word is waited for")] = Who.AGENT
    over_s: Annotated[Seconds, Field(description="for longer than this, s")] = DEFAULT_EDGE_S

    def needs(self) -> frozenset[Need]:
        """Words; separated speakers when it matters whose."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield from the answer (or the beginning of the recording) to the first word, or to the end."""
        words = view.spoken.of(self.speaker.speaker)
        end_s = float(words[0, 0]) if len(words) else view.conversation.duration_s
        answers = [one.at_s for one in view.conversation.call.events if one.kind is CallEventKind.ANSWER]
        start_s = max([0.0, *(one for one in answers if one <= end_s)])
        yield from _too_long(self.speaker, start_s, end_s, self.over_s)


@register("closing_gap")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class ClosingGapCondition(Condition):
    """话说完了迟迟不挂断 · The call goes on for too long after the last word of anybody (or of one side)."""

    speaker: Annotated[Who, Field(description="whose last word is meant")] = Who.ANYONE
    over_s: Annotated[Seconds, Field(description="for longer than this, s")] = DEFAULT_EDGE_S

    def needs(self) -> frozenset[Need]:
        """Words; separated speakers when it matters whose."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield from the last word to the hang-up, or to the end of the recording."""
        words = view.spoken.of(self.speaker.speaker)
        hung_up = [one.at_s for one in view.conversation.call.events if one.kind is CallEventKind.END]
        end_s = min([view.conversation.duration_s, *(one for one in hung_up if one > 0)])
        if len(words):
            yield from _too_long(self.speaker, float(words[:, 1].max()), end_s, self.over_s)


def _too_long(who: Who, start_s: float, end_s: float, over_s: float) -> Iterator[Match]:
    if end_s - start_s > over_s:
        speaker = who.speaker or Speaker.UNKNOWN
        yield Match(speaker, start_s, end_s, value=round(end_s - start_s, 2), threshold=over_s, unit="s")


@register("non_talk")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class NonTalkCondition(Condition):
    """无人说话的时间占比 · The share of the call in which nobody says a word lies above a limit: the whole call."""

    above: Annotated[float, Field(gt=0, lt=1, description="share that is too much, 0 to 1")]
    holds: Annotated[bool, Field(description="false: time on hold counts for neither side of the share")] = True
    min_call_s: Annotated[Seconds, Field(description="shorter calls are not judged, s")] = MIN_CALL_S

    def needs(self) -> frozenset[Need]:
        """Words."""
        return frozenset({Need.WORDS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call if too much of it is without words."""
        duration_s = view.conversation.duration_s
        silent = [(start, end) for start, end in view.spoken.gaps(duration_s).tolist()]
        left_out = [] if self.holds else held_spans(view.conversation)
        whole_s = duration_s - sum(end - start for start, end in left_out)
        silent_s = sum(end - start - overlap_s((start, end), left_out) for start, end in silent)
        if duration_s >= self.min_call_s and whole_s > 0 and silent_s / whole_s > self.above:
            yield Match(Speaker.UNKNOWN, 0.0, duration_s, value=round(silent_s / whole_s, 3), threshold=self.above)
