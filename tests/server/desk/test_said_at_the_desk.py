"""What an agent says into the browser reaches the customer, the recording, the hint on the desk and the score."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from selenium.webdriver.common.keys import Keys

from callcoach.principal import Role
from callcoach.settings import Settings, WorkSettings
from tests import web
from tests.peers.baresip import baresip
from tests.peers.fixtures import authority, pbx, server_files
from tests.peers.kamailio import USERS
from tests.peers.process import LOOPBACK, wait_until
from tests.peers.sound import read_wav
from tests.server.conftest import token_for
from tests.server.desk.site import DeskSite
from tests.server.desk.test_desk import at_desk, speech
from tests.server.phones.test_phone_line import server

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.model, pytest.mark.slow]

__all__ = ["authority", "pbx", "server", "server_files"]

FRAME = 160
"""20 ms at 8 kHz."""


@pytest.fixture
def settings(tmp_path: Path, model_dir: Path) -> Settings:
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "models").symlink_to(model_dir.parent)
    return Settings(data_dir=folder, work=WorkSettings(calls_at_once=1))


def envelope(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """The loudness of each 20 ms, without its mean."""
    whole = samples[: len(samples) // FRAME * FRAME].astype(np.float64).reshape(-1, FRAME)
    level = np.log10(np.sqrt((whole**2).mean(axis=1)) + 10)
    return level - level.mean()


def likeness(heard: NDArray[np.int16], said: NDArray[np.int16]) -> float:
    """How well what was heard goes with what was said, at the best delay: 1 is the same rise and fall."""
    ear, mouth = envelope(heard), envelope(said)
    mouth = np.concatenate([mouth, mouth])  # the microphone speaks the file over and over
    best = 0.0
    for delay in range(len(mouth) - len(ear)):
        part = mouth[delay : delay + len(ear)]
        best = max(best, float(np.dot(ear, part) / (np.linalg.norm(ear) * np.linalg.norm(part))))
    return best


def test_a_call_from_the_page_is_heard_recorded_transcribed_and_flagged(
    server, tmp_path, pbx, speaking_chromium, need_program
):
    need_program("baresip")
    site = DeskSite(server)
    account = f"<sip:8001@{LOOPBACK};transport=udp>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1"
    agent = {"registrar": pbx.address, "user": "1001", "password": USERS["1001"]}
    with (
        baresip(tmp_path / "baresip", speech("customer"), account, pbx.baresip_port) as customer,
        speaking_chromium(speech("agent")) as driver,
        site.phone(tmp_path / "agent", **agent) as phone,
    ):
        visit = at_desk(driver, site)
        visit.until("return document.querySelector('#desk-phone').textContent.includes('已注册')")
        visit.click("#desk-ready")
        visit.until("return document.querySelector('#desk-ready').ariaPressed === 'true'")
        visit.click("#desk-headset")
        visit.until("return document.querySelector('#desk-mic-level').value > -50")
        wait_until(server.services.exchange._listening.ready.is_set, "the live recognition", timeout_s=120)
        visit.type("#desk-number", "8001" + Keys.ENTER)
        visit.until("return document.querySelector('.call.talking')")
        # Of the faults of this dialogue the one that is heard alike live and by the second hearing afterwards.
        told = "return document.querySelector('.hint-now')?.textContent.includes('绝对不会')"
        wait_until(lambda: visit.run(told), "the hint on the page", timeout_s=120)
        visit.until("return document.querySelectorAll('#desk-words .customer').length > 0")
        hint = visit.text(".hint-now")
        visit.picture(Path("build/desk/talking-with-hint.png"))
        visit.open("/desk")  # a reload keeps the call, and takes the headset up again
        visit.until("return document.querySelector('.call.talking')")
        visit.until("return document.querySelector('#desk-mic-level').value > -50")
        visit.press("e")
        visit.until("return !document.querySelector('.call')")
        visit.until("return document.querySelector('#desk-not-ready').textContent.includes('话后处理')")
        visit.picture(Path("build/desk/after-call.png"))
        call_id = phone.wait("RecordingFinished", timeout_s=30)["call_id"]
        receipt = tmp_path / "agent" / "calls" / call_id / "handed-in.json"
        wait_until(receipt.exists, "the receipt of the recording", timeout_s=60)
        headers = token_for(server.services, "chen.jing", Role.ADMINISTRATOR)
        address = f"{server.url}/api/v1/calls/{json.loads(receipt.read_text())['id']}"
        wait_until(lambda: web.get(address, headers=headers).json()["state"] == "scored", "the score", timeout_s=180)
        assert visit.complaints() == []
        heard = customer.heard()
    said, _ = read_wav(speech("agent"))
    forwards, backwards = likeness(heard, said[:, 0]), likeness(heard, said[::-1, 0])
    assert forwards > 0.6
    assert forwards > backwards + 0.15  # the measure tells a voice from the same voice backwards
    analysis = web.get(f"{address}/analysis", headers=headers).json()
    names = {one["name_zh"] for one in analysis["rules"]["findings"]}
    assert any(name in hint for name in names), (hint, names)
