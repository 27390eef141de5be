"""The only module that imports pjsua2: a thin adapter over the library.

Taken: commands from the owner thread. Given: `facts` on the owner's queue, and frames to audio
ports and taps. Callbacks copy and enqueue; those that the library expects to hand over an object
(a call for an INVITE or a transfer) make it and keep it. Everything here but `BridgePort`'s frame
callbacks runs in the owner thread, because the library is started without threads of its own.

A call, port or account that outlives the library, or a call into it from a strange thread, aborts
the process: hence one owner, and `close` in a fixed order.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # the package fills itself at import; its inner module has the names to check against
    from pjsua2 import pjsua2 as pj
else:
    import pjsua2 as pj

from callcoach.errors import SipError
from callcoach.sip import facts
from callcoach.sip.account import AccountPlan
from callcoach.sip.frames import FrameCopier, choose_copier
from callcoach.sip.ports import BYTES_PER_SAMPLE, AudioPort

Post = Callable[[facts.Fact], None]
Tick = Callable[[bytes, bytes], None]

FRAME_MS = 20
MAX_CALLS = 4
"""The most calls that the wheel of pjsua2 carries."""
HIGHEST_CODEC_PRIORITY = 255
LOG_LEVEL_FILE = 5
SRTP_USE = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "mandatory": pj.PJMEDIA_SRTP_MANDATORY,
}
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
_TRANSPORTS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}


@contextlib.contextmanager
def _in_words(what: str) -> Iterator[None]:
    """Turn the library's error into ours, saying what was being done."""
    try:
        yield
    except pj.Error as error:
        raise SipError(f"{what}: {error.reason} (pjsua2 status {error.status}).") from error


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Drop the lines that the library prints on standard output before its log can be set."""
    sys.stdout.flush()
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)


class _Endpoint(pj.Endpoint):
    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post

    def onTransportState(self, prm: Any) -> None:  # noqa: N802 - the library's name
        """Report broken and new connections."""
        connected = prm.state == pj.PJSIP_TP_STATE_CONNECTED
        error = self.utilStrError(prm.lastError) if prm.lastError else ""
        fault = ""
        if prm.type.upper().startswith("TLS") and prm.tlsInfo.verifyStatus:
            fault = "; ".join(prm.tlsInfo.verifyMsgs)
        self._post(facts.TransportFact(connected, error, fault))


class BridgePort(pj.AudioMediaPort):
    """The agent's audio in the bridge. Its frame callbacks run on the media clock.

    In each tick the bridge asks every source before it gives to any sink, so a tap that looks at
    `frame` when its own frame arrives finds what the agent said in the very same tick.
    """

    def __init__(self, copier: FrameCopier, rate_hz: int) -> None:
        super().__init__()
        self._copier = copier
        self._samples = rate_hz * FRAME_MS // 1000
        self._silence = bytes(self._samples * BYTES_PER_SAMPLE)
        self.frame = b""
        self.serial = 0
        self.rest()

    def assign(self, audio: AudioPort, on_error: Callable[[str], None]) -> None:
        """Serve this audio port from the next tick on."""
        self.muted = False
        self._on_error = on_error
        self._audio: AudioPort | None = audio

    def rest(self) -> None:
        """Serve no audio port."""
        self.muted = False
        self._audio = None

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802
        """Give the bridge 20 ms of the microphone."""
        pcm = self._silence
        try:
            if self._audio:
                said = self._audio.read(self._samples)[: len(pcm)].ljust(len(pcm), b"\0")
                pcm = self._silence if self.muted else said
        except Exception as error:  # noqa: BLE001 - any microphone fault: the media clock must go on
            self._fail(error)
        self.frame = pcm
        self.serial += 1
        self._copier.fill(frame, pcm)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        """Take 20 ms for the loudspeaker."""
        try:
            if self._audio:
                self._audio.write(self._copier.take(frame) or self._silence)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._audio = None
        self._on_error(f"{type(error).__name__}: {error}")


class CallTap(pj.AudioMediaPort):
    """Hears one call's other side and hands on both sides of every tick, silence included."""

    def __init__(self, copier: FrameCopier) -> None:
        super().__init__()
        self._copier = copier
        self._work: tuple[BridgePort, tuple[Tick, ...]] | None = None
        self._serial = 0

    def assign(self, agent: BridgePort, sinks: tuple[Tick, ...]) -> None:
        """Give every tick from now on to the sinks."""
        self._serial = agent.serial
        self._work = (agent, sinks)

    def rest(self) -> None:
        """Give ticks to nobody."""
        self._work = None

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        """Pair the other side's frame with the agent's of the same tick."""
        if self._work is None:
            return
        agent, sinks = self._work
        customer = self._copier.take(frame)
        said = agent.frame if agent.serial != self._serial else b""
        self._serial = agent.serial
        for sink in sinks:
            sink(said, customer)


