"""Sums over calls, counted by hand on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcoach.errors import InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.store.coaching import add_coaching, list_coaching
from callcoach.store.engine import Database
from callcoach.store.trends import TrendFilter, count_findings, sums_by_agent, sums_by_half_hour, sums_by_rule
from tests.store.reviews.floor import Floor, make_floor, put_scored

DAY = timedelta(days=1)


@pytest.fixture
def floor(database: Database) -> Floor:
    made = make_floor(database)
    with database.writing() as session:
        put_scored(session, "c2", "806")
        put_scored(session, "c3", "807")
    return made


def everything(floor: Floor, **more) -> TrendFilter:
    at = floor.row("c1").started_at
    return TrendFilter(at - DAY, at + DAY, **more)


def test_sums_of_what_one_may_see(floor):
    score = floor.row("c1").score
    with floor.database.reading() as session:
        slots = sums_by_half_hour(session, floor["boss"], everything(floor))
        own = sums_by_half_hour(session, floor["li"], everything(floor))
        team = sums_by_agent(session, floor["two"], everything(floor))
    sums = slots[0][1]
    for _, other in slots[1:]:
        sums += other
    assert (sums.calls, sums.scored, sums.measured) == (3, 3, 3)
    assert sums.score == pytest.approx(3 * score)
    assert sum(one.calls for _, one in own) == 2
    assert [(one.name, one.sums.calls) for one in team] == [("王", 1)]


def test_a_half_hour_begins_on_the_half_hour(floor):
    with floor.database.reading() as session:
        ((at, _), *_rest) = sums_by_half_hour(session, floor["boss"], everything(floor))
    assert at.tzinfo is UTC
    assert at.minute % 30 == at.second == 0
    assert at <= floor.row("c1").started_at < at + timedelta(minutes=30)


def test_the_end_of_a_period_does_not_belong_to_it(floor):
    at = floor.row("c1").started_at
    with floor.database.reading() as session:
        assert sums_by_half_hour(session, floor["boss"], TrendFilter(at - DAY, at)) == []


def test_rules_are_counted_where_they_took_points(floor):
    with floor.database.reading() as session:
        rules = sums_by_rule(session, floor["boss"], everything(floor))
        assert rules
        first = rules[0]
        assert first.calls == 3
        found = count_findings(session, floor["boss"], everything(floor), [first.rule_id])
        assert found == (first.findings, 3)
        agent = everything(floor, agent_id=floor["li"].person_id)
        assert count_findings(session, floor["boss"], agent, [first.rule_id]) == (first.findings // 3 * 2, 2)


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
