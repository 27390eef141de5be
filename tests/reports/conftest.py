"""Pages for a browser to open."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcoach.reports.page import write_page
from tests.reports.calls import small_analysis, tone_sound


@pytest.fixture
def small_page(tmp_path: Path) -> Path:
    """The page of a call of 12 s that holds every kind of thing a report shows."""
    return write_page(small_analysis(), tone_sound(), tmp_path)
