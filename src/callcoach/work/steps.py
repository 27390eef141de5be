"""The steps of the work on a call, in order: receive, transcribe, judge, score, index.

Each takes a desk and a call's id, reads what the step before left in the call's folder and leaves its own result
there, whole or not at all; so each can be run again after a crash. None knows of the one that runs them.
"""

from __future__ import annotations

import tempfile
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from callcoach import analysis as stages
from callcoach.atomic import write_atomic
from callcoach.audio.decoding import AgentSide, open_recording
from callcoach.audio.sound import Sound
from callcoach.datapath import Recording, RuleReport, Speaker
from callcoach.errors import StoreError
from callcoach.store.around.callbacks import put_drafts
from callcoach.store.model import CallState
from callcoach.store.work import WorkItem, begin_step, end_step, save_analysis, work_item
from callcoach.work.desk import Desk
from callcoach.work.promising import promises_of
from callcoach.work.receiving import read_call

HEARD_FILE = "sound.wav"
"""What browsers play: 16-bit PCM, agent left and customer right, or one channel."""
_PLAYED_AS_IT_IS = ("pcm_s16le/wav",)
_BLOCK_FRAMES = 1 << 18


@dataclass(frozen=True, slots=True)
class Transcribed:
    """What the second step leaves for the others."""

    made_by: str
    """Recogniser, model and rulebook, whose phrases were heard again."""
    recording: Recording
    heard: stages.Heard


T = TypeVar("T")
TRANSCRIBED_FILE = "work-transcribed.json"
JUDGED_FILE = "work-judged.json"
_TRANSCRIBED = TypeAdapter(Transcribed)
_JUDGED = TypeAdapter(RuleReport)


def receive(desk: Desk, call_id: str) -> None:
    """See that the sound is there and whole, and write what browsers play if it is not that already."""
    with _step(desk, call_id, "receive") as (item, known), _sound(desk, item) as (recording, sound):
        file = _original_for_browsers(item, recording)
        if not file:
            file = HEARD_FILE
            _write_wav(sound, desk.folder(call_id) / file)
        known.update(duration_s=recording.duration_s, heard_file=file)


def transcribe(desk: Desk, call_id: str) -> None:
    """Write down what was said. What another attempt wrote with the same recogniser and rules is taken as it is."""
    with _step(desk, call_id, "transcribe", CallState.TRANSCRIBED) as (item, _):
        judges = desk.judges()
        target = desk.folder(call_id) / TRANSCRIBED_FILE
        made_by = f"{judges.engine.name} {judges.engine.model} {judges.rulebook.id} {judges.rulebook.version}"
        if _is_from(target, made_by):
            return
        with _sound(desk, item) as (recording, sound):
            heard = stages.hear(sound, engine=judges.engine, rulebook=judges.rulebook, workers=judges.workers)
        write_atomic(target, _TRANSCRIBED.dump_json(Transcribed(made_by, recording, heard)))


def judge(desk: Desk, call_id: str) -> None:
    """Apply the rules."""
    with _step(desk, call_id, "judge", CallState.JUDGED) as (item, _):
        folder = desk.folder(call_id)
        made = _read(_TRANSCRIBED, folder / TRANSCRIBED_FILE)
        with _sound(desk, item) as (recording, sound):
            report = stages.judge(made.heard, recording, sound, read_call(folder), rulebook=desk.judges().rulebook)
        write_atomic(folder / JUDGED_FILE, _JUDGED.dump_json(report))


def score(desk: Desk, call_id: str) -> None:
    """Score what was found and write the analysis document."""
    with _step(desk, call_id, "score"):
        folder = desk.folder(call_id)
        made, report = _read(_TRANSCRIBED, folder / TRANSCRIBED_FILE), _read(_JUDGED, folder / JUDGED_FILE)
        analysis = stages.conclude(made.heard, report, made.recording, read_call(folder), rubric=desk.judges().rubric)
        stages.save(analysis, folder)


def index(desk: Desk, call_id: str) -> None:
    """Write the rows that lists and searches look at; with it the call is scored."""
    folder = desk.folder(call_id)
    analysis = stages.load(folder / stages.ANALYSIS_FILE)
    now = datetime.now(UTC)
    promises = promises_of(desk.settings, analysis, now)
    with desk.database.writing() as session:  # one transaction with the note of the step: both or neither
        run = begin_step(session, call_id, "index")
        save_analysis(session, call_id, analysis)
        put_drafts(session, call_id, promises, now)
        end_step(session, run)
    for name in (TRANSCRIBED_FILE, JUDGED_FILE):
        (folder / name).unlink(missing_ok=True)


STEPS: tuple[Callable[[Desk, str], None], ...] = (receive, transcribe, judge, score, index)


@contextmanager
def _step(
    desk: Desk, call_id: str, name: str, state: CallState | None = None
) -> Iterator[tuple[WorkItem, dict[str, Any]]]:
    """Note the begin and the end of a step; the dictionary takes columns of the call that the step finds out."""
    with desk.database.writing() as session:
        run = begin_step(session, call_id, name)
        item = work_item(session, call_id)
    known: dict[str, Any] = {}
    yield item, known
    with desk.database.writing() as session:
        end_step(session, run, state, **known)


@contextmanager
def _sound(desk: Desk, item: WorkItem) -> Iterator[tuple[Recording, Sound]]:
    folder = desk.folder(item.call_id)
    path = folder / item.sound_file
    customer = folder / item.customer_sound_file if item.customer_sound_file else None
    for file in filter(None, (path, customer)):
        if not file.is_file():
            raise StoreError(f"The recording {file} is missing. Restore it from a backup, then retry the call.")
    side = AgentSide.RIGHT if item.agent_right else AgentSide.LEFT
    with tempfile.TemporaryDirectory(prefix="callcoach-") as work:
        recording, sound = open_recording(path, agent_side=side, other=customer, work_dir=Path(work))
        if customer is None and recording.sha256 != item.sound_sha256:
            raise StoreError(
                f"The recording {path} was changed after it came in. Restore it from a backup, then retry."
            )
        yield recording, sound


def _original_for_browsers(item: WorkItem, recording: Recording) -> str:
    """Return the name of the file as it came in if browsers play it and the agent is on the left; else nothing."""
    plain = recording.source_format in _PLAYED_AS_IT_IS and not item.customer_sound_file
    return item.sound_file if plain and recording.speakers[0] is not Speaker.CUSTOMER and not recording.notes else ""


def _write_wav(sound: Sound, target: Path) -> None:
    """Write 16-bit PCM, the agent left, whole or not at all."""
    order = sorted(range(len(sound.speakers)), key=lambda channel: sound.speakers[channel] is Speaker.CUSTOMER)
    partial = target.with_suffix(".partial")
    try:
        with wave.open(str(partial), "wb") as file:
            file.setnchannels(len(order))
            file.setsampwidth(2)
            file.setframerate(sound.sample_rate_hz)
            for start in range(0, sound.samples.shape[0], _BLOCK_FRAMES):
                block = sound.samples[start : start + _BLOCK_FRAMES, order]
                file.writeframes(np.ascontiguousarray(block, dtype="<i2").tobytes())
        partial.replace(target)
    except OSError as error:
        raise StoreError(f"Could not write {target}: {error.strerror or error}. Check free space.") from error


def _is_from(path: Path, made_by: str) -> bool:
    if not path.is_file():
        return False
    try:
        return _read(_TRANSCRIBED, path).made_by == made_by
    except StoreError:
        return False


def _read(adapter: TypeAdapter[T], path: Path) -> T:
    try:
        return adapter.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{path}, which the step before left, is missing or damaged. Retry the call.") from error
