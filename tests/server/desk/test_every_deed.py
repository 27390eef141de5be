"""Everything an agent can do with calls, done in a real browser by keys, against telephones behind a real PBX."""

from __future__ import annotations

import contextlib

import pytest
from selenium.webdriver.common.keys import Keys

from callcoach.store.contacts import ContactFields, add_contact
from tests.peers.fixtures import authority, pbx, phones, server_files
from tests.peers.kamailio import USERS
from tests.peers.phone import Phone
from tests.peers.process import wait_until
from tests.server.browser.visit import Visit
from tests.server.desk.site import DeskSite
from tests.server.desk.test_desk import at_desk, speech
from tests.server.phones.test_phone_line import server, settings

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.slow]

__all__ = ["authority", "pbx", "phones", "server", "server_files", "settings"]

NOTED = """
window.rung = []; window.noted = [];
const Tone = window.OscillatorNode, Note = window.Notification;
window.OscillatorNode = class extends Tone { constructor(c, o) { super(c, o); window.rung.push(o.frequency); } };
window.Notification = class extends Note { constructor(t, o) { super(t, o); window.noted.push(t); } };
"""
"""Notes what the page rings and notifies; both still happen."""
RINGING = "return document.querySelector('.call.ringing_in')"
TALKING = "return document.querySelector('.call.talking:not(.held)')"
NO_CALL = "return !document.querySelector('.call')"


@contextlib.contextmanager
def open_desk(server, tmp_path, pbx, speaking_chromium):
    """The desk of 1001, its headset on, with a colleague in the phone book; yields the page and the agent's phone."""
    site = DeskSite(server)
    with server.services.database.writing() as session:
        add_contact(session, ContactFields(name="李娜", number="1002"))
    account = {"registrar": pbx.address, "user": "1001", "password": USERS["1001"]}
    with speaking_chromium(speech("agent")) as driver, site.phone(tmp_path / "agent", **account) as phone:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NOTED})
        driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["notifications", "audioCapture"]})
        visit = at_desk(driver, site)
        visit.until("return document.querySelector('#desk-phone').textContent.includes('已注册')")
        visit.press("w")
        visit.until("return document.querySelector('#desk-mic-level').value > -50")
        yield visit, phone


def option(visit: Visit, name: str) -> None:
    """Tick or untick one of the options."""
    visit.click("#desk-options > summary")
    visit.click(f"#desk-{name}")
    visit.press(Keys.ESCAPE)
    visit.run("document.activeElement.blur()")


def calls(visit: Visit) -> list[list[str]]:
    """The cards: who, and how the call stands."""
    cells = "['.who', '.how'].map((css) => one.querySelector(css).textContent)"
    return visit.run(f"return [...document.querySelectorAll('.call')].map((one) => {cells})")


def test_calls_come_in_and_are_rejected_taken_muted_and_switched(server, tmp_path, pbx, phones, speaking_chromium):
    customer, second = phones.registered("1003"), phones.registered("1004")
    with open_desk(server, tmp_path, pbx, speaking_chromium) as (visit, phone):
        rejected(visit, customer)
        turned_away(visit, second)
        option(visit, "auto-answer")
        visit.until("return document.querySelector('#desk-auto-answer').checked")
        customer.say("dial 1001")
        visit.until(TALKING)
        call_id = phone.wait_phase("talking")["call_id"]
        option(visit, "auto-answer")
        muted_and_keyed(visit, customer)
        second.say("dial 1001")
        visit.until(RINGING)
        assert "又有来电" in calls(visit)[1][1]
        visit.press("a")
        visit.until("return document.querySelector('.call.held .who')?.textContent === '1003'")
        visit.press("x")
        visit.until("return document.querySelector('.call.held .who')?.textContent === '1004'")
        visit.until(TALKING)
        in_another_tab(visit)
        visit.press("e")
        customer.wait("CallEnded")
        visit.until("return document.querySelectorAll('.call').length === 1")
        visit.press("h")
        visit.until(TALKING)
        visit.press("e")
        visit.until(NO_CALL)
        phone.wait("RecordingFinished", timeout_s=30, call_id=call_id)
        kinds = {kind for kind, _ in phone.call_events(call_id)}
        assert {"mute", "unmute", "dtmf", "recording_paused", "recording_resumed", "hold", "resume"} <= kinds
        assert visit.complaints() == []


def rejected(visit: Visit, customer: Phone) -> None:
    """A call rings in the page, its title and a notification, and is rejected."""
    option(visit, "notify")
    customer.say("dial 1001")
    visit.until(RINGING)
    visit.until("return window.noted.length > 0 && window.rung.includes(450)")
    assert visit.run("return [document.title.startsWith('☎'), window.noted[0]]") == [True, "来电 1003"]
    assert visit.run("return document.activeElement.dataset.deed") == "answer", "Enter answers"
    visit.press("r")
    assert customer.wait("CallEnded")["code"] in (486, 603)
    visit.until("return document.querySelector('#desk-recent .missed')?.textContent.includes('1003')")
    assert "已拒接 1003" in visit.text("#told")
    assert not visit.run("return document.title.startsWith('☎')")


