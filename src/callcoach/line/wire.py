"""What travels on the line: frozen messages and their form as text and bytes. No sockets here.

JSON objects name their type under `type`. Sound is binary: one byte says what it is, one how long the call's id is;
then follow the id (UTF-8) and 16-bit samples, little-endian.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from enum import IntEnum
from typing import Any

from callcoach.errors import LineError

REPLACED, NOT_UNDERSTOOD = 4001, 4002
"""Close codes of the server: another phone of the same person took over; what came was none of ours."""
PROTOCOL = 1
"""Raised when an older end could not understand the newer one."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The phone's first words."""

    protocol: int
    version: str
    number: str
    """The account's number (extension); empty: a phone without a PBX."""
    sample_rate_hz: int
    """Of all sound on this line."""
    auto_answer: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the phone, as `callcoach.sip.events.as_plain` writes it."""

    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the phone (`callcoach.line.standing.as_plain`); sent after `Hello`."""

    standing: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """The server asks the phone to do something; `number` is that of its answer."""

    number: int
    command: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an `Ask`. `error` is empty when it was done."""

    number: int
    value: Any = None
    error: str = ""
    error_zh: str = ""
    """The same in Chinese; empty where the phone says none."""


Message = Hello | Happened | Standing | Ask | Answer
_TYPES: dict[str, type[Message]] = {one.__name__: one for one in (Hello, Happened, Standing, Ask, Answer)}


class SoundKind(IntEnum):
    """Whose sound a frame holds."""

    CALL = 1
    """From the phone: both sides of a call, agent and customer in turn."""
    EAR = 2
    """From the phone: what the agent hears, mono."""
    MICROPHONE = 3
    """To the phone: what the agent says, mono."""
    WHISPER = 4
    """To the phone: what a supervisor says to the agent alone, mono; neither sent nor recorded."""
    BARGE = 5
    """To the phone: what a supervisor says to both sides, mono; recorded on the agent's side."""


@dataclass(frozen=True, slots=True)
class SoundFrame:
    """A stretch of sound; `call_id` is empty where the kind belongs to no call."""

    kind: SoundKind
    call_id: str
    pcm: bytes


def encode(message: Message) -> str:
    """Return the message as text."""
    return json.dumps({"type": type(message).__name__, **asdict(message)}, ensure_ascii=False)


def decode(text: str) -> Message:
    """Return the message that a text holds; fields this version does not know are left out.

    Raises:
        LineError: it is none of ours.
    """
    try:
        plain = json.loads(text)
        kind = _TYPES[plain.pop("type")]
        known = {one.name for one in fields(kind)}
        return kind(**{key: value for key, value in plain.items() if key in known})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LineError(
            f"Not a message of the line: {text[:80]!r} ({error}). Are both ends the same version?",
            f"不是本线路的消息：{text[:80]!r}（{error}）。两端版本是否一致？",
        ) from error


def encode_sound(frame: SoundFrame) -> bytes:
    """Return the frame as bytes."""
    name = frame.call_id.encode()
    return bytes((frame.kind, len(name))) + name + frame.pcm


def decode_sound(data: bytes) -> SoundFrame:
    """Return the frame that bytes hold.

    Raises:
        LineError: they are none of ours.
    """
    try:
        kind, length = SoundKind(data[0]), data[1]
        name = data[2 : 2 + length].decode()
    except (IndexError, ValueError) as error:
        raise LineError(
            f"Not a sound frame of the line: {data[:8].hex()} ({error}).",
            f"不是本线路的声音帧：{data[:8].hex()}（{error}）。",
        ) from error
    pcm = data[2 + length :]
    if len(pcm) % 2:
        raise LineError(
            f"A sound frame of {len(pcm)} bytes: expected 16-bit samples.",
            f"声音帧有 {len(pcm)} 字节，应为 16 位采样。",
        )
    return SoundFrame(kind, name, pcm)
