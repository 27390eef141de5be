"""The site's working days, as the settings name them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from callcoach.review.workdays import WorkCalendar
from callcoach.settings import Settings


def calendar_of(settings: Settings) -> WorkCalendar:
    """Return the site's working days."""
    review = settings.review
    return WorkCalendar(
        ZoneInfo(settings.server.time_zone),
        frozenset(map(date.fromisoformat, review.holidays)),
        frozenset(map(date.fromisoformat, review.extra_workdays)),
    )
