"""The network is gone for five seconds during a call: no registrar, no RTP."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.peers.baresip import baresip
from tests.peers.fixtures import OUR_HZ, PEER_HZ
from tests.peers.kamailio import USERS, Pbx, kamailio, plan_pbx
from tests.peers.phone import softphone
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import seconds_of_tone, sides_of

pytestmark = pytest.mark.peer
GONE_S = 5.0
BACK_WITHIN_S = 10.0


def process_of(folder: Path) -> psutil.Process:
    """Return the program that this test started with `folder` in its command line."""
    (found,) = [one for one in psutil.Process().children() if str(folder) in one.cmdline()]
    return found


def status_of(pbx: Pbx, user: str) -> int:
    """Ask a registered user for its abilities (OPTIONS, RFC 3261 section 11); return the status that comes back."""
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.bind((LOOPBACK, 0))
        asking.settimeout(0.5)
        host, port = asking.getsockname()
        lines = [
            f"OPTIONS sip:{user}@{pbx.address} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{time.monotonic_ns()}",
            f"From: <sip:test@{host}:{port}>;tag={time.monotonic_ns()}",
            f"To: <sip:{user}@{pbx.address}>",
            f"Call-ID: {time.monotonic_ns()}@{host}",
            "CSeq: 1 OPTIONS",
            "Max-Forwards: 10",
            "Content-Length: 0",
        ]
        asking.sendto("\r\n".join([*lines, "", ""]).encode(), (LOOPBACK, pbx.port))
        try:
            return int(asking.recv(4096).split()[1])
        except TimeoutError:
            return 0


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_and_its_recording_outlive_a_short_loss_and_registration_comes_back(
    tmp_path: Path,
    server_files: tuple[Path, Path],
    prompt: Path,
    our_voice: Path,
    need_program: Callable[..., str],
    transport: str,
) -> None:
    """The registrar is killed and loses what it knew; the peer is stopped, and so is its RTP."""
    need_program("kamailio", "kamailio kamailio-tls-modules")
    need_program("baresip")
    pbx = plan_pbx(tmp_path)
    account = f"<sip:8001@{LOOPBACK};transport=udp>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1"
    settings = {"registrar": pbx.address, "user": "1001", "password": USERS["1001"], "transport": transport}
    with (
        baresip(tmp_path / "customer", prompt, account, pbx.baresip_port) as customer,
        softphone(tmp_path / "1001", "--play", str(our_voice), settings={**settings, "retry_s": 5}) as phone,
    ):
        with kamailio(tmp_path, pbx, *server_files):
            phone.wait("RegistrationChanged", registered=True, timeout_s=30)
            phone.say("dial 8001")
            call_id = phone.wait_phase("talking")["call_id"]
            wait_until(lambda: phone.recorded_s() > 2.0, "two seconds of talk")
        peer = process_of(tmp_path / "customer")
        peer.suspend()
        phone.say("register")  # as a refresh that is due just now
        time.sleep(GONE_S)
        with kamailio(tmp_path, pbx, *server_files):
            back = time.monotonic()
            peer.resume()
            wait_until(lambda: status_of(pbx, "1001") == 200, "registration", timeout_s=2 * BACK_WITHIN_S)
            assert time.monotonic() - back < BACK_WITHIN_S
            recorded = phone.recorded_s()
            wait_until(lambda: phone.recorded_s() > recorded + 2.0, "two more seconds of talk")
            phone.say("hangup")
            ended = phone.wait("CallEnded")
            assert (ended["call_id"], ended["ended_by"]) == (call_id, "agent")
            customer.wait_event("CALL_CLOSED")
            agent, other = sides_of(phone.wait("RecordingFinished"))
    assert len(agent) / 8000 > GONE_S + 4.0
    assert seconds_of_tone(agent, OUR_HZ) > GONE_S + 3.5, "the agent was recorded all the time"
    gap = len(other) / 8000 - seconds_of_tone(other, PEER_HZ)
    assert GONE_S - 1.5 < gap < GONE_S + 2.5
    assert seconds_of_tone(other[-12000:], PEER_HZ) > 1.0, "the customer is heard again"
