"""One call of the library: its callbacks become facts, its commands raise SipError.

Callbacks copy and enqueue. Those from which the library expects the object of a new call (a
transfer, a replaced call) make it; the library object keeps it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from callcoach.sip import facts
from callcoach.sip.pjsua.binding import in_words, pj
from callcoach.sip.pjsua.bridge import BridgePort, CallTap, Tick

Post = Callable[[facts.Fact], None]

CHALLENGES = {401, 407}
"""Requests for credentials, which the library answers by itself."""

_LEGS = {
    pj.PJSIP_INV_STATE_CALLING: facts.Leg.CALLING,
    pj.PJSIP_INV_STATE_INCOMING: facts.Leg.INCOMING,
    pj.PJSIP_INV_STATE_EARLY: facts.Leg.EARLY,
    pj.PJSIP_INV_STATE_CONNECTING: facts.Leg.CONNECTING,
    pj.PJSIP_INV_STATE_CONFIRMED: facts.Leg.CONFIRMED,
    pj.PJSIP_INV_STATE_DISCONNECTED: facts.Leg.DISCONNECTED,
}
_MEDIA = {
    pj.PJSUA_CALL_MEDIA_ACTIVE: facts.MediaStatus.ACTIVE,
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: facts.MediaStatus.LOCAL_HOLD,
    pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: facts.MediaStatus.REMOTE_HOLD,
}


class Switch(Protocol):
    """What a call needs of the library it belongs to."""

    post: Post
    may_follow: Callable[[str], bool]
    may_call: Callable[[str], bool]

    @property
    def account(self) -> pj.Account:
        """The account that the call belongs to."""
        ...

    def keep(self, call: PjCall) -> int:
        """Keep the call's object alive and number it."""
        ...

    def borrow_tap(self) -> CallTap:
        """Return a tap in the bridge."""
        ...

    def give_back_tap(self, tap: CallTap) -> None:
        """Put a tap aside."""
        ...


