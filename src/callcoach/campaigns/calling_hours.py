"""When customers may be called: hours by weekday in the site's time zone, never on a public holiday.

Written as `mon-fri 09:00-12:00,13:30-20:00`; a day without hours is quiet. A weekend day that is worked in exchange
for a holiday has Monday's hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT_MIN = 24 * 60
LOOK_AHEAD_DAYS = 60
"""Days looked at for the next hour at which one may call: longer than any row of holidays."""
_LINE = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<hours>\S+)")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")

Span = tuple[int, int]
"""First minute of the day in which one may call, and the first in which one may no longer."""


@dataclass(frozen=True, slots=True)
class CallingHours:
    """When one may call."""

    zone: tzinfo
    spans: Mapping[int, tuple[Span, ...]]
    """By weekday, Monday is 0."""
    holidays: frozenset[date] = field(default=frozenset())
    extra_workdays: frozenset[date] = field(default=frozenset())

    def allow(self, at: datetime) -> bool:
        """Whether one may call at this moment."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(first <= minute < last for first, last in self._spans_of(local.date()))

    def next_allowed(self, at: datetime) -> datetime | None:
        """Return the first moment from `at` on at which one may call, in UTC; None: not within two months."""
        if self.allow(at):
            return at
        local = at.astimezone(self.zone)
        for days in range(LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=days)
            for first, _ in sorted(self._spans_of(day)):
                begin = datetime.combine(day, time(first // 60, first % 60), self.zone)
                if begin > local:
                    return begin.astimezone(UTC)
        return None

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        if day in self.extra_workdays:
            return self.spans.get(0, ())
        return () if day in self.holidays else self.spans.get(day.weekday(), ())


def read_hours(lines: Iterable[str]) -> dict[int, tuple[Span, ...]]:
    """Return the hours by weekday that the lines name.

    Raises:
        ValueError: a line is not understood; said is what was expected.
    """
    found: dict[int, tuple[Span, ...]] = {}
    for line in lines:
        match = _LINE.fullmatch(line.strip().lower())
        days = _days(match["first"], match["last"]) if match else ()
        spans = tuple(_span(part) for part in match["hours"].split(",")) if match else ()
        if not days or None in spans:
            raise ValueError(f"{line!r} is not understood; expected such as mon-fri 09:00-12:00,13:30-20:00")
        for day in days:
            found[day] = found.get(day, ()) + tuple(span for span in spans if span)
    return found


def _days(first: str, last: str | None) -> tuple[int, ...]:
    if first not in DAYS or (last is not None and last not in DAYS):
        return ()
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return tuple(range(begin, end + 1)) if begin <= end else (*range(begin, 7), *range(end + 1))


def _span(text: str) -> Span | None:
    match = _HOURS.fullmatch(text)
    if match is None:
        return None
    hours = [int(one) for one in match.groups()]
    first, last = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    return (first, last) if first < last <= MIDNIGHT_MIN and hours[1] < 60 and hours[3] < 60 else None
