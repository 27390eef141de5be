"""The desk in each state at 1366 × 768, in both languages: one screen, nothing scrolls, and axe finds nothing serious.

Pictures are left in build/screenshots/ for people to look at. Calls are real ones between softphones.
"""

from __future__ import annotations

import json

import pytest
from selenium.webdriver.common.keys import Keys

from tests.conftest import ROOT
from tests.peers.phone import softphone
from tests.peers.process import LOOPBACK, free_port
from tests.server.browser.test_every_page import AXE, SERIOUS, STANDARD, axe_of
from tests.server.browser.visit import Visit
from tests.server.desk.site import DeskSite
from tests.server.desk.test_desk import at_desk, speech
from tests.server.phones.test_phone_line import Running, settings

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.slow]

__all__ = ["settings"]

PICTURES = ROOT / "build" / "screenshots"
SCROLLS = """
const page = document.scrollingElement;
const main = document.querySelector("main");
return [page.scrollWidth - innerWidth, page.scrollHeight - innerHeight, main.scrollHeight - main.clientHeight]
  .concat([...document.querySelectorAll(".desk-columns > .panel")].map(
    (one) => Math.max(one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth)));
"""


def look(visit: Visit, name: str) -> None:
    """Take the picture, and see that nothing is cut off or scrolls and that axe finds nothing serious."""
    visit.picture(PICTURES / f"desk-{name}.png")
    assert max(visit.run(SCROLLS)) <= 1, (name, visit.run(SCROLLS))
    visit.run(AXE)
    found = visit.driver.execute_async_script(axe_of, list(STANDARD))
    serious = [violation for violation in found if violation[0] in SERIOUS]
    assert serious == [], f"{name}: {json.dumps(serious, indent=1, ensure_ascii=False)}"


def in_english(visit: Visit, name: str, there: str) -> None:
    """Look at the same state in English; a reload keeps it."""
    visit.prefer("en", "light")
    visit.open("/desk")
    visit.until(there)
    look(visit, f"{name}-en")
    visit.prefer("zh", "light")
    visit.open("/desk")
    visit.until(there)


def test_each_state_of_a_call_fits_the_screen(settings, tmp_path, speaking_chromium):
    caller_phone = softphone(tmp_path / "first", "--play", str(speech("customer")), settings={"user": "13800000020"})
    colleague_phone = softphone(tmp_path / "second", "--auto-answer", settings={"user": "1002"})
    with Running(settings, free_port()) as server, speaking_chromium(speech("agent")) as driver:
        site = DeskSite(server)
        with site.phone(tmp_path / "agent") as phone, caller_phone as caller, colleague_phone as colleague:
            visit = at_desk(driver, site)
            visit.until("return document.querySelector('#desk-phone').classList.contains('good')")
            visit.click("#desk-ready")
            visit.until("return document.querySelector('#desk-ready').ariaPressed === 'true'")
            visit.click("#desk-headset")
            visit.until("return !document.querySelector('#desk-levels').hidden")
            look(visit, "idle")
            caller.say(f"dial sip:1001@{LOOPBACK}:{phone.port()}")
            ringing = "return document.querySelector('.call.ringing_in')"
            visit.until(ringing)
            look(visit, "ringing")
            in_english(visit, "ringing", ringing)
            visit.press("a")
            talking = "return document.querySelector('.call.talking:not(.held)')"
            visit.until(talking)
            _say_hints(server, phone.wait_phase("talking")["call_id"])
            visit.until("return document.querySelector('.hint-now')")
            look(visit, "talking")
            visit.press("t")
            visit.until("return document.querySelector('.handing input')")
            look(visit, "transfer")
            visit.type(".handing input", f"sip:1002@{LOOPBACK}:{colleague.port()}")
            visit.press(Keys.ENTER)
            visit.until(
                "return document.querySelectorAll('.call').length === 2 && document.querySelector('.call.held')"
            )
            visit.until(talking)
            look(visit, "consulting")
            in_english(visit, "consulting", "return document.querySelector('[data-deed=conference]')")
            visit.click("[data-deed=conference]")
            conference = "return document.querySelectorAll('[data-deed=split]').length === 2"
            visit.until(conference)
            look(visit, "conference")
            in_english(visit, "conference", conference)
            colleague.say("hangup")
            visit.until("return document.querySelectorAll('.call').length === 1")
            visit.press("h")
            held = "return document.querySelector('.call.held')"
            visit.until(held)
            look(visit, "held")
            in_english(visit, "held", held)
            visit.press("e")
            over = "return document.querySelector('#desk-not-ready').textContent.match(/话后处理|after-call/i)"
            visit.until(over)
            look(visit, "after-call")
            in_english(visit, "after-call", over)


def _say_hints(server: Running, call_id: str) -> None:
    """Tell the desk what the live recognition tells at a busy moment."""
    rule = {
        "name_zh": "推诿：我不能",
        "name_en": "Refusing: I cannot",
        "severity": "serious",
        "quote": "这个我不能给您办",
    }
    advice = {
        "advice_zh": "我来帮您看看能怎么办，请稍等一分钟。",
        "advice_en": "Let me see what I can do; please give me a minute.",
    }
    hint = {"update": "Hint", "number": 1, "rule_id": "x", **rule, **advice, "value": None, "unit": ""}
    gauges = {
        "update": "Gauges",
        "at_s": 30.0,
        "silence_s": 6.0,
        "last_speaker": "agent",
        "talk_over": True,
        "agent_level_db": 7.0,
        "agent_pace": 320,
        "agent_share": 0.62,
        "lag_s": 0.1,
    }
    said = "您好，我这边查到您的包裹昨天下午已经到了转运中心，预计明天上午会送到您家里。"
    turns = [
        {"update": "TurnHeard", "turn": {"speaker": speaker, "text": said}} for speaker in ("agent", "customer") * 12
    ]
    server.tell_live(call_id, *turns, gauges, hint)


def test_each_failure_fits_the_screen(settings, tmp_path, speaking_chromium):
    port = free_port()
    shown = "return document.querySelector('#desk-troubles').textContent.length > 5"
    with speaking_chromium(None) as driver:
        with Running(settings, port) as server:
            site = DeskSite(server)
            visit = at_desk(driver, site)
            visit.until(shown)
            look(visit, "no-phone")
            in_english(visit, "no-phone", shown)
            nobody = {"registrar": f"{LOOPBACK}:{free_port()}", "user": "1001", "transport": "tcp"}
            with site.phone(tmp_path / "agent", **nobody):
                visit.until("return document.querySelector('#desk-troubles').textContent.includes('没有注册到交换机')")
                look(visit, "no-registration")
                visit.click("#desk-headset")
                visit.until("return document.querySelector('#desk-troubles').textContent.includes('话筒')")
                look(visit, "microphone-refused")
        visit.until("return document.querySelector('#desk-troubles').textContent.includes('与服务器的连接断开')")
        look(visit, "server-gone")
        with Running(settings, port):
            visit.until("return !document.querySelector('#desk-troubles').textContent.includes('与服务器的连接断开')")
