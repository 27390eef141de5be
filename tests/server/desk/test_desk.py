"""The desk in a real browser, its microphone speaking Mandarin, against softphones."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tests.peers.phone import softphone
from tests.peers.process import LOOPBACK
from tests.server.browser.visit import Visit
from tests.server.desk.site import DeskSite
from tests.server.phones.test_phone_line import server, settings

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.slow]

__all__ = ["server", "settings"]


def speech(side: str) -> Path:
    return Path(str(resources.files("callcoach.demo") / "dialogues" / f"lost-parcel.{side}.wav"))


def at_desk(driver, site: DeskSite, size: tuple[int, int] = (1366, 768)) -> Visit:
    visit = Visit(driver, site)  # type: ignore[arg-type]
    visit.size(*size)
    visit.enter("zhang.wei")
    visit.prefer("zh", "light")
    visit.open("/desk")
    return visit


def test_a_call_is_taken_held_and_ended_at_the_desk(server, tmp_path, speaking_chromium):
    site = DeskSite(server)
    customer = softphone(tmp_path / "customer", "--play", str(speech("customer")), settings={"user": "13800000020"})
    with speaking_chromium(speech("agent")) as driver, site.phone(tmp_path / "agent") as phone, customer as caller:
        visit = at_desk(driver, site)
        visit.until("return document.querySelector('#desk-phone').classList.contains('good')")
        visit.click("#desk-headset")
        visit.until("return document.querySelector('#desk-mic-level').value > -50")
        caller.say(f"dial sip:1001@{LOOPBACK}:{phone.port()}")
        visit.until("return document.querySelector('.call.ringing_in')?.textContent.includes('13800000020')")
        visit.picture(Path("build/desk/ringing.png"))
        visit.press("a")
        visit.until("return document.querySelector('.call.talking')")
        visit.until("return document.querySelector('#desk-ear-level').value > -50")
        visit.picture(Path("build/desk/talking.png"))
        visit.press("h")
        visit.until("return document.querySelector('.call.held')")
        visit.press("h")
        visit.until("return !document.querySelector('.call.held')")
        visit.press("e")
        visit.until("return !document.querySelector('.call')")
        phone.wait("RecordingFinished", timeout_s=30)
    assert visit
