from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callcoach.review.stages import Stage
from callcoach.store.tables import AuditRow
from tests.server.review.conftest import Room

pytestmark = pytest.mark.slow


def test_an_untouched_review_shows_what_the_machine_says(room: Room) -> None:
    answer = room.get("one", "/calls/c1/review")
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"0"'
    review = answer.json()
    assert (review["stage"], review["version"], review["history"]) == ("unreviewed", 0, [])
    assert review["machine"]["score"] == review["reviewed"]["score"] == 85.0
    assert [one["id"] for one in review["findings"]] == ["f1", "f2", "f3"]
    assert review["without_verdict"] == ["f1", "f2", "f3"]


def test_a_review_from_the_first_verdict_to_the_decision(room: Room) -> None:
    review = room.review("one", "verdicts", 0, finding_id="f1", verdict="confirmed").json()
    review = room.review("one", "verdicts", 1, finding_id="f3", verdict="rejected", reason="电视的声音").json()
    found = {"rule_id": "apology.alone", "speaker": "agent", "start_s": 30.0, "end_s": 31.5, "note": "只说抱歉"}
    review = room.review("one", "findings", 2, **found).json()
    assert review["findings"][-1]["added_by_event"] == 3
    review = room.review("one", "corrections", 3, turn=0, text="您好，请问").json()
    assert review["corrections"] == [{"turn": 0, "text": "您好，请问", "machine_text": "您好请问", "event_number": 4}]
    review = room.review("one", "overrides", 4, dimension="attitude", points=18, reason="客户先骂人").json()
    assert review["reviewed"]["adjustments"] == [
        {"dimension": "attitude", "points": 8.0, "event_number": 5, "reason": "客户先骂人"}
    ]
    review = room.review("one", "notes", 5, at_s=3.0, text="开场很好").json()
    assert review["notes"][0]["by"] == "一组组长"
    review = room.review("one", "undo", 6, number=3).json()
    assert [one["id"] for one in review["findings"]] == ["f1", "f2", "f3"]
    assert [one["in_force"] for one in review["history"]] == [True, True, False, True, True, True, True]
    review = room.review("one", "finish", 7, confirm_rest=True).json()
    assert review["stage"] == "published"
    assert review["appeal_until"] == "2026-01-12T16:00:00Z"  # the end of the fifth working day in Shanghai
    assert (review["machine"]["score"], review["reviewed"]["score"]) == (85.0, 93.0)
    call = room.get("one", "/calls/c1").json()
    assert (call["score"], call["reviewed_score"], call["reviewed"]) == (85.0, 93.0, True)

    seen = room.post("li", "/calls/c1/review/read").json()
    assert seen["stage"] == "read"
    assert room.post("li", "/calls/c1/review/read").json()["version"] == seen["version"]
    appealed = room.review("li", "appeal", seen["version"], finding_ids=["f1"], reason="是在重复客户的话").json()
    assert appealed["appeal"]["outcome"] is None
    (waiting,) = room.get("trainer", "/review/appeals").json()["appeals"]
    assert (waiting["call"]["id"], waiting["reason"]) == ("c1", "是在重复客户的话")
    assert room.get("one", "/review/appeals").json() == {"appeals": []}
    version = waiting["version"]
    refused = room.review("one", "decision", version, outcome="rejected", reason="维持")
    assert refused.status_code == 403
    room.review("trainer", "verdicts", version, finding_id="f1", verdict="rejected", reason="重复客户的话")
    decided = room.review("trainer", "decision", version + 1, outcome="upheld", reason="申诉有理").json()
    assert (decided["stage"], decided["appeal"]["outcome"], decided["appeal"]["decided_by"]) == (
        "decided",
        "upheld",
        "培训师",
    )
    assert decided["reviewed"]["score"] == 98.0
    assert room.get("li", "/calls/c1").json()["reviewed_score"] == 98.0
    assert room.review("boss", "reopen", version + 2, reason="再看").status_code == 409


def test_every_lost_point_is_traced(room: Room) -> None:
    review = room.review("one", "overrides", 0, dimension="language", points=12.5, reason="x").json()
    score = review["reviewed"]
    for dimension in score["dimensions"]:
        lost = sum(one["points"] for one in score["deductions"] if one["dimension"] == dimension["id"])
        given = sum(one["points"] for one in score["adjustments"] if one["dimension"] == dimension["id"])
        assert dimension["score"] == pytest.approx(dimension["max_points"] - lost + given)
    assert score["score"] == sum(one["score"] for one in score["dimensions"])


def test_two_reviewers_of_the_same_call_are_told(room: Room) -> None:
    assert room.review("one", "verdicts", 0, finding_id="f1", verdict="rejected", reason="误报").status_code == 200
    late = room.review("trainer", "verdicts", 0, finding_id="f1", verdict="confirmed")
    assert late.status_code == 409
    problem = late.json()
    assert problem["title_zh"] == "与现状冲突"
    assert "一组组长 驳回问题 f1（误报）" in problem["detail_zh"]
    assert "一组组长 rejected finding f1 (误报)" in problem["detail"]
    version = room.get("trainer", "/calls/c1/review").json()["version"]
    assert room.review("trainer", "verdicts", version, finding_id="f1", verdict="confirmed").status_code == 200


