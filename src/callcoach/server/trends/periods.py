"""The stretch of days a page of trends is about, and the one before it to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from callcoach.store.trends import TrendFilter

USUAL_DAYS = 30
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
        return TrendFilter(
            _begin(self.first, self.zone), _begin(self.last + timedelta(days=1), self.zone), self.team_id, self.agent_id
        )

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


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
