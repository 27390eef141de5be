from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from callcoach.review.acts import AddNote, Event, Judge, OverrideDimension, Verdict
from callcoach.review.wording import StaleReviewError, describe, names_from, refuse_stale
from tests.review.acts import stories
from tests.review.builders import FIRST, SECOND, events_of

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = names_from({FIRST: "王组长", SECOND: "李老师"})


def test_who_changed_what_meanwhile_is_told() -> None:
    events = events_of(AddNote(1.0, "x"), (Judge("f1", Verdict.REJECTED), SECOND, "误报"))
    refuse_stale(2, events, NAMES, ZONE)
    with pytest.raises(StaleReviewError) as told:
        refuse_stale(1, events, NAMES, ZONE)
    assert "01-05 12:01 李老师 驳回问题 f1（误报）" in told.value.zh
    assert "01-05 12:01 李老师 rejected finding f1 (误报)" in str(told.value)
    assert "王组长" not in told.value.zh
    assert "changes" not in told.value.zh


def test_findings_and_dimensions_are_called_by_name() -> None:
    names = {"f1": ("直接拒绝", "Flat refusal"), "attitude": ("态度", "Attitude")}
    judged, set_to = events_of(Judge("f1", Verdict.CONFIRMED), OverrideDimension("attitude", 18))
    assert describe(judged, names.get) == ("确认问题 直接拒绝", "confirmed finding Flat refusal")
    assert describe(set_to, names.get) == ("把 态度 改为 18 分", "set Attitude to 18 points")


@pytest.mark.parametrize("version", [-1, 3])
def test_a_version_that_never_was_is_told(version: int) -> None:
    with pytest.raises(StaleReviewError, match="is at 2"):
        refuse_stale(version, events_of(AddNote(1.0, "x"), AddNote(1.0, "x")), NAMES, ZONE)


def test_a_long_absence_is_cut_short() -> None:
    events = events_of(*(AddNote(float(number), "x") for number in range(9)))
    with pytest.raises(StaleReviewError, match="There were 9 changes") as told:
        refuse_stale(0, events, NAMES, ZONE)
    assert str(told.value).count("added a note") == 5


@given(stories())
def test_everything_that_can_happen_has_words(events: list[Event]) -> None:
    assert all(all(describe(event)) for event in events)


def test_the_installation_has_a_name() -> None:
    assert (NAMES(None), NAMES(99)) == ("系统 system", "#99")
