"""What fails in the middle of a call: the network between desk, phone and server, and the softphone itself."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest

from callcoach.line.wire import SoundKind
from tests.peers.cable import cable
from tests.peers.phone import softphone
from tests.peers.process import LOOPBACK, wait_until
from tests.server.desk.site import DeskSite
from tests.server.desk.test_desk import at_desk, speech
from tests.server.desk.test_states import look
from tests.server.phones.test_phone_line import server, settings

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.slow]

__all__ = ["server", "settings"]

BACK_WITHIN_S = 10.0
TALKING = "return document.querySelector('.call.talking')"
SINCE = "return document.querySelector('.call .time').dataset.since"


def troubles(words: str) -> str:
    return f"return document.querySelector('#desk-troubles').textContent.includes('{words}')"


def test_a_call_survives_a_lost_network_and_is_saved_when_its_phone_dies(server, tmp_path, speaking_chromium):
    caller_phone = softphone(tmp_path / "customer", "--play", str(speech("customer")), settings={"user": "13800000020"})
    with cable(server.port) as network, speaking_chromium(speech("agent")) as driver, caller_phone as caller:
        site = DeskSite(SimpleNamespace(url=f"http://{LOOPBACK}:{network.own_port}", services=server.services))  # type: ignore[arg-type]
        with site.phone(tmp_path / "agent") as phone:
            port = phone.port()
            visit = at_desk(driver, site)
            visit.until("return document.querySelector('#desk-phone').classList.contains('good')")
            visit.press("w")
            visit.until("return document.querySelector('#desk-mic-level').value > -50")
            caller.say(f"dial sip:1001@{LOOPBACK}:{port}")
            visit.until("return document.querySelector('.call.ringing_in')")
            visit.press("a")
            visit.until(TALKING)
            visit.until("return document.querySelector('#desk-ear-level').value > -50")
            since = visit.run(SINCE)

            network.unplug()
            visit.until(troubles("与服务器的连接断开"))
            look(visit, "network-lost")
            recorded_s = phone.recorded_s()
            wait_until(lambda: phone.recorded_s() > recorded_s + 1, "the recording to go on")
            network.plug()
            back = time.monotonic()
            visit.until(TALKING + " && !document.querySelector('#desk-troubles').textContent.includes('断')")
            assert time.monotonic() - back < BACK_WITHIN_S
            assert float(visit.run(SINCE)) == pytest.approx(float(since), abs=0.5), "the same call"
            visit.until("return document.querySelector('#desk-mic-level').value > -50")
            server.sounds.clear()
            wait_until(lambda: len(server.heard(SoundKind.EAR)) > 8000, "what the customer says")
            assert np.abs(server.heard(SoundKind.EAR)).max() > 1000
            wait_until(lambda: np.abs(server.heard(SoundKind.CALL)[0::2]).max(initial=0) > 1000, "what the agent says")

            phone.kill()
            visit.until(troubles("软电话的连接断了"))
            look(visit, "phone-killed")
        with site.phone(tmp_path / "agent") as phone:
            visit.until("return document.querySelector('#told').textContent.includes('软电话意外停止')")
            assert "13800000020" in visit.text("#told")
            look(visit, "phone-back")
            recovered = phone.wait("RecordingRecovered")
            assert phone.record(recovered["call_id"])["recovered"] is True
            assert recovered["duration_s"] > 10
