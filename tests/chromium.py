"""A real headless Chromium."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    "--window-size=1440,900",
)


FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required")

OpenBrowser = Callable[[Path | None], contextlib.AbstractContextManager[webdriver.Chrome]]


@contextlib.contextmanager
def browser(program: str, driver_program: str, profile: Path, *more: str) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own until the end of the block."""
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for option in (*OPTIONS, *more, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def one_chromium(
    need_program: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[webdriver.Chrome]:
    """The one browser of all page tests."""
    program, driver = need_program("chromium"), need_program("chromedriver", "chromium-driver")
    with browser(program, driver, tmp_path_factory.mktemp("chromium")) as one:
        yield one


@pytest.fixture
def chromium(one_chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser, for a test that opens its own page; an open page would go on working beside the next tests."""
    yield one_chromium
    one_chromium.get("about:blank")


@pytest.fixture
def speaking_chromium(need_program: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> OpenBrowser:
    """Opens browsers whose microphone speaks a WAV file over and over, or is refused (None)."""

    def make(speech: Path | None) -> contextlib.AbstractContextManager[webdriver.Chrome]:
        allowed = ("--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={speech}")
        refused = ("--deny-permission-prompts",)
        program, driver = need_program("chromium"), need_program("chromedriver", "chromium-driver")
        profile = tmp_path_factory.mktemp("speaking-chromium")
        return browser(program, driver, profile, *FAKE_DEVICES, *(allowed if speech else refused))

    return make
