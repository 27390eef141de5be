"""Two calls and the agent in one conversation: each hears the other two.

While it lasts, the right side of both recordings holds both other parties, because either may be answering the
agent; the left side is the agent, as always.
"""

from __future__ import annotations

from collections.abc import Callable

from callcoach.datapath import CallEventKind, Speaker
from callcoach.errors import SipError
from callcoach.sip import events
from callcoach.sip.call import CallSession
from callcoach.sip.states import Phase


class Conference:
    """One three-way conversation, from the command to its end.

    Args:
        first: a call that is talked on, or held by us and being resumed.
        second: the other.
        emit: takes every event.

    Raises:
        SipError: it is one and the same call, or one is not talked on.
    """

    def __init__(self, first: CallSession, second: CallSession, emit: Callable[[events.PhoneEvent], None]) -> None:
        if first is second:
            raise SipError(
                "A conference joins two different calls; one was named twice.",
                "三方通话要连接两个不同的通话，这里写了同一个。",
            )
        for one in (first, second):
            if one.state.phase is not Phase.TALKING:
                raise SipError(
                    f"Call {one.call.id} is {one.state.phase}: only a call that was answered can join a conference.",
                    "只有已接通的通话才能加入三方通话。",
                )
        self.members = (first, second)
        self.is_joined = False
        self._emit = emit

    def settle(self) -> bool:
        """Join the two once both can be heard; return whether the conference goes on."""
        if all(one.is_heard and one.has_media for one in self.members):
            if not self.is_joined:
                self.is_joined = True
                self.connect()
                self._tell(True, CallEventKind.CONFERENCE)
            return True
        waits = all(one.is_heard or one.is_resuming for one in self.members)
        if self.is_joined or not waits:
            self.end()
            return False
        return True

    def connect(self) -> None:
        """Let the two hear each other. To be repeated when the sound of either was negotiated anew."""
        if self.is_joined:
            first, second = self.members
            first.leg.join(second.leg)

    def end(self) -> None:
        """Part the two."""
        if not self.is_joined:
            return
        self.is_joined = False
        first, second = self.members
        first.leg.part(second.leg)
        self._tell(False, CallEventKind.SPLIT)

    def _tell(self, joined: bool, kind: CallEventKind) -> None:
        for one, other in (self.members, self.members[::-1]):
            self._emit(events.ConferenceChanged(one.call.id, joined, other.call.id))
            if one.state.phase is not Phase.ENDED:
                one.note(kind, Speaker.AGENT, other.call.remote_number)
