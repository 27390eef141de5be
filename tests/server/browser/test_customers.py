"""Customers and lists in a real browser: found as one types, changed where they stand, worked through."""

from __future__ import annotations

import pytest

from tests.server.browser.site import Site, running_site
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("customers")
    with running_site(folder, work__calls_at_once="0", live__enabled="false") as site:
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


def test_customers_and_contacts_are_found_as_one_types(enter) -> None:
    visit = enter("wang.fang", "/customers")
    visit.type("#find", "wm")
    visit.until("return document.querySelectorAll('#customers tbody tr').length === 1")
    assert visit.text("#customers tbody th") == "王敏"
    assert "text=wm" in visit.path
    visit.open("/contacts")
    visit.type("input[name=text]", "oyjg")
    visit.until("return document.querySelectorAll('#contacts tbody tr').length === 1")
    assert visit.text("#contacts tbody th") == "欧阳建国"
    assert visit.complaints() == []


def test_a_card_is_changed_and_noted_on_where_it_stands(enter) -> None:
    visit = enter("zhang.wei", "/customers")
    visit.run("htmx.ajax('GET', '/desk/card?number=13900000001&call_id=k1', {target: 'main'})")
    visit.until("return document.querySelector('#desk-card')")
    assert "支配型" in visit.text(".tips")
    visit.choose("#desk-card select[name=kind]", "analytical")
    visit.until("return document.querySelector('.tips').textContent.includes('分析型')")
    visit.type("#card-note", "要求周五前答复")
    visit.click("#desk-card form button:not(details button)")
    visit.until("return document.querySelector('.history')?.textContent.includes('要求周五前答复')")
    visit.run("htmx.ajax('GET', '/desk/card?number=13811110000', {target: 'main'})")
    visit.until("return document.querySelector('#desk-card button.main')")
    visit.type("#card-name", "新来的客户")
    visit.click("#desk-card button.main")
    visit.until("return document.querySelector('#desk-card h2').textContent === '新来的客户'")
    assert visit.complaints() == []


def test_an_agent_takes_a_number_and_skips_it_with_a_reason(enter) -> None:
    visit = enter("zhao.lei", "/campaigns/1")
    assert "没有号码" in visit.text("#leads"), "none is assigned to this agent"
    visit.click("#desk-lead button")
    visit.until("return document.querySelector('#desk-lead').textContent.includes('没有可拨的号码')")
    boss = enter("wang.fang", "/campaigns/1")
    boss.click("#leads tbody input[name=lead_ids]:not([disabled])")
    number = boss.run("return document.querySelector('#leads input:checked').closest('tr').children[2].textContent")
    boss.run("document.querySelector('#hand-person').value = '6'; window.isOld = true")
    boss.click("#by-hand button")
    boss.until("return !window.isOld && document.readyState === 'complete'")
    assert "已分配 1 个号码" in boss.text(".banner.good")
    visit = enter("zhao.lei", "/campaigns/1")
    visit.click("#leads button")
    visit.until("return document.querySelector('#lead-reason')")
    assert number in visit.text("#desk-lead")
    visit.type("#lead-reason", "刚刚联系过")
    visit.run("[...document.querySelectorAll('#desk-lead button')].at(-1).click()")
    visit.until("return document.querySelector('#desk-lead').textContent.includes('已跳过')")
    assert visit.complaints() == []


def test_a_file_is_looked_at_then_brought_in(enter, tmp_path) -> None:
    file = tmp_path / "book.csv"
    file.write_bytes("分机,姓名,部门\r\n8101,新同事,行政部\r\n,没有号码,\r\n".encode("gb18030"))
    visit = enter("wang.fang", "/contacts/import")
    visit.type("#file", str(file))
    visit.run("window.isOld = true")
    visit.click("form[enctype] button")
    visit.until("return !window.isOld && document.readyState === 'complete'")
    assert "新增 1 条" in visit.text(".banner")
    assert "不能为空" in visit.text("section tbody")
    visit.run("window.isOld = true")
    visit.click(".actions button.main")
    visit.until("return !window.isOld && document.readyState === 'complete'")
    assert "新增 1 条" in visit.text(".banner.good")
    assert visit.complaints() == []
