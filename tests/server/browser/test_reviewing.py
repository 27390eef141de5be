"""Working off what waits, planning samples, calibrating: in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.browser.site import Site, running_site
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]


ROWS = "return document.querySelectorAll('tbody th').length"
AGENTS = {"张伟": "zhang.wei", "李娜": "li.na", "赵磊": "zhao.lei", "孙丽": "sun.li"}


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory, filled: Path):
    with running_site(tmp_path_factory.mktemp("reviewing"), filled, work__calls_at_once="0") as site:
        yield site


@pytest.fixture
def enter(chromium, own_site: Site):
    def go(login: str, path: str) -> Visit:
        visit = Visit(chromium, own_site)
        visit.size(1440, 1000)
        visit.enter(login)
        visit.prefer("zh", "light")
        visit.open(path)
        return visit

    yield go
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def finish_sheet(visit: Visit) -> None:
    """Confirm every finding of the sheet that is open, and hand it in."""
    confirm = ".finding button[data-verdict='confirmed']"
    while buttons := visit.driver.find_elements("css selector", confirm):
        visit.run("document.querySelector('#work').firstElementChild.dataset.old = '1'")
        visit.run("arguments[0].click()", buttons[0])
        visit.until("return !document.querySelector('#work > [data-old]')")
    visit.run("document.querySelector('#finish').click()")
    visit.until("return document.querySelector('#score-heading').textContent.includes('已发布')")


def send(visit: Visit, css: str) -> None:
    """Send a form by its button, and wait for the page that answers."""
    visit.run("window.isOld = true")
    visit.run("arguments[0].click()", visit.find(css))
    visit.until("return !window.isOld && document.readyState === 'complete'")


def test_an_overdue_review_is_marked_handed_on_and_skipped(enter) -> None:
    visit = enter("wang.fang", "/reviews")
    assert "已逾期" in visit.text("tbody tr")
    before = visit.run(ROWS)
    visit.run("document.querySelector('tbody .menu').open = true")
    visit.choose("tbody select[name='person_id']", "3")
    visit.type("tbody form[action$='/hand-on'] input[name='reason']", "休假")
    send(visit, "tbody form[action$='/hand-on'] button")
    assert visit.run(ROWS) == before - 1
    visit = enter("liu.yang", "/reviews")
    before = visit.run(ROWS)
    assert "已逾期" in visit.text("tbody tr")
    visit.run("document.querySelector('tbody .menu').open = true")
    visit.type("tbody form[action$='/skip'] input[name='reason']", "录音只有忙音")
    send(visit, "tbody form[action$='/skip'] button")
    assert visit.run(ROWS) == before - 1


def test_a_review_from_the_queue_reaches_its_agent(enter) -> None:
    visit = enter("admin", "/reviews")
    call_path = visit.find("tbody td.act a").get_attribute("href")
    agent = {"张伟": "zhang.wei", "李娜": "li.na", "赵磊": "zhao.lei", "孙丽": "sun.li"}[
        visit.text("tbody td:nth-of-type(2)")
    ]
    visit.driver.get(call_path)
    finish_sheet(visit)
    visit.open("/reviews")
    assert call_path not in [
        link.get_attribute("href") for link in visit.driver.find_elements("css selector", "td.act a")
    ]
    visit = enter(agent, "/results")
    assert "新" in visit.text("tbody tr")
    assert visit.find("tbody a").get_attribute("href") == call_path


def test_a_plan_is_made_shows_what_it_would_draw_and_ends(enter) -> None:
    visit = enter("wang.fang", "/plans")
    visit.type("#name", "每天最差三通")
    visit.choose("#method", "worst_first")
    visit.choose("#period", "day")
    visit.find("#quota").clear()
    visit.type("#quota", "3")
    send(visit, "form[action='/plans'] button.main")
    assert "复核人：至少选 1 项" in visit.text(".banner.bad"), "a plan needs reviewers; what was typed stays"
    visit.click("input[name='reviewer_ids']")
    send(visit, "form[action='/plans'] button.main")
    assert "每天最差三通" in visit.text("tbody")
    visit.run("document.querySelector('tbody input[name=day]').value = '2026-01-30'")
    send(visit, "tbody form[method='get'] button")
    assert visit.driver.find_elements("css selector", "#preview tbody a")
    visit.run("document.querySelector('form[data-ask]').removeAttribute('data-ask')")
    send(visit, "form[action$='/end'] button")
    assert "已结束" in visit.text("tbody")


def test_two_people_calibrate_blind_and_see_their_agreement(enter) -> None:
    for login in ("admin", "liu.yang"):
        for number in (10, 14):
            visit = enter(login, f"/calls/demo-{number}?round=1")
            assert "只有您看得到" in visit.text("#work .banner")
            finish_sheet(visit)
    visit = enter("admin", "/rounds/1")
    assert visit.run("return document.querySelectorAll('.state.good').length") == 4
    visit.run("document.querySelector('form[data-ask]').removeAttribute('data-ask')")
    send(visit, "form[action$='/close'] button")
    assert "Kappa" in visit.text(".facts")
    assert visit.driver.find_elements("css selector", "#work") == []


def test_any_table_is_taken_away(enter) -> None:
    visit = enter("admin", "/people")
    links = visit.driver.find_elements("css selector", ".take-away a")
    (address,) = [link.get_attribute("href") for link in links if link.text == "CSV"]
    sent = "fetch(arguments[0]).then(answer => answer.text()).then(arguments[1])"
    lines = visit.driver.execute_async_script(sent, address).splitlines()
    assert lines[0].lstrip("\ufeff").startswith("登录名,姓名")
    assert len(lines) == 1 + visit.run("return document.querySelectorAll('tbody tr').length")
    assert any("王芳" in line for line in lines)
