"""Kinds about who talks when: `talk_over`, `talk_share`, `monologue`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import CONFIG, Condition, Seconds, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.spoken import Piece
from callcoach.rules.view import ConversationView

DEFAULT_OVERLAP_S = 0.6
"""Shorter overlaps are turns taken a little early (guidelines D, talk.interruption)."""

YIELDS_WITHIN_S = 3.0
"""Who goes on for longer than this after being talked into was not stopped."""

DEFAULT_MAX_SHARE = 0.75
"""Above three quarters of the talking nobody listens (guidelines D, talk.share)."""

DEFAULT_MIN_TALK_S = 30.0
"""A share of less talk than this says nothing: a short call is a question and its long answer."""

DEFAULT_MONOLOGUE_S = 60.0
"""A minute without a word of the other; our figure, no seed document gives one."""


def pieces(view: ConversationView) -> Iterator[Piece]:
    """Yield what was said, parted at pauses, turn after turn; a turn without words is one piece."""
    for turn in view.turns:
        yield from turn.pieces


def _floor_pieces(view: ConversationView) -> list[Piece]:
    """Pieces that claim the floor, in order of time: not mere assent."""
    return view.once(_find_floor_pieces)


def _find_floor_pieces(view: ConversationView) -> list[Piece]:
    return sorted((piece for one in view.turns for piece in one.floor_pieces), key=lambda one: one.start_s)


@register("talk_over")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class TalkOverCondition(Condition):
    """打断对方说话 · A speaker begins while the other speaks, and the other stops.

    Mere assent (嗯, 好的, 是的) on either side does not count.
    """

    speaker: Annotated[Who, Field(description="who talks over the other")] = Who.AGENT
    overlap_s: Annotated[float, Field(gt=0, le=60, description="both speak for longer than this, s")] = (
        DEFAULT_OVERLAP_S
    )
    yields_within_s: Annotated[Seconds, Field(description="the other stops within so many seconds")] = YIELDS_WITHIN_S
    min_characters: Annotated[
        int, Field(ge=1, description="who talks over the other says at least so many characters without a pause")
    ] = 1

    def needs(self) -> frozenset[Need]:
        """Words with times, and separated speakers."""
        return frozenset({Need.SEPARATED, Need.WORDS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield where each interruption begins to where the other stops."""
        spoken = _floor_pieces(view)
        longest_s = max((one.end_s - one.start_s for one in spoken), default=0.0)
        starts = [one.start_s for one in spoken]
        for index, one in enumerate(spoken):
            if self.speaker.speaker in (None, one.turn.speaker) and len(one.text) >= self.min_characters:
                # Who speaks at this moment began before it, and not earlier than the longest piece lasts.
                first = bisect_left(starts, one.start_s - longest_s)
                other = next((other for other in spoken[first:index] if self._stops(one, other)), None)
                if other is not None:
                    yield self._match(one, other)

    def _stops(self, one: Piece, other: Piece) -> bool:
        if other.turn.speaker is one.turn.speaker or not other.start_s < one.start_s < other.end_s:
            return False
        both_s = min(one.end_s, other.end_s) - one.start_s
        return both_s > self.overlap_s and other.end_s - one.start_s <= self.yields_within_s

    def _match(self, one: Piece, other: Piece) -> Match:
        end_s = min(one.end_s, other.end_s)
        return Match(
            speaker=one.turn.speaker,
            start_s=one.start_s,
            end_s=end_s,
            turn_index=one.turn.index,
            quote=one.text,
            value=round(end_s - one.start_s, 2),
            threshold=self.overlap_s,
            unit="s",
        )


@register("talk_share")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class TalkShareCondition(Condition):
    """说话时间占比 · A speaker's share of all talking time lies above, or below, a limit: the whole call."""

    speaker: Annotated[Who, Field(description="whose share")] = Who.AGENT
    above: Annotated[float | None, Field(ge=0, le=1, description="share that is too much; null: no limit")] = (
        DEFAULT_MAX_SHARE
    )
    below: Annotated[float | None, Field(ge=0, le=1, description="share that is too little; null: no limit")] = None
    min_talk_s: Annotated[Seconds, Field(description="calls with less talk are not judged, s")] = DEFAULT_MIN_TALK_S

    def needs(self) -> frozenset[Need]:
        """Separated speakers."""
        return frozenset({Need.SEPARATED, Need.WORDS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call if the share lies outside the limits."""
        own_s = all_s = 0.0
        for piece in pieces(view):
            all_s += piece.end_s - piece.start_s
            own_s += piece.end_s - piece.start_s if self.speaker.speaker in (None, piece.turn.speaker) else 0.0
        if all_s < self.min_talk_s or not all_s:
            return
        share = own_s / all_s
        for limit, beyond in (
            (self.above, self.above is not None and share > self.above),
            (self.below, self.below is not None and share < self.below),
        ):
            if beyond:
                yield _whole_call(view, self.speaker, round(share, 3), limit)


def _whole_call(view: ConversationView, who: Who, value: float, threshold: float | None) -> Match:
    speaker = who.speaker or Speaker.UNKNOWN
    return Match(speaker, 0.0, view.conversation.duration_s, value=value, threshold=threshold)


@register("monologue")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class MonologueCondition(Condition):
    """一个人说得太久 · One speaker talks on and the other says nothing but assent."""

    speaker: Annotated[Who, Field(description="who talks")] = Who.AGENT
    over_s: Annotated[Seconds, Field(description="for longer than this, pauses included, s")] = DEFAULT_MONOLOGUE_S
    pause_s: Annotated[Seconds, Field(description="a longer pause ends the monologue, s")] = 5.0

    def needs(self) -> frozenset[Need]:
        """Separated speakers."""
        return frozenset({Need.SEPARATED, Need.WORDS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each stretch that is too long."""
        run: list[Piece] = []
        for piece in [*_floor_pieces(view), None]:
            if run and (piece is None or self._ends(run[-1], piece)):
                yield from self._judge(run)
                run = []
            if piece is not None:
                run.append(piece)

    def certain_to_s(self, view: ConversationView, heard_to_s: float) -> float:
        """Where the talk that may still go on began, s; `heard_to_s`, if nobody's does."""
        known = [one for one in _floor_pieces(view) if one.start_s <= heard_to_s]
        first = last = None
        for piece in known:
            if last is None or self._ends(last, piece):
                first = piece
            last = piece
        if first is None or last is None or heard_to_s - last.end_s > self.pause_s:
            return heard_to_s
        return min(first.start_s, heard_to_s)

    def _ends(self, last: Piece, piece: Piece) -> bool:
        """Whether the monologue that reached `last` is over with `piece`."""
        return piece.turn.speaker is not last.turn.speaker or piece.start_s - last.end_s > self.pause_s

    def _judge(self, run: list[Piece]) -> Iterator[Match]:
        start_s, end_s = run[0].start_s, run[-1].end_s
        if end_s - start_s > self.over_s and self.speaker.speaker in (None, run[0].turn.speaker):
            yield Match(
                run[0].turn.speaker,
                start_s,
                end_s,
                turn_index=run[0].turn.index,
                value=round(end_s - start_s, 1),
                threshold=self.over_s,
                unit="s",
            )
