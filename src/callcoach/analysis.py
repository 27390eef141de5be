"""The whole analysis path of one recording, a line a stage; and its result as a file.

Takes a recording with its sound and what is known of the call; gives a `CallAnalysis`. Nothing is played,
shown or sent here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from callcoach import __version__
from callcoach.asr.engine import Engine, RehearingEngine, usable_cores
from callcoach.asr.turns import build_turns
from callcoach.atomic import write_atomic
from callcoach.audio.dropouts import dropouts
from callcoach.audio.levels import level_track
from callcoach.audio.pitch import pitch_track
from callcoach.audio.sound import Sound
from callcoach.audio.speech import find_segments
from callcoach.datapath import (
    Call,
    CallAnalysis,
    Conversation,
    Hearing,
    Hypothesis,
    LevelTrack,
    PitchTrack,
    Recording,
    RuleReport,
    Segment,
    Speaker,
    Transcript,
    Turn,
)
from callcoach.errors import StoreError
from callcoach.rules.rulebook import Rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.sound.amending import amend_turns
from callcoach.rules.sound.rehearing import Reading
from callcoach.rules.sound.search import SoundIndex
from callcoach.rules.sound.vocabulary import innocence_of, phrases_of, sentences_of
from callcoach.scoring import Rubric, score

SCHEMA_VERSION = 1
"""Version of `analysis.json`; raised whenever a reader of the old form could be misled."""
ANALYSIS_FILE = "analysis.json"

_ADAPTER = TypeAdapter(CallAnalysis)


@dataclass(frozen=True, slots=True)
class _Versioned:
    """What can be read of an analysis of any version."""

    schema_version: int


_VERSION = TypeAdapter(_Versioned)


def analyse(
    recording: Recording,
    sound: Sound,
    call: Call,
    *,
    engine: Engine,
    rulebook: Rulebook,
    rubric: Rubric,
    workers: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> CallAnalysis:
    """Analyse one recorded call.

    Args:
        recording: the file the sound came from.
        sound: its samples.
        call: what the telephone system knew of the call; for a file from elsewhere just an id.
        engine: the recogniser.
        rulebook: what to look for.
        rubric: what each finding costs.
        workers: sides transcribed at once; 0: one for each core.
        on_progress: called with the share done, 0 to 1; recognition is nearly all of the work.

    Raises:
        AsrError: the recogniser failed. A rule that fails does not raise: it is in the report.
    """
    heard = hear(sound, engine=engine, rulebook=rulebook, workers=workers, on_progress=on_progress)
    report = judge(heard, recording, sound, call, rulebook=rulebook)
    return conclude(heard, report, recording, call, rubric=rubric)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a recording and where: all that needs the recogniser."""

    segments: tuple[Segment, ...]
    transcript: Transcript


