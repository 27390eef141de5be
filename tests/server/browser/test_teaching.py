"""A trainer writes a rule, hears what it would find, publishes it; an agent speaks an answer of a drill."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tests.chromium import OpenBrowser
from tests.server.browser.site import running_site
from tests.server.browser.visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.model]

PLAYING = "return document.querySelector('[data-play][aria-pressed=true]') !== null"


def test_a_rule_is_written_tried_heard_and_published(chromium, filled: Path, tmp_path: Path) -> None:
    with running_site(tmp_path, filled, work__calls_at_once="0") as site:
        visit = Visit(chromium, site)
        visit.size(1440)
        visit.enter("liu.yang")
        visit.prefer("zh", "light")
        visit.open("/rules/new")
        for name, text in (
            ("name_zh", "说“一直在说”"),
            ("id", "own.keeps_saying"),
            ("phrases", "一直在说"),
            ("hits", "您【一直在说】这件事\n我【一直在说】\n【一直在说】"),
            ("misses", "我说一次\n您请说\n我再说明一下"),
            ("advice_zh", "我再说明一次，您看这样可以吗？"),
            ("source_document", "例会"),
            ("source_phrase", "一直在说"),
        ):
            visit.type(f"#{name}", text)
        visit.submit(".rule-draft form button.main", "\n")
        visit.until_at("/rules/own.keeps_saying/draft")
        assert "6 个例句都对" in visit.text(".rule-steps")
        assert visit.run("return document.querySelector(\"form[action$='/publish'] button\").disabled")
        visit.submit("form[action$='/trial'] button", "\n")
        visit.until("return location.pathname.endsWith('/trial') && document.readyState === 'complete'")
        found = visit.run(
            "return document.querySelectorAll(\"section[aria-labelledby='new-heading'] tbody tr\").length"
        )
        assert found > 0
        assert visit.text("mark") == "一直在说"
        assert visit.run("return document.querySelector('.take-away')") is None, (
            "a page that was sent for has no address"
        )
        visit.click("[data-play]")
        visit.until(PLAYING)
        visit.until("return document.querySelector('[data-play][aria-pressed=true]') === null")
        visit.open("/rules/own.keeps_saying/draft")
        visit.type("form[action$='/publish'] input[name=reason]", "例会定的")
        visit.submit("form[action$='/publish'] button", "\n")
        visit.until_at("/rules/own.keeps_saying")
        assert "发布的第 1 版生效中" in visit.text(".facts")
        assert "例会定的" in visit.text("tbody")
        assert visit.complaints() == []


def test_an_answer_is_spoken_written_down_and_judged(
    speaking_chromium: OpenBrowser, filled: Path, tmp_path: Path
) -> None:
    speech = Path(str(resources.files("callcoach.demo") / "dialogues" / "lost-parcel.customer.wav"))
    with (
        running_site(tmp_path, filled, work__calls_at_once="0") as site,
        speaking_chromium(speech) as driver,
    ):
        visit = Visit(driver, site)
        visit.size(1440)
        visit.enter("zhang.wei")
        visit.prefer("zh", "light")
        visit.open("/drills/1")
        visit.click("[data-speak]")
        visit.until("return document.querySelector('[data-speak]').textContent.includes('说完了')")
        visit.run("window.begun = performance.now()")
        visit.until("return performance.now() - window.begun > 6000")
        visit.run("window.isOld = true")
        visit.click("[data-speak]")
        visit.until(
            "return (!window.isOld && document.readyState === 'complete')"
            " || document.querySelector('[role=alert]:not([hidden])') !== null"
        )
        assert not visit.run("return window.isOld === true"), visit.text("[role=alert]:not([hidden])")
        row = visit.text("#item-2 tbody tr")
        assert any("一" <= letter <= "鿿" for letter in row), row
        assert visit.run("return document.querySelector(\"#item-2 [data-play$='/sound']\") !== null")
        visit.click("#item-2 [data-play$='/sound']")
        visit.until(PLAYING)
        assert visit.complaints() == []
