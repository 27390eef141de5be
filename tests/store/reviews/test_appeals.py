"""Who decides an appeal, until when, and what the decision changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callcoach.errors import AccessError, ConflictError, InputError
from callcoach.principal import Role
from callcoach.review.acts import AddNote, Appeal, Decide, Finish, Judge, Outcome, Verdict
from callcoach.store.model import AssignmentKind, AssignmentState, NewPerson
from callcoach.store.people import add_person, as_principal
from callcoach.store.reviews.appeals import decided_appeals, open_appeals
from callcoach.store.reviews.appointing import appoint, appointed, without_judge
from callcoach.store.reviews.assignments import (
    AssignmentFilter,
    assign,
    count_open,
    hand_on,
    list_assignments,
    skip,
)
from callcoach.store.reviews.results import count_unread
from tests.review.builders import FINDINGS, NOON
from tests.store.reviews.floor import Floor, put_scored

DUE = NOON + timedelta(days=3)
UNTIL = NOON + timedelta(days=5)


def appeal(floor: Floor, first: str = "one") -> None:
    for one in FINDINGS:
        floor.do(first, Judge(one.id, Verdict.CONFIRMED))
    floor.do(first, Finish(UNTIL))
    floor.do("li", Appeal(("f1",)), reason="误报")


def judge(floor: Floor) -> int | None:
    with floor.database.writing() as session:
        return appoint(session, floor.pk("c1"), due_at=DUE, at=NOON)


def join(floor: Floor, login: str, role: Role, *teams: str) -> None:
    with floor.database.writing() as session:
        floor.people[login] = as_principal(add_person(session, NewPerson(login, login, role, teams)))


def give(floor: Floor, login: str, call_id: str) -> None:
    with floor.database.writing() as session:
        put_scored(session, call_id, "806")
        assign(session, floor["boss"], call_id, floor[login].person_id, due_at=DUE, at=NOON)


def test_an_appeal_goes_to_who_has_the_fewest_and_had_no_hand_in_the_review(floor: Floor) -> None:
    join(floor, "other", Role.SUPERVISOR, "一组")
    give(floor, "trainer", "c2")
    appeal(floor)
    assert judge(floor) == floor["other"].person_id
    with floor.database.reading() as session:
        found = appointed(session, floor.pk("c1"))
    assert found is not None
    assert (found.person, found.due_at) == ("other", DUE)
    assert judge(floor) is None, "it has somebody already"


def test_an_administrator_decides_only_where_nobody_else_can(floor: Floor) -> None:
    appeal(floor, "trainer")
    assert judge(floor) == floor["one"].person_id


def test_where_all_had_a_hand_the_administrator_decides(floor: Floor) -> None:
    floor.do("trainer", Judge("f1", Verdict.CONFIRMED))
    appeal(floor)
    assert judge(floor) == floor["boss"].person_id


def test_an_appeal_nobody_can_decide_waits_for_somebody_who_can(floor: Floor) -> None:
    for login in ("trainer", "boss"):
        floor.do(login, Judge("f1", Verdict.CONFIRMED))
    appeal(floor)
    assert judge(floor) is None
    with floor.database.reading() as session:
        assert without_judge(session) == (floor.pk("c1"),)
    join(floor, "late", Role.TRAINER)
    assert judge(floor) == floor["late"].person_id
    with floor.database.reading() as session:
        assert without_judge(session) == ()


def test_only_who_is_appointed_decides_and_others_may_note(floor: Floor) -> None:
    appeal(floor)
    judge(floor)
    with pytest.raises(AccessError, match="培训师 is to decide") as refused:
        floor.do("boss", Decide(Outcome.REJECTED), reason="维持")
    assert "由 培训师 裁定" in refused.value.zh
    with pytest.raises(AccessError, match="培训师 is to decide"):
        floor.do("boss", Judge("f1", Verdict.REJECTED), reason="误报")
    floor.do("boss", AddNote(1.0, "我也听了"))
    floor.do("trainer", Decide(Outcome.REJECTED), reason="维持")
    with floor.database.reading() as session:
        assert count_open(session, floor["trainer"], AssignmentKind.APPEAL) == 0


def test_an_appeal_is_handed_on_but_not_to_the_first_reviewer_and_never_skipped(floor: Floor) -> None:
    appeal(floor)
    judge(floor)
    with floor.database.reading() as session:
        found = appointed(session, floor.pk("c1"))
    assert found is not None
    with floor.database.writing() as session, pytest.raises(InputError, match="no hand in the first review"):
        hand_on(session, floor["boss"], found.assignment_id, floor["one"].person_id, reason="休假", at=NOON)
    with floor.database.writing() as session, pytest.raises(ConflictError, match="not skipped"):
        skip(session, floor["boss"], found.assignment_id, reason="不用了", at=NOON)
    with floor.database.writing() as session:
        made = hand_on(session, floor["boss"], found.assignment_id, floor["boss"].person_id, reason="休假", at=NOON)
    assert (made.kind, made.due_at) == (AssignmentKind.APPEAL, DUE)
    floor.do("boss", Decide(Outcome.UPHELD), reason="误报")
    everything = AssignmentFilter(call_id="c1", kind=AssignmentKind.APPEAL)
    with floor.database.reading() as session:
        states = [one.state for one in list_assignments(session, floor["boss"], everything)]
    assert states == [AssignmentState.HANDED_ON, AssignmentState.DONE]


def test_decided_appeals_say_outcome_and_change_of_the_score(floor: Floor) -> None:
    appeal(floor)
    judge(floor)
    before = floor.row("c1").reviewed_score
    floor.do("trainer", Judge("f1", Verdict.REJECTED), reason="误报")
    floor.do("trainer", Decide(Outcome.UPHELD), reason="误报")
    with floor.database.reading() as session:
        (found,) = decided_appeals(session, floor["one"])
        assert decided_appeals(session, floor["two"]) == (), "not of calls one may not see"
        assert open_appeals(session, floor["one"]) == ()
    assert (found.case.outcome, found.by) == (Outcome.UPHELD, "培训师")
    assert found.score_before == before
    assert found.score_after == floor.row("c1").reviewed_score
    assert found.score_after is not None
    assert before is not None
    assert found.score_after > before


def test_open_appeals_say_who_could_decide_them(floor: Floor) -> None:
    appeal(floor)
    judge(floor)
    with floor.database.reading() as session:
        may = {login: open_appeals(session, floor[login])[0].may_decide for login in ("one", "trainer", "boss")}
    assert may == {"one": False, "trainer": True, "boss": True}


def test_an_agent_is_told_how_many_reviews_are_unread(floor: Floor) -> None:
    for one in FINDINGS:
        floor.do("one", Judge(one.id, Verdict.CONFIRMED))
    with floor.database.reading() as session:
        assert count_unread(session, floor["li"]) == 0
    floor.do("one", Finish(UNTIL))
    with floor.database.reading() as session:
        assert count_unread(session, floor["li"]) == 1
        assert count_unread(session, floor["wang"]) == 0
