from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcoach.datapath import Direction
from callcoach.errors import ConflictError, InputError
from callcoach.review.periods import PeriodUnit, period_of
from callcoach.review.sampling import Method, QuotaPer, draw
from callcoach.review.workdays import WorkCalendar
from callcoach.store.reviews.assignments import AssignmentFilter, list_assignments
from callcoach.store.reviews.drawing import draw_due, plans_in_force
from callcoach.store.reviews.plans import Plan, PlanTerms, add_plan, candidates, end_plan, list_runs
from callcoach.store.tables import CallRow
from tests.review.builders import NOON
from tests.store.reviews.floor import MINUTE, Floor, put_scored

pytestmark = pytest.mark.slow

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(SHANGHAI)
MORNING = datetime(2026, 1, 6, 0, 0, tzinfo=SHANGHAI)
"""The first moment after NOON's day."""
DELAY = timedelta(hours=2)


@pytest.fixture
def busy(floor: Floor) -> Floor:
    """Besides c1: ten calls of 李 and two of 王 on NOON's day, one the day after."""
    with floor.database.writing() as session:
        for number in range(10):
            put_scored(session, f"li{number}", "806", started_at=NOON + number * MINUTE, score=50.0 + number)
        put_scored(session, "wang0", "807", started_at=NOON, direction=Direction.OUTBOUND)
        put_scored(session, "wang1", "807", started_at=NOON, duration_s=5.0)
        put_scored(session, "later", "806", started_at=MORNING)
    return floor


def terms(floor: Floor, *logins: str, **changes: object) -> PlanTerms:
    plain = PlanTerms(
        "每日",
        Method.RANDOM,
        PeriodUnit.DAY,
        4,
        QuotaPer.ALL,
        7,
        3,
        tuple(floor[login].person_id for login in logins or ("one", "trainer")),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def make(floor: Floor, wanted: PlanTerms, by: str = "boss") -> Plan:
    with floor.database.writing() as session:
        return add_plan(session, floor[by], wanted, NOON)


def draw_now(floor: Floor, plan: Plan, now: datetime) -> int:
    with floor.database.writing() as session:
        return draw_due(session, plan.id, now, CALENDAR, DELAY)


def assigned(floor: Floor) -> dict[str, str]:
    with floor.database.reading() as session:
        return {
            one.call.id: one.person for one in list_assignments(session, floor["boss"], AssignmentFilter(limit=999))
        }


def test_a_period_is_drawn_once_after_it_ended(busy: Floor) -> None:
    plan = make(busy, terms(busy))
    assert draw_now(busy, plan, MORNING + DELAY - timedelta(seconds=1)) == 0
    assert draw_now(busy, plan, MORNING + DELAY) == 4
    first = assigned(busy)
    assert draw_now(busy, plan, MORNING + DELAY + timedelta(hours=1)) == 0
    assert assigned(busy) == first
    assert "later" not in first
    with busy.database.reading() as session:
        (run,) = list_runs(session, plan.id)
        (one, *_) = list_assignments(session, busy["boss"], AssignmentFilter())
    assert (run.period, run.candidates, set(run.drawn)) == ("2026-01-05", 13, set(first))
    assert (one.plan, one.due_at) == ("每日", datetime(2026, 1, 10, tzinfo=SHANGHAI).astimezone(UTC))


def test_the_work_is_shared(busy: Floor) -> None:
    draw_now(busy, make(busy, terms(busy, quota=6, team_ids=(busy.row("c1").team_id,))), MORNING + DELAY)
    people = list(assigned(busy).values())
    assert sorted((people.count("一组组长"), people.count("培训师"))) == [3, 3]


def test_what_fell_due_in_a_downtime_is_drawn_later(busy: Floor) -> None:
    plan = make(busy, terms(busy, quota=1))
    assert draw_now(busy, plan, MORNING + timedelta(days=10)) == 2
    with busy.database.reading() as session:
        runs = list_runs(session, plan.id)
    assert [run.period for run in runs] == [f"2026-01-{day:02}" for day in range(14, 4, -1)]
    assert "later" in assigned(busy)


def test_servers_that_draw_at_once_draw_once(busy: Floor) -> None:
    plan = make(busy, terms(busy))
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(draw_now(busy, plan, MORNING + DELAY))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 4]


