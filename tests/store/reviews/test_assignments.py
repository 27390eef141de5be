from __future__ import annotations

from datetime import timedelta

import pytest

from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.review.acts import Finish, Judge, Verdict
from callcoach.store.model import AssignmentState
from callcoach.store.reviews.assignments import (
    AssignedReview,
    AssignmentFilter,
    assign,
    hand_on,
    list_assignments,
    skip,
)
from tests.review.builders import FINDINGS, NOON
from tests.store.reviews.floor import Floor, put_scored

DUE = NOON + timedelta(days=3)


def give(floor: Floor, login: str, by: str = "boss", call_id: str = "c1") -> AssignedReview:
    with floor.database.writing() as session:
        return assign(session, floor[by], call_id, floor[login].person_id, due_at=DUE, at=NOON)


def listed(floor: Floor, by: str, **wanted: object) -> list[AssignedReview]:
    with floor.database.reading() as session:
        return list(list_assignments(session, floor[by], AssignmentFilter(**wanted)))  # type: ignore[arg-type]


def test_an_assigned_call_is_in_the_queue_until_reviewed(floor: Floor) -> None:
    made = give(floor, "one")
    assert (made.person, made.call.id, made.due_at, made.state) == ("一组组长", "c1", DUE, AssignmentState.OPEN)
    mine = {"person_id": floor["one"].person_id, "state": AssignmentState.OPEN}
    assert listed(floor, "one", **mine) == [made]
    for one in FINDINGS:
        floor.do("one", Judge(one.id, Verdict.CONFIRMED))
    floor.do("one", Finish(None))
    assert listed(floor, "one", **mine) == []
    assert [one.state for one in listed(floor, "one")] == [AssignmentState.DONE]
    with pytest.raises(ConflictError, match="reviewed already"):
        give(floor, "trainer")


def test_a_call_has_one_reviewer_at_a_time(floor: Floor) -> None:
    give(floor, "one")
    with pytest.raises(ConflictError, match="in the queue already"):
        give(floor, "trainer")


@pytest.mark.parametrize(("login", "said"), [("li", "does not review calls"), ("two", "may not see the call c1")])
def test_only_who_may_review_gets_a_call(floor: Floor, login: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        give(floor, login)


def test_an_agent_who_became_supervisor_does_not_get_own_calls(floor: Floor) -> None:
    with floor.database.writing() as session:
        row = session.get_one(type(floor.row("c1")), floor.pk("c1"))
        row.agent_id = floor["trainer"].person_id
    with pytest.raises(InputError, match="is the agent of the call"):
        give(floor, "trainer")


def test_handing_on_keeps_due_date_and_history(floor: Floor) -> None:
    made = give(floor, "one")
    with floor.database.writing() as session:
        new = hand_on(session, floor["one"], made.id, floor["trainer"].person_id, reason="休假", at=NOON)
    assert (new.person, new.due_at, new.follows) == ("培训师", DUE, made.id)
    old, current = sorted(listed(floor, "boss", call_id="c1"), key=lambda one: one.id)
    assert (old.state, old.reason, current.state) == (AssignmentState.HANDED_ON, "休假", AssignmentState.OPEN)
    with pytest.raises(ConflictError, match="is handed_on, not open"), floor.database.writing() as session:
        hand_on(session, floor["one"], made.id, floor["boss"].person_id, reason="再给", at=NOON)
    with pytest.raises(ConflictError, match="has the call already"), floor.database.writing() as session:
        hand_on(session, floor["one"], new.id, floor["trainer"].person_id, reason="再给", at=NOON)


def test_skipping_needs_a_reason_and_frees_the_call(floor: Floor) -> None:
    made = give(floor, "one")
    with pytest.raises(InputError, match="reason"), floor.database.writing() as session:
        skip(session, floor["one"], made.id, reason=" ", at=NOON)
    with floor.database.writing() as session:
        skipped = skip(session, floor["one"], made.id, reason="只有忙音", at=NOON)
    assert (skipped.state, skipped.reason) == (AssignmentState.SKIPPED, "只有忙音")
    give(floor, "trainer")


def test_assignments_of_unseen_calls_do_not_exist(floor: Floor) -> None:
    made = give(floor, "one")
    assert listed(floor, "two") == []
    with pytest.raises(NotFoundError), floor.database.writing() as session:
        skip(session, floor["two"], made.id, reason="x", at=NOON)
    with pytest.raises(NotFoundError):
        give(floor, "two", by="two")


def test_the_most_urgent_comes_first(floor: Floor) -> None:
    with floor.database.writing() as session:
        put_scored(session, "c2", "806")
    give(floor, "one")
    with floor.database.writing() as session:
        soon = NOON + timedelta(hours=1)
        assign(session, floor["boss"], "c2", floor["one"].person_id, due_at=soon, at=NOON)
    assert [one.call.id for one in listed(floor, "one")] == ["c2", "c1"]
