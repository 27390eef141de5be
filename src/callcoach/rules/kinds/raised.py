"""Kind `raised`: a speaker louder than they themselves usually are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Speaker
from callcoach.rules.kinds.base import CONFIG, Condition, Who, register
from callcoach.rules.loudness import UTTERANCE_GAP_S, LoudnessTrack, LoudStretch, Usual, Utterance
from callcoach.rules.match import Match, Need, Note
from callcoach.rules.quiet import spoken_hops
from callcoach.rules.view import ConversationView

DEFAULT_ABOVE_DB = 5.0
"""A rise that is a raised voice when the pitch rises with it: near what a level varies by from sentence to
sentence, so that it needs the second evidence."""

DEFAULT_ALONE_DB = 6.0
"""A rise that counts whatever the pitch: twice the sound pressure (guidelines D, voice.raised)."""

DEFAULT_HIGHER_SEMITONES = 4.0
"""Rise of the pitch that shows effort. Vocal effort raises level and pitch together, by about a semitone for each two
or three decibels (Traunmüller and Eriksson 2000); the melody of a sentence alone moves its median by three either
way (calls made for measuring), so that less is no evidence."""

DEFAULT_FOR_S = 1.5
"""Shorter rises are the stress of a word (guidelines D, voice.raised)."""

DEFAULT_SHORT_S = 0.7
"""Shortest whole utterance that can be a shout: three syllables at a quick pace."""

DEFAULT_SHORT_MORE_DB = 2.0
"""What an utterance shorter than `for_s` must reach beyond: over so little speech a level varies more, by up to
7.5 dB on bad lines, where shouts of a second stood 9.5 dB and more above the rest (development calls)."""


@register("raised")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class RaisedCondition(Condition):
    """音量高于本人平时 · Louder than the speaker's own running level, for long enough.

    A rise of `alone_db` suffices; between `above_db` and that, the pitch must be higher than usual too. Where
    the pitch is not known, only `alone_db` counts.
    """

    speaker: Annotated[Who, Field(description="whose voice")] = Who.AGENT
    above_db: Annotated[
        float, Field(gt=0, le=40, description="rise over the running level from which the pitch decides, dB")
    ] = DEFAULT_ABOVE_DB
    alone_db: Annotated[
        float, Field(gt=0, le=40, description="rise that counts without the pitch, dB; at least `above_db`")
    ] = DEFAULT_ALONE_DB
    higher_semitones: Annotated[
        float, Field(ge=0, le=24, description="rise over the running median of the pitch, semitones; 0: any")
    ] = DEFAULT_HIGHER_SEMITONES
    for_s: Annotated[float, Field(gt=0, le=60, description="for at least so long, s")] = DEFAULT_FOR_S
    short_s: Annotated[float, Field(gt=0, le=60, description="a whole utterance from this length on counts too, s")] = (
        DEFAULT_SHORT_S
    )
    short_more_db: Annotated[
        float, Field(ge=0, le=40, description="an utterance shorter than `for_s` must rise by so much more, dB")
    ] = DEFAULT_SHORT_MORE_DB

    @model_validator(mode="after")
    def _alone_is_more(self) -> RaisedCondition:
        if self.alone_db < self.above_db:
            raise ValueError(
                f"alone_db 不能小于 above_db · alone_db {self.alone_db:g} is below above_db {self.above_db:g}"
            )
        return self

    def needs(self) -> frozenset[Need]:
        """Levels, and a channel for each speaker."""
        return frozenset({Need.LEVELS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each utterance with a raised stretch, as one place for each of the speaker's turns."""
        for speaker, hop_s, loudness in self._tracks(view):
            stretches = [one for one in self._stretches(loudness, hop_s) if one is not None]
            yield from self._join_by_turn(view, speaker, stretches)

    def certain_to_s(self, view: ConversationView, heard_to_s: float) -> float:
        """Up to when no later word can change what is raised, s; turns begin no earlier than `heard_to_s`."""
        certain_s = heard_to_s
        for _, hop_s, loudness in self._tracks(view):
            over = [one for one in loudness.utterances if one.last * hop_s + UTTERANCE_GAP_S + hop_s < heard_to_s]
            for one in loudness.utterances:
                usual = loudness.usual(one)
                if one not in over or usual is None or not usual.enough or usual.by[-1].last > over[-1].last:
                    certain_s = min(certain_s, one.first * hop_s)
                    break
        return certain_s

    def _tracks(self, view: ConversationView) -> Iterator[tuple[Speaker, float, LoudnessTrack]]:
        """Yield each asked speaker's track with the length of its hops, s."""
        for speaker, loudness in view.once(_loudness_tracks).items():
            if self.speaker.speaker in (None, speaker):
                yield speaker, view.conversation.levels[speaker].hop_s, loudness

    def _stretches(self, loudness: LoudnessTrack, hop_s: float) -> Iterator[LoudStretch | None]:
        for utterance in loudness.utterances:
            usual = loudness.usual(utterance)
            length_s = (utterance.last - utterance.first) * hop_s
            if usual is not None and length_s >= self.short_s:
                more_db = 0.0 if length_s >= self.for_s else self.short_more_db
                yield self._raised(loudness, utterance, usual, more_db)

    def _raised(
        self, loudness: LoudnessTrack, utterance: Utterance, usual: Usual, more_db: float
    ) -> LoudStretch | None:
        """The stretch that is loud enough by itself, or else one that is loud and high."""
        alone = loudness.loud_stretch(utterance, usual, self.alone_db + more_db, self.for_s)
        if alone is not None:
            return alone
        loud = loudness.loud_stretch(utterance, usual, self.above_db + more_db, self.for_s)
        high = loud is not None and loud.higher_semitones is not None and loud.higher_semitones >= self.higher_semitones
        return loud if high else None

    def _join_by_turn(self, view: ConversationView, speaker: Speaker, stretches: list[LoudStretch]) -> Iterator[Match]:
        """One match for each turn: a speaker who pauses for breath has not shouted twice."""
        groups: dict[int | tuple[float, float], list[LoudStretch]] = {}
        for stretch in stretches:
            turn = _turn_at(view, speaker, stretch)
            groups.setdefault(turn if turn is not None else (stretch.start_s, stretch.end_s), []).append(stretch)
        for key, members in groups.items():
            turn_index = key if isinstance(key, int) else None
            loudest = max(members, key=lambda one: one.above_db)
            yield Match(
                speaker=speaker,
                start_s=members[0].start_s,
                end_s=members[-1].end_s,
                turn_index=turn_index,
                quote="" if turn_index is None else view.conversation.turns[turn_index].text,
                value=round(loudest.above_db, 1),
                threshold=self.alone_db if loudest.above_db >= self.alone_db else self.above_db,
                unit="dB",
                note=self._note(loudest),
            )

    def _note(self, loudest: LoudStretch) -> Note:
        """What the pitch says beside the level."""
        if loudest.higher_semitones is None:
            return Note("音高没有测得，音量升高本身已够", "the pitch is not known; the level rose enough by itself")
        rise, limit = f"{loudest.higher_semitones:+.1f}", f"{self.higher_semitones:g}"
        if loudest.above_db >= self.alone_db:
            return Note(
                f"音高比平时 {rise} 半音；音量升高本身已够（{self.alone_db:g} dB）",
                f"pitch {rise} semitones against usual; the level rose enough by itself ({self.alone_db:g} dB)",
            )
        return Note(
            f"音高比平时 {rise} 半音（要 {limit}），佐证音量升高",
            f"pitch {rise} semitones against usual (needs {limit}) bears the level out",
        )


def _loudness_tracks(view: ConversationView) -> dict[Speaker, LoudnessTrack]:
    talk, former = view.conversation, view.former(_loudness_tracks) or {}
    return {
        speaker: LoudnessTrack(
            track, spoken_hops(track, view.spoken.of(speaker)), talk.pitches.get(speaker), former.get(speaker)
        )
        for speaker, track in talk.levels.items()
    }


def _turn_at(view: ConversationView, speaker: Speaker, stretch: LoudStretch) -> int | None:
    """Position of the speaker's turn that overlaps the stretch most; None when there is none."""
    best: tuple[float, int] | None = None
    for position, turn in enumerate(view.conversation.turns):
        shared = min(turn.end_s, stretch.end_s) - max(turn.start_s, stretch.start_s)
        if turn.speaker is speaker and shared > 0 and (best is None or shared > best[0]):
            best = (shared, position)
    return None if best is None else best[1]
