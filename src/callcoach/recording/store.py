"""Reads recorded calls back for the analysis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from callcoach.datapath import Call, Recording
from callcoach.errors import RecordingError
from callcoach.recording.record import CALL_FILE, CallRecord, read_record
from callcoach.recording.wav import sha256_of


def load_call(folder: Path, *, verify: bool = True) -> tuple[Call, Recording]:
    """Read the call and its recording from a folder the softphone wrote.

    Args:
        folder: `<data_dir>/calls/<call id>`.
        verify: compare the WAV file with its SHA-256.

    Raises:
        RecordingError: the record or the sound is missing, or the sound is not what was recorded.
    """
    record = read_record(folder)
    recording = record.as_recording(folder)
    if verify:
        check_sound(recording)
    return record.call, recording


def check_sound(recording: Recording) -> None:
    """Compare a recording with its SHA-256.

    Raises:
        RecordingError: the file is missing or was changed.
    """
    path = Path(recording.path)
    if not path.is_file():
        raise RecordingError(f"{path} is missing; the call's record names it. Restore it from a backup.")
    found = sha256_of(path)
    if found != recording.sha256:
        raise RecordingError(
            f"{path} was changed after recording: SHA-256 is {found}, expected {recording.sha256}. "
            "Restore it from a backup, or analyse it as a file of its own with `callcoach analyze`."
        )


def call_folders(calls_dir: Path) -> Iterator[Path]:
    """Yield the folders of finished calls, oldest first (call ids begin with the time)."""
    yield from (path.parent for path in sorted(calls_dir.glob(f"*/{CALL_FILE}")))


__all__ = ["CallRecord", "call_folders", "check_sound", "load_call", "read_record"]
