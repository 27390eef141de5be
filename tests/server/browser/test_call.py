"""Hearing, correcting and settling a call as people do, in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from selenium.webdriver import ActionChains

from callcoach.server.sign_in.cookies import SESSION_COOKIE
from tests import web
from tests.server.browser.site import Site, running_site
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]

READY = "return document.querySelector('#wave > div')?.shadowRoot?.querySelectorAll('canvas').length > 0"
FINDINGS = "return document.querySelectorAll('.finding[data-id]').length"


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory, filled: Path):
    with running_site(tmp_path_factory.mktemp("reviewed"), filled, work__calls_at_once="0") as site:
        yield site


@pytest.fixture
def at_call(chromium, own_site: Site):
    """Somebody at the page of a call: `at_call(login, number)`."""
    visit = Visit(chromium, own_site)
    visit.size(1440, 1000)

    def go(login: str, number: int = 1, query: str = "") -> Visit:
        visit.driver.delete_all_cookies()
        visit.enter(login)
        visit.prefer("zh", "light")
        visit.open(f"/calls/demo-{number:02d}{query}")
        visit.until(READY)
        return visit

    yield go
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def send(visit: Visit, css: str) -> None:
    """Send a form of the page's work, and wait for the work as it stands then."""
    visit.run("document.querySelector('#work').firstElementChild.dataset.old = '1'")
    visit.run("arguments[0].click()", visit.find(css))
    visit.until("return !document.querySelector('#work > [data-old]')")


def told(visit: Visit) -> str:
    visit.until("return document.querySelector('#told')?.textContent.trim()")
    return visit.text("#told")


def test_the_sound_plays_and_the_words_follow(at_call) -> None:
    visit = at_call("wang.fang", query="?at=9.5")
    visit.until("return document.querySelector('#now').textContent === '0:09.5'")
    visit.click("#play")
    visit.until("return parseFloat(document.querySelector('#now').textContent.slice(2)) > 10.2")
    visit.click("#play")
    assert visit.run("return document.querySelectorAll('.turn.now').length") == 1
    before = visit.text("#now")
    visit.click("#back-5")
    visit.until(f"return document.querySelector('#now').textContent !== {before!r}")
    assert visit.complaints() == []


def test_a_note_is_tied_to_the_moment_of_the_sound(at_call) -> None:
    visit = at_call("wang.fang", 6, "?at=23.6")
    visit.until("return document.querySelector('[data-now]').value === '23.6'")
    visit.run("document.querySelector('#add-note').open = true")
    visit.type("#add-note textarea", "这里安抚得很好")
    send(visit, "#add-note form button")
    noted = visit.driver.find_elements("css selector", "#work h3 + ul [data-seek]")
    assert [one.get_attribute("data-seek") for one in noted] == ["23.6"]
    assert visit.run("return document.querySelector('[data-now]').value") == "23.6"


def test_a_click_on_a_turn_plays_it(at_call) -> None:
    visit = at_call("wang.fang")
    start_s = float(visit.find(".turn:nth-of-type(3)").get_attribute("data-start"))
    visit.click(".turn:nth-of-type(3) .time")
    visit.until(f"return document.querySelector('#now').textContent.slice(2) >= '{start_s:04.1f}'")


def test_findings_stand_on_the_waveform_and_keys_walk_through_them(at_call) -> None:
    visit = at_call("wang.fang")
    count = visit.run(FINDINGS)
    assert count > 3
    regions = "document.querySelector('#wave > div').shadowRoot.querySelectorAll('[part~=\"region\"]').length"
    visit.until(f"return {regions} === {count}")
    visit.press("n", "n", "p")
    assert (
        visit.run("return [...document.querySelectorAll('.finding[data-id]')].findIndex(f => f.matches('.selected'))")
        == 0
    )


def judge_two(visit: Visit) -> None:
    machine = float(visit.text(".big"))
    send(visit, ".finding button[data-verdict='confirmed']")
    assert "已确认" in visit.text(".finding")
    visit.run("arguments[0].click()", visit.find(".finding:nth-of-type(2) details summary"))
    visit.type(".finding:nth-of-type(2) input[name='reason']", "当时是在重复客户的话")
    send(visit, ".finding:nth-of-type(2) details button")
    assert "已驳回" in visit.text(".finding:nth-of-type(2)")
    assert float(visit.text(".big")) >= machine


def correct_words(visit: Visit) -> None:
    visit.run("document.querySelector('.turn .edit').open = true")
    visit.find(".turn .edit textarea").clear()
    visit.type(".turn .edit textarea", "您好，清河快递")
    send(visit, ".turn .edit button")
    assert visit.text(".turn .fixed") == "您好，清河快递"
    assert "机器转写" in visit.text(".turn")


def set_points(visit: Visit) -> None:
    visit.run("document.querySelector('.dimensions .menu').open = true")
    visit.find(".dimensions input[name='points']").clear()
    visit.type(".dimensions input[name='points']", "35")
    visit.type(".dimensions textarea", "客户先辱骂，坐席克制")
    send(visit, ".dimensions form button")
    assert "客户先辱骂" in visit.text(".dimensions")


