"""Days, weeks (from Monday) and months in the site's time zone: when a sampling plan draws, and from which calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class PeriodUnit(StrEnum):
    """How often a plan draws."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the calendar, half-open; `key` names it: 2026-01-31, 2026-W05, 2026-01."""

    key: str
    start: datetime
    end: datetime


def period_of(unit: PeriodUnit, day: date, zone: tzinfo) -> Period:
    """Return the period a day belongs to."""
    if unit is PeriodUnit.DAY:
        first, after, key = day, day + timedelta(days=1), day.isoformat()
    elif unit is PeriodUnit.WEEK:
        first = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        after, key = first + timedelta(days=7), f"{year:04}-W{week:02}"
    else:
        first = day.replace(day=1)
        after, key = (first + timedelta(days=32)).replace(day=1), f"{day:%Y-%m}"
    return Period(key, datetime.combine(first, time.min, zone), datetime.combine(after, time.min, zone))


def ended_periods(unit: PeriodUnit, since: datetime, until: datetime, zone: tzinfo) -> Iterator[Period]:
    """Yield, oldest first, the periods that ended after `since` and not after `until`.

    The one that `since` lies in is the first: a plan made on a Wednesday draws at that week's end.
    """
    period = period_of(unit, since.astimezone(zone).date(), zone)
    while period.end <= until:
        if period.end > since:
            yield period
        period = period_of(unit, period.end.date(), zone)
