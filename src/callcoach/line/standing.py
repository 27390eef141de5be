"""How things stand at a phone, folded from its events: the registration and each call that is up.

Pure: takes the state before and an event, gives the state after. Both ends of the line use it, so that a server that
was away, a second tab and a reload all see the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StandingCall:
    """A call that is up. Values are those of `callcoach.sip.states`."""

    call_id: str
    direction: str
    number: str
    name: str = ""
    phase: str = "new"
    hold: str = "none"
    transfer: str = "none"
    muted: bool = False
    in_conference: bool = False
    recording: str = "off"
    """`on`, `paused` or `off`."""
    barged: bool = False
    """Whether a supervisor speaks with both sides."""
    queue: str = ""
    """The company's queue it came through; empty: none, or not told."""
    talking_since: float | None = None
    """When it was answered, Unix time in seconds."""


@dataclass(frozen=True, slots=True)
class PhoneStanding:
    """A phone."""

    registered: bool = False
    words_zh: str = ""
    words_en: str = ""
    retry_s: int = 0
    do_not_disturb: bool = False
    auto_answer: bool = False
    recovered: tuple[str, ...] = ()
    """Ids of the calls whose recordings the phone found unfinished when it started, and finished."""
    calls: tuple[StandingCall, ...] = field(default=())

    def call(self, call_id: str) -> StandingCall | None:
        """Return the call with this id, or None."""
        return next((one for one in self.calls if one.call_id == call_id), None)


def after(standing: PhoneStanding, event: Mapping[str, Any], at: float) -> PhoneStanding:
    """Return how things stand after an event (plain, as `events.as_plain` writes it) at `at`, Unix time in seconds."""
    match event.get("event"):
        case "RegistrationChanged":
            return replace(
                standing,
                registered=event["registered"],
                words_zh=event["words_zh"],
                words_en=event["words_en"],
                retry_s=event["retry_s"],
            )
        case "IncomingCall" | "OutgoingCall":
            return _with(standing, _begun(event))
        case "SwitchesChanged":
            return replace(standing, do_not_disturb=event["do_not_disturb"], auto_answer=event["auto_answer"])
        case "RecordingRecovered":
            return replace(standing, recovered=(*standing.recovered, event["call_id"]))
        case "CallEnded":
            return replace(standing, calls=tuple(one for one in standing.calls if one.call_id != event["call_id"]))
        case _:
            call = standing.call(event.get("call_id", ""))
            changed = _changed(call, event, at) if call else None
            return _with(standing, changed) if changed else standing


def _begun(event: Mapping[str, Any]) -> StandingCall:
    if event["event"] == "OutgoingCall":
        return StandingCall(event["call_id"], "outbound", event["target"], phase="dialing")
    rings = StandingCall(event["call_id"], "inbound", event["number"], event["name"], "ringing_in")
    return replace(rings, queue=event.get("queue", ""))


_TOLD = {
    "MuteChanged": "muted",
    "ConferenceChanged": "in_conference",
    "RecordingChanged": "recording",
    "BargeChanged": "barged",
}
"""Events that tell one field of a call, under its own name."""


def _changed(call: StandingCall, event: Mapping[str, Any], at: float) -> StandingCall | None:
    kind = event["event"]
    if kind in _TOLD:
        return replace(call, **{_TOLD[kind]: event[_TOLD[kind]]})
    if kind == "RecordingFailed":
        return replace(call, recording="off")
    if kind == "StateChanged":
        state = event["state"]
        since = call.talking_since or (at if state["phase"] == "talking" else None)
        return replace(call, phase=state["phase"], hold=state["hold"], transfer=state["transfer"], talking_since=since)
    return None


def _with(standing: PhoneStanding, call: StandingCall) -> PhoneStanding:
    if standing.call(call.call_id) is None:
        return replace(standing, calls=(*standing.calls, call))
    return replace(standing, calls=tuple(call if one.call_id == call.call_id else one for one in standing.calls))


def as_plain(standing: PhoneStanding) -> dict[str, Any]:
    """Return it as JSON data."""
    return asdict(standing)


def from_plain(plain: Mapping[str, Any]) -> PhoneStanding:
    """Return what `as_plain` wrote, here or in another version: fields that this one does not know are left out.

    Raises:
        TypeError, KeyError: it was not written by `as_plain`.
    """
    calls = tuple(StandingCall(**_known(StandingCall, one)) for one in plain["calls"])
    recovered = tuple(plain.get("recovered", ()))
    return PhoneStanding(**{**_known(PhoneStanding, plain), "calls": calls, "recovered": recovered})


def _known(kind: type[StandingCall | PhoneStanding], plain: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in plain.items() if name in names}
