"""Every page of the navigation: looked at, heard by a screen reader, and as wide as the window.

The pictures are left in build/screenshots/ for people to look at. A page added to the navigation is covered at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product

import pytest

from tests.conftest import ROOT
from tests.server.browser.site import agents_pages, pages
from tests.server.browser.visit import Visit

pytestmark = pytest.mark.browser

PICTURES = ROOT / "build" / "screenshots"
WIDTHS = (1440, 1024)
THEMES = ("light", "dark")
LANGUAGES = ("zh", "en")
AXE = (ROOT / "tests" / "vendored" / "axe.min.js").read_text(encoding="utf-8")
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
HEARD = {("light", "zh"): STANDARD, ("dark", "en"): COLOURS}
"""Where axe looks, and for what: dark pages differ from light ones in nothing but colours."""
SERIOUS = ("serious", "critical")
OUTSIDE = {"sign-in": "/sign-in", "invitation-gone": "/invitation/none"}
"""Pages for who has not signed in."""

axe_of = """
const done = arguments[1];
axe.run({runOnly: arguments[0]}).then(found => done(found.violations.map(
  v => [v.impact, v.id, v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary)])));
"""


def look(visit: Visit, name: str, path: str) -> None:
    """Load a page in each theme and language; look at it in each width, and listen to it in two of the four."""
    for theme, language in product(THEMES, LANGUAGES):
        visit.prefer(language, theme)
        visit.size(WIDTHS[0])
        visit.open(path)
        visit.until("return document.readyState === 'complete'")
        assert visit.run("return document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
        assert visit.run("return document.querySelectorAll('h1').length") == 1
        for width in WIDTHS:
            visit.size(width)
            visit.picture(PICTURES / f"{name}-{width}-{theme}-{language}.png")
            assert visit.run("return document.documentElement.scrollWidth <= innerWidth"), f"{width} {theme} {language}"
        if (theme, language) in HEARD:
            hear(visit, HEARD[theme, language])


def hear(visit: Visit, tags: Sequence[str] = STANDARD) -> None:
    visit.size(WIDTHS[0])
    visit.run(AXE)
    found = visit.driver.execute_async_script(axe_of, list(tags))
    serious = [violation for violation in found if violation[0] in SERIOUS]
    assert serious == [], json.dumps(serious, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("name", pages())
def test_a_page_fits_is_accessible_and_complains_of_nothing(administrator: Visit, name: str) -> None:
    look(administrator, name, pages()[name])
    assert administrator.complaints() == []


@pytest.mark.parametrize("name", agents_pages())
def test_an_agents_page_fits_and_is_accessible(visit: Visit, name: str) -> None:
    visit.enter("zhang.wei")
    look(visit, name, agents_pages()[name])


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_page_outside_fits_and_is_accessible(visit: Visit, name: str) -> None:
    look(visit, name, OUTSIDE[name])


def test_an_error_is_accessible(visit: Visit) -> None:
    visit.open("/none")
    hear(visit)
