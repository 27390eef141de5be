"""A supervisor listens, whispers and barges in from the browser; what is heard is measured at every place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from selenium.webdriver import Chrome

from callcoach.line.wire import SoundKind
from callcoach.store.tables import AuditRow
from tests.peers.phone import softphone
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import share_of_tone, sides_of, tone, write_wav
from tests.server.browser.visit import Visit
from tests.server.desk.site import DeskSite
from tests.server.desk.test_desk import at_desk, speech
from tests.server.phones.test_phone_line import Running, server, settings

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.slow]

__all__ = ["server", "settings"]

CUSTOMER_HZ = 700.0
TENTH = 800
PICTURES = Path("build/screenshots")


def loud_tenths(samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    """For each tenth of a second, whether there is speech in it: noise of A-law at rest is below 10."""
    whole = samples[: len(samples) // TENTH * TENTH].astype(np.float64).reshape(-1, TENTH)
    return np.sqrt((whole**2).mean(axis=1)) > 300


def heard_next(server: Running, wait_for: SoundKind, seconds: float = 1.5) -> tuple[NDArray, NDArray]:
    """Return the next sound: the agent's ear, and what goes out to the customer."""
    server.sounds.clear()
    wait_until(lambda: len(server.heard(wait_for)) > seconds * 16000, "sound", timeout_s=20)
    return server.heard(SoundKind.EAR), server.heard(SoundKind.CALL)[0::2]


def at_floor(driver: Chrome, site: DeskSite) -> Visit:
    """Open the floor as the supervisor, and choose its one agent."""
    floor = Visit(driver, site)  # type: ignore[arg-type]
    floor.size(1440)
    floor.enter("wang.fang")
    floor.prefer("zh", "light")
    floor.open("/floor")
    floor.until("return document.querySelector('#floor-rows button')")
    floor.click("#floor-rows button")
    return floor


def test_a_supervisor_listens_whispers_and_barges_in_from_the_floor(server, tmp_path, speaking_chromium, chromium):
    site = DeskSite(server)
    voice = write_wav(tmp_path / "customer.wav", tone(CUSTOMER_HZ, 120))
    customer = softphone(tmp_path / "customer", "--play", str(voice), settings={"user": "13800000020"})
    with speaking_chromium(speech("agent")) as driver, site.phone(tmp_path / "agent") as phone, customer as caller:
        desk = at_desk(chromium, site)
        desk.until("return document.querySelector('#desk-phone').classList.contains('good')")
        floor = at_floor(driver, site)
        caller.say(f"dial sip:1001@{LOOPBACK}:{phone.port()}")
        desk.until("return document.querySelector('.call.ringing_in')")
        desk.press("a")
        call_id = phone.wait_phase("talking")["call_id"]

        floor.until("return !document.querySelector('[data-how=listen]').disabled")
        floor.click("[data-how=listen]")
        floor.until("return document.querySelector('#floor-level').value > -50")  # the customer alone speaks
        assert "正在监听 张伟" in floor.text("#floor-joined")
        assert not floor.find("#floor-said").is_displayed()
        floor.picture(PICTURES / "floor-listen.png")
        assert "王芳" not in desk.text("#desk-troubles"), "nobody is told of who only listens"

        floor.click("[data-how=whisper]")
        desk.until("return document.querySelector('#desk-troubles').textContent.includes('王芳')")
        floor.until("return document.querySelector('#floor-mic-level').value > -50")
        assert "只有坐席听到" in floor.text("#floor-joined")
        ear, sent = heard_next(server, SoundKind.CALL)
        assert share_of_tone(ear, CUSTOMER_HZ) < 0.9, "the agent hears a voice beside the customer's tone"
        assert not loud_tenths(sent).any(), "the customer does not"

        floor.click("[data-how=barge]")
        floor.until("return document.querySelector('#floor-rows').textContent.includes('主管插话中')")
        assert "坐席和客户都听到您" in floor.text("#floor-joined")
        floor.picture(PICTURES / "floor-barge.png")
        desk.picture(PICTURES / "desk-barged.png")
        _, sent = heard_next(server, SoundKind.CALL)
        assert loud_tenths(sent).mean() > 0.3

        floor.type("#floor-message", "请把订单号念给客户听")
        floor.click("#floor-message-form button")
        desk.until("return document.querySelector('#told').textContent.includes('请把订单号念给客户听')")
        desk.press("e")
        floor.until("return document.querySelector('#told').textContent.includes('您的话筒已关闭')")
        floor.until("return document.querySelector('#floor-joined').hidden")
        desk.until("return !document.querySelector('#desk-troubles').textContent.includes('王芳')")
        phone.wait("RecordingFinished", timeout_s=30)
        heard = loud_tenths(sides_of(caller.wait("RecordingFinished", timeout_s=30))[1])
        assert floor.complaints() == []
    began_s = next(one["at_s"] for one in phone.record(call_id)["call"]["events"] if one["kind"] == "barge_started")
    assert heard.sum() > 5
    assert float(np.argmax(heard)) / 10 == pytest.approx(began_s, abs=1.0), "not before the barge"
    with server.services.database.reading() as session:
        noted = {row.action for row in session.query(AuditRow)}
    assert {"phone.listen", "phone.whisper", "phone.barge", "phone.message"} <= noted
