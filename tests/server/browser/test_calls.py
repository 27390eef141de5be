"""Finding calls as a supervisor does, in a real browser."""

from __future__ import annotations

import csv
import io

import pytest

from callcoach.server.sign_in.cookies import SESSION_COOKIE
from callcoach.store.tables import CallRow
from tests import web
from tests.server.browser.filled_calls import CALLS
from tests.server.browser.site import opened
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model]

ROWS = "return document.querySelectorAll('a[data-row]').length"


@pytest.fixture
def supervisor(visit: Visit) -> Visit:
    visit.enter("wang.fang")
    visit.prefer("zh", "light")
    return visit


def test_filters_narrow_the_list_and_the_address_reproduces_it(supervisor: Visit) -> None:
    supervisor.open("/calls")
    before = supervisor.run(ROWS)
    assert 0 < before <= CALLS
    supervisor.choose("select[name='severity']", "serious")
    supervisor.until("return location.search.includes('severity=serious')")
    supervisor.until(f"return document.querySelectorAll('a[data-row]').length < {before}")
    narrowed = supervisor.run(ROWS)
    supervisor.open(supervisor.path)
    assert supervisor.run(ROWS) == narrowed
    assert supervisor.complaints() == []


def test_searching_shows_what_was_said_and_leads_to_that_second(supervisor: Visit) -> None:
    supervisor.open("/calls")
    supervisor.type("#find", "您好")
    supervisor.until("return document.querySelector('tr.hit mark')")
    assert supervisor.text("tr.hit mark") in ("您好", "你好")  # one word to the index
    assert "?at=" in supervisor.find("tr.hit a").get_attribute("href")


def test_keys_move_through_the_list(supervisor: Visit) -> None:
    supervisor.open("/calls")
    supervisor.press("j", "j", "k")
    links = "[...document.querySelectorAll('a[data-row]')]"
    assert supervisor.run(f"return {links}.indexOf(document.activeElement)") == 0
    supervisor.press("/")
    assert supervisor.run("return document.activeElement.id") == "find"


def test_a_failed_call_says_why_and_is_tried_again(supervisor: Visit) -> None:
    supervisor.open("/calls?state=failed")
    assert "missing" in supervisor.text("tbody tr")
    supervisor.run("window.isOld = true")
    supervisor.click("form[action$='/retry'] button")
    supervisor.until("return !window.isOld && document.readyState === 'complete'")
    assert supervisor.run(ROWS) == 0


def test_a_view_is_kept_and_opened(supervisor: Visit) -> None:
    supervisor.open("/calls?severity=serious")
    supervisor.click(".menu > summary")
    supervisor.type("#name", "严重问题")
    supervisor.run("window.isOld = true")
    supervisor.click(".menu form[action='/calls/views'] button")
    supervisor.until("return !window.isOld && document.readyState === 'complete'")
    supervisor.open("/calls")
    supervisor.click(".menu > summary")
    supervisor.click(".menu li a")
    supervisor.until_at("/calls?severity=serious")


def test_the_list_is_taken_away_as_a_file(supervisor: Visit) -> None:
    supervisor.open("/calls")
    shown = supervisor.run(ROWS)
    address = supervisor.find(".below a[href$='format=csv']").get_attribute("href")
    cookies = {SESSION_COOKIE: supervisor.driver.get_cookie(SESSION_COOKIE)["value"]}
    answer = web.get(address, cookies=cookies)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == shown + 1
    assert rows[0][:3] == ["通话编号", "时间", "坐席"]


def test_what_is_told_of_a_recording_comes_field_by_field(supervisor: Visit, tmp_path) -> None:
    from callcoach.demo.variants import make_variant, write_variant

    write_variant(make_variant(997), tmp_path / "甲.wav")
    table = "文件名,工号,客户号码\n甲.wav,803,13733334444\n"
    (tmp_path / "表.csv").write_bytes(table.encode("gb18030"))
    (tmp_path / "甲.json").write_text('{"customer": "孙先生", "pbx_leg": 3}', encoding="utf-8")
    supervisor.open("/calls/bring")
    supervisor.find("#files").send_keys("\n".join(str(tmp_path / name) for name in ("甲.wav", "表.csv", "甲.json")))
    supervisor.type("#number", "10086")
    supervisor.type("#tags", "抽查")
    supervisor.choose("#agent_side", "right")
    supervisor.click("#bring button")
    supervisor.until("return document.querySelector('#sent td:last-child > *')")
    assert "已收下" in supervisor.text("#sent tbody tr")
    supervisor.open("/calls?number=13733334444")
    row = supervisor.text("tbody tr")
    assert all(told in row for told in ("赵磊", "孙先生", "抽查"))
    with opened(supervisor.site.settings) as database, database.reading() as session:
        assert session.query(CallRow.agent_right).filter(CallRow.number == "13733334444").scalar() is True


def test_order_presets_and_kept_view_follow_the_filters(supervisor: Visit) -> None:
    supervisor.open("/calls")
    supervisor.click("th a[href*='sort=duration']")
    supervisor.until("return location.search.includes('sort=duration')")
    supervisor.choose("select[name='severity']", "serious")
    supervisor.until("return location.search.includes('severity=serious')")
    assert "sort=duration" in supervisor.path, "the order stays when a filter changes"
    supervisor.until("return document.querySelector('th[aria-sort] a[href*=duration]')")
    presets = supervisor.run("return [...document.querySelectorAll('.presets a')].map(a => a.getAttribute('href'))")
    assert all("severity=serious" in href and "sort=duration" in href for href in presets)
    assert supervisor.run("return document.querySelector('#keep-view').elements.query.value") == (
        "severity=serious&sort=duration&descending=true"
    )
    narrowed = supervisor.run(ROWS)
    supervisor.run("window.isOld = true")
    supervisor.driver.back()
    supervisor.until("return !window.isOld && document.readyState === 'complete'")
    assert supervisor.run("return document.querySelector('select[name=severity]').value") == ""
    supervisor.driver.forward()
    supervisor.until("return document.querySelector('select[name=severity]').value === 'serious'")
    assert supervisor.run(ROWS) == narrowed
    assert supervisor.complaints() == []


def test_recordings_are_brought_in_with_their_metadata(supervisor: Visit, tmp_path) -> None:
    from callcoach.demo.variants import make_variant, write_variant

    sound = tmp_path / "新录音.wav"
    write_variant(make_variant(999), sound)
    (tmp_path / "列表.csv").write_text("文件名,坐席,客户号码\n新录音.wav,802,13911112222\n", encoding="utf-8")
    (tmp_path / "空.wav").write_bytes(b"")
    supervisor.open("/calls/bring")
    paths = "\n".join(str(tmp_path / name) for name in ("新录音.wav", "列表.csv", "空.wav"))
    supervisor.find("#files").send_keys(paths)
    supervisor.click("#bring button")
    supervisor.until("return document.querySelectorAll('#sent td:last-child > *').length === 2")
    assert "已收下" in supervisor.text("#sent tbody tr:nth-child(1)")
    assert "is empty" in supervisor.text("#sent tbody tr:nth-child(2)")
    supervisor.open("/calls?number=13911112222")
    assert "李娜" in supervisor.text("tbody tr")
