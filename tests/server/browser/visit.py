"""What somebody does with a page in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from callcoach.server.pages.preferences import LANGUAGE_COOKIE, THEME_COOKIE
from callcoach.server.sign_in.cookies import SESSION_COOKIE
from tests.server.browser.site import Site

ALLOWED_S = 20
"""How long the browser may take for anything before the test gives up; nothing is measured with it."""


class Visit:
    """A browser at a site, without cookies at first."""

    def __init__(self, driver: Chrome, site: Site) -> None:
        self.driver = driver
        self.site = site
        driver.get(site.server.url("/sign-in"))
        driver.delete_all_cookies()
        driver.get_log("browser")

    def enter(self, login: str) -> None:
        """Be signed in, without the page for it."""
        self.cookie(SESSION_COOKIE, self.site.session_of(login))

    def cookie(self, name: str, value: str) -> None:
        self.driver.add_cookie({"name": name, "value": value})

    def prefer(self, language: str, theme: str) -> None:
        self.cookie(LANGUAGE_COOKIE, language)
        self.cookie(THEME_COOKIE, theme)

    def open(self, path: str) -> None:
        self.driver.get(self.site.server.url(path))

    def size(self, width: int, height: int = 800) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str) -> None:
        WebDriverWait(self.driver, ALLOWED_S, poll_frequency=0.05).until(lambda driver: driver.execute_script(script))

    def find(self, css: str):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        return self.find(css).text

    def type(self, css: str, text: str) -> None:
        self.find(css).send_keys(text)

    def click(self, css: str) -> None:
        self.find(css).click()

    def choose(self, css: str, value: str) -> None:
        Select(self.find(css)).select_by_value(value)

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    @property
    def path(self) -> str:
        return self.run("return location.pathname + location.search")

    def until_at(self, path: str) -> None:
        """Wait until a page is there; it may have come by a redirect."""
        self.until(f"return location.pathname + location.search === {path!r} && document.readyState === 'complete'")

    def submit(self, css: str, *keys: str) -> None:
        """Send a form by keys typed into a field of it, and wait for the page that answers."""
        self.run("window.isOld = true")
        self.find(css).send_keys(*keys)
        self.until("return !window.isOld && document.readyState === 'complete'")

    def complaints(self) -> list[str]:
        """Return what the browser's console says: refused scripts, missing files."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        assert self.driver.save_screenshot(str(path))
