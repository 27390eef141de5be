"""What the page of a call offers, keeps and tells at each stage of its review, to each person: in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from tests.server.browser.filled_calls import APPEALED, EVENTFUL, PUBLISHED
from tests.server.browser.site import Site, opened, running_site
from tests.server.browser.test_call import READY, send, told
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]

Go = Callable[..., Visit]
SIGNS = "return document.querySelectorAll('#finding-marks button').length > 0"
EDITS = "button[data-verdict], .edit, .dimensions .menu, #add-finding"


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("stages"), filled, work__calls_at_once="0") as site:
        yield site


@pytest.fixture
def at(chromium, own_site: Site) -> Iterator[Go]:
    """Somebody at a page: `at(login, path)`; of a call, with its sound drawn."""
    visit = Visit(chromium, own_site)
    visit.size(1440, 900)

    def go(login: str, path: str) -> Visit:
        visit.driver.delete_all_cookies()
        visit.enter(login)
        visit.prefer("zh", "light")
        visit.open(path)
        if path.startswith("/calls/demo") and "demo-23" not in path:
            visit.until(READY)
            visit.until(SIGNS)
        return visit

    yield go
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def count(visit: Visit, css: str) -> int:
    return len(visit.driver.find_elements("css selector", css))


def badge(visit: Visit, name: str, number: int) -> None:
    visit.until(f"return parseInt(document.querySelector('#badge-{name}').textContent || '0') === {number}")


def change_beside(visit: Visit, call_id: str, version: int) -> None:
    """Have somebody else add a note to the review meanwhile."""
    status = visit.driver.execute_async_script(
        """
        const [call, version, done] = arguments;
        const token = JSON.parse(document.body.getAttribute('hx-headers'))['X-Forgery-Token'];
        fetch(`/api/v1/calls/${call}/review/notes`, {method: 'POST',
          headers: {'Content-Type': 'application/json', 'X-Forgery-Token': token},
          body: JSON.stringify({expected_version: version, at_s: 1, text: '另一位'})}).then(a => done(a.status));
        """,
        call_id,
        version,
    )
    assert status == 200


def test_an_agent_who_opens_a_published_review_has_read_it(at: Go) -> None:
    visit = at("zhang.wei", "/results")
    badge(visit, "results", 1)
    visit = at("zhang.wei", f"/calls/{PUBLISHED}")
    visit.until("return document.querySelector('#score-heading').textContent.includes('坐席已读')")
    badge(visit, "results", 0)
    visit.run("document.querySelector('#history').open = true")
    assert "张伟 查看了质检结果" in visit.text(".history")
    assert count(visit, EDITS + ", #finish") == 0
    assert count(visit, "#acknowledge, #appeal") == 2
    visit = at("wang.fang", f"/calls/{PUBLISHED}")
    assert "坐席已读" in visit.text("#score-heading")
    assert count(visit, EDITS + ", #finish") == 0
    assert count(visit, "#reopen") == 1


def test_an_open_appeal_offers_each_what_the_stage_allows(at: Go) -> None:
    visit = at("wang.fang", f"/calls/{APPEALED}")
    assert count(visit, EDITS + ", #finish, #reopen, select[name='outcome'], #take-over") == 0
    assert "没有参与初审的人裁定" in visit.text("#work")
    assert count(visit, "#add-note") == 1
    visit = at("liu.yang", f"/calls/{APPEALED}")
    assert "由 刘洋 裁定" in visit.text("#work .banner")
    assert "针对" in visit.text("#work .banner")
    assert count(visit, "select[name='outcome']") == 1
    assert count(visit, "button[data-verdict='confirmed'], summary[data-verdict='rejected']") > 0
    assert count(visit, "#finish, #reopen, #take-over") == 0
    badge(visit, "appeals", 1)


def test_an_appeal_is_taken_over_decided_and_listed_with_what_it_changed(at: Go) -> None:
    visit = at("admin", f"/calls/{APPEALED}")
    assert count(visit, EDITS + ", #finish, select[name='outcome']") == 0
    badge(visit, "appeals", 0)
    visit.run("document.querySelector('#take-over').open = true")
    visit.type("#take-over input[name='reason']", "刘洋休假")
    visit.run("window.isOld = true")
    visit.run("document.querySelector('#take-over form button').click()")
    visit.until("return !window.isOld && document.readyState === 'complete'")
    visit.until(READY)
    badge(visit, "appeals", 1)
    visit.run("window.stays = true")
    visit.run("[...document.querySelectorAll('.finding [data-verdict=rejected]')].at(-1).click()")
    visit.run("[...document.querySelectorAll('.finding details[open] input[name=reason]')].at(-1).value = '线路有杂音'")
    send(visit, ".finding details[open] form button")
    visit.choose("select[name='outcome']", "upheld")
    visit.type("[data-draft='decide']", "听了录音")
    send(visit, "form[hx-post$='/decide'] button")
    badge(visit, "appeals", 0)
    assert visit.run("return window.stays"), "the count changed without a reload"
    visit.open("/appeals?show=decided")
    row = visit.text("tbody tr")
    assert "申诉成立" in row
    assert "听了录音" in row
    assert visit.run("return document.querySelector('tbody tr td:last-child').textContent") != "–"


def test_a_draft_is_of_a_person_a_call_and_a_round(at: Go) -> None:
    visit = at("wang.fang", "/calls/demo-10")
    visit.run("document.querySelector('#add-note').open = true")
    visit.type("#add-note textarea", "王芳的话")
    visit = at("admin", "/calls/demo-10")
    assert visit.find("#add-note textarea").get_attribute("value") == "", "not of somebody else"
    visit.run("document.querySelector('#add-note').open = true")
    visit.type("#add-note textarea", "通话本身的备注")
    visit = at("admin", "/calls/demo-10?round=1")
    assert visit.find("#add-note textarea").get_attribute("value") == "", "not of the round's sheet"
    visit = at("wang.fang", "/calls/demo-10")
    assert visit.find("#add-note textarea").get_attribute("value") == "王芳的话"
    assert "没有保存" in visit.text("#add-note")
    send(visit, "#add-note form button")
    assert visit.find("#add-note textarea").get_attribute("value") == "", "what is saved is no draft any more"


def test_a_marked_stretch_outlives_a_refusal_and_a_reload(at: Go) -> None:
    visit = at("wang.fang", "/calls/demo-06")
    visit.run("callSound.markFrom(5.25, 7.5)")
    visit.choose("select[name='rule_id']", "apology.alone")
    change_beside(visit, "demo-06", 0)
    visit.run("document.querySelector('#add-finding form button').click()")
    assert "处改动" in told(visit)
    visit.click("#load-fresh")
    visit.until("return document.querySelector('#work input[name=expected_version]').value === '1'")
    marked = "return ['#mark-start', '#mark-end', 'select[name=rule_id]'].map(f => document.querySelector(f).value)"
    assert visit.run(marked) == ["5.25", "7.50", "apology.alone"]
    visit.open("/calls/demo-06")
    visit.until(READY)
    assert visit.run(marked) == ["5.25", "7.50", "apology.alone"], "a reload keeps it"
    send(visit, "#add-finding form button")
    assert "人工补充" in visit.text(".findings")


def test_findings_on_the_waveform_are_reached_by_keyboard_and_have_words(at: Go) -> None:
    visit = at("wang.fang", "/calls/demo-01")
    labels = visit.run("return [...document.querySelectorAll('#finding-marks button')].map(b => b.ariaLabel)")
    assert len(labels) == visit.run("return document.querySelectorAll('.finding[data-id]').length")
    assert all(any(word in label for word in ("提示", "警告", "严重", "致命")) for label in labels)
    stops = "return document.querySelectorAll('#finding-marks button[tabindex=\"0\"]').length"
    assert visit.run(stops) == 1, "one stop for the tab key"
    visit.run("document.querySelector('#finding-marks button[tabindex=\"0\"]').focus()")
    visit.press("\ue014", "\ue014", "\ue007")  # right, right, enter
    chosen = "return [...document.querySelectorAll('.finding[data-id]')].findIndex(f => f.matches('.selected'))"
    assert visit.run(chosen) == 2
    assert visit.run(stops) == 1


def test_signs_and_curves_follow_zoom_and_scroll(at: Go) -> None:
    visit = at("wang.fang", "/calls/demo-01")
    visit.click("#show-curves")
    picture = "return document.querySelector('#curves').toDataURL()"
    distances = """
      const wave = document.querySelector('#wave').getBoundingClientRect().left;
      const regions = [...document.querySelector('#wave > div').shadowRoot.querySelectorAll('[part~="region"]')];
      return [...document.querySelectorAll('#finding-marks button:not(.outside)')].map(sign => {
        const at = (Number(sign.dataset.at) - callSound.visible().from) * callSound.visible().perSecond;
        return Math.abs(sign.getBoundingClientRect().left + 12 - wave - at);
      });
    """
    whole = visit.run(picture)
    visit.choose("#zoom", "8")
    visit.until("return callSound.visible().to - callSound.visible().from < 10")
    visit.until(f"return (() => {{ {picture} }})() !== {whole!r}")
    near = visit.run(picture)
    visit.run("callSound.seek(20, false)")
    visit.until("return callSound.visible().from > 5")
    visit.until(f"return (() => {{ {picture} }})() !== {near!r}")
    assert max(visit.run(distances)) <= 48, "a sign stands at its moment, but for those moved on a little"
    visit.run("callSound.seek(14.5, false)")
    visit.until("return /-?\\d+ dBFS/.test(document.querySelector('#values').textContent)")


def test_events_left_out_rules_and_failures_are_shown(at: Go) -> None:
    visit = at("wang.fang", f"/calls/{EVENTFUL}")
    labels = visit.run("return [...document.querySelectorAll('#event-marks button')].map(b => b.ariaLabel).join('|')")
    for said in ("接听", "按键 · 客户 · 3", "保持 · 坐席 · 4.5 秒", "静音 · 坐席 · 2 秒", "转接 · 坐席 · 8002", "振铃"):
        assert said in labels
    bands = "'#event-marks .band.hold, #event-marks .band.mute'"
    widths = f"return [...document.querySelectorAll({bands})].map(b => b.offsetWidth)"
    assert all(width > 10 for width in visit.run(widths))
    assert "振铃" in visit.text(".transcript")
    assert "1 条规则运行出错" in visit.text("#work .banner.bad")
    assert "ZeroDivisionError" in visit.text("#work .banner.bad")
    visit.run("document.querySelector('#left-out').open = true")
    assert "没有振铃记录" in visit.text("#left-out")


def test_each_dimension_names_what_it_lost_and_leads_there(at: Go) -> None:
    visit = at("wang.fang", "/calls/demo-01")
    lost = visit.find(".dimensions .lost[data-finding]")
    assert lost.text.startswith("−")
    visit.run("arguments[0].click()", lost)
    assert visit.find(".finding.selected").get_attribute("data-id") == lost.get_attribute("data-finding")


def test_the_way_leads_through_the_list_one_came_from(at: Go) -> None:
    visit = at("wang.fang", "/calls?sort=score")
    links = "return [...document.querySelectorAll('main table a[data-row]')].map(a => a.getAttribute('href'))"
    calls = visit.run(links)
    visit.run("document.querySelectorAll('main table a[data-row]')[1].click()")
    visit.until_at(calls[1])
    visit.until("return !document.querySelector('#way').hidden")
    assert visit.text("#way-place").startswith("2 / ")
    visit.press("j")
    visit.until_at(calls[2])
    visit.until("return !document.querySelector('#way').hidden")
    visit.press("k")
    visit.until_at(calls[1])
    visit.click("#call-before")
    visit.until_at(calls[0])
    visit.until("return !document.querySelector('#way').hidden")
    assert visit.run("return document.querySelector('#call-before').hasAttribute('href')") is False
    visit.click("[data-back]")
    visit.until_at("/calls?sort=score")


def test_keys_have_a_help_overlay_and_links_open_at_a_second(at: Go) -> None:
    visit = at("wang.fang", "/calls/demo-01?t=9.5")
    visit.until("return document.querySelector('#now').textContent === '0:09.5'")
    visit.press("?")
    assert visit.run("return document.querySelector('#keys').matches(':modal')")
    visit.press("n")
    assert count(visit, ".finding.selected") == 0, "keys of the page rest meanwhile"
    visit.press("\ue00c")
    visit.until("return !document.querySelector('#keys').open")
    visit.press("+", "+")
    assert visit.run("return document.querySelector('#speed').value") == "1.5"
    assert visit.run("return callSound.audio.playbackRate") == 1.5


def test_a_pdf_that_is_not_made_leaves_no_line_in_the_audit_log(at: Go, own_site: Site) -> None:
    visit = at("wang.fang", "/calls/demo-23")
    status = "fetch('/calls/demo-23/report.pdf').then(answer => arguments[0](answer.status))"
    assert visit.driver.execute_async_script(status) == 404
    with opened(own_site.settings) as database, database.reading() as session:
        deeds = [one.action for one in list_deeds(session, AuditFilter(object_id="demo-23")).deeds]
    assert "call.see" in deeds
    assert "call.export" not in deeds
