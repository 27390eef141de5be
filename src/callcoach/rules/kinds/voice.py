"""Kinds about how somebody speaks: `too_quiet`, `pace`, `monotone`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import LevelTrack, PitchTrack, Speaker
from callcoach.rules.kinds.base import CONFIG, Condition, Seconds, Who, register
from callcoach.rules.kinds.talking import pieces
from callcoach.rules.match import Match, Need
from callcoach.rules.quiet import spoken_hops
from callcoach.rules.spoken import Piece
from callcoach.rules.view import ConversationView

DEFAULT_MIN_LEVEL_DBFS = -36.0
"""Speech below this is hard to hear (guidelines D, voice.too_quiet)."""

DEFAULT_MIN_SNR_DB = 12.0
"""Speech less far above the line's noise is hard to hear (guidelines D, voice.too_quiet)."""

NOISE_QUANTILE = 0.5
"""Median level of the hops in which the speaker says nothing: the noise of their line."""

DEFAULT_MIN_SPEECH_S = 3.0
"""A level of less speech than this is that of a word, not of a voice."""

DEFAULT_FAST, DEFAULT_SLOW = 300.0, 120.0
"""Characters a minute (guidelines D, pace.fast and pace.slow)."""

DEFAULT_MIN_CHARACTERS = 30
"""A pace of fewer characters is that of a number read out."""

DEFAULT_MIN_SEMITONES = 2.0
"""Standard deviation of the pitch over the call below which a voice is monotone (guidelines D, voice.monotone)."""

DEFAULT_MIN_VOICED_S = 10.0
"""Voiced speech from which the range of a voice can be told: some five sentences."""


