"""Trends and coaching in a real browser."""

from __future__ import annotations

import pytest

from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model]

PERIOD = "from_day=2026-01-20&to_day=2026-01-31"


def test_figures_charts_and_the_way_to_the_calls(visit: Visit) -> None:
    visit.enter("wang.fang")
    visit.prefer("zh", "light")
    visit.open(f"/trends?{PERIOD}")
    visit.until("return [...document.querySelectorAll('.chart')].every(box => box.querySelector('canvas'))")
    assert visit.run("return document.querySelectorAll('#steps tbody tr').length") == 12
    calls = visit.run("return Number(document.querySelector('.trend-top tbody td').textContent)")
    assert calls > 0
    assert "样本少" in visit.text("section[aria-labelledby='agents-heading']")
    visit.click("section[aria-labelledby='rules-heading'] tbody a")
    visit.until("return location.pathname.startsWith('/trends/rules/') && document.readyState === 'complete'")
    visit.until("return [...document.querySelectorAll('.chart')].every(box => box.querySelector('canvas'))")
    assert "机器发现" in visit.text(".facts")
    visit.click("section[aria-labelledby='examples-heading'] tbody a")
    visit.until("return location.pathname.startsWith('/calls/') && document.readyState === 'complete'")
    assert visit.run("return new URLSearchParams(location.search).get('at') !== null")
    assert visit.complaints() == []


def test_an_agent_sees_own_figures_only(visit: Visit) -> None:
    visit.enter("zhang.wei")
    visit.prefer("zh", "light")
    visit.open(f"/trends?{PERIOD}")
    names = visit.run(
        "return [...document.querySelectorAll('#agents-heading + .table tbody th')].map(th => th.textContent)"
    )
    assert names == ["张伟"]


def test_a_coaching_session_is_noted_and_its_outcome_shown(visit: Visit) -> None:
    visit.enter("wang.fang")
    visit.prefer("zh", "light")
    visit.open("/coaching")
    visit.choose("#rule_ids", "neg.but")
    visit.type("#goal", "先说能做什么")
    visit.run("window.isOld = true")
    visit.click("form.panel button.main")
    visit.until("return !window.isOld && document.readyState === 'complete'")
    assert "先说能做什么" in visit.text("tbody tr")
    assert "次数太少" in visit.text("tbody tr")
