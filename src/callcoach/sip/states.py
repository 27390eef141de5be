"""The states of one call and its legal transitions, as tables without I/O.

Taken: the state a call is in and what happened (`Trigger`). Given: the state it is in now, or an
error that leaves the state as it was. Never: a socket, a thread, a clock.

A call has three independent sides: its `Phase` (RFC 3261 dialogue), who holds it (`Hold`, RFC 3264
section 8.4) and whether we are handing it on (`Transfer`, RFC 3515). Hold and transfer only move
while the call is being talked on. `docs/softphone.md` is drawn from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from callcoach.errors import SipError


class Phase(StrEnum):
    """How far the call has come."""

    NEW = "new"
    DIALING = "dialing"
    RINGING_OUT = "ringing_out"
    RINGING_IN = "ringing_in"
    ANSWERING = "answering"
    TALKING = "talking"
    ENDING = "ending"
    ENDED = "ended"


class Hold(StrEnum):
    """Who has put the call on hold."""

    NONE = "none"
    LOCAL = "local"
    REMOTE = "remote"
    BOTH = "both"


class Transfer(StrEnum):
    """Whether we are handing the call on."""

    NONE = "none"
    PENDING = "pending"
    DONE = "done"


class Trigger(StrEnum):
    """What can happen to a call: our commands, and what the other side or the network did."""

    DIAL = "dial"
    ANSWER = "answer"
    REJECT = "reject"
    HANG_UP = "hang_up"
    INVITED = "invited"
    REPLACES = "replaces"
    PROGRESS = "progress"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    HELD = "held"
    RESUMED = "resumed"
    REMOTE_HELD = "remote_held"
    REMOTE_RESUMED = "remote_resumed"
    TRANSFER_SENT = "transfer_sent"
    TRANSFER_FAILED = "transfer_failed"
    TRANSFER_ACCEPTED = "transfer_accepted"


LOCAL_TRIGGERS = frozenset(
    {
        Trigger.DIAL,
        Trigger.ANSWER,
        Trigger.REJECT,
        Trigger.HANG_UP,
        Trigger.HELD,
        Trigger.RESUMED,
        Trigger.TRANSFER_SENT,
    }
)
"""Triggers that come from a command of ours; all others come from outside."""

PHASES: Mapping[Phase, Mapping[Trigger, Phase]] = {
    Phase.NEW: {
        Trigger.DIAL: Phase.DIALING,
        Trigger.INVITED: Phase.RINGING_IN,
        Trigger.REPLACES: Phase.ANSWERING,
    },
    Phase.DIALING: {
        Trigger.PROGRESS: Phase.RINGING_OUT,
        Trigger.CONNECTED: Phase.TALKING,
        Trigger.HANG_UP: Phase.ENDING,
        Trigger.DISCONNECTED: Phase.ENDED,
    },
    Phase.RINGING_OUT: {
        Trigger.PROGRESS: Phase.RINGING_OUT,
        Trigger.CONNECTED: Phase.TALKING,
        Trigger.HANG_UP: Phase.ENDING,
        Trigger.DISCONNECTED: Phase.ENDED,
    },
    Phase.RINGING_IN: {
        Trigger.ANSWER: Phase.ANSWERING,
        Trigger.REJECT: Phase.ENDING,
        Trigger.HANG_UP: Phase.ENDING,
        Trigger.DISCONNECTED: Phase.ENDED,
    },
    Phase.ANSWERING: {
        Trigger.CONNECTED: Phase.TALKING,
        Trigger.HANG_UP: Phase.ENDING,
        Trigger.DISCONNECTED: Phase.ENDED,
    },
    Phase.TALKING: {
        Trigger.HANG_UP: Phase.ENDING,
        Trigger.DISCONNECTED: Phase.ENDED,
    },
    # The other side's answer may cross our CANCEL on the wire (RFC 3261 section 9.1): the call is
    # then connected for an instant and ended by BYE.
    Phase.ENDING: {
        Trigger.HANG_UP: Phase.ENDING,
        Trigger.PROGRESS: Phase.ENDING,
        Trigger.CONNECTED: Phase.ENDING,
        Trigger.DISCONNECTED: Phase.ENDED,
    },
    Phase.ENDED: {},
}

HOLDS: Mapping[Hold, Mapping[Trigger, Hold]] = {
    Hold.NONE: {Trigger.HELD: Hold.LOCAL, Trigger.REMOTE_HELD: Hold.REMOTE},
    Hold.LOCAL: {Trigger.RESUMED: Hold.NONE, Trigger.REMOTE_HELD: Hold.BOTH},
    Hold.REMOTE: {Trigger.HELD: Hold.BOTH, Trigger.REMOTE_RESUMED: Hold.NONE},
    Hold.BOTH: {Trigger.RESUMED: Hold.REMOTE, Trigger.REMOTE_RESUMED: Hold.LOCAL},
}

TRANSFERS: Mapping[Transfer, Mapping[Trigger, Transfer]] = {
    Transfer.NONE: {Trigger.TRANSFER_SENT: Transfer.PENDING},
    Transfer.PENDING: {
        Trigger.TRANSFER_FAILED: Transfer.NONE,
        Trigger.TRANSFER_ACCEPTED: Transfer.DONE,
    },
    Transfer.DONE: {},
}

HOLD_TRIGGERS = frozenset(trigger for row in HOLDS.values() for trigger in row)
TRANSFER_TRIGGERS = frozenset(trigger for row in TRANSFERS.values() for trigger in row)


@dataclass(frozen=True, slots=True)
class CallState:
    """Where a call stands."""

    phase: Phase = Phase.NEW
    hold: Hold = Hold.NONE
    transfer: Transfer = Transfer.NONE

    @property
    def held_by_us(self) -> bool:
        """Whether the other side hears nothing because we hold the call."""
        return self.hold in {Hold.LOCAL, Hold.BOTH}

    @property
    def held_by_them(self) -> bool:
        """Whether the other side holds the call."""
        return self.hold in {Hold.REMOTE, Hold.BOTH}


class IllegalTransitionError(SipError):
    """A trigger that does not fit the state; the state is unchanged."""

    def __init__(self, state: CallState, trigger: Trigger) -> None:
        self.state = state
        self.trigger = trigger
        legal = ", ".join(sorted(legal_triggers(state))) or "nothing"
        super().__init__(
            f"{trigger} does not fit a call that is {state.phase} "
            f"(hold: {state.hold}, transfer: {state.transfer}). Possible now: {legal}."
        )


class LocalFaultError(IllegalTransitionError):
    """We asked for something that this call cannot do now."""


class RemoteFaultError(IllegalTransitionError):
    """The other side or the library did something that does not fit."""


def legal_triggers(state: CallState) -> frozenset[Trigger]:
    """Return every trigger that may come in this state."""
    legal = set(PHASES[state.phase])
    if state.phase is Phase.TALKING:
        legal |= set(HOLDS[state.hold]) | set(TRANSFERS[state.transfer])
    return frozenset(legal)


def next_state(state: CallState, trigger: Trigger) -> CallState:
    """Return the state after `trigger`.

    Raises:
        LocalFaultError: the trigger is a command of ours and not legal in this state.
        RemoteFaultError: it came from outside and is not legal in this state.
    """
    if trigger not in legal_triggers(state):
        fault = LocalFaultError if trigger in LOCAL_TRIGGERS else RemoteFaultError
        raise fault(state, trigger)
    if trigger in HOLD_TRIGGERS:
        return replace(state, hold=HOLDS[state.hold][trigger])
    if trigger in TRANSFER_TRIGGERS:
        return replace(state, transfer=TRANSFERS[state.transfer][trigger])
    return replace(state, phase=PHASES[state.phase][trigger])


State = TypeVar("State", bound=StrEnum)


def diagram() -> str:
    """Draw the three tables as Mermaid state diagrams, for `docs/softphone.md`."""
    parts = [
        _draw("Phase of a call · 通话阶段", PHASES, Phase.NEW),
        _draw("Hold (while talking) · 保持", HOLDS, Hold.NONE),
        _draw("Transfer (while talking) · 转接", TRANSFERS, Transfer.NONE),
    ]
    return "\n".join(parts)


def _draw(title: str, table: Mapping[State, Mapping[Trigger, State]], start: State) -> str:
    lines = [f"#### {title}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {start}"]
    for source, row in table.items():
        lines += [f"    {source} --> {target}: {trigger}" for trigger, target in row.items()]
        if not row:
            lines.append(f"    {source} --> [*]")
    return "\n".join([*lines, "```", ""])
