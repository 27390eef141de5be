"""One call as the softphone keeps it: its state, its record and its recording.

Taken: facts of the library and commands of the agent. Given: events for the user. Runs in the
owner thread only; the recorder's `tick` alone is called from the media clock.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from callcoach.datapath import Call, CallEvent, CallEventKind, Speaker
from callcoach.errors import SipError
from callcoach.recording.recorder import CallRecorder
from callcoach.sip import events, facts
from callcoach.sip.added_voices import Voice
from callcoach.sip.pjsua.bridge import BridgePort
from callcoach.sip.pjsua.leg import PjCall
from callcoach.sip.quality import estimate_mos
from callcoach.sip.states import CallState, Phase, Trigger, next_state
from callcoach.sip.tally import StreamTally
from callcoach.sip.words import end_words

Emit = Callable[[events.PhoneEvent], None]

REINVITE_RETRY_S = 0.5
"""Pause before a hold or resume is tried again while another re-INVITE is under way."""
GLARE_RETRY_S = (2.1, 4.0)
"""Pause after 491, drawn at random, so that both sides do not collide again (RFC 3261 14.1)."""
REINVITE_TRIES = 5
REQUEST_PENDING = 491
BUSY = 486
DECLINE = 603
_UNREACHED_CODES = {408, 502, 503, 504}
"""Endings caused by the network: neither side hung up."""

_LEG_TRIGGERS = {
    facts.Leg.EARLY: Trigger.PROGRESS,
    facts.Leg.CONFIRMED: Trigger.CONNECTED,
    facts.Leg.DISCONNECTED: Trigger.DISCONNECTED,
}


@dataclass(slots=True)
class WantedHold:
    """A hold or resume that is not confirmed yet."""

    hold: bool
    tries_left: int = REINVITE_TRIES
    not_before: float = 0.0
    sent: bool = False


class CallSession:
    """One call.

    Args:
        call: the call's facts so far.
        leg: the library's call; `leg_id` is its number there.
        recorder: None when calls are not recorded.
        emit: takes every event.
    """

    def __init__(self, call: Call, leg: PjCall, recorder: CallRecorder | None, emit: Emit) -> None:
        self.call = call
        self.leg = leg
        self.leg_id = leg.leg_id
        self.recorder = recorder
        self.state = CallState()
        self.codec = ""
        self.encrypted = False
        self.muted = False
        self.recording_paused = False
        self.added_voices: set[Voice] = set()
        self.has_media = False
        self.port: BridgePort | None = None
        self.transfer_target = ""
        self._ended_by = Speaker.UNKNOWN
        self._emit = emit
        self._tally = StreamTally()
        self._wanted: WantedHold | None = None
        self._began = time.monotonic()
        self._answered: float | None = None

    # -- state and record --------------------------------------------------------------------

    def move(self, trigger: Trigger, by: Speaker, *, code: int = 0, reason: str = "") -> None:
        """Apply a trigger and tell it.

        Raises:
            IllegalTransitionError: it does not fit; nothing has changed.
        """
        before = self.state
        self.state = next_state(self.state, trigger)
        if self.state != before:
            self._emit(events.StateChanged(self.call.id, self.state, by, code, reason))

    def require(self, trigger: Trigger) -> None:
        """Refuse a command that does not fit before anything is sent.

        Raises:
            LocalFaultError: the call cannot do this now.
        """
        next_state(self.state, trigger)

    def note(self, kind: CallEventKind, by: Speaker = Speaker.UNKNOWN, detail: str = "", *, ago_s: float = 0.0) -> None:
        """Add an event to the call's record, at its place in the recording."""
        event = CallEvent(kind, round(max(0.0, self._now_s() - ago_s), 3), by, detail)
        self.call = replace(self.call, events=(*self.call.events, event))
        if self.recorder:
            self.recorder.note(self.call)

    def _now_s(self) -> float:
        """Time in the recording: exact while recording, by the clock before, without and after it."""
        if self.recorder and self.recorder.recording:
            return self.recorder.position_s
        return time.monotonic() - self._answered if self._answered is not None else 0.0

    def _shift_to_answer(self) -> None:
        """Date what happened before the answer back from it: its times become negative."""
        waited_s = time.monotonic() - self._began
        self.call = replace(
            self.call,
            events=tuple(replace(event, at_s=round(event.at_s - waited_s, 3) + 0.0) for event in self.call.events),
        )

    @property
    def is_heard(self) -> bool:
        """Whether agent and other side talk, as far as we hold nothing back."""
        return self.state.phase is Phase.TALKING and not self.state.held_by_us

    @property
    def is_recording(self) -> bool:
        """Whether what is said now is recorded."""
        return self.recorder is not None and self.recorder.recording and not self.recording_paused

    @property
    def is_resuming(self) -> bool:
        """Whether a resume has been asked for and is not confirmed yet."""
        return self._wanted is not None and not self._wanted.hold

    # -- facts -------------------------------------------------------------------------------

    def on_leg(self, fact: facts.LegChanged) -> None:
        """Follow the INVITE session."""
        trigger = _LEG_TRIGGERS.get(fact.leg)
        if trigger is None or (trigger is Trigger.PROGRESS and self.state.phase in {Phase.RINGING_IN, Phase.ANSWERING}):
            return
        other = Speaker.CUSTOMER
        if trigger is Trigger.DISCONNECTED:
            self._settle_end(fact)
            other = self._ended_by
        first_ring = trigger is Trigger.PROGRESS and self.state.phase is Phase.DIALING
        answered_by = Speaker.AGENT if self.state.phase is Phase.ANSWERING else other
        ending = self.state.phase is Phase.ENDING
        self.move(trigger, answered_by if trigger is Trigger.CONNECTED else other, code=fact.code, reason=fact.reason)
        if first_ring:
            self.ring(other)
        if trigger is Trigger.CONNECTED and not ending:
            self._on_connected(answered_by)

    def ring(self, by: Speaker) -> None:
        """Note that the call rings, at the time since it began; the answer dates it back."""
        event = CallEvent(CallEventKind.RING, round(time.monotonic() - self._began, 3), by)
        self.call = replace(self.call, events=(*self.call.events, event))
        if self.recorder:
            self.recorder.note(self.call)

    def _on_connected(self, by: Speaker) -> None:
        self._shift_to_answer()
        self._answered = time.monotonic()
        if self.recorder:
            self.recorder.start()
        self.note(CallEventKind.ANSWER, by)

    def on_media(self, fact: facts.MediaChanged) -> None:
        """Follow hold and resume of both sides, and connect the audio that the stream carries."""
        if fact.codec:
            self.codec, self.encrypted = fact.codec, fact.encrypted
        self.has_media = fact.status in {facts.MediaStatus.ACTIVE, facts.MediaStatus.REMOTE_HOLD}
        if self.state.phase is not Phase.TALKING:
            return
        self._follow_local_hold(fact.status)
        if fact.status is facts.MediaStatus.REMOTE_HOLD and not self.state.held_by_them:
            self._remote(Trigger.REMOTE_HELD, CallEventKind.HOLD)
        if fact.status is facts.MediaStatus.ACTIVE and self.state.held_by_them:
            self._remote(Trigger.REMOTE_RESUMED, CallEventKind.RESUME)

    def _follow_local_hold(self, status: facts.MediaStatus) -> None:
        held = status is facts.MediaStatus.LOCAL_HOLD
        if held and not self.state.held_by_us:
            self.move(Trigger.HELD, Speaker.AGENT)
            self.note(CallEventKind.HOLD, Speaker.AGENT)
        elif not held and self.state.held_by_us and status is not facts.MediaStatus.NONE:
            self.move(Trigger.RESUMED, Speaker.AGENT)
            self.note(CallEventKind.RESUME, Speaker.AGENT)
        if self._wanted and self._wanted.hold == self.state.held_by_us:
            self._wanted = None

    def on_offer(self, fact: facts.RemoteOffer) -> None:
        """Follow a hold by the other side while we hold the call ourselves, which media cannot show."""
        if self.state.phase is not Phase.TALKING or not self.state.held_by_us:
            return
        if fact.holds and not self.state.held_by_them:
            self._remote(Trigger.REMOTE_HELD, CallEventKind.HOLD)
        elif not fact.holds and self.state.held_by_them:
            self._remote(Trigger.REMOTE_RESUMED, CallEventKind.RESUME)

    def _remote(self, trigger: Trigger, kind: CallEventKind) -> None:
        self.move(trigger, Speaker.CUSTOMER)
        self.note(kind, Speaker.CUSTOMER)

    def connect_audio(self) -> None:
        """Connect the stream to the agent and the recording, as far as the call is talked on."""
        if self.port and self.has_media:
            self.leg.connect_audio(self.port, both_ways=self.state.phase is Phase.TALKING)

    def on_stream_closed(self, fact: facts.StreamClosed) -> None:
        """Count the ended stream."""
        self._tally.add(fact.figures)

    def on_digit(self, fact: facts.DigitHeard) -> None:
        """Tell and note a key of the other side."""
        self._emit(events.DtmfReceived(self.call.id, fact.digit))
        self.note(CallEventKind.DTMF, Speaker.CUSTOMER, fact.digit)

    # -- commands ----------------------------------------------------------------------------

    def answer(self) -> None:
        """Take the call."""
        self.require(Trigger.ANSWER)
        self.leg.respond(200)
        self.move(Trigger.ANSWER, Speaker.AGENT)

    def reject(self, code: int) -> None:
        """Refuse the call as busy (486) or declined (603)."""
        self.require(Trigger.REJECT)
        self.leg.end(code)
        self._ended_by = Speaker.AGENT
        self.move(Trigger.REJECT, Speaker.AGENT, code=code)

    def hang_up(self) -> None:
        """End the call, or give up calling."""
        self.require(Trigger.HANG_UP)
        self.leg.end(DECLINE if self.state.phase is Phase.RINGING_IN else 0)
        if self.state.phase is not Phase.ENDING:
            self._ended_by = Speaker.AGENT
        self.move(Trigger.HANG_UP, Speaker.AGENT)

    def want_hold(self, hold: bool) -> None:
        """Ask for hold or resume; it is tried again while another session change is under way."""
        self.require(Trigger.HELD if hold else Trigger.RESUMED)
        self._wanted = WantedHold(hold)
        self.pursue_hold()

    def pursue_hold(self) -> None:
        """Send the wanted hold or resume when it is due."""
        wanted = self._wanted
        if wanted is None or wanted.sent or time.monotonic() < wanted.not_before:
            return
        if self.state.phase is not Phase.TALKING or wanted.hold == self.state.held_by_us:
            self._wanted = None
            return
        try:
            if wanted.hold:
                self.leg.hold()
            else:
                self.leg.unhold()
            wanted.sent = True
        except SipError:
            self._retry_hold(wanted, REINVITE_RETRY_S)

    def on_reinvite_refused(self, fact: facts.ReinviteRefused) -> None:
        """Try a refused hold or resume again after a pause."""
        wanted = self._wanted
        if wanted and wanted.sent:
            glare = fact.code == REQUEST_PENDING
            pause_s = random.uniform(*GLARE_RETRY_S) if glare else REINVITE_RETRY_S  # noqa: S311 - no secret
            self._retry_hold(wanted, pause_s)

    def _retry_hold(self, wanted: WantedHold, pause_s: float) -> None:
        wanted.tries_left -= 1
        wanted.sent = False
        wanted.not_before = time.monotonic() + pause_s
        if wanted.tries_left <= 0:
            self._wanted = None
            self._emit(
                events.StateChanged(
                    self.call.id, self.state, Speaker.AGENT, reason="保持/恢复失败 · hold or resume failed"
                )
            )

    def mute(self, muted: bool) -> None:
        """Have silence sent and recorded in place of the microphone, or end that."""
        if self.muted == muted:
            return
        self.muted = muted
        self._emit(events.MuteChanged(self.call.id, muted))
        self.note(CallEventKind.MUTE if muted else CallEventKind.UNMUTE, Speaker.AGENT)

    def pause_recording(self, paused: bool) -> None:
        """Have silence recorded, and heard by listeners, in place of both sides; or end that."""
        if self.state.phase is not Phase.TALKING:
            raise SipError(
                f"The call is {self.state.phase}: only the recording of an answered call can be paused.",
                "只有已接通通话的录音才能暂停。",
            )
        if self.recording_paused == paused:
            return
        self.recording_paused = paused
        if paused:
            self.leg.silence_tap(True)
            self.note(CallEventKind.RECORDING_PAUSED, Speaker.AGENT)
        else:
            self.note(CallEventKind.RECORDING_RESUMED, Speaker.AGENT)
            self.leg.silence_tap(False)
        self.tell_recording()

    def tell_recording(self) -> None:
        """Tell how the recording stands."""
        state = "paused" if self.recording_paused else "on" if self.is_recording else "off"
        self._emit(events.RecordingChanged(self.call.id, state))

    def on_voice(self, voice: Voice, is_heard: bool, over_s: float = 0.0) -> None:
        """Note that somebody besides the agent is heard on the agent's side, or no longer since `over_s` seconds."""
        (self.added_voices.add if is_heard else self.added_voices.discard)(voice)
        if voice is Voice.NOTICE:
            self.note(CallEventKind.NOTICE if is_heard else CallEventKind.NOTICE_ENDED)
        elif is_heard:
            self.note(CallEventKind.BARGE_STARTED)
            self._emit(events.BargeChanged(self.call.id, True))
        else:
            self.note(CallEventKind.BARGE_ENDED, ago_s=over_s)
            self._emit(events.BargeChanged(self.call.id, False))

    def send_digits(self, digits: str) -> None:
        """Send DTMF digits."""
        if not digits or set(digits.upper()) - set("0123456789*#ABCD"):
            raise SipError(
                f"Cannot send {digits!r}: expected DTMF digits 0-9, *, # or A-D.",
                f"不能发送 {digits!r}：按键应为 0-9、*、# 或 A-D。",
            )
        self.leg.send_digits(digits)
        for digit in digits:
            self.note(CallEventKind.DTMF, Speaker.AGENT, digit)

    def transfer(self, target: str, send: Callable[[], None]) -> None:
        """Hand the call on; `send` sends the REFER."""
        self.require(Trigger.TRANSFER_SENT)
        send()
        self.transfer_target = target
        self.move(Trigger.TRANSFER_SENT, Speaker.AGENT)
        self.note(CallEventKind.TRANSFER, Speaker.AGENT, target)

    def on_transfer(self, fact: facts.TransferNotified) -> None:
        """Follow our transfer: when it is done we hang up, when it failed the call goes on."""
        if not fact.final:
            return
        succeeded = 200 <= fact.code < 300
        self.move(Trigger.TRANSFER_ACCEPTED if succeeded else Trigger.TRANSFER_FAILED, Speaker.CUSTOMER)
        target = self.transfer_target
        self._emit(events.TransferResult(self.call.id, target, succeeded, fact.code, fact.reason))
        if not succeeded:
            self.note(CallEventKind.TRANSFER_FAILED, Speaker.CUSTOMER, f"{target}: {fact.code} {fact.reason}")
        elif self.state.phase is Phase.TALKING:
            self.hang_up()

    # -- the end -----------------------------------------------------------------------------

    def _settle_end(self, fact: facts.LegChanged) -> None:
        """Work out who ended the call."""
        if self.state.phase is Phase.ENDING:
            return
        self._ended_by = Speaker.UNKNOWN if fact.code in _UNREACHED_CODES else Speaker.CUSTOMER

    def close(self, code: int, reason: str) -> events.CallEnded:
        """Complete the call's facts; the recording is finished by the caller."""
        self.note(CallEventKind.END, self._ended_by, f"{code} {reason}".strip())
        quality = self._tally.total()
        self.call = replace(
            self.call,
            ended_by=self._ended_by,
            end_reason=end_words(code, reason),
            codec=self.codec,
            encrypted=self.encrypted,
            quality=quality,
        )
        mos = estimate_mos(quality, self.codec) if quality else None
        return events.CallEnded(
            call_id=self.call.id,
            direction=self.call.direction,
            ended_by=self._ended_by,
            code=code,
            reason=self.call.end_reason,
            codec=self.codec,
            encrypted=self.encrypted,
            quality=quality,
            mos=mos,
        )


def new_call_id() -> str:
    """Return an id that sorts by time and is unique: `20260704T081502Z-1f3a9c0e`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{random.SystemRandom().getrandbits(32):08x}"
