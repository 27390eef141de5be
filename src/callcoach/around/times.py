"""Times as people promise them: 明天上午, 三点半, 半小时后, 本周五, 三个工作日内. Text and a clock in, times out.

`due_at` is the last moment at which the promise is kept: 上午 ends at 12:00, a day at 18:00; 下午三点 is 15:00.
A time that is past when it is said is none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcoach.around.numerals import NUMBER, RANGE, read_number
from callcoach.review.workdays import WorkCalendar

DAY_END = time(18)
"""When a day ends of which no hour was named."""
LATEST = time(23, 59)
_PARTS: dict[str, time] = {
    **dict.fromkeys(("凌晨",), time(6)),
    **dict.fromkeys(("一大早", "大早上", "一早", "早上", "早晨", "清早", "早"), time(10)),
    **dict.fromkeys(("上午",), time(12)),
    **dict.fromkeys(("中午", "午间"), time(13)),
    **dict.fromkeys(("下班", "下午", "午后"), time(18)),
    **dict.fromkeys(("傍晚",), time(19)),
    **dict.fromkeys(("晚上", "晚间", "夜里", "晚"), time(21)),
}
"""When each part of the day ends."""
_AFTERNOON = frozenset({"中午", "午间", "下午", "午后", "傍晚", "晚上", "晚间", "夜里", "晚"})
_DAYS = {"今": 0, "明": 1, "后": 2, "大后": 3}
_WEEKDAYS = {name: day for day, name in enumerate("一二三四五六日")} | {"天": 6, "末": 6}
_FRIDAY = 4
_FIRST_HOUR, _LAST_HOUR, _EARLY = 7, 22, 8
"""Nobody is called back before 7 or after 22; hours below 8 that are named alone are those of the afternoon."""

_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_CLOCK = (
    rf"(?:{NUMBER}点(?:钟|半|{NUMBER}分)?(?:到|至|~|～|-))?(?:{_PART})?"
    rf"(?P<hour>{RANGE})(?:点钟?整?|时整?)(?P<minute>半|一刻|三刻|{NUMBER}分?)?"
    r"|(?P<hour24>[01]?\d|2[0-3])[:：](?P<minute24>[0-5]\d)"
)
_DAY = (
    r"(?P<near>大后|[今明后])(?:天|日|儿个?|(?=早|晚|上午|下午))"
    r"|(?P<week>本|这个?|下下?个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])"
    rf"|(?:(?P<month>{NUMBER})月份?)?(?P<date>{NUMBER})[号日](?!线|楼|院|店|门|仓|库|单|机|柜)"
    r"|(?P<weekend>本周|这周|这个?星期|下周|下个?星期)(?=内|之内|以内|给|我|就|会|前|之前|再)"
    r"|(?P<month_end>月底|月末)"
)
_SPAN = re.compile(
    rf"(?P<half>半)个?(?:小时|钟头)|(?P<half_day>半)天"
    rf"|(?P<count>{RANGE})(?P<and_half>个半|个)?(?P<unit>小时|钟头|分钟|刻钟|个?工作日|天|周|星期|礼拜)(?P<plus>半)?"
)
_SPAN_AFTER = re.compile(r"(?:左右)?(?:之后|以后|之内|以内|后|内|里)|左右|(?=我|给|再|就|会|这边)")
_SPAN_BEFORE = re.compile(r"(?:等|过|大概|大约|最多|最晚|最迟|不超过|预计|需要|在|再)$")
_WHEN = re.compile(rf"(?:{_DAY})(?:的|，|,)?(?P<part>{_PART})?(?:的)?(?:{_CLOCK})?")
_TODAY = re.compile(rf"(?P<part>{_PART})(?:的)?(?:{_CLOCK})?")
_BARE_CLOCK = re.compile(_CLOCK)
_CLOCK_AFTER = re.compile(r"钟|左右|之?前|以前|之?后|以后|准时|我|给|再|会|这边|就|以内|之内")
_CLOCK_BEFORE = re.compile(r"[快早晚有差好大小多少慢第了这那]$")
_LIMIT = re.compile(r"(?:左右)?(?:之前|以前|之后|以后|之内|以内|前|后|内)|左右")
_SOON = re.compile(
    r"稍后|稍候|稍晚|一会儿?|待会儿?|等会儿?|等一?下|晚一?点儿?|过一?会儿?|回头|马上|立刻|立即|这就|尽快|尽早|随后|"
    r"第一时间|到时候?|到时"
)
_NOT_PART_BEFORE = re.compile(r"[昨前那每]天?的?$")
_PAST = re.compile(r"[昨前那上]天$|[昨前那上]个?$")


@dataclass(frozen=True, slots=True)
class When:
    """A time that was named, at `start` to `end` in the text."""

    start: int
    end: int
    due_at: datetime


def find_times(text: str, base: datetime, days: WorkCalendar) -> tuple[When, ...]:
    """Return the times named in a text, in order; they do not overlap.

    Args:
        text: what was said, with or without punctuation.
        base: when it was said.
        days: working days and the zone in which days begin.
    """
    local = base.astimezone(days.zone)
    found: list[When] = []
    for one in sorted(_all(text, local, days), key=lambda one: (one.start, -one.end)):
        if one.due_at > local and (not found or one.start >= found[-1].end):
            found.append(one)
    return tuple(found)


def soon_words(text: str) -> tuple[tuple[int, int], ...]:
    """Return where words stand that promise a time without naming one: 稍后, 尽快, 一会儿."""
    return tuple(found.span() for found in _SOON.finditer(text))


def _all(text: str, local: datetime, days: WorkCalendar) -> Iterator[When]:
    for found in _WHEN.finditer(text):
        day = _day(found, local)
        if day is not None and not (found["part"] is None and _PAST.search(text[: found.start()])):
            yield _when(text, found, _on(day, found, local))
    for found in _TODAY.finditer(text):
        is_short = found["part"] in ("早", "晚")  # 晚一点, 早点: no part of the day
        if not is_short and not _NOT_PART_BEFORE.search(text[: found.start()]) and _is_part(text, found):
            yield _when(text, found, _on(local.date(), found, local))
    for found in _BARE_CLOCK.finditer(text):
        if _CLOCK_AFTER.match(text, found.end()) and not _CLOCK_BEFORE.search(text[: found.start()]):
            yield _when(text, found, _next_clock(found, local))
    for found in _SPAN.finditer(text):
        after = _SPAN_AFTER.match(text, found.end())
        if after is not None and (after.group() or _SPAN_BEFORE.search(text[: found.start()])):
            due = _span_end(found, local, days)
            yield When(found.start(), after.end(), due)


def _is_part(text: str, found: re.Match[str]) -> bool:
    """Whether 下班 is the end of work that something is promised for, not the agent's own."""
    return found["part"] != "下班" or text[found.end() :].startswith(("前", "之前", "以前"))


