"""Notes that save themselves and lose nothing, outcomes and callbacks, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from sqlalchemy import select

from callcoach.around.follow_ups import FollowUpState
from callcoach.store.campaigns.attempts import add_attempt, note_answer
from callcoach.store.campaigns.taking import held_row, take_this
from callcoach.store.people import person_by_login
from callcoach.store.tables import FollowUpRow
from tests.server.browser.site import Site, opened, running_site
from tests.server.browser.test_every_page import PICTURES
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]

SAVED = "return document.querySelector('#notes-state').textContent.startsWith('已保存')"
TEXT = "return document.querySelector('#notes-text').value"


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory, filled: Path):
    with running_site(tmp_path_factory.mktemp("around"), filled, work__calls_at_once="0") as site:
        yield site


@pytest.fixture
def agent(chromium, own_site: Site):
    """An agent at the site: 360 pixels of a desk's panel and the frame beside it."""
    visit = Visit(chromium, own_site)
    visit.size(1024, 800)
    visit.driver.delete_all_cookies()
    visit.enter("zhang.wei")
    visit.prefer("zh", "light")
    yield visit
    visit.driver.set_network_conditions(offline=False, latency=0, throughput=-1)
    visit.run("localStorage.clear()")
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def notes(call_id: str) -> str:
    return "/desk/notes?" + urlencode({"call_id": call_id, "number": "13800000020", "direction": "inbound"})


def offline(visit: Visit, *, is_so: bool) -> None:
    visit.driver.set_network_conditions(offline=is_so, latency=0, throughput=-1)


def test_notes_save_themselves_while_one_types(agent: Visit) -> None:
    agent.open(notes("n1"))
    agent.type("#notes-text", "客户要发票")
    agent.until(SAVED)
    agent.open(notes("n1"))
    assert agent.run(TEXT) == "客户要发票"
    assert agent.run("return document.querySelector('[data-notes]').dataset.version") == "1"
    assert agent.run("return localStorage.length") == 0


def test_a_reload_right_after_typing_loses_nothing(agent: Visit) -> None:
    agent.open(notes("n2"))
    agent.type("#notes-text", "还没等到保存就刷新")
    agent.driver.refresh()
    agent.until(f"{TEXT} === '还没等到保存就刷新'")
    agent.until(SAVED)


def test_what_is_typed_without_a_server_is_kept_and_saved_later(agent: Visit) -> None:
    agent.open(notes("n3"))
    offline(agent, is_so=True)
    agent.type("#notes-text", "断网时写的")
    agent.until("return document.querySelector('#notes-state').classList.contains('not-saved')")
    offline(agent, is_so=False)
    agent.until(SAVED)
    agent.open(notes("n3"))
    assert agent.run(TEXT) == "断网时写的"


def test_a_browser_that_ended_before_it_could_save_comes_back_with_the_draft(agent: Visit) -> None:
    agent.open(notes("n4"))
    offline(agent, is_so=True)
    agent.type("#notes-text", "浏览器崩溃前写的")
    agent.until("return document.querySelector('#notes-state').classList.contains('not-saved')")
    agent.driver.get("about:blank")  # pagehide cannot save: the network is away
    offline(agent, is_so=False)
    agent.open(notes("n4"))
    agent.until(f"{TEXT} === '浏览器崩溃前写的'")
    agent.until(SAVED)


def test_two_pages_that_wrote_at_once_keep_both_texts(agent: Visit) -> None:
    agent.open(notes("n5"))
    first = agent.driver.current_window_handle
    agent.driver.switch_to.new_window("tab")
    agent.open(notes("n5"))
    agent.type("#notes-text", "第二页")
    agent.until(SAVED)
    agent.driver.close()
    agent.driver.switch_to.window(first)
    agent.run("localStorage.clear()")
    agent.type("#notes-text", "第一页")
    agent.until("return !document.querySelector('.both').hidden")
    assert "第二页" in agent.text(".both pre")
    agent.click(".both button")
    agent.until(SAVED)
    agent.open(notes("n5"))
    assert agent.run(TEXT) == "第一页\n第二页"


def test_an_outcome_asks_for_what_it_needs(agent: Visit) -> None:
    agent.open("/desk/wrap-up?call_id=w1&number=13800000020")
    choose(agent, "已答复")
    assert not agent.run("return document.querySelector('.callback-fields').open")
    choose(agent, "稍后回电")
    assert agent.run("return document.querySelector('.callback-fields').open")
    assert agent.run("return document.querySelector('#callback_due').value") != ""
    agent.type("#callback_reason", "发票寄出后告知")
    agent.click("form[data-wrap-up] button.main")
    agent.until("return document.querySelector('.wrap-up').textContent.includes('已完成')")
    assert "稍后回电" in agent.text(".wrap-up")
    agent.open("/callbacks")
    assert "发票寄出后告知" in agent.text("table")