class PjCall(pj.Call):
    """One call of the library."""

    def __init__(self, library: Library, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(library.account, call_id)
        self._library = library
        self._post = library.post
        self.leg_id = library.next_leg_id()
        self.tap: CallTap | None = None
        library.legs[self.leg_id] = self

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
        self._post(facts.MediaChanged(self.leg_id, status or facts.MediaStatus.NONE, self._codec()))

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
        if ours and tsx.statusCode >= 300:
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
        with _in_words("answering the call"):
            self.answer(prm)

    def end(self, code: int = 0) -> None:
        """Hang up, cancel, or refuse with `code`."""
        prm = pj.CallOpParam()
        if code:
            prm.statusCode = code
        with _in_words("ending the call"):
            self.hangup(prm)

    def hold(self) -> None:
        """Offer `sendonly`."""
        with _in_words("holding the call"):
            self.setHold(pj.CallOpParam(True))

    def unhold(self) -> None:
        """Offer `sendrecv` again."""
        prm = pj.CallOpParam(True)
        prm.opt.flag = pj.PJSUA_CALL_UNHOLD
        with _in_words("resuming the call"):
            self.reinvite(prm)

    def send_digits(self, digits: str) -> None:
        """Send DTMF digits as RFC 4733 events."""
        with _in_words(f"sending DTMF {digits!r}"):
            self.dialDtmf(digits)

    def refer(self, uri: str) -> None:
        """Ask the other side to call `uri`."""
        with _in_words(f"transferring to {uri}"):
            self.xfer(uri, pj.CallOpParam(True))

    def refer_replacing(self, other: PjCall) -> None:
        """Ask the other side to take the place we have in `other`."""
        with _in_words("transferring to the other call"):
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

    def _codec(self) -> str:
        try:
            info = self.getStreamInfo(0)
        except pj.Error:
            return ""
        return f"{info.codecName}/{info.codecClockRate}" if info.codecName else ""

    # -- audio -------------------------------------------------------------------------------

    def start_tap(self, agent: BridgePort, sinks: tuple[Tick, ...]) -> None:
        """Give both sides of every tick to the sinks from now on."""
        self.tap = self._library.borrow_tap()
        self.tap.assign(agent, sinks)

    def stop_tap(self) -> None:
        """Give no more ticks."""
        if self.tap:
            self._library.give_back_tap(self.tap)
            self.tap = None

    def connect_audio(self, agent: BridgePort, *, both_ways: bool) -> None:
        """Let the agent hear the other side and, `both_ways`, speak to it."""
        with _in_words("connecting the call's audio"):
            media = self.getAudioMedia(-1)
            media.startTransmit(agent)
            if both_ways:
                agent.startTransmit(media)
            if self.tap:
                media.startTransmit(self.tap)


class _Account(pj.Account):
    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        """Make the call's object, which the library expects now, and report it."""
        call = PjCall(self._library, prm.callId)
        self._library.post(facts.InviteArrived(call.leg_id, prm.rdata.wholeMsg, prm.rdata.srcAddress))

    def onRegState(self, prm: Any) -> None:  # noqa: N802
        """Report the registrar's answer."""
        active = self.isValid() and self.getInfo().regIsActive and prm.code // 100 == 2
        self._library.post(facts.RegistrationFact(active, prm.code, prm.reason, prm.expiration))


AnyPort = TypeVar("AnyPort", bound=pj.AudioMediaPort)


class Library:
    """The one pjsua2 endpoint of this process. Made, used and closed by one thread.

    Args:
        plan: account, transport and media settings in plain values.
        post: takes every fact.
        may_follow: whether a transfer to this URI is followed.
        may_call: whether a call from this `host:port` is taken.
        log_file: the library's own detailed log; None for none.

    Raises:
        SipError: the library could not start, for example because the port is taken.
    """

    def __init__(
        self,
        plan: AccountPlan,
        post: Post,
        *,
        may_follow: Callable[[str], bool],
        may_call: Callable[[str], bool],
        log_file: Path | None = None,
    ) -> None:
        self.post = post
        self.may_follow = may_follow
        self.may_call = may_call
        self.copier = choose_copier(pj.ByteVector)
        self.legs: dict[int, PjCall] = {}
        self._plan = plan
        self._leg_ids = itertools.count(1)
        self._idle_taps: list[CallTap] = []
        self._idle_ports: list[BridgePort] = []
        self._format = _format(plan.clock_rate_hz)
        self._endpoint = _Endpoint(post)
        with _hushed():
            self._endpoint.libCreate()
        try:
            self._start(log_file)
        except BaseException:
            self.close()
            raise

    def _start(self, log_file: Path | None) -> None:
        with _in_words("starting the SIP library"):
            self._endpoint.libInit(_endpoint_config(self._plan, log_file))
        plan = self._plan
        with _in_words(f"opening {plan.transport} {plan.local_host or '*'}:{plan.local_port} for SIP"):
            transport = self._endpoint.transportCreate(_TRANSPORTS[plan.transport], _transport_config(plan))
            self._endpoint.libStart()
            self._endpoint.audDevManager().setNullDev()
        self._order_codecs()
        self.local_address = self._endpoint.transportGetInfo(transport).localName
        self.account = _Account(self)
        with _in_words(f"creating the account {plan.id_uri}"):
            self.account.create(_account_config(plan, transport))

    def _order_codecs(self) -> None:
        """Offer the configured codecs in their order and no other.

        Raises:
            SipError: the library has none of them.
        """
        known = [info.codecId for info in self._endpoint.codecEnum2()]
        for codec in known:
            self._endpoint.codecSetPriority(codec, 0)
        wanted = [
            codec for name in self._plan.codecs for codec in known if codec.lower().startswith(f"{name.lower()}/")
        ]
        if not wanted:
            raise SipError(f"sip.codecs names {self._plan.codecs}; this build of pjsua2 has only {known}.")
        for place, codec in enumerate(wanted):
            self._endpoint.codecSetPriority(codec, HIGHEST_CODEC_PRIORITY - place)

    def poll(self, timeout_ms: int) -> None:
        """Let the library work: sockets, timers, callbacks. The GIL is free while it waits."""
        self._endpoint.libHandleEvents(timeout_ms)

    def next_leg_id(self) -> int:
        """Return a number that no call of this library has had."""
        return next(self._leg_ids)

    def dial(self, uri: str) -> PjCall:
        """Place a call."""
        call = PjCall(self)
        try:
            with _in_words(f"dialling {uri}"):
                call.makeCall(uri, pj.CallOpParam(True))
        except SipError:
            self.drop(call.leg_id)
            raise
        return call

    def drop(self, leg_id: int) -> None:
        """Forget an ended call."""
        call = self.legs.pop(leg_id, None)
        if call:
            call.stop_tap()

    # The bridge removes ports on its own clock, so a port that is destroyed while the clock ticks
    # could be called once more. Ports and taps are therefore put aside and used again.

    def borrow_port(self) -> BridgePort:
        """Return a port of the bridge for the agent's audio."""
        if self._idle_ports:
            return self._idle_ports.pop()
        return self._add(BridgePort(self.copier, self._plan.clock_rate_hz), "agent")

    def give_back_port(self, port: BridgePort) -> None:
        """Put aside a port that is not needed now."""
        port.rest()
        self._idle_ports.append(port)

    def borrow_tap(self) -> CallTap:
        """Return a tap."""
        return self._idle_taps.pop() if self._idle_taps else self._add(CallTap(self.copier), "tap")

    def give_back_tap(self, tap: CallTap) -> None:
        """Put aside a tap that is not needed now."""
        tap.rest()
        self._idle_taps.append(tap)

    def _add(self, port: AnyPort, name: str) -> AnyPort:
        with _in_words(f"adding the {name} port to the audio bridge"):
            port.createPort(name, self._format)
        return port

    def register(self, active: bool) -> None:
        """Register now, or give up the registration."""
        with _in_words("registering"):
            self.account.setRegistration(active)

    def close(self) -> None:
        """Shut down in the one order that does not abort: calls and ports, account, library."""
        for call in self.legs.values():
            call.stop_tap()
        self.legs.clear()
        gc.collect()
        if hasattr(self, "account"):
            self.account.shutdown()
            del self.account
            gc.collect()
            self._endpoint.audDevManager().setNoDev()  # the clock stops, and no port is called again
        self._idle_taps.clear()
        self._idle_ports.clear()
        gc.collect()
        self._endpoint.libDestroy()


def offer_holds(sdp: str) -> bool:
    """Whether an SDP offer puts us on hold: sendonly, inactive, or the old address of zeros."""
    lines = {line.strip() for line in sdp.splitlines()}
    return bool(lines & {"a=sendonly", "a=inactive", "c=IN IP4 0.0.0.0"})


def _format(rate_hz: int) -> pj.MediaFormatAudio:
    audio = pj.MediaFormatAudio()
    audio.init(pj.PJMEDIA_FORMAT_PCM, rate_hz, 1, FRAME_MS * 1000, 8 * BYTES_PER_SAMPLE)
    return audio


def _endpoint_config(plan: AccountPlan, log_file: Path | None) -> pj.EpConfig:
    config = pj.EpConfig()
    config.uaConfig.userAgent = plan.user_agent
    config.uaConfig.maxCalls = MAX_CALLS
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.consoleLevel = 0
    config.logConfig.level = LOG_LEVEL_FILE if log_file else 0
    config.logConfig.msgLogging = 1 if log_file else 0
    config.logConfig.filename = str(log_file) if log_file else ""
    media = config.medConfig
    media.clockRate = media.sndClockRate = plan.clock_rate_hz
    media.audioFramePtime = media.ptime = FRAME_MS
    media.noVad = True  # silence is sent like speech: the recording's clock and NAT bindings need it
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1  # the clock must tick while every call is on hold
    return config


def _transport_config(plan: AccountPlan) -> pj.TransportConfig:
    config = pj.TransportConfig()
    config.port = plan.local_port
    config.boundAddress = plan.local_host
    if plan.transport == "tls":
        config.tlsConfig.verifyServer = plan.tls_verify
        config.tlsConfig.CaListFile = plan.tls_ca_file
        config.tlsConfig.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2
    return config


def _account_config(plan: AccountPlan, transport: int) -> pj.AccountConfig:
    config = pj.AccountConfig()
    config.idUri = plan.id_uri
    if plan.registrar_uri:
        config.regConfig.registrarUri = plan.registrar_uri
        config.regConfig.timeoutSec = plan.expires_s
        config.regConfig.retryIntervalSec = config.regConfig.firstRetryIntervalSec = plan.retry_s
        config.regConfig.randomRetryIntervalSec = 0
        config.sipConfig.proxies.append(f"{plan.registrar_uri};lr")
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", plan.auth_user, 0, plan.password))
    if plan.transport == "udp":
        config.sipConfig.transportId = transport
    config.natConfig.sipOutboundInstanceId = plan.instance_id
    config.mediaConfig.srtpUse = SRTP_USE[plan.srtp]
    config.mediaConfig.srtpSecureSignaling = 0  # the administrator decides; keys in clear SIP are warned of
    config.mediaConfig.transportConfig.boundAddress = plan.local_host
    config.mediaConfig.transportConfig.port = plan.rtp_port
    config.mediaConfig.transportConfig.portRange = plan.rtp_port_range
    return config
