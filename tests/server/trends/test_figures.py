"""Lines over time are days or weeks; nobody is praised for luck."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from callcoach.server.trends.figures import by_step, figures_of
from callcoach.server.trends.periods import Period, read_period
from callcoach.server.trends.praise import praised
from callcoach.store.trends.reading import AgentSums, Sums

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD = Period(date(2026, 1, 30), date(2026, 2, 1), ZONE)


def scores(*values: float) -> Sums:
    return Sums(calls=len(values), scored=len(values), score=sum(values), score_squares=sum(v * v for v in values))


def test_every_day_has_a_line_and_of_a_long_time_every_week():
    days = [(date(2026, 1, 30), scores(80)), (date(2026, 1, 31), scores(90, 95))]
    assert [(day.day, sums.calls) for day, sums in by_step(days, PERIOD)] == [(30, 1), (31, 2), (1, 0)]
    year = Period(date(2025, 2, 2), date(2026, 2, 1), ZONE)
    weeks = by_step(days, year)
    assert len(weeks) == 53
    assert weeks[0][0] == date(2025, 1, 27)
    assert all(monday.weekday() == 0 for monday, _ in weeks)
    assert weeks[-1] == (date(2026, 1, 26), scores(80, 90, 95))


def test_the_period_before_is_as_long_and_ends_the_day_before():
    assert (PERIOD.before.first, PERIOD.before.last) == (date(2026, 1, 27), date(2026, 1, 29))


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


def agent(number: int, *values: float, team: int = 1) -> AgentSums:
    return AgentSums(number, f"agent{number}", team, scores(*values))


def test_praise_needs_more_than_luck():
    steady, poor = agent(1, *[95, 96] * 10), agent(2, *[70, 72] * 10)
    now = [steady, poor, agent(3, 100, 100)]
    assert [(one.agent_id, one.is_improved) for one in praised(now, [])] == [(1, False)]
    before = [agent(2, *[50, 52] * 10)]
    assert (2, True) in [(one.agent_id, one.is_improved) for one in praised(now, before)]
    assert praised([agent(1, *[60, 100] * 6), agent(2, *[58, 98] * 6)], []) == []


def test_praise_is_within_a_team_because_calls_of_teams_differ():
    easy, hard = [96, 97] * 10, [70, 71] * 10
    now = [agent(1, *easy), agent(2, *easy), agent(3, *hard, team=2), agent(4, *hard, team=2)]
    assert praised(now, []) == []


def test_of_a_hundred_who_are_all_alike_hardly_anybody_is_praised():
    random = np.random.default_rng(3)
    floors = [[agent(number, *random.normal(80, 10, 30)) for number in range(100)] for _ in range(20)]
    named = sum(bool(praised(floor, [])) for floor in floors)
    assert named <= 3, "one floor in twenty, not five agents on every floor"


def test_a_sure_difference_of_nothing_is_no_praise():
    assert praised([agent(1, *[80.6, 80.7] * 20), agent(2, *[80.1, 80.2] * 20)], []) == []
