"""The page in a real Chromium, opened from disk."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from callcoach.audio.sound import Sound
from callcoach.datapath import Speaker
from callcoach.reports import page as page_module
from callcoach.reports.page import write_page
from tests.reports.calls import HOSTILE, corpus_analysis, small_analysis, tone_sound

pytestmark = pytest.mark.browser

REGIONS = "return [...document.querySelector('#wave div').shadowRoot.querySelectorAll('[part~=region]')]"
ALLOWED_S = 20
"""How long the browser may take for anything before the test gives up; nothing is measured with it."""


class OpenPage:
    """A page in the browser and what a reader does with it."""

    def __init__(self, driver: Chrome, path: Path, fragment: str = "") -> None:
        self.driver = driver
        driver.get("about:blank")
        driver.get_log("browser")
        driver.get(path.as_uri() + fragment)
        self.until("return document.querySelector('#sound').readyState >= 2")
        self.until(f"{REGIONS}.length > 0")

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def until(self, script: str) -> None:
        WebDriverWait(self.driver, ALLOWED_S, poll_frequency=0.05).until(lambda driver: driver.execute_script(script))

    @property
    def now_s(self) -> float:
        return self.run("return document.querySelector('#sound').currentTime")

    def find(self, css: str):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def click(self, css: str) -> None:
        self.find(css).click()

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def errors(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture
def page(chromium: Chrome, small_page: Path) -> OpenPage:
    return OpenPage(chromium, small_page)


def test_it_opens_without_a_complaint(page: OpenPage) -> None:
    assert page.errors() == []
    assert page.run("return document.querySelector('#sound').duration") == pytest.approx(12.0, abs=0.2)
    assert page.find(".total b").text == "91"


def test_findings_and_silences_are_regions(page: OpenPage) -> None:
    boxes = page.run(
        f"const wave = document.querySelector('#wave').getBoundingClientRect();"
        f"return {REGIONS.removeprefix('return ')}.map(r => {{const b = r.getBoundingClientRect();"
        "const scale = 12 / wave.width;"
        "return [r.part.contains('silence'), (b.left - wave.left) * scale, b.width * scale, b.height]})"
    )
    silence, dead_air, phrase = boxes
    assert silence[0]
    assert silence[1:3] == pytest.approx([5.0, 3.5], abs=0.05)
    assert dead_air[1:3] == pytest.approx([5.0, 3.5], abs=0.05)
    assert phrase[1:3] == pytest.approx([9.2, 0.9], abs=0.05)
    assert dead_air[3] == 2 * phrase[3], "dead air lies on both lanes, the phrase on the agent's"


def test_clicking_a_turn_plays_it(page: OpenPage) -> None:
    page.click("#turn-1 .said p")
    page.until("return !document.querySelector('#sound').paused && document.querySelector('#sound').currentTime > 3.1")
    assert 3.0 <= page.now_s < 11
    page.until("return document.querySelector('#turn-1').getAttribute('aria-current') === 'true'")
    assert page.run("return location.hash") == "#t=3.0"


def test_the_transcript_follows_the_sound(page: OpenPage) -> None:
    page.run("document.querySelector('#sound').currentTime = 9")
    page.until("return document.querySelector('#turn-2').classList.contains('current')")
    assert page.run("return document.querySelectorAll('.turn.current').length") == 1


def test_a_mark_and_a_card_and_a_region_select_the_same_finding(page: OpenPage) -> None:
    for click in ("mark", ".finding .head[data-finding='f2']", ".link[data-finding='f2']"):
        page.run("document.querySelector('#sound').currentTime = 0")
        page.click(click)
        page.until("return document.querySelector('#sound').currentTime > 8.8")
        assert page.find(".finding.selected").get_attribute("data-id") == "f2"
        assert page.run(f"{REGIONS}.filter(r => r.part.contains('selected')).length") == 1
    page.run("document.querySelector('#sound').currentTime = 0")
    page.run(f"{REGIONS}[1].click()")
    page.until("return document.querySelector('.finding.selected').dataset.id === 'f1'")


def test_clicking_the_waveform_moves_the_sound(page: OpenPage) -> None:
    wave = page.find("#wave")
    ActionChains(page.driver).move_to_element_with_offset(wave, -wave.size["width"] // 4, -30).click().perform()
    page.until("return Math.abs(document.querySelector('#sound').currentTime - 3) < 0.1")


def test_keys(page: OpenPage) -> None:
    page.press(Keys.SPACE)
    page.until("return !document.querySelector('#sound').paused")
    page.press(Keys.SPACE)
    page.until("return document.querySelector('#sound').paused")
    page.run("document.querySelector('#sound').currentTime = 1")
    page.press(Keys.ARROW_RIGHT)
    assert page.now_s == pytest.approx(6.0, abs=0.01)
    page.press(Keys.ARROW_LEFT)
    assert page.now_s == pytest.approx(1.0, abs=0.01)
    page.press("n")
    assert page.find(".finding.selected").get_attribute("data-id") == "f1"
    page.press("n")
    assert page.find(".finding.selected").get_attribute("data-id") == "f2"
    assert page.now_s == pytest.approx(8.9, abs=0.01)
    page.press("p")
    assert page.find(".finding.selected").get_attribute("data-id") == "f1"
    assert page.errors() == []


def test_keys_do_not_take_over_a_chosen_control(page: OpenPage) -> None:
    page.find("#speed").send_keys("1.5")
    page.until("return document.querySelector('#sound').playbackRate === 1.5")
    page.find("#language").send_keys(Keys.SPACE)
    assert page.run("return document.documentElement.lang") == "en"
    assert page.run("return document.querySelector('#sound').paused")


def test_the_language_switch_leaves_no_word_of_the_other(page: OpenPage) -> None:
    assert page.find("h2").text == "通话文字"
    page.click("#language")
    assert page.find("h2").text == "Transcript"
    own_words = page.run(
        "const copy = document.body.cloneNode(true);"
        "copy.querySelectorAll('.zh, [lang=zh-CN], script, style, .scores > p, h1').forEach(e => e.remove());"
        "return copy.textContent"
    )
    assert not [char for char in own_words if "\u4e00" <= char <= "\u9fff" and char not in "小林看我们能够帮您做什么"]
    assert page.find("#play").get_attribute("aria-label") == "Play"
    page.click("#language")
    assert page.find("h2").text == "通话文字"


def test_a_link_opens_at_a_second(chromium: Chrome, small_page: Path) -> None:
    page = OpenPage(chromium, small_page, "#t=9.5")
    page.until("return document.querySelector('#sound').currentTime === 9.5")
    assert page.find("#turn-2").get_attribute("aria-current") == "true"
    page.run("location.hash = '#t=3.5'")
    page.until("return document.querySelector('#sound').currentTime === 3.5")


def test_zoom_widens_the_waveform(page: OpenPage) -> None:
    page.find("#zoom").send_keys("4")
    page.until("return document.querySelector('#zoom').value === '4'")
    ratio = "document.querySelector('#wave div').shadowRoot.querySelector('.wrapper').scrollWidth / wave.clientWidth"
    page.until(f"const wave = document.querySelector('#wave'); return Math.abs({ratio} - 4) < 0.05")


def test_hostile_text_stays_text(chromium: Chrome, tmp_path: Path) -> None:
    page = OpenPage(chromium, write_page(small_analysis("您好，我不能" + HOSTILE), tone_sound(), tmp_path))
    assert page.run("return window.broken") is None
    assert HOSTILE in page.find("#turn-2 p").text
    assert HOSTILE in page.find("h1").text
    assert page.errors() == []


def test_every_control_has_a_name_and_can_be_reached(page: OpenPage) -> None:
    nameless = page.run(
        "return [...document.querySelectorAll('button, select, input')]"
        ".filter(e => !(e.getAttribute('aria-label') || e.innerText.trim() || e.closest('label')?.innerText.trim()))"
        ".map(e => e.outerHTML)"
    )
    assert nameless == []
    assert page.run("return [...document.querySelectorAll('button, select, input')].every(e => e.tabIndex === 0)")


CONTRAST = """
const linear = (v) => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
const light = (rgb) => { const [r, g, b] = rgb.map(linear);
  return .2126 * r + .7152 * g + .0722 * b };
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] === 1) return c.slice(0, 3) } return [255, 255, 255] };
const low = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || !e.checkVisibility() || e.closest('script, style, option')) continue;
  const [a, b] = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(ground(e))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) low.push([e.className || e.tagName, ratio.toFixed(2), e.textContent.trim().slice(0, 12)]);
}
return low
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(chromium: Chrome, small_page: Path, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    try:
        page = OpenPage(chromium, small_page)
        page.press("n")
        assert page.run(CONTRAST) == []
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("width", [1440, 1024, 480])
def test_nothing_is_wider_than_the_window(chromium: Chrome, small_page: Path, width: int) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page = OpenPage(chromium, small_page)
        for _ in ("zh", "en"):
            wide = page.run(
                "const boxes = 'body, main, aside, .transcript, .player, .bar, .controls, table';"
                "return [...document.querySelectorAll(boxes)]"
                ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.tagName)"
            )
            assert wide == []
            page.click("#language")
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_large_sound_lies_beside_the_page(chromium: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "INLINE_LIMIT_BYTES", 1000)
    path = write_page(small_analysis(), tone_sound(), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"report.html", "report-sound.mp3"}
    assert not [file.name for file in tmp_path.iterdir() if file.stat().st_mode & 0o077]
    page = OpenPage(chromium, path)
    page.click("#turn-1 .said p")
    page.until("return document.querySelector('#sound').currentTime > 3.1")
    assert page.errors() == []