class PjCall(pj.Call):
    """One call of the library."""

    def __init__(self, library: Switch, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(library.account, call_id)
        self._library = library
        self._post = library.post
        self.tap: CallTap | None = None
        self.leg_id = library.keep(self)

    # -- callbacks ---------------------------------------------------------------------------

    def onCallState(self, prm: Any) -> None:  # noqa: N802, ARG002
        """Report the session's state."""
        info = self.getInfo()
        leg = _LEGS.get(info.state)
        if leg:
            self._post(facts.LegChanged(self.leg_id, leg, info.lastStatusCode, info.lastReason))

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802, ARG002
        """Report hold, resume and the codec."""
        info = self.getInfo()
        status = next((_MEDIA.get(m.status) for m in info.media if m.type == pj.PJMEDIA_TYPE_AUDIO), None)
        self._post(facts.MediaChanged(self.leg_id, status or facts.MediaStatus.NONE, *self._codec()))

    def onCallRxOffer(self, prm: Any) -> None:  # noqa: N802
        """Report whether the other side's offer holds the call (RFC 3264 section 8.4)."""
        self._post(facts.RemoteOffer(self.leg_id, offer_holds(prm.offer.wholeSdp)))

    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: N802, ARG002
        """Keep the counters, which are lost with the stream."""
        figures = self.figures()
        if figures:
            self._post(facts.StreamClosed(self.leg_id, figures))

    def onCallTsxState(self, prm: Any) -> None:  # noqa: N802
        """Report that a re-INVITE of ours was refused."""
        tsx = prm.e.body.tsxState.tsx
        ours = tsx.role == pj.PJSIP_ROLE_UAC and tsx.method == "INVITE" and tsx.state == pj.PJSIP_TSX_STATE_COMPLETED
        if ours and tsx.statusCode >= 300 and tsx.statusCode not in CHALLENGES:
            self._post(facts.ReinviteRefused(self.leg_id, tsx.statusCode))

    def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802
        """Report a digit."""
        self._post(facts.DigitHeard(self.leg_id, prm.digit))

    def onCallTransferStatus(self, prm: Any) -> None:  # noqa: N802
        """Report how our transfer goes."""
        self._post(facts.TransferNotified(self.leg_id, prm.statusCode, prm.reason, prm.finalNotify))

    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: N802
        """Make the call that follows a transfer, or refuse."""
        if not self._library.may_follow(prm.dstUri):
            prm.statusCode = pj.PJSIP_SC_DECLINE
            return
        call = PjCall(self._library)
        prm.newCall = call
        self._post(facts.TransferRequested(self.leg_id, call.leg_id, prm.dstUri))

    def onCallReplaceRequest(self, prm: Any) -> None:  # noqa: N802
        """Refuse to be taken over from an address that may not call."""
        if not self._library.may_call(prm.rdata.srcAddress):
            prm.statusCode = pj.PJSIP_SC_FORBIDDEN

    def onCallReplaced(self, prm: Any) -> None:  # noqa: N802
        """Make the object of the call that takes this one's place."""
        call = PjCall(self._library, prm.newCallId)
        prm.newCall = call
        self._post(facts.LegReplaced(self.leg_id, call.leg_id, call.getInfo().remoteUri))

    # -- commands ----------------------------------------------------------------------------

    def respond(self, code: int) -> None:
        """Answer an INVITE with a status code."""
        prm = pj.CallOpParam()
        prm.statusCode = code
        with in_words("answering the call", "接听电话"):
            self.answer(prm)

    def end(self, code: int = 0) -> None:
        """Hang up, cancel, or refuse with `code`."""
        prm = pj.CallOpParam()
        if code:
            prm.statusCode = code
        with in_words("ending the call", "挂断电话"):
            self.hangup(prm)

    def hold(self) -> None:
        """Offer `sendonly`."""
        with in_words("holding the call", "保持通话"):
            self.setHold(pj.CallOpParam(True))

    def unhold(self) -> None:
        """Offer `sendrecv` again."""
        prm = pj.CallOpParam(True)
        prm.opt.flag = pj.PJSUA_CALL_UNHOLD
        with in_words("resuming the call", "恢复通话"):
            self.reinvite(prm)

    def send_digits(self, digits: str) -> None:
        """Send DTMF digits as RFC 4733 events."""
        with in_words(f"sending DTMF {digits!r}", f"发送按键 {digits!r}"):
            self.dialDtmf(digits)

    def refer(self, uri: str) -> None:
        """Ask the other side to call `uri`."""
        with in_words(f"transferring to {uri}", f"转接到 {uri}"):
            self.xfer(uri, pj.CallOpParam(True))

    def refer_replacing(self, other: PjCall) -> None:
        """Ask the other side to take the place we have in `other`."""
        with in_words("transferring to the other call", "转接到另一个通话"):
            self.xferReplaces(other, pj.CallOpParam(True))

    def sip_call_id(self) -> str:
        """Return the call's Call-ID header; empty before the INVITE was made."""
        try:
            return self.getInfo().callIdString
        except pj.Error:
            return ""

    def figures(self) -> facts.StreamFigures | None:
        """Read the audio stream's counters; None when there is no stream."""
        try:
            stat = self.getStreamStat(0)
        except pj.Error:
            return None
        received = stat.rtcp.rxStat
        jitter, trip = received.jitterUsec, stat.rtcp.rttUsec
        return facts.StreamFigures(
            packets_received=received.pkt,
            packets_lost=received.loss,
            jitter_ms=jitter.mean / 1000 if jitter.n else None,
            round_trip_ms=trip.mean / 1000 if trip.n else None,
        )

    def _codec(self) -> tuple[str, bool]:
        """Return the codec's name and whether the sound is encrypted; empty and no without a stream."""
        try:
            info = self.getStreamInfo(0)
        except pj.Error:
            return "", False
        # pjsua2 tells of SRTP nowhere but in this text.
        encrypted = "SRTP status: Active" in self.dump(True, "")
        return f"{info.codecName}/{info.codecClockRate}" if info.codecName else "", encrypted

    # -- audio -------------------------------------------------------------------------------

    def start_tap(self, agent: BridgePort, sinks: tuple[Tick, ...]) -> None:
        """Give both sides of every tick to the sinks from now on."""
        self.tap = self._library.borrow_tap()
        self.tap.assign(agent, sinks)

    def silence_tap(self, silent: bool) -> None:
        """Give the sinks silence in place of both sides, or the sound again."""
        if self.tap:
            self.tap.is_silent = silent

    def stop_tap(self) -> None:
        """Give no more ticks."""
        if self.tap:
            self._library.give_back_tap(self.tap)
            self.tap = None

    def connect_audio(self, agent: BridgePort, *, both_ways: bool) -> None:
        """Let the agent hear the other side and, `both_ways`, speak to it."""
        with in_words("connecting the call's audio", "接通声音"):
            media = self.getAudioMedia(-1)
            media.startTransmit(agent)
            if both_ways:
                agent.startTransmit(media)
            if self.tap:
                media.startTransmit(self.tap)

    def join(self, other: PjCall) -> None:
        """Let this call's other side and that of another hear each other; both taps hear both."""
        with in_words("joining the calls", "连接两个通话"):
            for ours, theirs in ((self, other), (other, self)):
                media = ours.getAudioMedia(-1)
                media.startTransmit(theirs.getAudioMedia(-1))
                if theirs.tap:
                    media.startTransmit(theirs.tap)

    def part(self, other: PjCall) -> None:
        """End what `join` began. An ended or held call has left the bridge already."""
        for ours, theirs in ((self, other), (other, self)):
            for sink in (theirs.tap, theirs):
                with contextlib.suppress(pj.Error):
                    if sink:
                        media = sink.getAudioMedia(-1) if isinstance(sink, PjCall) else sink
                        ours.getAudioMedia(-1).stopTransmit(media)


def offer_holds(sdp: str) -> bool:
    """Whether an SDP offer puts us on hold: sendonly, inactive, or the old address of zeros."""
    lines = {line.strip() for line in sdp.splitlines()}
    return bool(lines & {"a=sendonly", "a=inactive", "c=IN IP4 0.0.0.0"})
