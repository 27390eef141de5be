"""The journal of a recording under way: what must be known to finish it after a crash.

One JSON object a line. The first is the call as it was known at the start with the sample rate;
each later one replaces the call as a whole, so that the last complete line is all that recovery
needs. The journal is locked while its softphone lives, which is how a start beside fifteen other
softphones tells a dead recording from a living one.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from callcoach.datapath import Call
from callcoach.errors import RecordingError
from callcoach.recording.record import PRIVATE_FILE_MODE, call_from_plain, call_to_plain

JOURNAL_FILE = "journal.jsonl"
_UNLOCKED_NAME = ".journal.new"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The newest facts of an unfinished recording."""

    call: Call
    sample_rate_hz: int
    recorder_version: str


class Journal:
    """The locked journal of one call. Used by one thread at a time."""

    def __init__(self, folder: Path, sample_rate_hz: int, recorder_version: str) -> None:
        self._path = folder / JOURNAL_FILE
        self._facts = {"sample_rate_hz": sample_rate_hz, "recorder_version": recorder_version}
        fresh = folder / _UNLOCKED_NAME
        self._handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, PRIVATE_FILE_MODE)
        # Locked before it gets its name: recovery can never see it unlocked while we live.
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        fresh.rename(self._path)

    def write(self, call: Call) -> None:
        """Add the call as it is known now, and push it to the disk.

        Raises:
            OSError: the disk refused.
        """
        entry = {**self._facts, "call": call_to_plain(call)}
        os.write(self._handle, (json.dumps(entry, ensure_ascii=False) + "\n").encode())
        os.fsync(self._handle)

    def remove(self) -> None:
        """Remove the journal: the recording is finished."""
        self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the lock and leave the journal for the next start."""
        os.close(self._handle)


def lock_abandoned(folder: Path) -> int | None:
    """Lock the journal of a recording whose softphone is gone; None when it lives or is finished.

    The caller closes the returned file descriptor.
    """
    try:
        handle = os.open(folder / JOURNAL_FILE, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def last_entry(folder: Path) -> JournalEntry:
    """Read the newest complete line of a journal.

    Raises:
        RecordingError: there is not one complete line.
    """
    path = folder / JOURNAL_FILE
    for line in reversed(path.read_bytes().split(b"\n")):
        try:
            plain = json.loads(line)
            return JournalEntry(
                call_from_plain(plain["call"]), int(plain["sample_rate_hz"]), str(plain["recorder_version"])
            )
        except (ValueError, KeyError, TypeError, ValidationError):
            continue  # torn by the crash: the line before it counts
    raise RecordingError(f"{path} holds no complete line, so the call's facts are lost. The audio beside it is kept.")
