"""Finding calls as a supervisor does, in a real browser."""

from __future__ import annotations

import csv
import io

import httpx2
import pytest

from callcoach.server.sign_in.cookies import SESSION_COOKIE
from tests.server.browser.filled_calls import CALLS
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
    assert supervisor.text("tr.hit mark") == "您好"
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
    answer = httpx2.get(address, cookies=cookies)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == shown + 1
    assert rows[0][:3] == ["通话编号", "时间", "坐席"]


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
