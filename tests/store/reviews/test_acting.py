from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from callcoach.datapath import Speaker
from callcoach.errors import AccessError, CallCoachError, ConflictError, InputError
from callcoach.review.acts import (
    Act,
    AddFinding,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Finish,
    Judge,
    Lapse,
    Outcome,
    OverrideDimension,
    Reopen,
    Undo,
    Verdict,
)
from callcoach.review.stages import Stage
from callcoach.review.wording import StaleReviewError
from callcoach.store.model import ScoreKind
from callcoach.store.reviews.appeals import lapse, open_appeals, overdue
from callcoach.store.reviews.sheets import SheetRef, kept_basis, machine_text, read_sheet
from callcoach.store.tables import AuditRow, DimensionRow, ReviewEventRow, ScorecardRow
from tests.review.builders import BASIS, FINDINGS, NOON, RULE
from tests.store.reviews.floor import Floor

UNTIL = NOON + timedelta(days=7)
REJECT = Judge("f1", Verdict.REJECTED)


def finish(floor: Floor, login: str = "one") -> None:
    for one in FINDINGS:
        floor.do(login, Judge(one.id, Verdict.CONFIRMED))
    floor.do(login, Finish(UNTIL))


def scorecards(floor: Floor) -> list[tuple[ScoreKind, float]]:
    with floor.database.reading() as session:
        rows = session.scalars(select(ScorecardRow).order_by(ScorecardRow.id)).all()
        return [(row.kind, row.score) for row in rows]


def test_what_was_done_is_read_back(floor: Floor) -> None:
    acts: list[Act] = [
        REJECT,
        AddFinding(RULE, Speaker.AGENT, 3.0, 4.0, "生硬"),
        CorrectTurn(0, "您好，请问", "您好请问"),
        OverrideDimension("language", 30.0),
        AddNote(5.0, "好"),
        Undo(1),
    ]
    for version, act in enumerate(acts):
        written = floor.do("one", act, version, reason=" 因为 ")
    with floor.database.reading() as session:
        sheet = read_sheet(session, SheetRef(floor.pk("c1")))
        assert kept_basis(session, floor.pk("c1")) == BASIS
        deeds = session.scalars(select(AuditRow.action).where(AuditRow.object_id == "c1")).all()
    assert sheet == written
    assert [event.act for event in sheet.events] == acts
    assert {event.reason for event in sheet.events} == {"因为"}
    assert {event.person_id for event in sheet.events} == {floor["one"].person_id}
    assert deeds[1] == "review.add.finding"
    assert len(deeds) == len(acts)


def test_the_machines_words_stay(floor: Floor) -> None:
    floor.do("one", CorrectTurn(0, "别的", "您好请问"))
    with floor.database.reading() as session:
        assert machine_text(session, floor.pk("c1"), 0) == "您好请问"
        with pytest.raises(InputError, match="no turn 2"):
            machine_text(session, floor.pk("c1"), 2)


def test_who_comes_too_late_is_told_and_nothing_is_written(floor: Floor) -> None:
    floor.do("one", REJECT, 0, reason="误报")
    with pytest.raises(StaleReviewError, match=r"一组组长 rejected finding f1 \(误报\)"):
        floor.do("trainer", Judge("f1", Verdict.CONFIRMED), 0)
    with floor.database.reading() as session:
        assert read_sheet(session, SheetRef(floor.pk("c1"))).review.version == 1


def test_a_refused_act_leaves_nothing(floor: Floor) -> None:
    with pytest.raises(InputError):
        floor.do("one", REJECT, 0, reason="")
    with floor.database.reading() as session:
        assert read_sheet(session, SheetRef(floor.pk("c1"))).events == ()
        assert kept_basis(session, floor.pk("c1")) is None


def test_of_several_who_edit_the_same_version_one_is_first(floor: Floor) -> None:
    outcomes: list[str] = []

    def edit(login: str) -> None:
        try:
            floor.do(login, AddNote(1.0, login), 0)
            outcomes.append("written")
        except StaleReviewError:
            outcomes.append("told")

    threads = [threading.Thread(target=edit, args=(login,)) for login in ("one", "trainer", "boss", "one")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "told", "told", "written"]


