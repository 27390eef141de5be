"""Kind `energy`: the level of single turns in decibels, as a jump, a span over the call, or a range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import LevelTrack, Speaker, Turn
from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Position, Seconds, Who, register
from callcoach.rules.match import Match, Need
from callcoach.rules.quiet import spoken_hops
from callcoach.rules.view import ConversationView, TurnView

DEFAULT_MIN_SPEECH_S = 0.5
"""A level of a shorter turn is that of a syllable."""

Level = tuple[Turn, float]
"""A turn with the mean level of its speech, dBFS."""


@register("energy")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class EnergyCondition(Condition):
    """一句话的音量：跳变、跨度、范围 · The mean level of a turn: its jump, the span over the call, its range.

    `raised` is the better question for a raised voice: it asks for a speaker's running level and the pitch.
    """

    speaker: Annotated[Who, Field(description="whose turns")] = Who.AGENT
    jump_db: Annotated[
        float | None, Field(gt=0, le=60, description="so much louder than the speaker's turn before, dB")
    ] = None
    span_db: Annotated[
        float | None, Field(gt=0, le=60, description="loudest turn so far above the quietest, dB: the loudest one")
    ] = None
    above_dbfs: Annotated[float | None, Field(ge=-96, le=0, description="louder than this, dBFS")] = None
    below_dbfs: Annotated[float | None, Field(ge=-96, le=0, description="quieter than this, dBFS")] = None
    min_speech_s: Annotated[Seconds, Field(description="turns with less speech are left out, s")] = DEFAULT_MIN_SPEECH_S
    position: Annotated[Position, Field(description="part of the call that is looked at")] = ANYWHERE

    @model_validator(mode="after")
    def _has_a_limit(self) -> EnergyCondition:
        if all(one is None for one in (self.jump_db, self.span_db, self.above_dbfs, self.below_dbfs)):
            raise ValueError("至少写一个限度 · expected jump_db, span_db, above_dbfs or below_dbfs")
        return self

    def needs(self) -> frozenset[Need]:
        """Levels, and a channel for each speaker."""
        return frozenset({Need.LEVELS, Need.SEPARATED, Need.WORDS})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each turn beyond a limit, in order of time; with several limits, beyond any."""
        found: list[Match] = []
        for speaker, track in view.conversation.levels.items():
            if self.speaker.speaker in (None, speaker):
                turns = self.position.turns(view, speaker)
                found.extend(self._beyond([*self._levels(track, turns)]))
        yield from sorted(found, key=lambda one: (one.start_s, one.turn_index or 0))

    def _levels(self, track: LevelTrack, turns: Iterable[TurnView]) -> Iterator[Level]:
        dbfs: NDArray[np.float64] = np.asarray(track.dbfs, dtype=np.float64)
        for one in turns:
            spoken = spoken_hops(track, one.word_times)
            if spoken.sum() * track.hop_s >= self.min_speech_s:
                yield one.turn, float(10 * np.log10(np.mean(np.power(10.0, dbfs[spoken] / 10))))

    def _beyond(self, levels: list[Level]) -> Iterator[Match]:
        for index, (turn, level) in enumerate(levels):
            if self.above_dbfs is not None and level > self.above_dbfs:
                yield _match(turn, level, self.above_dbfs, "dBFS")
            elif self.below_dbfs is not None and level < self.below_dbfs:
                yield _match(turn, level, self.below_dbfs, "dBFS")
            elif index and self.jump_db is not None and level - levels[index - 1][1] > self.jump_db:
                yield _match(turn, level - levels[index - 1][1], self.jump_db, "dB")
        if levels and self.span_db is not None:
            turn, loudest = max(levels, key=lambda one: one[1])
            span_db = loudest - min(level for _, level in levels)
            if span_db > self.span_db:
                yield _match(turn, span_db, self.span_db, "dB")


def _match(turn: Turn, value: float, threshold: float, unit: str) -> Match:
    speaker: Speaker = turn.speaker
    return Match(
        speaker,
        turn.start_s,
        turn.end_s,
        turn_index=turn.index,
        quote=turn.text,
        value=round(value, 1),
        threshold=threshold,
        unit=unit,
    )
