"""The library itself: its start, its account, its ports and its end, in one thread.

Taken: commands from the owner thread. Given: `facts` through `post`. The library is started without
threads of its own, so that every callback but those of the audio bridge runs inside `poll`. A call,
port or account that outlives it, or a call into it from a strange thread, aborts the process: hence
one owner, and `close` in a fixed order.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from callcoach.errors import SipError
from callcoach.sip import facts
from callcoach.sip.account import AccountPlan
from callcoach.sip.frames import choose_copier
from callcoach.sip.pjsua.binding import hushed, in_words, pj
from callcoach.sip.pjsua.bridge import BridgePort, CallTap, bridge_format
from callcoach.sip.pjsua.configs import account_config, endpoint_config, transport_config
from callcoach.sip.pjsua.leg import PjCall, Post

HIGHEST_CODEC_PRIORITY = 255
_TRANSPORTS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}


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
        self._format = bridge_format(plan.clock_rate_hz)
        self._endpoint = _Endpoint(post)
        with hushed():
            self._endpoint.libCreate()
        try:
            self._start(log_file)
        except BaseException:
            self.close()
            raise

    def _start(self, log_file: Path | None) -> None:
        with in_words("starting the SIP library", "启动 SIP 库"):
            self._endpoint.libInit(endpoint_config(self._plan, log_file))
        plan = self._plan
        with in_words(
            f"opening {plan.transport} {plan.local_host or '*'}:{plan.local_port} for SIP",
            f"打开 SIP 端口 {plan.transport} {plan.local_host or '*'}:{plan.local_port}",
        ):
            transport = self._endpoint.transportCreate(_TRANSPORTS[plan.transport], transport_config(plan))
            self._endpoint.libStart()
            self._endpoint.audDevManager().setNullDev()
        self._order_codecs()
        self.local_address = self._endpoint.transportGetInfo(transport).localName
        self.account = _Account(self)
        with in_words(f"creating the account {plan.id_uri}", f"建立账号 {plan.id_uri}"):
            self.account.create(account_config(plan, transport))

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
            raise SipError(
                f"sip.codecs names {self._plan.codecs}; this build of pjsua2 has only {known}.",
                f"sip.codecs 写的是 {self._plan.codecs}；这个版本的 pjsua2 只有 {known}。",
            )
        for place, codec in enumerate(wanted):
            self._endpoint.codecSetPriority(codec, HIGHEST_CODEC_PRIORITY - place)

    def poll(self, timeout_ms: int) -> None:
        """Let the library work: sockets, timers, callbacks. The GIL is free while it waits."""
        self._endpoint.libHandleEvents(timeout_ms)

    def keep(self, call: PjCall) -> int:
        """Keep a call's object, and give it a number that no call before it had."""
        leg_id = next(self._leg_ids)
        self.legs[leg_id] = call
        return leg_id

    def dial(self, uri: str) -> PjCall:
        """Place a call."""
        call = PjCall(self)
        try:
            with in_words(f"dialling {uri}", f"呼叫 {uri}"):
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
        with in_words(f"adding the {name} port to the audio bridge", f"接入声音端口 {name}"):
            port.createPort(name, self._format)
        return port

    def register(self, active: bool) -> None:
        """Register now, or give up the registration."""
        with in_words("registering", "注册"):
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
        # Calls have ended and the account is unregistered by now: there is no answer to wait a second for.
        self._endpoint.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)
        # The object would destroy the library once more when it is collected, in whatever thread.
        del self._endpoint
        gc.collect()
