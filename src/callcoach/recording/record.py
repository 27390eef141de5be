"""`call.json`: what lies beside every recording, and its reading and writing.

Times of events are seconds from the first sample of the recording, so they point into the audio
even if the clock of the computer was set during the call.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from callcoach.datapath import Call, Recording, Speaker
from callcoach.errors import RecordingError

SCHEMA_VERSION = 1
CALL_FILE = "call.json"
WAV_FILE = "recording.wav"
SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
"""Who is on the left and the right channel of every recording of ours."""
PRIVATE_FILE_MODE = 0o600
PRIVATE_FOLDER_MODE = 0o700
"""Recordings are personal data: nobody but the softphone's own user may read them."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """The sound file of a call. `channels[i]` is who is heard on channel `i`."""

    file: str
    sha256: str
    sample_rate_hz: int
    frames: int
    channels: tuple[Speaker, ...] = SIDES

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate_hz


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What `call.json` holds. `recording` is None for a call that was never answered."""

    schema_version: int
    recorder_version: str
    call: Call
    recording: RecordedFile | None
    recovered: bool = False
    """Whether the softphone died during the call and the recording was finished afterwards."""
    mos: float | None = None
    """Estimated listening quality, 1 to 4.5 (ITU-T G.107); None when nothing was measured."""

    def as_recording(self, folder: Path) -> Recording:
        """Return the sound file as the analysis takes it.

        Raises:
            RecordingError: the call has no recording.
        """
        if self.recording is None:
            raise RecordingError(f"{folder}: this call was never answered, so there is no recording to analyse.")
        return Recording(
            path=str(folder / self.recording.file),
            sha256=self.recording.sha256,
            sample_rate_hz=self.recording.sample_rate_hz,
            duration_s=self.recording.duration_s,
            speakers=self.recording.channels,
            source_format="pcm_s16le/wav",
        )


_ADAPTER = TypeAdapter(CallRecord)
_CALL = TypeAdapter(Call)


def call_to_plain(call: Call) -> dict[str, Any]:
    """Return the call as plain JSON data."""
    return _CALL.dump_python(call, mode="json")


def call_from_plain(plain: dict[str, Any]) -> Call:
    """Return the call that `call_to_plain` wrote."""
    return _CALL.validate_python(plain)


def encode(record: CallRecord) -> bytes:
    """Return the text of `call.json`."""
    plain = _ADAPTER.dump_python(record, mode="json")
    return (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode()


def write_record(record: CallRecord, path: Path, reserved: Path) -> None:
    """Write `call.json` whole or not at all, into the blocks that `reserved` already holds.

    Raises:
        RecordingError: the disk refused.
    """
    try:
        _fill(reserved, encode(record))
        reserved.rename(path)
    except OSError as error:
        raise RecordingError(f"Could not write {path}: {error}. Free some disk space and start again.") from error


def _fill(path: Path, text: bytes) -> None:
    """Replace a file's content in place, keeping its blocks until the new content is in them."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE_FILE_MODE)
    try:
        written = os.write(handle, text)
        if written < len(text):
            raise OSError(f"only {written} of {len(text)} bytes fitted")
        os.ftruncate(handle, written)
        os.fsync(handle)
    finally:
        os.close(handle)


def read_record(folder: Path) -> CallRecord:
    """Read a call's `call.json`.

    Raises:
        RecordingError: it is missing or not what was expected.
    """
    path = folder / CALL_FILE
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error}. Expected a folder written by the softphone.") from error
    except ValidationError as error:
        raise RecordingError(f"{path} is not a call record of version {SCHEMA_VERSION}: {error}.") from error
