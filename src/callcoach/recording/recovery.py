"""Finishes the recordings of softphones that died.

Taken: the folder of all calls. Given: one `Recovered` for each recording that was left unfinished
by a process that is gone. Recordings of living softphones are never touched.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path

from callcoach.datapath import Call, CallEvent, CallEventKind
from callcoach.errors import RecordingError
from callcoach.recording.journal import JOURNAL_FILE, JournalEntry, last_entry, lock_abandoned
from callcoach.recording.record import CALL_FILE, WAV_FILE, CallRecord
from callcoach.recording.recorder import RAW_FILE, package
from callcoach.recording.wav import wav_frames

_LOG = logging.getLogger(__name__)

CRASH_REASON = "softphone died during the call 通话中软电话异常退出"


@dataclass(frozen=True, slots=True)
class Recovered:
    """A recording that a dead softphone had left and that is whole now."""

    folder: Path
    record: CallRecord


def recover_all(calls_dir: Path) -> tuple[Recovered, ...]:
    """Finish every abandoned recording below `calls_dir`.

    A recording that cannot be finished is logged and left as it is, so that it is tried again.
    """
    found: list[Recovered] = []
    for journal in sorted(calls_dir.glob(f"*/{JOURNAL_FILE}")):
        try:
            record = recover(journal.parent)
        except (RecordingError, OSError) as error:
            _LOG.error("recording in %s could not be recovered: %s", journal.parent, error)
            continue
        if record:
            _LOG.warning("recording in %s was recovered after a crash", journal.parent)
            found.append(Recovered(journal.parent, record))
    return tuple(found)


def recover(folder: Path) -> CallRecord | None:
    """Finish the recording in `folder` if its softphone is gone.

    Returns:
        The record; None when the softphone lives, or when the call had been finished completely
        and only its journal was left.

    Raises:
        RecordingError: the journal is unreadable or the disk refused.
    """
    handle = lock_abandoned(folder)
    if handle is None:
        return None
    try:
        finished = (folder / CALL_FILE).exists()
        record = None if finished else _finish(folder, last_entry(folder))
        (folder / JOURNAL_FILE).unlink()
        return record
    finally:
        os.close(handle)


def _finish(folder: Path, entry: JournalEntry) -> CallRecord:
    call = _close(entry.call, _audio_s(folder, entry.sample_rate_hz))
    return package(folder, call, entry.sample_rate_hz, recovered=True)


def _audio_s(folder: Path, sample_rate_hz: int) -> float:
    raw, wav = folder / RAW_FILE, folder / WAV_FILE
    found = next((path for path in (wav, raw) if path.exists()), None)
    return wav_frames(found) / sample_rate_hz if found else 0.0


def _close(call: Call, end_s: float) -> Call:
    """Add what the dead process could not write: that it died, and where the audio ends."""
    ended = any(event.kind is CallEventKind.END for event in call.events)
    events = [*call.events, CallEvent(CallEventKind.RECOVERED, end_s, detail=CRASH_REASON)]
    if ended:
        return replace(call, events=tuple(events))
    events.append(CallEvent(CallEventKind.END, end_s, detail=CRASH_REASON))
    return replace(call, events=tuple(events), end_reason=call.end_reason or CRASH_REASON)