def test_two_plans_do_not_give_a_call_twice(busy: Floor) -> None:
    plans = [make(busy, terms(busy, quota=9)), make(busy, terms(busy, quota=9, seed=8))]
    assert [draw_now(busy, plan, MORNING + DELAY) for plan in plans] == [9, 4]
    assert len(assigned(busy)) == 13


def test_the_draw_can_be_made_again(busy: Floor) -> None:
    wanted = terms(busy, method=Method.WORST_FIRST, quota=3)
    period = period_of(PeriodUnit.DAY, NOON.date(), SHANGHAI)
    with busy.database.reading() as session:
        expected = draw(wanted.draw, period.key, candidates(session, wanted, period))
    assert expected == ("li0", "li1", "li2")
    draw_now(busy, make(busy, wanted), MORNING + DELAY)
    assert set(assigned(busy)) == set(expected)


def test_quota_of_each_agent(busy: Floor) -> None:
    draw_now(busy, make(busy, terms(busy, "trainer", quota=2, per=QuotaPer.AGENT)), MORNING + DELAY)
    agents = [call_id[:2] for call_id in assigned(busy)]
    assert agents.count("wa") == 2
    assert len(agents) == 4


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"direction": Direction.OUTBOUND}, {"wang0"}),
        ({"duration_max_s": 10.0}, {"wang1"}),
        ({"duration_min_s": 10.0, "direction": Direction.OUTBOUND}, {"wang0"}),
    ],
)
def test_filters(busy: Floor, changes: dict[str, object], left: set[str]) -> None:
    period = period_of(PeriodUnit.DAY, NOON.date(), SHANGHAI)
    with busy.database.reading() as session:
        assert {one.call_id for one in candidates(session, terms(busy, **changes), period)} == left


def test_a_call_none_of_the_reviewers_may_see_is_told(busy: Floor) -> None:
    plan = make(busy, terms(busy, "two", quota=13))
    assert draw_now(busy, plan, MORNING + DELAY) == 2
    with busy.database.reading() as session:
        (run,) = list_runs(session, plan.id)
    assert len(run.unassigned) == 11
    assert set(assigned(busy)) == {"wang0", "wang1"}


def test_an_ended_plan_draws_no_more(busy: Floor) -> None:
    plan = make(busy, terms(busy))
    with busy.database.writing() as session:
        assert plans_in_force(session) == (plan.id,)
        end_plan(session, busy["boss"], plan.id, NOON)
        assert plans_in_force(session) == ()
    with pytest.raises(ConflictError, match="ended at"), busy.database.writing() as session:
        end_plan(session, busy["boss"], plan.id, NOON)


def test_a_supervisors_plan_is_of_own_teams(busy: Floor) -> None:
    own = make(busy, terms(busy), by="one")
    assert own.terms.team_ids == tuple(busy["one"].team_ids)
    (foreign,) = busy["two"].team_ids
    with pytest.raises(InputError, match="do not lead"):
        make(busy, terms(busy, team_ids=(foreign,)), by="one")
    with pytest.raises(ConflictError, match="do not lead"), busy.database.writing() as session:
        end_plan(session, busy["two"], own.id, NOON)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"team_ids": (99,)}, "no teams"), ({"reviewer_ids": (99,)}, "no person 99"), ({"reviewer_ids": ()}, "at least")],
)
def test_a_plan_that_cannot_be_is_told(busy: Floor, changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make(busy, terms(busy, **changes))


def test_a_plan_for_agents_to_review_is_refused(busy: Floor) -> None:
    with pytest.raises(InputError, match="does not review"):
        make(busy, terms(busy, "li"))


def test_nobody_is_given_their_own_call(busy: Floor) -> None:
    with busy.database.writing() as session:
        for call_id in ("wang0", "wang1"):
            session.get_one(CallRow, busy.pk(call_id)).agent_id = busy["trainer"].person_id
    (team,) = busy["two"].team_ids
    draw_now(busy, make(busy, terms(busy, "trainer", "boss", team_ids=(team,))), MORNING + DELAY)
    assert assigned(busy) == {"wang0": "管理员", "wang1": "管理员"}
