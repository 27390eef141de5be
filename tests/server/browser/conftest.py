"""A site and a browser at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.made_once import made_once
from tests.server.browser.site import ADMINISTRATOR, Site, make_filled, running_site
from tests.server.browser.visit import Visit


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's data folder for copies: two of its calls are really transcribed, which takes a while."""
    return made_once(tmp_path_factory, "filled", make_filled)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Iterator[Site]:
    """One site for all tests that only look."""
    with running_site(tmp_path_factory.mktemp("site"), filled, work__calls_at_once="0") as site:
        yield site


@pytest.fixture
def visit(chromium: Chrome, site: Site) -> Iterator[Visit]:
    """Somebody at the site, of 1440 pixels."""
    visit = Visit(chromium, site)
    visit.size(1440)
    yield visit
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def administrator(visit: Visit) -> Visit:
    """The administrator at the site."""
    visit.enter(ADMINISTRATOR)
    return visit