def test_the_encoded_sound_is_in_time_with_the_recording(chromium: Chrome, tmp_path: Path) -> None:
    """Clicks at known times must be heard there: an MP3 coder's delay would show up here."""
    samples = np.zeros((8000 * 12, 2), dtype=np.int16)
    for at_s in (2.0, 6.0, 10.0):
        start = round(at_s * 8000)
        samples[start : start + 80, 0] = 20000
    sound = Sound(samples, 8000, (Speaker.AGENT, Speaker.CUSTOMER))
    page = OpenPage(chromium, write_page(small_analysis(), sound, tmp_path))
    loudest = page.driver.execute_async_script(
        """
        const done = arguments[0];
        const text = document.querySelector('#sound').src.split(',')[1];
        const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
        new OfflineAudioContext(2, 1, 8000).decodeAudioData(bytes.buffer).then(heard => {
          const side = heard.getChannelData(0);
          done([2, 6, 10].map(at => {
            let best = 0, when = 0;
            const level = (i) => Math.abs(side[i]);
            for (let i = (at - 1) * 8000; i < (at + 1) * 8000; i++) if (level(i) > best) [best, when] = [level(i), i];
            return when / 8000;
          }));
        });
        """
    )
    assert loudest == pytest.approx([2.005, 6.005, 10.005], abs=0.02)


def test_it_prints_on_a4_without_the_player(chromium: Chrome, small_page: Path) -> None:
    page = OpenPage(chromium, small_page)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not page.find(".player").is_displayed()
        assert page.find(".finding q").is_displayed()
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = base64.b64decode(chromium.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert printed.count(b"/Type /Page\n") <= 2


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["dev12", "dev17"])
def test_corpus_calls(chromium: Chrome, corpus: Path, tmp_path: Path, name: str) -> None:
    analysis, sound = corpus_analysis(corpus, name, tmp_path)
    page = OpenPage(chromium, write_page(analysis, sound, tmp_path))
    regions = page.run(f"{REGIONS}.filter(r => !r.part.contains('silence')).length")
    assert regions == len(analysis.rules.findings)
    assert page.run("return document.querySelectorAll('.turn').length") == len(analysis.transcript.turns)
    assert page.run("return document.querySelectorAll('.lane-names > span').length") == len(sound.speakers)
    assert page.errors() == []
