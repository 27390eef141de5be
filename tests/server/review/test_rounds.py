from __future__ import annotations

from tests.server.review.conftest import Room


def begin(room: Room, *logins: str) -> int:
    answer = room.post(
        "boss", "/review/rounds", name="一月校准", call_ids=["c1"], reviewer_ids=[room.id(login) for login in logins]
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def hand_in(room: Room, number: int, login: str, *rejected: str) -> None:
    for version, finding in enumerate(("f1", "f2", "f3")):
        verdict = "rejected" if finding in rejected else "confirmed"
        body = {"expected_version": version, "finding_id": finding, "verdict": verdict, "reason": "听过"}
        answer = room.post(login, f"/review/rounds/{number}/calls/c1/verdicts", **body)
        assert answer.status_code == 200, answer.text
    room.post(login, f"/review/rounds/{number}/calls/c1/finish", expected_version=3)


def test_a_round_shows_its_result_once_closed(room: Room) -> None:
    number = begin(room, "one", "trainer", "boss")
    hand_in(room, number, "one", "f1")
    hand_in(room, number, "trainer", "f1", "f2")
    own = room.get("boss", f"/review/rounds/{number}/calls/c1").json()
    assert (own["version"], own["stage"]) == (0, "unreviewed")
    hand_in(room, number, "boss", "f1")
    assert room.get("one", f"/review/rounds/{number}/result").status_code == 409
    closed = room.post("boss", f"/review/rounds/{number}/close").json()
    assert len(closed["handed_in"]) == 3
    result = room.get("one", f"/review/rounds/{number}/result").json()
    assert (result["calls"], result["kappa"]["raters"], result["kappa"]["items"]) == (["c1"], 3, 3)
    assert result["disputed"] == [{"call_id": "c1", "finding_id": "f2"}]
    assert len(result["pairs"]) == 3
    assert {one["person_id"] for one in result["to_machine"]} == {
        room.id(login) for login in ("one", "trainer", "boss")
    }
    late = room.post("one", f"/review/rounds/{number}/calls/c1/reopen", expected_version=4, reason="再听")
    assert late.status_code == 409


def test_a_round_leaves_the_call_as_it_is(room: Room) -> None:
    number = begin(room, "one", "trainer")
    hand_in(room, number, "one", "f1", "f2", "f3")
    assert room.get("one", "/calls/c1/review").json()["version"] == 0
    assert room.get("one", "/calls/c1").json()["reviewed"] is False


def test_all_edits_of_a_round(room: Room) -> None:
    number = begin(room, "one", "trainer")
    path = f"/review/rounds/{number}/calls/c1"
    found = {"rule_id": "apology.alone", "speaker": "agent", "start_s": 30.0, "end_s": 31.5}
    assert room.post("one", f"{path}/findings", expected_version=0, **found).json()["version"] == 1
    assert room.post("one", f"{path}/undo", expected_version=1, number=1).json()["version"] == 2
    points = {"dimension": "language", "points": 12, "reason": "x"}
    assert room.post("one", f"{path}/overrides", expected_version=2, **points).json()["version"] == 3
    assert room.post("one", f"{path}/notes", expected_version=3, at_s=1, text="x").json()["version"] == 4
    assert room.get("trainer", f"{path}").json()["version"] == 0


def test_the_rounds_of_others_do_not_exist(room: Room) -> None:
    number = begin(room, "one", "trainer")
    assert room.get("two", f"/review/rounds/{number}").status_code == 404
    assert room.get("two", "/review/rounds").json() == {"rounds": []}
    assert [one["name"] for one in room.get("one", "/review/rounds").json()["rounds"]] == ["一月校准"]
    assert room.get("boss", f"/review/rounds/{number}/calls/c1").status_code == 403


def test_a_round_that_cannot_be_is_told(room: Room) -> None:
    body = {"name": "r", "call_ids": ["c1"], "reviewer_ids": [room.id("one"), room.id("two")]}
    answer = room.post("boss", "/review/rounds", **body)
    assert answer.status_code == 422
    assert "may not see the call c1" in answer.json()["detail"]


def test_a_due_date_outside_the_calendar_is_told(room: Room) -> None:
    body = {"name": "r", "call_ids": ["c1"], "reviewer_ids": [room.id("one"), room.id("boss")]}
    answer = room.post("boss", "/review/rounds", **body, due_at="0001-01-01T00:00:00+14:00")
    assert answer.status_code == 422
    assert "outside the calendar" in answer.json()["detail"]
