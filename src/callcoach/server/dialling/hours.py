"""The site's calling hours, as the settings say them."""

from __future__ import annotations

from callcoach.campaigns.calling_hours import CallingHours, read_hours
from callcoach.server.review.desk import calendar_of
from callcoach.settings import Settings


def hours_of(settings: Settings) -> CallingHours:
    """Return when customers may be called; holidays are those of the review's settings."""
    calendar = calendar_of(settings)
    return CallingHours(
        calendar.zone, read_hours(settings.dialling.calling_hours), calendar.holidays, calendar.extra_workdays
    )
