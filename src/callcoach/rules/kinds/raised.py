"""Kind `raised`: a speaker louder than they themselves usually are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import CONFIG, Condition, Who, register
from callcoach.rules.loudness import LoudnessTrack, LoudStretch
from callcoach.rules.match import Match, Need
from callcoach.rules.quiet import spoken_hops, spoken_spans
from callcoach.rules.view import ConversationView

DEFAULT_ABOVE_DB = 6.0
"""Twice the sound pressure: heard as a raised voice (guidelines D, voice.raised)."""

DEFAULT_FOR_S = 1.5
"""Shorter rises are the stress of a word (guidelines D, voice.raised)."""

DEFAULT_SHORT_S = 0.7
"""Shortest whole utterance that can be a shout: three syllables at a quick pace."""

DEFAULT_SHORT_ABOVE_DB = 7.0
"""What an utterance shorter than `for_s` must reach: over so little speech a level varies by about a
decibel more than over 1.5 s (measured on the development calls)."""


@register("raised")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class RaisedCondition(Condition):
    """音量高于本人平时 · Louder than the speaker's own running level, for long enough."""

    speaker: Annotated[Who, Field(description="whose voice")] = Who.AGENT
    above_db: Annotated[float, Field(gt=0, le=40, description="rise over the running level, dB")] = DEFAULT_ABOVE_DB
    for_s: Annotated[float, Field(gt=0, le=60, description="for at least so long, s")] = DEFAULT_FOR_S
    short_s: Annotated[float, Field(gt=0, le=60, description="a whole utterance from this length on counts too, s")] = (
        DEFAULT_SHORT_S
    )
    short_above_db: Annotated[
        float, Field(gt=0, le=40, description="rise an utterance shorter than `for_s` must reach, dB")
    ] = DEFAULT_SHORT_ABOVE_DB

    def needs(self) -> frozenset[Need]:
        """Levels, and a channel for each speaker."""
        return frozenset({Need.LEVELS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each utterance with a raised stretch, as one place for each of the speaker's turns."""
        for speaker, track in view.conversation.levels.items():
            if self.speaker.speaker in (None, speaker):
                words = [(start, end) for start, end, who in spoken_spans(view.conversation) if who is speaker]
                loudness = LoudnessTrack(track, spoken_hops(track, words))
                stretches = [one for one in self._stretches(loudness, track.hop_s) if one]
                yield from _join_by_turn(view, speaker, stretches, self.above_db)

    def _stretches(self, loudness: LoudnessTrack, hop_s: float) -> Iterator[LoudStretch | None]:
        for utterance in loudness.utterances:
            usual_db = loudness.usual_db(utterance)
            length_s = (utterance.last - utterance.first) * hop_s
            if usual_db is not None and length_s >= self.short_s:
                above_db = self.above_db if length_s >= self.for_s else self.short_above_db
                yield loudness.loud_stretch(utterance, usual_db, above_db, self.for_s)


def _join_by_turn(
    view: ConversationView, speaker: Speaker, stretches: list[LoudStretch], threshold_db: float
) -> Iterator[Match]:
    """One match for each turn: a speaker who pauses for breath has not shouted twice."""
    groups: dict[int | tuple[float, float], list[LoudStretch]] = {}
    for stretch in stretches:
        turn = _turn_at(view, speaker, stretch)
        groups.setdefault(turn if turn is not None else (stretch.start_s, stretch.end_s), []).append(stretch)
    for key, members in groups.items():
        turn_index = key if isinstance(key, int) else None
        yield Match(
            speaker=speaker,
            start_s=members[0].start_s,
            end_s=members[-1].end_s,
            turn_index=turn_index,
            quote="" if turn_index is None else view.conversation.turns[turn_index].text,
            value=round(max(one.above_db for one in members), 1),
            threshold=threshold_db,
            unit="dB",
        )


def _turn_at(view: ConversationView, speaker: Speaker, stretch: LoudStretch) -> int | None:
    """Position of the speaker's turn that overlaps the stretch most; None when there is none."""
    best: tuple[float, int] | None = None
    for position, turn in enumerate(view.conversation.turns):
        shared = min(turn.end_s, stretch.end_s) - max(turn.start_s, stretch.start_s)
        if turn.speaker is speaker and shared > 0 and (best is None or shared > best[0]):
            best = (shared, position)
    return None if best is None else best[1]
