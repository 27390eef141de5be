"""The demonstration's day, reviewed: every page of a supervisor shows something, through the product's own deeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcoach.demo.day import CALLS, PEOPLE, fill_day
from callcoach.demo.reviewing import APPEALED, DECIDED, LEADER, REVIEWED, DayOfReviews
from callcoach.principal import Principal
from callcoach.server.complaints.terms import terms_of
from callcoach.server.trends.outcome import outcome_of
from callcoach.settings import Settings
from callcoach.store.coaching import list_coaching
from callcoach.store.drills import list_drills
from callcoach.store.engine import Database
from callcoach.store.model import AssignmentKind, AssignmentState
from callcoach.store.people import as_principal, person_by_login
from callcoach.store.reviews.appeals import decided_appeals, open_appeals
from callcoach.store.reviews.assignments import AssignmentFilter, list_assignments
from callcoach.store.reviews.plans import list_plans
from callcoach.store.reviews.results import own_results
from callcoach.store.reviews.rounds import list_rounds, round_result
from callcoach.work.desk import Desk
from tests.server.browser.filled_calls import put_analysis
from tests.store.rolled import roll_up

pytestmark = [pytest.mark.slow, pytest.mark.model]

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(Settings(data_dir=tmp_path / "data"), database)


def principal(desk: Desk, login: str) -> Principal:
    with desk.database.reading() as session:
        return as_principal(person_by_login(session, login))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_day_is_reviewed_as_its_calls_get_scored(desk: Desk) -> None:
    now = datetime.now(UTC).astimezone(ZONE)
    fill_day(desk, now)
    day = DayOfReviews(desk, now, CALLS, terms_of(desk.settings))
    assert day.advance() == len(day.pieces) - 1, "but for what is around calls, nothing is done before they are scored"
    for number in range(4):
        put_analysis(desk, f"demo-{number + 1:02d}", number)
    left = day.advance()
    assert 0 < left < len(day.pieces), "what can be done is"
    for number in range(4, CALLS):
        put_analysis(desk, f"demo-{number + 1:02d}", number)
    assert day.advance() == 0
    assert DayOfReviews(desk, now, CALLS, terms_of(desk.settings)).advance() == 0, "and once"
    roll_up(desk.database, desk.settings.server.time_zone)

    leader, trainer = principal(desk, LEADER), principal(desk, "liu.yang")
    agents = [one.login for one in PEOPLE if one.agent_names]
    with desk.database.reading() as session:
        assert [one.call.id for one in open_appeals(session, trainer)] == [APPEALED]
        (decided,) = decided_appeals(session, leader)
        assert decided.call.id == DECIDED
        assert decided.score_after is not None
        assert decided.score_before is not None
        assert decided.score_after >= decided.score_before
        (made,) = list_rounds(session, leader)
        result = round_result(session, leader, made.id)
        assert result.kappa is not None
        assert result.disputed, "reviewers differ somewhere"
        (coached,) = list_coaching(session, leader)
        outcome = outcome_of(session, coached.agent_id, coached.rule_ids, coached.at.date(), now.date())
        assert (outcome.before.calls > 2, outcome.after.calls > 2) == (True, True)
        assert outcome.own is not None, "there is enough to compare"
        assert [one.terms.name for one in list_plans(session)] == ["每日低分优先"]
        waiting = AssignmentFilter(leader.person_id, AssignmentState.OPEN, kind=AssignmentKind.REVIEW)
        queue = list_assignments(session, leader, waiting)
        assert any(one.due_at < now for one in queue)
        assert any(one.due_at > now + timedelta(days=1) for one in queue)
        (drill,) = list_drills(session, leader)
        assert (drill.agent, drill.is_open, drill.passed > 0) == ("张伟", True, True)
        results = [len(own_results(session, as_principal(person_by_login(session, login)))) for login in agents]
    assert sum(results) == len(REVIEWED)