def choose(visit: Visit, outcome: str) -> None:
    option = next(
        one for one in visit.driver.find_elements(By.CSS_SELECTOR, "#disposition_id option") if outcome in one.text
    )
    option.click()


def test_a_complaint_follows_its_outcome(agent: Visit) -> None:
    agent.open(notes("w2"))
    agent.type("#notes-text", "箱子破了")
    agent.until(SAVED)
    agent.open("/desk/wrap-up?call_id=w2&number=13800000020")
    choose(agent, "投诉")
    agent.click("form[data-wrap-up] button.main")
    agent.until("return document.querySelector('.wrap-up a.main')")
    agent.click(".wrap-up a.main")
    agent.until("return location.pathname === '/complaints/new' && document.readyState === 'complete'")
    assert agent.run("return document.querySelector('#complaint').value") == "箱子破了"
    assert agent.run("return document.querySelector('#number').value") == "13800000020"
    agent.submit("#customer", "李先生", "\ue007")
    assert agent.path.startswith("/complaints/")
    assert agent.text(".way [aria-current]") == "已记录"


def test_a_callback_is_done_at_the_desk(agent: Visit) -> None:
    agent.open("/desk/callbacks")
    before = len(agent.driver.find_elements(By.CSS_SELECTOR, "[data-dial]"))
    assert before > 0
    agent.run("arguments[0].click()", agent.find("form[action$='/keep'] button"))
    agent.until(f"return document.querySelectorAll('[data-dial]').length === {before - 1}")


def test_the_page_of_a_call_shows_what_was_kept(agent: Visit, own_site: Site) -> None:
    agent.driver.delete_all_cookies()
    agent.enter("wang.fang")
    agent.open("/calls/demo-01")
    agent.until("return document.querySelector('#around .around')")
    assert "补开发票" in agent.text("#around")
    assert "明天上午十点之前给您回电" in agent.text("#around")


def test_a_step_is_ticked_by_mouse_and_keyboard_and_stays(agent: Visit) -> None:
    agent.open("/desk/script?call_id=t1&number=13800000020&direction=inbound")
    ticked = "return [...document.querySelectorAll('.step')].map(one => one.getAttribute('aria-checked')).join()"
    assert agent.run(ticked) == "false,false,false,false,false"
    agent.click("#script-step-0")
    agent.until("return document.querySelector('#script-step-0').getAttribute('aria-checked') === 'true'")
    assert agent.run("return document.activeElement.id") == "script-step-0", "the keyboard stays where it was"
    agent.driver.switch_to.active_element.send_keys(Keys.SPACE)
    agent.until("return document.querySelector('#script-step-0').getAttribute('aria-checked') === 'false'")
    agent.driver.find_element(By.ID, "script-step-2").send_keys(Keys.SPACE)
    agent.until("return document.querySelector('#script-step-2').getAttribute('aria-checked') === 'true'")
    assert "还有 3 步" in agent.text(".call-script h2")
    agent.driver.refresh()
    assert agent.run(ticked) == "false,false,true,false,false"
    assert agent.complaints() == []


def test_a_customer_who_was_reached_is_asked_at_the_desk(agent: Visit, own_site: Site) -> None:
    now = datetime.now(UTC)
    with opened(own_site.settings) as database, database.writing() as session:
        person_id = person_by_login(session, "zhang.wei").id
        is_open = (FollowUpRow.state == FollowUpState.OPEN, FollowUpRow.agent_id.is_distinct_from(person_id))
        row = session.scalars(select(FollowUpRow).where(*is_open).order_by(FollowUpRow.id)).first()
        assert row is not None
        assert row.lead_id is not None
        follow_up_id = row.id
        lead = take_this(session, row.lead_id, person_id, now=now, hold_s=600, today=now.date())
        attempt = add_attempt(session, held_row(session, lead.id, person_id, now), person_id, now, now)
        note_answer(session, attempt, now)
    agent.open(f"/follow-ups/{follow_up_id}")
    agent.picture(PICTURES / "desk-asking.png")
    asked = "[...document.querySelectorAll('#desk-lead .choices')]"
    agent.run(f"{asked}[0].querySelector('[value=\"2\"]').click(); {asked}[2].querySelector('[value=\"0\"]').click()")
    agent.type("#desk-lead textarea[name=answer_3]", "没有人回电")
    agent.click("#desk-lead .asking button.main")
    agent.until("return document.querySelector('#desk-lead').textContent.includes('已为主管建立回拨草稿')")
    assert not agent.run("return document.querySelector('#desk-lead .asking')")
    agent.open(f"/follow-ups/{follow_up_id}")
    assert "没有人回电" in agent.text("main")
    assert agent.complaints() == []
