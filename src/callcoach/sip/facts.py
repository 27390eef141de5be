"""What the SIP library reports, as plain data: the language between `pjsua` and the call logic.

The adapter translates the library's callbacks into these and puts them on the owner's queue; no
type of the library goes further. A `leg_id` is ours and never used twice: the library gives a dead
call's number to the next one, while reports about the dead one may still be waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcoach.sip.added_voices import Voice


class Leg(StrEnum):
    """States of an INVITE session (RFC 3261 section 13)."""

    CALLING = "calling"
    INCOMING = "incoming"
    EARLY = "early"
    CONNECTING = "connecting"
    CONFIRMED = "confirmed"
    DISCONNECTED = "disconnected"


class MediaStatus(StrEnum):
    """What the audio stream of a call does."""

    ACTIVE = "active"
    LOCAL_HOLD = "local_hold"
    REMOTE_HOLD = "remote_hold"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Counters of one RTP stream since it began. `None`: not measured yet."""

    packets_received: int
    packets_lost: int
    jitter_ms: float | None
    round_trip_ms: float | None


@dataclass(frozen=True, slots=True)
class LegChanged:
    """The INVITE session moved. `code` and `reason` are those of the last response."""

    leg_id: int
    leg: Leg
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """The audio stream was negotiated anew."""

    leg_id: int
    status: MediaStatus
    codec: str
    encrypted: bool = False
    """Whether the sound is under SRTP."""


@dataclass(frozen=True, slots=True)
class RemoteOffer:
    """The other side offered a session change; `holds` when it wants to send or hear nothing."""

    leg_id: int
    holds: bool


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """An RTP stream ended; its counters are final."""

    leg_id: int
    figures: StreamFigures


@dataclass(frozen=True, slots=True)
class ReinviteRefused:
    """Our session change was refused (491 when both sides changed at once, RFC 3261 14.1)."""

    leg_id: int
    code: int


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """A DTMF digit came in (RFC 4733)."""

    leg_id: int
    digit: str


@dataclass(frozen=True, slots=True)
class TransferNotified:
    """The other side told how our transfer goes (RFC 3515)."""

    leg_id: int
    code: int
    reason: str
    final: bool


@dataclass(frozen=True, slots=True)
class InviteArrived:
    """A call comes in. `message` is the whole INVITE, `source` the sender's `host:port`."""

    leg_id: int
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """The other side asks us to call `target` in place of this call; `new_leg_id` does so."""

    leg_id: int
    new_leg_id: int
    target: str


@dataclass(frozen=True, slots=True)
class LegReplaced:
    """The other side handed the call to a third party, who talks to us on `new_leg_id` now."""

    leg_id: int
    new_leg_id: int
    remote: str


@dataclass(frozen=True, slots=True)
class RegistrationFact:
    """The registrar's answer, or the library's own 408 or 503 when there was none."""

    active: bool
    code: int
    reason: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class TransportFact:
    """A connection to the PBX came up or broke; `tls_fault` says what was wrong with its certificate."""

    connected: bool
    error: str
    tls_fault: str


@dataclass(frozen=True, slots=True)
class AudioFailed:
    """The agent's audio port raised; the call goes on with silence."""

    call_id: str
    error: str


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """The recorder gave up; the call goes on."""

    call_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class VoiceChanged:
    """A voice besides the agent's began, or is over, at a port of the agent's audio."""

    port: int
    voice: Voice
    is_heard: bool


CallFact = LegChanged | MediaChanged | RemoteOffer | StreamClosed | ReinviteRefused | DigitHeard | TransferNotified
"""Facts about a call that is known already."""

Fact = (
    CallFact
    | InviteArrived
    | TransferRequested
    | LegReplaced
    | RegistrationFact
    | TransportFact
    | AudioFailed
    | RecordingStopped
    | VoiceChanged
)
