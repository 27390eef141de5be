"""When one may call: weekdays, breaks, holidays, worked weekends, the site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from callcoach.calling_settings import DiallingSettings
from callcoach.campaigns.calling_hours import CallingHours, read_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = CallingHours(
    SHANGHAI,
    read_hours(("mon-fri 09:00-12:00,13:30-20:00", "sat 10:00-12:00")),
    holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
    extra_workdays=frozenset({date(2026, 10, 10)}),
)


def at(day: int, clock: str, month: int = 11) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (at(26, "08:59"), False),
        (at(26, "09:00"), True),
        (at(26, "11:59"), True),
        (at(26, "12:00"), False),
        (at(26, "13:30"), True),
        (at(26, "20:00"), False),
        (at(28, "10:30"), True),
        (at(28, "13:30"), False),
        (at(29, "10:30"), False),
        (at(1, "10:30", 10), False),
        (at(10, "13:45", 10), True),
        (datetime(2026, 11, 26, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 26, 0, 59, tzinfo=UTC), False),
    ],
)
def test_when_one_may_call(moment: datetime, may: bool) -> None:
    assert HOURS.allow(moment) is may


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        (at(26, "10:00"), at(26, "10:00")),
        (at(26, "12:10"), at(26, "13:30")),
        (at(28, "12:00"), at(30, "09:00")),
        (at(30, "21:00", 9), at(3, "10:00", 10)),
    ],
)
def test_the_next_moment_at_which_one_may_call(moment: datetime, then: datetime) -> None:
    found = HOURS.next_allowed(moment)
    assert found == then
    assert HOURS.allow(found)


def test_without_hours_one_may_never_call() -> None:
    assert CallingHours(SHANGHAI, {}).next_allowed(at(26, "10:00")) is None


@pytest.mark.parametrize(
    "line", ["", "mon", "mon-xyz 09:00-10:00", "mon 10:00-09:00", "mon 09:00", "mon 9-12", "mon 09:61-10:00"]
)
def test_a_line_that_cannot_be_is_refused(line: str) -> None:
    with pytest.raises(ValidationError, match="expected such as mon-fri"):
        DiallingSettings(calling_hours=(line,))


def test_days_may_go_over_the_weekend() -> None:
    assert set(read_hours(("sat-mon 09:00-10:00",))) == {5, 6, 0}
