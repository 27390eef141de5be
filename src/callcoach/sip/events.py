"""What the softphone tells its user: one frozen type for each kind of event.

`as_plain` turns any of them into JSON data with the type's name under `event`; the terminal, the
later WebSocket and the tests read the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from callcoach.datapath import Direction, RtpQuality, Speaker
from callcoach.sip.states import CallState
from callcoach.sip.words import RegistrationProblem


@dataclass(frozen=True, slots=True)
class PhoneReady:
    """The softphone listens on `address` (`host:port`)."""

    address: str


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """The PBX accepted or refused us, or cannot be reached."""

    registered: bool
    code: int = 0
    problem: RegistrationProblem | None = None
    words_zh: str = ""
    words_en: str = ""
    detail: str = ""
    retry_s: int = 0
    """Seconds until the next try; 0: none, because trying again cannot help."""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call rings. `waiting`: another call is being talked on."""

    call_id: str
    number: str
    name: str
    headers: tuple[tuple[str, str], ...]
    source: str
    waiting: bool
    queue: str = ""
    """The company's queue it came through; empty: none, or not told."""


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call is being placed, by command or because a transfer was followed."""

    call_id: str
    target: str
    because_of: str = ""


@dataclass(frozen=True, slots=True)
class CallRefused:
    """A call was turned away before it rang: its sender is not the PBX."""

    source: str


@dataclass(frozen=True, slots=True)
class CallTurnedAway:
    """A call was answered as busy, because the agent does not want to be disturbed. It can be called back."""

    number: str
    name: str
    headers: tuple[tuple[str, str], ...]
    source: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class SwitchesChanged:
    """How incoming calls are taken from now on."""

    do_not_disturb: bool
    auto_answer: bool


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A call moved. `by` is the side that caused it."""

    call_id: str
    state: CallState
    by: Speaker
    code: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MuteChanged:
    """The agent's microphone was cut off or opened for a call."""

    call_id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class ConferenceChanged:
    """A call became part of a conversation of three with another call, or does so no longer."""

    call_id: str
    in_conference: bool
    with_call_id: str


@dataclass(frozen=True, slots=True)
class DtmfReceived:
    """The other side pressed a key."""

    call_id: str
    digit: str


@dataclass(frozen=True, slots=True)
class TransferResult:
    """How our transfer ended. When it failed, the call is still up."""

    call_id: str
    target: str
    succeeded: bool
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class BargeChanged:
    """A supervisor began to speak with both sides of a call, or does so no longer."""

    call_id: str
    barged: bool


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """A call's recording goes `on`, is `paused` (silence is written, so that times stay) or `off`."""

    call_id: str
    recording: str


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """Recording ended early; the call goes on."""

    call_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """A call's recording and its `call.json` are whole."""

    call_id: str
    folder: Path
    path: Path | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class RecordingRecovered:
    """A recording that an earlier softphone had left unfinished is whole now."""

    call_id: str
    folder: Path
    path: Path | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call is over."""

    call_id: str
    direction: Direction
    ended_by: Speaker
    code: int
    reason: str
    codec: str
    encrypted: bool
    """Whether the sound was under SRTP when the call ended."""
    quality: RtpQuality | None
    mos: float | None


@dataclass(frozen=True, slots=True)
class AudioFault:
    """The agent's microphone or loudspeaker failed; the call goes on with silence."""

    call_id: str
    error: str


@dataclass(frozen=True, slots=True)
class PhoneStopped:
    """The softphone is down; nothing follows."""

    error: str = field(default="")


PhoneEvent = (
    PhoneReady
    | RegistrationChanged
    | IncomingCall
    | OutgoingCall
    | CallRefused
    | CallTurnedAway
    | SwitchesChanged
    | StateChanged
    | MuteChanged
    | ConferenceChanged
    | DtmfReceived
    | TransferResult
    | BargeChanged
    | RecordingChanged
    | RecordingFailed
    | RecordingFinished
    | RecordingRecovered
    | CallEnded
    | AudioFault
    | PhoneStopped
)


def as_plain(event: PhoneEvent) -> dict[str, Any]:
    """Return the event as JSON data."""
    return {"event": type(event).__name__, **{key: _plain(value) for key, value in asdict(event).items()}}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