def _when(text: str, found: re.Match[str], due: datetime) -> When:
    limit = _LIMIT.match(text, found.end())
    return When(found.start(), limit.end() if limit else found.end(), due)


def _day(found: re.Match[str], local: datetime) -> date | None:
    """Return the day that is named; None: there is none such."""
    today = local.date()
    if found["near"]:
        return today + timedelta(days=_DAYS[found["near"]])
    if found["weekday"]:
        return _weekday(found["week"] or "", _WEEKDAYS[found["weekday"]], today)
    if found["weekend"]:
        return _weekday(found["weekend"][0], _FRIDAY, today)
    if found["month_end"]:
        return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    return _date(found["month"], int(read_number(found["date"])), today)


def _weekday(week: str, weekday: int, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    weeks = week.count("下")
    day = monday + timedelta(days=weekday, weeks=weeks)
    return day + timedelta(weeks=1) if not week and day < today else day


def _date(month: str | None, number: int, today: date) -> date | None:
    """Return the next day of this date: 三号 said on the fifth is next month's."""
    for months in range(13):
        index = today.month - 1 + months
        year, this = today.year + index // 12, index % 12 + 1
        if month is not None and this != int(read_number(month)):
            continue
        if 1 <= number <= calendar.monthrange(year, this)[1] and (day := date(year, this, number)) >= today:
            return day
    return None


def _on(day: date, found: re.Match[str], local: datetime) -> datetime:
    clock = _clock(found)
    part = found["part"]
    if clock is None:
        end = _PARTS[part] if part else DAY_END
        due = datetime.combine(day, end, local.tzinfo)
        is_late = part is None and day == local.date() and due <= local
        return datetime.combine(day, LATEST, local.tzinfo) if is_late else due
    hour, minute = clock
    if part in _AFTERNOON and hour < 12:
        is_noon = part in ("中午", "午间") and hour >= 10
        hour += 0 if is_noon else 12
    elif part is None and day != local.date() and hour < _EARLY:
        hour += 12
    elif part is None and day == local.date():
        return _first_after(day, hour, minute, local)
    midnight = part in ("晚上", "晚间", "夜里", "晚") and hour == 12
    start = datetime.combine(day, time(0), local.tzinfo)
    return start + timedelta(hours=24 if midnight else hour, minutes=minute)


def _clock(found: re.Match[str]) -> tuple[int, int] | None:
    if found["hour24"]:
        return int(found["hour24"]), int(found["minute24"])
    if not found["hour"]:
        return None
    hour, minute = int(read_number(found["hour"])), found["minute"]
    if hour > 24:
        return None
    named = {"半": 30, "一刻": 15, "三刻": 45}
    minutes = 0 if not minute else named.get(minute) or int(read_number(minute.rstrip("分")))
    return hour, min(minutes, 59)


def _next_clock(found: re.Match[str], local: datetime) -> datetime:
    clock = _clock(found)
    if clock is None:
        return local
    return _first_after(local.date(), *clock, local)


def _first_after(day: date, hour: int, minute: int, local: datetime) -> datetime:
    """Return when an hour named without a part of the day comes next, at a time people are called."""
    for later in range(2):
        for turned in (hour, hour + 12):
            at = datetime.combine(day, time(0), local.tzinfo) + timedelta(days=later, hours=turned, minutes=minute)
            if turned <= _LAST_HOUR and turned >= _FIRST_HOUR and at > local:
                return at
    return local


def _span_end(found: re.Match[str], local: datetime, days: WorkCalendar) -> datetime:
    if found["half"]:
        return local + timedelta(minutes=30)
    if found["half_day"]:
        return local + timedelta(hours=12)
    count = read_number(found["count"])
    if found["and_half"] == "个半" or found["plus"]:
        count += 0.5
    unit = found["unit"].removeprefix("个")
    if unit == "工作日":
        return days.deadline(local, int(count)).astimezone(days.zone) - timedelta(hours=24 - DAY_END.hour)
    if unit == "天":
        day = local.date() + timedelta(days=int(count))
        return max(datetime.combine(day, DAY_END, local.tzinfo), local + timedelta(days=int(count)))
    hours = {"小时": 1, "钟头": 1, "分钟": 1 / 60, "刻钟": 0.25, "周": 168, "星期": 168, "礼拜": 168}
    return local + timedelta(hours=count * hours[unit])
