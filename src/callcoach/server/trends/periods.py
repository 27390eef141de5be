"""The stretch of days a page of trends is about, and the one before it to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from callcoach.store.trends.reading import TrendFilter

USUAL_DAYS = 30
MOST_DAYS = 92
"""A longer period is shown by weeks."""
LONGEST_DAYS = 731
"""Two years: more is another question than a trend."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the site's zone, both included; and whose calls."""

    first: date
    last: date
    zone: ZoneInfo
    team_id: int | None = None
    agent_id: int | None = None

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """As many days just before."""
        return Period(
            self.first - timedelta(days=self.days),
            self.first - timedelta(days=1),
            self.zone,
            self.team_id,
            self.agent_id,
        )

    @property
    def filter(self) -> TrendFilter:
        """What the store is asked for."""
        return TrendFilter(self.first, self.last, self.team_id, self.agent_id)

    @property
    def whoever(self) -> Period:
        """The same days of every agent: addresses of single agents begin with its address."""
        return replace(self, agent_id=None)

    @property
    def is_weekly(self) -> bool:
        """Whether a line of a table is a week: so many days would be noise, and nobody reads them."""
        return self.days > MOST_DAYS

    def steps(self) -> list[date]:
        """Return the first days of the lines a table over time has: each day, or the Monday of each week."""
        if not self.is_weekly:
            return [self.first + timedelta(days=number) for number in range(self.days)]
        monday = self.step_of(self.first)
        return [monday + timedelta(days=7 * week) for week in range(((self.last - monday).days) // 7 + 1)]

    def step_of(self, day: date) -> date:
        """Return the line a day belongs to."""
        return day - timedelta(days=day.weekday()) if self.is_weekly else day

    def address(self, path: str, **more: str) -> str:
        """Return an address with this period and more values."""
        own = {"from_day": str(self.first), "to_day": str(self.last)}
        who = {"team_id": self.team_id, "agent_id": self.agent_id}
        own |= {name: str(value) for name, value in who.items() if value is not None}
        return f"{path}?{urlencode({**own, **more})}"


def read_period(sent: Mapping[str, str], zone: ZoneInfo, today: date) -> Period:
    """Return the period a query string asks for; what cannot be is as if nobody had asked."""
    last = _day(sent.get("to_day", "")) or today
    first = _day(sent.get("from_day", "")) or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        first, last = last, first
    first = max(first, last - timedelta(days=LONGEST_DAYS - 1))
    return Period(first, last, zone, _key(sent.get("team_id", "")), _key(sent.get("agent_id", "")))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
