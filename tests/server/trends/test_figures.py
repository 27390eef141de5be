"""Days and hours are those of the site; nobody is praised for luck."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from callcoach.server.trends.figures import by_day, by_hour, figures_of, praised
from callcoach.server.trends.periods import Period, read_period
from callcoach.store.trends import AgentSums, Sums

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD = Period(date(2026, 1, 30), date(2026, 2, 1), ZONE)


def scores(*values: float) -> Sums:
    return Sums(calls=len(values), scored=len(values), score=sum(values), score_squares=sum(v * v for v in values))


def test_a_call_at_night_belongs_to_the_day_of_the_site():
    slots = [
        (datetime(2026, 1, 30, 16, 30, tzinfo=UTC), scores(80)),
        (datetime(2026, 1, 30, 15, 30, tzinfo=UTC), scores(90)),
    ]
    assert [(day.day, sums.calls) for day, sums in by_day(slots, PERIOD)] == [(30, 1), (31, 1), (1, 0)]
    assert [hour for hour, _ in by_hour(slots, PERIOD)] == [0, 23]


def test_the_period_before_is_as_long_and_ends_the_day_before():
    assert (PERIOD.before.first, PERIOD.before.last) == (date(2026, 1, 27), date(2026, 1, 29))
    assert PERIOD.filter.started_from == datetime(2026, 1, 29, 16, tzinfo=UTC)
    assert PERIOD.filter.started_before == datetime(2026, 2, 1, 16, tzinfo=UTC)


def test_an_address_that_cannot_be_asks_for_the_usual_days():
    today = date(2026, 1, 31)
    period = read_period({"from_day": "x", "team_id": "one"}, ZONE, today)
    assert (period.days, period.last, period.team_id) == (30, today, None)
    turned = read_period({"from_day": "2026-01-31", "to_day": "2026-01-01"}, ZONE, today)
    assert (turned.first, turned.last) == (date(2026, 1, 1), date(2026, 1, 31))


def test_figures_are_means_and_say_nothing_of_nothing():
    figures = figures_of(Sums(calls=4, scored=2, score=170, score_squares=14500, findings=3, serious_calls=1))
    assert figures.score
    assert (figures.score.value, figures.findings_per_call, figures.serious_share) == (85, 1.5, 50)
    assert (figures.ring_s, figures.reviewed_score, figures_of(Sums()).score) == (None, None, None)


def test_praise_needs_more_than_luck():
    steady, poor = scores(*[95, 96] * 10), scores(*[70, 72] * 10)
    now = [AgentSums(1, "好", steady), AgentSums(2, "弱", poor), AgentSums(3, "少", scores(100, 100))]
    assert [(one.name, one.is_improved) for one in praised(now, [])] == [("好", False)]
    before = [AgentSums(2, "弱", scores(*[50, 52] * 10))]
    assert ("弱", True) in [(one.name, one.is_improved) for one in praised(now, before)]
    noisy = [AgentSums(1, "好", scores(*[60, 100] * 6)), AgentSums(2, "弱", scores(*[58, 98] * 6))]
    assert praised(noisy, []) == []
