"""Times as they are said: read in the site's zone, against the clock of the call."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.around.numerals import read_number
from callcoach.around.times import find_times
from callcoach.review.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = WorkCalendar(ZONE, holidays=frozenset({date(2026, 1, 29)}))
WEDNESDAY = datetime(2026, 1, 28, 10, 0, tzinfo=ZONE)
EVENING = datetime(2026, 1, 28, 19, 0, tzinfo=ZONE)


def due(text: str, base: datetime = WEDNESDAY) -> list[str]:
    return [one.due_at.strftime("%m-%d %H:%M") for one in find_times(text, base, DAYS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天下午", "01-28 18:00"),
        ("今天之内", "01-28 18:00"),
        ("明天", "01-29 18:00"),
        ("明天上午", "01-29 12:00"),
        ("明早", "01-29 10:00"),
        ("今晚八点", "01-28 20:00"),
        ("晚上十二点前", "01-29 00:00"),
        ("后天下午三点", "01-30 15:00"),
        ("大后天中午", "01-31 13:00"),
        ("明天三点", "01-29 15:00"),
        ("明天早上九点半", "01-29 09:30"),
        ("下午两点到四点之间", "01-28 16:00"),
        ("三点左右", "01-28 15:00"),
        ("五点一刻给您", "01-28 17:15"),
        ("15:30之前", "01-28 15:30"),
        ("今天九点", "01-28 21:00"),
        ("半小时后", "01-28 10:30"),
        ("半个小时之内", "01-28 10:30"),
        ("一个半小时后", "01-28 11:30"),
        ("两个小时以后", "01-28 12:00"),
        ("十五分钟左右我给您", "01-28 10:15"),
        ("一刻钟后", "01-28 10:15"),
        ("二十四小时内", "01-29 10:00"),
        ("24-48小时内", "01-30 10:00"),
        ("两三天内", "01-31 18:00"),
        ("一周内", "02-04 10:00"),
        ("三个工作日内", "02-03 18:00"),
        ("本周五", "01-30 18:00"),
        ("周二", "02-03 18:00"),
        ("周三下午", "01-28 18:00"),
        ("下周一上午", "02-02 12:00"),
        ("下下周三", "02-11 18:00"),
        ("这周之内", "01-30 18:00"),
        ("周末", "02-01 18:00"),
        ("5号之前", "02-05 18:00"),
        ("三十号", "01-30 18:00"),
        ("三月五号", "03-05 18:00"),
        ("月底之前", "01-31 18:00"),
        ("下班之前", "01-28 18:00"),
    ],
)
def test_a_time_is_due_at_its_end(text: str, expected: str) -> None:
    assert due(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        *("昨天下午", "前天上午", "刚才", "快一点给您", "一点问题没有", "等了三天了", "第三点我要说明", "一号线地铁"),
        *("上周五", "三天前的订单", "我要下班了", "每天上午", "晚一点", "差一点就到了", "有几点要求", ""),
    ],
)
def test_what_is_past_or_no_time_is_none(text: str) -> None:
    assert due(text) == []


def test_in_the_evening_today_lasts_until_midnight_and_hours_are_tomorrows() -> None:
    assert due("今天给您", EVENING) == ["01-28 23:59"]
    assert due("三点钟给您", EVENING) == ["01-29 15:00"]
    assert due("九点给您", EVENING) == ["01-28 21:00"]
    assert due("今天上午", EVENING) == []


def test_times_of_a_sentence_come_in_order_and_do_not_overlap() -> None:
    found = find_times("今天下午三点之前没有的话明天上午十点给您", WEDNESDAY, DAYS)
    assert [(one.due_at.day, one.due_at.hour) for one in found] == [(28, 15), (29, 10)]
    assert all(first.end <= second.start for first, second in pairwise(found))


def test_another_zone_reads_its_own_clock() -> None:
    berlin = WorkCalendar(ZoneInfo("Europe/Berlin"))
    (found,) = find_times("今天中午", WEDNESDAY, berlin)  # 03:00 there
    assert found.due_at.isoformat() == "2026-01-28T13:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "value"), [("三十", 30), ("两百", 200), ("一百零五", 105), ("九十九", 99), ("十二", 12)]
)
def test_numbers_are_read(text: str, value: int) -> None:
    assert read_number(text) == value


@given(st.text("今明后天上下午点半三五十号周分钟内前我给您月日小时个工作0123456789:", max_size=30))
def test_no_text_is_a_fault(text: str) -> None:
    for one in find_times(text, WEDNESDAY, DAYS):
        assert one.due_at > WEDNESDAY
        assert 0 <= one.start < one.end <= len(text)