def test_many_who_do_not_mind_the_version_all_get_their_place(floor: Floor) -> None:
    failures: list[CallCoachError] = []

    def edit() -> None:
        try:
            for _ in range(5):
                floor.do("one", AddNote(1.0, "x"))
        except CallCoachError as error:
            failures.append(error)

    threads = [threading.Thread(target=edit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with floor.database.reading() as session:
        assert read_sheet(session, SheetRef(floor.pk("c1"))).review.version == 20


def test_the_database_itself_refuses_to_change_an_event(floor: Floor) -> None:
    floor.do("one", AddNote(1.0, "x"))
    with pytest.raises(DBAPIError, match="never changed"), floor.database.engine.begin() as connection:
        connection.execute(text("UPDATE review_events SET reason = 'y'"))


def test_a_finished_review_puts_its_score_beside_the_machines(floor: Floor) -> None:
    floor.do("one", REJECT, reason="误报")
    with pytest.raises(ConflictError, match="f3"):
        floor.do("one", Finish(UNTIL), confirm_rest=True)  # f3 waits for a person
    assert not floor.row("c1").reviewed
    floor.do("one", Judge("f3", Verdict.CONFIRMED))
    sheet = floor.do("one", Finish(UNTIL), confirm_rest=True)
    assert [event.act.kind for event in sheet.events] == ["judge", "judge", "judge", "finish"]
    row = floor.row("c1")
    assert (row.score, row.reviewed_score, row.reviewed) == (85.0, 85.0, True)  # 5 back for f1, 5 off for f3
    assert scorecards(floor) == [(ScoreKind.MACHINE, 85.0), (ScoreKind.REVIEW, 85.0)]
    with floor.database.reading() as session:
        parts = session.scalars(select(DimensionRow.score).order_by(DimensionRow.scorecard_id, DimensionRow.id)).all()
    assert sum(parts) == 170.0


def test_a_reopened_review_is_not_in_force_until_finished_again(floor: Floor) -> None:
    finish(floor)
    assert floor.row("c1").reviewed_score == 80.0
    floor.do("one", Reopen(), reason="漏听")
    assert (floor.row("c1").reviewed, floor.row("c1").reviewed_score) == (False, None)
    floor.do("one", REJECT, reason="误报")
    floor.do("one", Finish(UNTIL))
    assert floor.row("c1").reviewed_score == 85.0
    assert scorecards(floor) == [(ScoreKind.MACHINE, 85.0), (ScoreKind.REVIEW, 80.0), (ScoreKind.REVIEW, 85.0)]


def test_an_appeal_goes_to_a_second_reviewer_whose_word_is_final(floor: Floor) -> None:
    finish(floor)
    floor.do("li", Appeal(("f1",)), reason="没有说")
    with floor.database.reading() as session:
        waiting = {
            login: [one.call.id for one in open_appeals(session, floor[login])]
            for login in ("one", "two", "trainer", "boss")
        }
    assert waiting == {"one": ["c1"], "two": [], "trainer": ["c1"], "boss": ["c1"]}, "the first reviewer may read it"
    with pytest.raises(AccessError):
        floor.do("one", Decide(Outcome.REJECTED), reason="就是说了")
    floor.do("trainer", REJECT, reason="听错")
    assert floor.row("c1").reviewed_score == 80.0  # not before it is decided
    floor.do("trainer", Decide(Outcome.UPHELD), reason="听了两遍")
    assert floor.row("c1").reviewed_score == 85.0
    for login in ("one", "trainer", "boss"):
        with pytest.raises(ConflictError):
            floor.do(login, Reopen(), reason="再来")
    with floor.database.reading() as session:
        assert open_appeals(session, floor["boss"]) == ()


def test_before_it_is_out_an_agent_is_not_told_what_a_review_says(floor: Floor) -> None:
    floor.do("one", REJECT, reason="误报")
    with pytest.raises(ConflictError, match="not finished yet") as told:
        floor.do("li", Appeal(("f1",)), 0, reason="没有")
    assert "f1" not in str(told.value)


def test_time_that_has_passed_is_noted_once(floor: Floor) -> None:
    finish(floor)
    pk = floor.pk("c1")
    for now, expected in ((UNTIL - timedelta(seconds=1), False), (UNTIL, True), (UNTIL + timedelta(days=9), False)):
        with floor.database.writing() as session:
            assert overdue(session, now) == ((pk,) if expected else ())
            assert lapse(session, pk, now) is expected
    with floor.database.reading() as session:
        sheet = read_sheet(session, SheetRef(floor.pk("c1")))
    assert sheet.review.stage is Stage.LAPSED
    assert (sheet.events[-1].act, sheet.events[-1].person_id) == (Lapse(), None)


def test_a_later_analysis_does_not_move_a_review(floor: Floor) -> None:
    finish(floor)
    with floor.database.writing() as session:
        session.execute(text("DELETE FROM findings"))
    floor.do("one", Reopen(), reason="漏听")
    floor.do("one", Finish(UNTIL))
    assert floor.row("c1").reviewed_score == 80.0


def test_a_call_that_is_deleted_takes_its_review_with_it(floor: Floor) -> None:
    floor.do("one", AddNote(1.0, "x"))
    with floor.database.writing() as session:
        for table in ("dimensions", "scorecards", "calls"):
            session.execute(text(f"DELETE FROM {table}"))
    with floor.database.reading() as session:
        assert session.scalars(select(ReviewEventRow)).all() == []