@register("too_quiet")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class TooQuietCondition(Condition):
    """声音太小，听不清 · A voice too low, or too little above the noise of its own line: the whole call."""

    speaker: Annotated[Who, Field(description="whose voice")] = Who.AGENT
    min_dbfs: Annotated[float, Field(ge=-96, le=0, description="mean level of speech at least, dBFS")] = (
        DEFAULT_MIN_LEVEL_DBFS
    )
    min_snr_db: Annotated[float, Field(ge=0, le=60, description="speech over the line's noise at least, dB")] = (
        DEFAULT_MIN_SNR_DB
    )
    min_speech_s: Annotated[Seconds, Field(description="speakers who say less are not judged, s")] = (
        DEFAULT_MIN_SPEECH_S
    )

    def needs(self) -> frozenset[Need]:
        """Levels, and a channel for each speaker."""
        return frozenset({Need.LEVELS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call once for each voice that is too quiet."""
        for speaker, track in view.conversation.levels.items():
            if self.speaker.speaker in (None, speaker):
                yield from self._judge(view, speaker, track)

    def _judge(self, view: ConversationView, speaker: Speaker, track: LevelTrack) -> Iterator[Match]:
        spoken = spoken_hops(track, view.spoken.of(speaker))
        if spoken.sum() * track.hop_s < self.min_speech_s:
            return
        levels: NDArray[np.float64] = np.asarray(track.dbfs, dtype=np.float64)
        level_dbfs = _mean_db(levels[spoken])
        snr_db = np.inf if spoken.all() else level_dbfs - float(np.quantile(levels[~spoken], NOISE_QUANTILE))
        low = level_dbfs < self.min_dbfs
        if low or snr_db < self.min_snr_db:
            yield Match(
                speaker,
                0.0,
                view.conversation.duration_s,
                value=round(level_dbfs if low else float(snr_db), 1),
                threshold=self.min_dbfs if low else self.min_snr_db,
                unit="dBFS" if low else "dB",
            )


def _mean_db(levels: NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(np.power(10.0, levels / 10))))


class Over(StrEnum):
    """What a measure is taken over."""

    CALL = "call"
    TURN = "turn"


@register("pace")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class PaceCondition(Condition):
    """语速 · Characters a minute of a speaker's own speech, pauses left out, above or below a limit."""

    speaker: Annotated[Who, Field(description="whose pace")] = Who.AGENT
    above: Annotated[float | None, Field(gt=0, description="more is too fast, characters/min; null: no limit")] = None
    below: Annotated[float | None, Field(gt=0, description="less is too slow, characters/min; null: no limit")] = None
    above_own: Annotated[
        float | None, Field(gt=1, description="a turn so many times as fast as the speaker's own mean is too fast")
    ] = None
    below_own: Annotated[
        float | None, Field(gt=0, lt=1, description="a turn of less than this share of the own mean is too slow")
    ] = None
    over: Annotated[Over, Field(description="measured over the whole `call`, or over each `turn`")] = Over.CALL
    min_characters: Annotated[int, Field(ge=1, description="less speech is not judged, characters")] = (
        DEFAULT_MIN_CHARACTERS
    )

    @model_validator(mode="after")
    def _has_a_limit(self) -> PaceCondition:
        if all(one is None for one in (self.above, self.below, self.above_own, self.below_own)):
            raise ValueError(
                f"要写上限或下限 · expected above (usually {DEFAULT_FAST:g}) or below (usually {DEFAULT_SLOW:g})"
            )
        if self.against_own and self.over is Over.CALL:
            raise ValueError(
                "与本人平均比要按句量 · above_own and below_own set a turn against the call; expected over: turn"
            )
        return self

    @property
    def against_own(self) -> bool:
        """Whether turns are set against the speaker's mean over the call."""
        return self.above_own is not None or self.below_own is not None

    def needs(self) -> frozenset[Need]:
        """Words with times, and separated speakers."""
        return frozenset({Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call, or each turn, whose pace lies outside the limits."""
        groups: dict[tuple[Speaker, int], list[Piece]] = {}
        for piece in pieces(view):
            if self.speaker.speaker in (None, piece.turn.speaker):
                key = (piece.turn.speaker, piece.turn.index if self.over is Over.TURN else -1)
                groups.setdefault(key, []).append(piece)
        own: dict[Speaker, float] = {}
        if self.against_own:
            for speaker in {speaker for speaker, _ in groups}:
                own[speaker] = _pace([one for (who, _), members in groups.items() if who is speaker for one in members])
        for (speaker, turn_index), members in groups.items():
            yield from self._judge(view, speaker, turn_index, members, own.get(speaker))

    def _judge(
        self, view: ConversationView, speaker: Speaker, turn_index: int, members: list[Piece], own: float | None
    ) -> Iterator[Match]:
        if _characters(members) < self.min_characters:
            return
        pace = _pace(members)
        limit = next((one for one, beyond in self._limits(pace, own) if beyond), None)
        if limit is not None:
            whole = turn_index < 0
            yield Match(
                speaker,
                0.0 if whole else members[0].start_s,
                view.conversation.duration_s if whole else members[-1].end_s,
                turn_index=None if whole else turn_index,
                value=round(pace),
                threshold=round(limit, 1),
                unit="字/分钟",
            )

    def _limits(self, pace: float, own: float | None) -> Iterator[tuple[float, bool]]:
        """Yield each limit, in characters a minute, and whether the pace lies beyond it."""
        if self.above is not None:
            yield self.above, pace > self.above
        if self.below is not None:
            yield self.below, pace < self.below
        if self.above_own is not None and own is not None:
            yield self.above_own * own, pace > self.above_own * own
        if self.below_own is not None and own is not None:
            yield self.below_own * own, pace < self.below_own * own


def _characters(members: list[Piece]) -> int:
    return sum(sum(one.isalnum() for one in piece.text) for piece in members)


def _pace(members: list[Piece]) -> float:
    """Characters a minute of what was said without pauses."""
    return _characters(members) / sum(piece.end_s - piece.start_s for piece in members) * 60


@register("monotone")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class MonotoneCondition(Condition):
    """语调平板 · The pitch of a voice varies too little over the call."""

    speaker: Annotated[Who, Field(description="whose voice")] = Who.AGENT
    min_semitones: Annotated[
        float, Field(gt=0, le=24, description="least standard deviation of the pitch, semitones")
    ] = DEFAULT_MIN_SEMITONES
    min_voiced_s: Annotated[Seconds, Field(description="less voiced speech is not judged, s")] = DEFAULT_MIN_VOICED_S

    def needs(self) -> frozenset[Need]:
        """Pitch, and a channel for each speaker."""
        return frozenset({Need.PITCH, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the call once for each monotone voice."""
        for speaker, track in view.conversation.pitches.items():
            if self.speaker.speaker in (None, speaker):
                yield from self._judge(view, speaker, track)

    def _judge(self, view: ConversationView, speaker: Speaker, track: PitchTrack) -> Iterator[Match]:
        pitches: NDArray[np.float64] = np.asarray(track.hz, dtype=np.float64)
        voiced = pitches[spoken_hops(track, view.spoken.of(speaker)) & (pitches > 0)]
        if len(voiced) * track.hop_s < self.min_voiced_s:
            return
        spread = pitch_spread(voiced)
        if spread < self.min_semitones:
            yield Match(
                speaker,
                0.0,
                view.conversation.duration_s,
                value=round(spread, 2),
                threshold=self.min_semitones,
                unit="半音",
            )


OCTAVE_GUARD_SEMITONES = 9.0
"""Pitches further from the median are octave errors of the measurement, which would feign liveliness."""


def pitch_spread(hz: NDArray[np.float64]) -> float:
    """Standard deviation of pitches in semitones; octave errors are left out."""
    semitones = 12 * np.log2(hz / np.median(hz))
    return float(np.std(semitones[np.abs(semitones) <= OCTAVE_GUARD_SEMITONES]))
