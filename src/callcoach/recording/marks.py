"""Marks inside a WAV file: a `cue ` chunk with their places and a `LIST adtl` chunk with their names.

Players and editors show them. Source of the layout: Microsoft RIFF, "Cue-Points Chunk" and "Associated Data Chunk".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from callcoach.datapath import Call, CallEventKind

MOST_MARKS = 1000
"""More than a call can have; keeps the chunks below 64 kB."""
NAMES = {
    CallEventKind.RECORDING_PAUSED: "recording paused",
    CallEventKind.RECORDING_RESUMED: "recording resumed",
    CallEventKind.NOTICE: "recording notice",
    CallEventKind.BARGE_STARTED: "supervisor barged in",
    CallEventKind.BARGE_ENDED: "supervisor left",
    CallEventKind.CONFERENCE: "conference",
    CallEventKind.SPLIT: "conference over",
}
"""Events that are marked. ASCII: the format has no encoding for names."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the sound, in seconds from its first sample."""

    at_s: float
    name: str


def marks_of(call: Call) -> tuple[Mark, ...]:
    """Return the marks of a call's recording."""
    found = [Mark(event.at_s, NAMES[event.kind]) for event in call.events if event.kind in NAMES and event.at_s >= 0]
    return tuple(found[:MOST_MARKS])


def mark_chunks(marks: Sequence[Mark], sample_rate_hz: int, frames: int) -> bytes:
    """Return both chunks for a file of so many frames; nothing for no marks."""
    if not marks:
        return b""
    places = [min(round(mark.at_s * sample_rate_hz), frames) for mark in marks]
    cues = struct.pack("<I", len(marks)) + b"".join(
        struct.pack("<II4sIII", number, place, b"data", 0, 0, place) for number, place in enumerate(places, start=1)
    )
    labels = b"adtl" + b"".join(
        _chunk(b"labl", struct.pack("<I", number) + mark.name.encode("ascii") + b"\0")
        for number, mark in enumerate(marks, start=1)
    )
    return _chunk(b"cue ", cues) + _chunk(b"LIST", labels)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
