"""A site and a browser at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.server.browser.site import ADMINISTRATOR, Site, running_site
from tests.server.browser.visit import Visit


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all tests that only look."""
    with running_site(tmp_path_factory.mktemp("site"), work__calls_at_once="0") as site:
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
