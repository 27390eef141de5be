"""Working days and deadlines in the site's time zone, public holidays and worked weekends as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

SATURDAY = 5
"""First day of the weekend as `date.weekday` counts."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked. In China a holiday is often bought with a worked weekend: both are named by date."""

    zone: tzinfo
    holidays: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()
    """Saturdays and Sundays that are worked; they win over `holidays`."""

    def is_workday(self, day: date) -> bool:
        """Return whether people work on this day."""
        if day in self.extra_workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def deadline(self, start: datetime, workdays: int) -> datetime:
        """Return the end of the nth working day after the day of `start`, in UTC; 0: of that very day.

        A day ends at midnight, site time.
        """
        day = start.astimezone(self.zone).date()
        left = workdays
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_workday(day)
        return datetime.combine(day + timedelta(days=1), time.min, self.zone).astimezone(UTC)