def add_by_marking(visit: Visit) -> None:
    before = visit.run(FINDINGS)
    wave = visit.find("#wave")
    visit.run("arguments[0].scrollIntoView({block: 'center'})", wave)
    drag = ActionChains(visit.driver).move_to_element_with_offset(wave, -60, -30).click_and_hold()
    drag.move_by_offset(40, 0).move_by_offset(40, 0).release().perform()
    visit.until("return document.querySelector('#mark-end')?.value > 0")
    visit.choose("select[name='rule_id']", "apology.alone")
    send(visit, "#add-finding form button")
    assert visit.run(FINDINGS) == before + 1
    assert "人工补充" in visit.text(".findings")


def finish(visit: Visit) -> None:
    visit.run("document.querySelector('input[name=confirm_rest]').click()")
    visit.run("document.querySelector('#finish').click()")
    assert "没有判定" in told(visit), "what waits for a person is confirmed one by one"
    waiting = ".finding:has(.doubtful) button[data-verdict='confirmed']"
    while visit.driver.find_elements("css selector", waiting):
        send(visit, waiting)
    visit.run("document.querySelector('input[name=confirm_rest]').click()")
    send(visit, "#finish")
    assert "已发布" in visit.text("#score-heading")


def test_a_review_from_the_first_verdict_to_the_final_decision(at_call) -> None:
    visit = at_call("wang.fang")
    for step in (judge_two, correct_words, set_points, add_by_marking, finish):
        step(visit)

    visit = at_call("zhang.wei")
    visit.run("document.querySelector('#appeal').open = true")
    visit.click("#appeal input[name='finding_ids']")
    visit.type("#appeal textarea", "当时线路不好")
    send(visit, "#appeal form button")
    assert "申诉中" in visit.text("#score-heading")

    visit = at_call("wang.fang")
    assert visit.driver.find_elements("css selector", "select[name='outcome']") == [], "not who reviewed first"
    visit = at_call("liu.yang")
    visit.choose("select[name='outcome']", "partly")
    visit.type("[data-draft='decide']", "第一处撤销")
    send(visit, "form[hx-post$='/decide'] button")
    assert "申诉已裁定" in visit.text("#score-heading")
    assert "部分成立" in visit.text("#work")
    visit.run("document.querySelector('#history').open = true")
    history = visit.text(".history")
    assert all(name in history for name in ("王芳", "张伟", "刘洋"))


def test_a_call_is_taken_away_as_a_pdf(at_call, own_site: Site) -> None:
    visit = at_call("wang.fang", 6)
    cookies = {SESSION_COOKIE: visit.driver.get_cookie(SESSION_COOKIE)["value"]}
    answer = web.get(own_site.server.url("/calls/demo-06/report.pdf"), cookies=cookies)
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "通话文字" in text
    assert visit.text(".turn p") in text.replace("\n", "")


def test_two_reviewers_are_told_and_nothing_typed_is_lost(at_call, own_site: Site) -> None:
    visit = at_call("wang.fang", 2)
    visit.run("document.querySelector('.turn .edit').open = true")
    visit.find(".turn .edit textarea").clear()
    visit.type(".turn .edit textarea", "我打的字")
    token = visit.run("return JSON.parse(document.body.getAttribute('hx-headers'))['X-Forgery-Token']")
    status = visit.driver.execute_async_script(
        "const done = arguments[1]; fetch('/api/v1/calls/demo-02/review/notes', {method: 'POST',"
        "headers: {'Content-Type': 'application/json', 'X-Forgery-Token': arguments[0]},"
        "body: JSON.stringify({expected_version: 0, at_s: 1, text: '另一位'})}).then(a => done(a.status));",
        token,
    )
    assert status == 200
    visit.run("arguments[0].click()", visit.find(".turn .edit button"))
    assert "王芳" in told(visit)
    assert visit.find(".turn .edit textarea").get_attribute("value") == "我打的字"
    visit.open("/calls/demo-02")
    visit.until(READY)
    assert visit.find(".turn .edit textarea").get_attribute("value") == "我打的字", "a reload keeps it"
    send(visit, ".turn .edit button")
    assert visit.text(".turn .fixed") == "我打的字"


def test_an_agent_sees_no_review_before_it_is_out_and_no_call_of_others(at_call, own_site: Site) -> None:
    visit = at_call("zhang.wei", 7)
    assert "复核完成后" in visit.text("#work")
    assert visit.driver.find_elements("css selector", "button[data-verdict]") == []
    visit.open("/calls/demo-02")
    assert "没有找到" in visit.text("h1")


def test_missing_sound_is_said_and_the_rest_works(at_call, own_site: Site) -> None:
    (own_site.settings.calls_dir / "demo-05" / "received.wav").rename(own_site.settings.calls_dir / "demo-05" / "gone")
    visit = Visit(at_call("wang.fang").driver, own_site)
    visit.enter("wang.fang")
    visit.prefer("zh", "light")
    visit.open("/calls/demo-05")
    assert "无法播放" in visit.text(".banner.bad")
    assert visit.run(FINDINGS) > 0


def test_a_failed_analysis_says_why_and_can_be_tried_again(at_call, own_site: Site) -> None:
    visit = Visit(at_call("wang.fang").driver, own_site)
    visit.enter("wang.fang")
    visit.prefer("zh", "light")
    visit.open("/calls/demo-23")
    assert "分析失败" in visit.text(".banner.bad")
    visit.run("window.isOld = true")
    visit.click("form[action$='/retry'] button")
    visit.until("return !window.isOld && document.readyState === 'complete'")
    assert "等待分析" in visit.text(".banner")
