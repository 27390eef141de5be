"""A desk in headless Chromium at a real server, into whose headset a benchmark speaks and out of which it hears.

Sound is put in at the page's microphone worklet and taken out at its ear, so everything of ours is passed, and nothing
of a sound card. Times of the page are wall-clock milliseconds; `monotonic_s` brings them to this process's clock.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.chromium import FAKE_DEVICES, browser
from tests.peers.phone import Phone
from tests.server.browser.visit import Visit
from tests.server.desk.site import DeskSite
from tests.server.process import Server

from callcoach.store.engine import database_url, open_database

QUANTUM = 128
"""Samples that the browser's audio thread renders at once."""
LOUD = 3000
STILL_S = 0.15

ENDS = Path(__file__).with_name("desk_ends.js")


def monotonic_s(wall_ms: float) -> float:
    """Return a time of the page on this process's monotonic clock."""
    return wall_ms / 1000 - (time.time() - time.monotonic())


@dataclass
class DeskPage:
    """The open desk and the agent's softphone behind it."""

    visit: Visit
    phone: Phone

    def speak(self, samples: NDArray[np.int16]) -> None:
        """Say this into the page's microphone from now on."""
        self.visit.run(
            "window.bench.mouth.port.postMessage(Float32Array.from(arguments[0], x => x / 32768))", samples.tolist()
        )

    def noted(self, what: str) -> list[Any]:
        """Return what the page noted: `said`, `heard` (wall-clock ms) or `hints`."""
        return self.visit.run(f"return window.bench.{what}")

    def take_over(self) -> None:
        """Put the benchmark's mouth and ear into the headset that is on."""
        script = ENDS.read_text().replace("LOUD", str(LOUD / 32768)).replace("STILL_S", str(STILL_S))
        rate = self.visit.driver.execute_async_script(script)
        assert isinstance(rate, int | float), rate


@contextlib.contextmanager
def desk_page(folder: Path, models_dir: Path | None = None) -> Iterator[DeskPage]:
    """Open it, with the headset on; with a folder of models calls are listened to."""
    data_dir = folder / "server"
    data_dir.mkdir(parents=True)
    if models_dir:
        (data_dir / "models").symlink_to(models_dir)
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium, "chromium is not installed"
    assert driver, "chromium-driver is not installed"
    with Server(data_dir) as server, contextlib.closing(open_database(database_url("", data_dir))) as database:
        site = DeskSite(SimpleNamespace(url=server.url(""), services=SimpleNamespace(database=database)))  # type: ignore[arg-type]
        options = (*FAKE_DEVICES, "--use-fake-ui-for-media-stream")
        with browser(chromium, driver, folder / "profile", *options) as window, site.phone(folder / "agent") as phone:
            window.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
            window.set_script_timeout(30)
            visit = Visit(window, site)  # type: ignore[arg-type]
            visit.size(1366, 768)
            visit.enter("zhang.wei")
            visit.prefer("zh", "light")
            visit.open("/desk")
            visit.until("return document.querySelector('#desk-phone').classList.contains('good')")
            visit.click("#desk-headset")
            visit.until(
                "return window.callcoachDesk.headset.isOpen && document.querySelector('#desk-levels').hidden === false"
            )
            page = DeskPage(visit, phone)
            page.take_over()
            yield page


class ClickPort:
    """A softphone's audio port that speaks a click every so often, and notes when it spoke and heard one.

    Args:
        every_s: from click to click; 0: says nothing.
        rate_hz: of the sound.
    """

    wants_hang_up = False

    def __init__(self, every_s: float, rate_hz: int = 8000) -> None:
        self.every_s = every_s
        self._rate_hz = rate_hz
        self._ticks = 0
        self._loud_at = -1.0
        self.said: list[float] = []
        self.heard: list[float] = []

    def read(self, samples: int) -> bytes:
        """Give the microphone's next stretch."""
        self._ticks += 1
        if not self.every_s or self._ticks % round(self.every_s * 50):
            return b""
        self.said.append(time.monotonic())
        return click(self._rate_hz)[:samples].tobytes()

    def write(self, pcm: bytes) -> None:
        """Look for a click in what is heard."""
        loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > LOUD)
        if len(loud) == 0:
            return
        at = time.monotonic() + int(loud[0]) / self._rate_hz
        if at - self._loud_at > STILL_S:
            self.heard.append(at)
        self._loud_at = at


def click(rate_hz: int = 8000) -> NDArray[np.int16]:
    """Return 20 ms of a loud square wave: its first sample already is loud."""
    return np.where(np.arange(rate_hz // 50) // 4 % 2, -16000, 16000).astype("<i2")


def delays_ms(said: list[float], heard: list[float], longest_s: float = 0.45) -> list[float]:
    """Return the time from each click to the first one heard after it; clicks that were lost are left out."""
    found: list[float] = []
    for one in said:
        after = [at - one for at in heard if 0 <= at - one < longest_s]
        if after:
            found.append(1000 * min(after))
    return found


def load() -> str:
    """Return the machine's load of the last minute, for beside the figures."""
    return f"{os.getloadavg()[0]:.1f}"