def hear(
    sound: Sound,
    *,
    engine: Engine,
    rulebook: Rulebook,
    workers: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> Heard:
    """Transcribe a recording; near misses of the rulebook's phrases are heard again. Arguments as of `analyse`."""
    segments = find_segments(sound)
    utterances = engine.transcribe(sound, segments, workers=workers, on_progress=on_progress)
    first_pass = build_turns(utterances)
    turns = _hear_again(first_pass, sound, engine, rulebook, workers or usable_cores())
    return Heard(segments, Transcript(turns, engine.name, engine.model, _changed(first_pass, turns)))


def judge(heard: Heard, recording: Recording, sound: Sound, call: Call, *, rulebook: Rulebook) -> RuleReport:
    """Apply the rules to what was heard. Arguments as of `analyse`."""
    segments, turns = heard.segments, heard.transcript.turns
    levels = _levels(sound, segments)
    conversation = Conversation(
        call, recording.duration_s, turns, segments, levels, recording.separated, _pitches(sound), _dropouts(sound)
    )
    return apply_rules(rulebook, conversation)


def conclude(heard: Heard, report: RuleReport, recording: Recording, call: Call, *, rubric: Rubric) -> CallAnalysis:
    """Score what was found, and put everything together. Arguments as of `analyse`."""
    scorecard = score(rubric, report)
    return CallAnalysis(
        SCHEMA_VERSION, __version__, call, recording, heard.segments, heard.transcript, report, scorecard
    )


@dataclass(frozen=True, slots=True)
class SoundListener:
    """Lets the rules hear a stretch of this sound again, through an engine they know nothing of."""

    engine: RehearingEngine
    sound: Sound
    workers: int = 0

    def weigh(
        self, speaker: Speaker, start_s: float, end_s: float, readings: Sequence[Reading]
    ) -> tuple[Hypothesis, ...]:
        """See `callcoach.rules.sound.rehearing.Listener.weigh`."""
        rate_hz = self.sound.sample_rate_hz
        samples = self.sound.side(speaker)[round(start_s * rate_hz) : round(end_s * rate_hz)]
        return self.engine.weigh(samples, rate_hz, readings)

    def expect(
        self, speaker: Speaker, stretches: Sequence[tuple[float, float]], sentences: Sequence[str]
    ) -> tuple[tuple[Hearing, ...], ...]:
        """See `callcoach.rules.sound.rehearing.Listener.expect`."""
        last_s = self.sound.duration_s
        segments = [Segment(speaker, start_s, min(end_s, last_s)) for start_s, end_s in stretches if start_s < last_s]
        return self.engine.transcribe_expecting(self.sound, segments, sentences, workers=self.workers)


@lru_cache(maxsize=4)
def _sound_index(phrases: tuple[str, ...]) -> SoundIndex:
    """Make the phrases of a rulebook ready once, not for every call: that took as long as ten seconds of speech."""
    return SoundIndex(phrases)


def _hear_again(
    turns: tuple[Turn, ...], sound: Sound, engine: Engine, rulebook: Rulebook, workers: int
) -> tuple[Turn, ...]:
    """Write into the agent's turns what a second hearing makes likely, where the engine can hear again."""
    if not isinstance(engine, RehearingEngine) or Speaker.AGENT not in sound.speakers:
        return turns
    index = _sound_index(phrases_of(rulebook, Speaker.AGENT))
    listener = SoundListener(engine, sound, workers)
    sentences = sentences_of(rulebook, Speaker.AGENT)
    innocent = innocence_of(rulebook, Speaker.AGENT)
    return amend_turns(
        turns, index, listener, sentences, speaker=Speaker.AGENT, innocent=innocent, workers=workers
    ).turns


def _changed(before: Sequence[Turn], after: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(old for old, new in zip(before, after, strict=True) if old != new)


def to_json(analysis: CallAnalysis) -> bytes:
    """Return the analysis as the UTF-8 text of `analysis.json`."""
    return _ADAPTER.dump_json(analysis, indent=2) + b"\n"


def save(analysis: CallAnalysis, folder: Path) -> Path:
    """Write `analysis.json` into a folder, whole or not at all, and return its path.

    Raises:
        StoreError: the disk refused.
    """
    path = folder / ANALYSIS_FILE
    write_atomic(path, to_json(analysis))
    return path


def load(path: Path) -> CallAnalysis:
    """Read an `analysis.json`.

    Raises:
        StoreError: the file is missing, of another schema version, or not an analysis.
    """
    remedy = "Analyse the recording again: callcoach analyze."
    try:
        text = path.read_bytes()
        version = _version_of(text)
        if version != SCHEMA_VERSION:
            raise StoreError(f"{path}: found schema version {version!r}, expected {SCHEMA_VERSION}. {remedy}")
        return _ADAPTER.validate_json(text)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}. {remedy}") from error
    except ValueError as error:  # not JSON, or JSON that is no analysis (pydantic's error is a ValueError too)
        what = f"{error.error_count()} faults" if isinstance(error, ValidationError) else str(error)
        raise StoreError(f"{path} is not an analysis of schema version {SCHEMA_VERSION}: {what}. {remedy}") from error


def conversation_of(analysis: CallAnalysis, sound: Sound | None = None) -> Conversation:
    """Return what the rules looked at when the analysis was made; without its sound no levels or pitch."""
    levels = _levels(sound, analysis.segments) if sound is not None else {}
    recording, turns = analysis.recording, analysis.transcript.turns
    return Conversation(
        analysis.call,
        recording.duration_s,
        turns,
        analysis.segments,
        levels,
        recording.separated,
        pitches=_pitches(sound) if sound is not None else {},
        dropouts=_dropouts(sound) if sound is not None else {},
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `analysis.json` (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:callcoach:analysis:{SCHEMA_VERSION}",
        **_ADAPTER.json_schema(mode="serialization"),
    }


def _version_of(text: bytes) -> int:
    try:
        return _VERSION.validate_json(text).schema_version
    except ValidationError as error:
        raise ValueError("no schema_version in it") from error


def _pitches(sound: Sound) -> dict[Speaker, PitchTrack]:
    """Measure each side's pitch."""
    return {speaker: pitch_track(sound.side(speaker), sound.sample_rate_hz) for speaker in sound.speakers}


def _dropouts(sound: Sound) -> dict[Speaker, tuple[tuple[float, float], ...]]:
    """Find where each side's line lost the sound."""
    return {speaker: dropouts(sound.side(speaker), sound.sample_rate_hz) for speaker in sound.speakers}


def _levels(sound: Sound, segments: Sequence[Segment]) -> dict[Speaker, LevelTrack]:
    """Measure each side's loudness with that side's own segments."""
    return {
        speaker: level_track(
            sound.side(speaker),
            sound.sample_rate_hz,
            [segment for segment in segments if segment.speaker is speaker],
        )
        for speaker in sound.speakers
    }
