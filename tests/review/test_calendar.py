from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.review.periods import PeriodUnit, ended_periods, period_of
from callcoach.review.workdays import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "workdays", "expected"),
    [
        (MONDAY, 0, midnight(2026, 1, 6)),
        (MONDAY, 1, midnight(2026, 1, 7)),
        (MONDAY, 5, midnight(2026, 1, 13)),
        (MONDAY + timedelta(days=4), 1, midnight(2026, 1, 13)),
        (datetime(2026, 1, 5, 17, 0, tzinfo=UTC), 1, midnight(2026, 1, 8)),  # Tuesday already in Shanghai
    ],
)
def test_deadlines_count_working_days_of_the_site(start: datetime, workdays: int, expected: datetime) -> None:
    assert WorkCalendar(SHANGHAI).deadline(start, workdays) == expected


def test_holidays_are_left_out_and_worked_weekends_count() -> None:
    holidays = frozenset({date(2026, 1, 6), date(2026, 1, 7)})
    calendar = WorkCalendar(SHANGHAI, holidays, frozenset({date(2026, 1, 10)}))
    assert calendar.deadline(MONDAY, 3) == midnight(2026, 1, 11)  # Thursday, Friday, worked Saturday


@pytest.mark.parametrize(
    ("unit", "key", "start", "end"),
    [
        (PeriodUnit.DAY, "2026-02-28", midnight(2026, 2, 28), midnight(2026, 3, 1)),
        (PeriodUnit.WEEK, "2026-W09", midnight(2026, 2, 23), midnight(2026, 3, 2)),
        (PeriodUnit.MONTH, "2026-02", midnight(2026, 2, 1), midnight(2026, 3, 1)),
    ],
)
def test_periods_of_the_last_of_february(unit: PeriodUnit, key: str, start: datetime, end: datetime) -> None:
    period = period_of(unit, date(2026, 2, 28), SHANGHAI)
    assert (period.key, period.start, period.end) == (key, start, end)


def test_the_first_days_of_a_year_belong_to_the_last_week_of_the_one_before() -> None:
    assert period_of(PeriodUnit.WEEK, date(2027, 1, 1), SHANGHAI).key == "2026-W53"


@given(st.sampled_from(PeriodUnit), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 200))
def test_ended_periods_follow_each_other_without_gap(unit: PeriodUnit, day: date, days: int) -> None:
    since = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
    until = since + timedelta(days=days)
    periods = list(ended_periods(unit, since, until, SHANGHAI))
    assert all(one.end == after.start for one, after in itertools.pairwise(periods))
    assert len({one.key for one in periods}) == len(periods)
    running = period_of(unit, until.date(), SHANGHAI)
    if periods:
        assert periods[0].start <= since < periods[0].end
        assert periods[-1].end == running.start
    else:
        assert running.start <= since


def test_clocks_that_change_do_not_shift_days() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    periods = list(
        ended_periods(
            PeriodUnit.DAY, datetime(2026, 3, 28, 12, tzinfo=berlin), datetime(2026, 3, 31, tzinfo=berlin), berlin
        )
    )
    assert [one.key for one in periods] == ["2026-03-28", "2026-03-29", "2026-03-30"]