def turned_away(visit: Visit, caller: Phone) -> None:
    """With do-not-disturb a caller hears the busy tone, and stands among the missed."""
    visit.press("n")
    visit.until("return document.querySelector('#desk-troubles').textContent.includes('免打扰')")
    caller.say("dial 1001")
    assert caller.wait("CallEnded")["code"] == 486
    visit.until("return document.querySelector('#desk-recent .missed')?.textContent.includes('1004')")
    visit.press("n")
    visit.until("return !document.querySelector('#desk-troubles').textContent.includes('免打扰')")


def muted_and_keyed(visit: Visit, customer: Phone) -> None:
    """The microphone is muted and opened, tones are sent by keys and keypad, the recording is paused and goes on."""
    visit.press("m")
    visit.until("return document.querySelector('[data-deed=unmute]')")
    visit.press("m")
    visit.until("return document.querySelector('[data-deed=mute]')")
    visit.press("5")
    customer.wait("DtmfReceived", digit="5")
    visit.press("k")
    visit.click("#desk-keypad [data-key='#']")
    customer.wait("DtmfReceived", digit="#")
    visit.press("p")
    visit.until("return document.querySelector('.record.paused')")
    visit.press("p")
    visit.until("return document.querySelector('.record.on')")


def in_another_tab(visit: Visit) -> None:
    """A second tab shows the same calls; the headset stays with the first until the second takes it."""
    first = visit.driver.current_window_handle
    visit.driver.switch_to.new_window("tab")
    visit.open("/desk")
    visit.until("return document.querySelectorAll('.call').length === 2")
    assert visit.find("#desk-headset").get_attribute("title") == "耳机在另一个窗口使用"
    visit.press("w")
    visit.until("return document.querySelector('#desk-mic-level').value > -50")
    visit.driver.close()
    visit.driver.switch_to.window(first)
    visit.until("return document.querySelector('#desk-headset').textContent === '戴上耳机'")
    visit.press("w")
    visit.until("return document.querySelector('#desk-mic-level').value > -50")


def found(visit: Visit, name: str, number: str) -> None:
    """Type a name where a call is to be transferred to, and take what the phone book finds, by keys."""
    visit.press("t")
    visit.until("return document.activeElement.dataset.deed === 'transfer-target'")
    visit.press(*name)
    visit.until(f"return document.querySelector('.handing .found:not([hidden]) li')?.dataset.number === '{number}'")
    visit.press(Keys.ARROW_DOWN, Keys.ENTER)
    visit.until(f"return document.activeElement.value === '{number}'")


def test_calls_are_placed_redialled_and_transferred_both_ways(server, tmp_path, pbx, phones, speaking_chromium):
    colleague, customer = phones.registered("1002", "--auto-answer"), phones.registered("1003", "--auto-answer")
    with open_desk(server, tmp_path, pbx, speaking_chromium) as (visit, phone):
        visit.press("d")
        visit.press(*"1003", Keys.ENTER)
        visit.until(TALKING)
        found(visit, "李娜", "1002")
        visit.press(Keys.ENTER)  # asks first
        visit.until("return document.querySelector('.call.held .who')?.textContent === '1003'")
        visit.until("return document.querySelector('[data-deed=transfer_finish]')")
        visit.press("c")
        visit.until("return document.querySelectorAll('[data-deed=split]').length === 2")
        visit.press("c")
        visit.until("return document.querySelectorAll('.call.held').length === 1")
        visit.until("return document.querySelector('[data-deed=transfer_finish]')")
        visit.press("f")
        visit.until(NO_CALL)
        talk_together(colleague, customer)

        visit.press("d", Keys.ENTER)
        visit.until("return document.activeElement.value === '1002'")  # the last one dialled
        visit.press(Keys.ENTER)
        visit.until(TALKING)
        visit.press("e")
        visit.until(NO_CALL)

        customer.say("dial 1001")
        visit.until(RINGING)
        visit.press(Keys.ENTER)
        visit.until(TALKING)
        visit.press("e")
        visit.until(NO_CALL)
        customer.wait("CallEnded")
        customer.say("dial 1001")
        visit.until(RINGING)
        visit.press("a")
        visit.until(TALKING)
        found(visit, "李", "1002")
        visit.press(Keys.TAB, Keys.TAB, Keys.ENTER)  # past “ask first” to “transfer at once”
        visit.until(NO_CALL)
        talk_together(customer, colleague)
        assert visit.complaints() == []
        assert phone.had("TransferResult")[-1]["succeeded"]


def talk_together(one: Phone, other: Phone) -> None:
    """Wait until both are talking and nobody else is with them, then let them hang up."""
    for phone in (one, other):
        wait_until(lambda phone=phone: _talking(phone) == 1, "the transferred call")
    one.say("hangup")
    for phone in (one, other):
        wait_until(lambda phone=phone: _talking(phone) == 0, "its end")


def _talking(phone: Phone) -> int:
    """How many calls a phone is talking on."""
    phases = {event["call_id"]: event["state"]["phase"] for event in phone.had("StateChanged")}
    return sum(phase == "talking" for phase in phases.values())
