"""Sums over calls, counted by hand on both databases; who may know of which; what reviews change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcoach.errors import InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.review.acts import Finish, Judge, Verdict
from callcoach.store.coaching import add_coaching, list_coaching
from callcoach.store.engine import Database
from callcoach.store.trends.outcomes import counts_around
from callcoach.store.trends.reading import (
    TrendFilter,
    calls_by_hour,
    rule_by_agent,
    rule_by_day,
    scores_of,
    stretches,
    sums_by_agent,
    sums_by_day,
    sums_by_rule,
    total_of,
)
from callcoach.store.trends.rules import examples_of, names_of_rules, verdicts_by_call
from tests.review.builders import BASIS, NOON
from tests.store.reviews.floor import Floor, make_floor, put_scored
from tests.store.rolled import roll_up

ZONE = ZoneInfo("Asia/Shanghai")
DAY = NOON.astimezone(ZONE).date()
FIRST = BASIS.report.findings[0]


@pytest.fixture
def floor(database: Database) -> Floor:
    roll_up(database)
    made = make_floor(database)
    with database.writing() as session:
        put_scored(session, "c2", "806")
        put_scored(session, "c3", "807")
    return made


def around(days: int = 1, **more) -> TrendFilter:
    return TrendFilter(DAY - timedelta(days=days), DAY + timedelta(days=days), **more)


@pytest.mark.parametrize("days", [1, 40])
def test_sums_of_what_one_may_see(floor, days):
    score = floor.row("c1").score
    with floor.database.reading() as session:
        ((day, sums),) = sums_by_day(session, floor["boss"], around(days))
        own = total_of(session, floor["li"], around(days))
        team = sums_by_agent(session, floor["two"], around(days))
        other = total_of(session, floor["boss"], around(days, agent_id=floor["wang"].person_id))
        assert total_of(session, floor["boss"], around(days)) == sums
        assert total_of(session, Principal(99, "x", Role.SUPERVISOR), around(days)).calls == 0
        assert total_of(session, floor["li"], around(days, agent_id=floor["wang"].person_id)).calls == 0
    assert (day, sums.calls, sums.scored, sums.measured) == (DAY, 3, 3, 3)
    assert sums.score == pytest.approx(3 * score)
    assert (own.calls, other.calls) == (2, 1)
    assert [(one.name, one.sums.calls) for one in team] == [("王", 1)]


def test_a_day_begins_at_midnight_of_the_site(floor):
    with floor.database.writing() as session:
        put_scored(session, "night", "806", started_at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
        put_scored(session, "morning", "806", started_at=datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    march = TrendFilter(date(2026, 3, 1), date(2026, 3, 31))
    with floor.database.reading() as session:
        assert [(day.day, sums.calls) for day, sums in sums_by_day(session, floor["boss"], march)] == [(1, 1), (2, 1)]
        assert sorted(calls_by_hour(session, floor["boss"], march)) == [(0, 0), (6, 23)]


def test_scores_are_spread_over_bins(floor):
    with floor.database.writing() as session:
        for number, score in enumerate((0, 9.9, 10, 99, 100)):
            put_scored(session, f"s{number}", "806", started_at=datetime(2026, 3, 1, tzinfo=UTC), score=score)
    with floor.database.reading() as session:
        bins = scores_of(session, floor["boss"], TrendFilter(date(2026, 3, 1), date(2026, 3, 1)))
    assert bins == (2, 1, 0, 0, 0, 0, 0, 0, 0, 2)


def judge_c1(floor: Floor) -> None:
    for finding in BASIS.report.findings:
        verdict = Verdict.REJECTED if finding.id == FIRST.id else Verdict.CONFIRMED
        floor.do("boss", Judge(finding.id, verdict), reason="误判")
    floor.do("boss", Finish(NOON + timedelta(days=5)))


def test_what_reviewers_reject_counts_no_more_and_the_machines_stays_beside_it(floor):
    with floor.database.reading() as session:
        before = sums_by_rule(session, floor["boss"], around())[FIRST.rule_id]
        by_agent = rule_by_agent(session, floor["boss"], around(), FIRST.rule_id)
        total_before = total_of(session, floor["boss"], around())
    assert before.findings == before.standing == before.finding_calls == 3
    assert by_agent[floor["li"].person_id].standing == 2
    judge_c1(floor)
    with floor.database.reading() as session:
        after = sums_by_rule(session, floor["boss"], around())[FIRST.rule_id]
        ((_, by_day),) = rule_by_day(session, floor["boss"], around(), FIRST.rule_id)
        assert verdicts_by_call(session, floor["boss"], around(), ZONE, FIRST.rule_id) == [(0, 1)]
        assert verdicts_by_call(session, floor["two"], around(), ZONE, FIRST.rule_id) == []
        total_after = total_of(session, floor["boss"], around())
        examples = examples_of(session, floor["boss"], around(), ZONE, FIRST.rule_id)
    assert (after.findings, after.standing, after.standing_calls, after.rejected) == (3, 2, 2, 1)
    assert after == by_day
    assert total_after.findings == total_before.findings
    reviewed = len(BASIS.report.findings) - 1  # one is rejected, and what waited for a person is confirmed
    assert total_after.standing == total_before.standing * 2 // 3 + reviewed
    assert sorted((one.call_id, one.verdict) for one in examples) == [("c1", "rejected"), ("c2", ""), ("c3", "")]


def test_a_rule_that_is_gone_keeps_the_name_it_had(floor):
    with floor.database.reading() as session:
        names = names_of_rules(session, [FIRST.rule_id, "none.such"])
    assert list(names) == [FIRST.rule_id]
    assert names[FIRST.rule_id].name_zh == FIRST.name_zh


def test_around_a_session_the_agent_is_told_from_the_rest_of_the_team(floor):
    with floor.database.writing() as session:
        put_scored(session, "mate", "806")
    li = floor["li"].person_id
    with floor.database.reading() as session:
        own, rest = counts_around(session, li, [FIRST.rule_id], DAY, DAY)
    assert (own.scored, own.rules[0].standing) == (3, 3)
    assert (rest.scored, [one.standing for one in rest.rules]) == (0, [0])


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((1, 10), (1, 20), [((1, 10), (1, 20), False)]),
        ((1, 1), (1, 31), [((1, 1), (1, 1), True)]),
        ((1, 10), (2, 28), [((1, 10), (1, 31), False), ((2, 1), (2, 1), True)]),
        ((1, 1), (3, 1), [((1, 1), (2, 1), True), ((3, 1), (3, 1), False)]),
        ((1, 31), (4, 2), [((1, 31), (1, 31), False), ((2, 1), (3, 1), True), ((4, 1), (4, 2), False)]),
        ((1, 20), (2, 10), [((1, 20), (2, 10), False)]),
    ],
)
def test_a_period_is_whole_months_with_days_at_the_edges(first, last, expected):
    found = stretches(date(2026, *first), date(2026, *last))
    assert [((a.month, a.day), (b.month, b.day), monthly) for a, b, monthly in found] == expected


def test_coaching_is_for_ones_own_agents_and_seen_by_them(floor):
    at = datetime(2026, 1, 10, 4, tzinfo=UTC)
    more = {"at": at, "rule_ids": ("neg.but",), "call_ids": ("c1",), "goal": "少说但是"}
    with floor.database.writing() as session:
        add_coaching(session, floor["one"], floor["li"].person_id, **more)
        with pytest.raises(NotFoundError):
            add_coaching(session, floor["two"], floor["li"].person_id, **more)
        with pytest.raises(InputError, match="at least one rule"):
            add_coaching(session, floor["one"], floor["li"].person_id, **{**more, "rule_ids": ()})
    with floor.database.reading() as session:
        (seen,) = list_coaching(session, floor["li"])
        assert (seen.agent, seen.coach, seen.at, seen.rule_ids) == ("李", "一组组长", at, ("neg.but",))
        assert list_coaching(session, floor["wang"]) == ()
        assert len(list_coaching(session, floor["one"])) == 1
        assert list_coaching(session, Principal(999, "x", Role.SUPERVISOR)) == ()