def test_an_agent_sees_nothing_of_a_review_before_it_is_out(room: Room) -> None:
    room.review("one", "verdicts", 0, finding_id="f1", verdict="rejected", reason="误报")
    seen = room.get("li", "/calls/c1/review").json()
    assert (seen["stage"], seen["reviewed"], seen["history"]) == ("in_review", None, [])
    assert {one["verdict"] for one in seen["findings"]} == {None}
    assert "误报" not in room.get("li", "/calls/c1/review").text
    for what in ("acknowledge", "appeal"):
        refused = room.review("li", what, 0, **({"finding_ids": ["f1"], "reason": "x"} if what == "appeal" else {}))
        assert refused.status_code == 409
        assert "误报" not in refused.text
    assert room.post("li", "/calls/c1/review/read").status_code == 409


def test_the_time_for_an_appeal_ends(room: Room) -> None:
    version = room.finished()
    room.time += timedelta(days=8)
    late = room.review("li", "appeal", version, finding_ids=["f1"], reason="没有说")
    assert late.status_code == 409
    assert "ended at 2026-01-12" in late.json()["detail"]
    assert room.review("li", "acknowledge", version).json()["stage"] == "acknowledged"


def test_an_agent_accepts(room: Room) -> None:
    version = room.finished()
    accepted = room.review("li", "acknowledge", version).json()
    assert (accepted["stage"], accepted["possible_steps"]) == ("acknowledged", ["note", "reopen"])
    assert room.review("li", "appeal", version + 1, finding_ids=["f1"], reason="x").status_code == 409


def test_a_call_that_is_not_scored_cannot_be_reviewed(room: Room) -> None:
    with room.services.database.writing() as session:
        from tests.store.calls import put_call

        put_call(session, 9, agent="806")
    answer = room.get("one", "/calls/c9/review")
    assert answer.status_code == 409
    assert "is received" in answer.json()["detail"]


def test_a_missing_analysis_is_said(room: Room) -> None:
    (room.services.desk.folder("c1") / "analysis.json").unlink()
    answer = room.review("one", "notes", 0, at_s=1.0, text="x")
    assert answer.status_code == 409
    assert "c1/analysis.json" in answer.json()["detail"]


def test_a_review_that_began_does_not_need_the_analysis(room: Room) -> None:
    room.review("one", "notes", 0, at_s=1.0, text="x")
    (room.services.desk.folder("c1") / "analysis.json").unlink()
    assert room.review("one", "notes", 1, at_s=2.0, text="y").json()["version"] == 2


@pytest.mark.parametrize(
    ("what", "body", "said"),
    [
        ("verdicts", {"finding_id": "f9", "verdict": "confirmed"}, "no finding 'f9'"),
        ("verdicts", {"finding_id": "f1", "verdict": "rejected"}, "reason"),
        ("verdicts", {"finding_id": "f1", "verdict": "maybe"}, "verdict"),
        ("findings", {"rule_id": "x", "speaker": "agent", "start_s": 1, "end_s": 2}, "no rule 'x'"),
        ("findings", {"rule_id": "apology.alone", "speaker": "agent", "start_s": 2, "end_s": 2}, "Mark it again"),
        ("findings", {"rule_id": "apology.alone", "speaker": "agent", "start_s": 2, "end_s": 99}, "outside"),
        ("corrections", {"turn": 7, "text": "x"}, "no turn 7"),
        ("overrides", {"dimension": "charm", "points": 1, "reason": "x"}, "no dimension 'charm'"),
        ("overrides", {"dimension": "language", "points": 101, "reason": "x"}, "points"),
        ("notes", {"at_s": 99, "text": "x"}, "outside"),
        ("undo", {"number": 1}, "no event 1"),
        ("reopen", {}, "reason"),
        ("notes", {"at_s": 1, "text": "x", "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(room: Room, what: str, body: dict[str, object], said: str) -> None:
    answer = room.review("one", what, 0, **body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert room.get("one", "/calls/c1/review").json()["version"] == 0


def test_a_version_must_be_sent(room: Room) -> None:
    answer = room.post("one", "/calls/c1/review/notes", at_s=1.0, text="x")
    assert answer.status_code == 422
    assert "expected_version" in answer.json()["detail"]


def test_only_what_may_be_done_is_offered(room: Room) -> None:
    version = room.finished()
    review = room.get("one", "/calls/c1/review").json()
    assert {one["can_undo"] for one in review["history"]} == {False}
    assert "reopen" in review["possible_steps"]
    reopened = room.review("one", "reopen", version, reason="漏听").json()
    assert reopened["stage"] == Stage.IN_REVIEW
    assert [one["can_undo"] for one in reopened["history"]] == [True, True, True, False, False]


@pytest.mark.parametrize("text", ["\x00", "好\x00"])
def test_what_no_database_keeps_is_refused(room: Room, text: str) -> None:
    answer = room.review("one", "notes", 0, at_s=1.0, text=text)
    assert answer.status_code == 422
    assert "NUL" in answer.json()["detail"]


def test_who_looked_is_in_the_audit_log(room: Room) -> None:
    room.get("trainer", "/calls/c1/review")
    room.review("one", "notes", 0, at_s=1.0, text="x")
    with room.services.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.object_id == "c1").order_by(AuditRow.id)).all()
    deeds = [(row.action, row.person_id) for row in rows]
    assert deeds == [("review.see", room.id("trainer")), ("review.add.note", room.id("one"))]
