from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from callcoach.server.review.clockwork import look
from callcoach.store.engine import Database
from callcoach.store.secrets import sha256
from callcoach.store.tables import SessionRow
from tests.review.builders import NOON
from tests.server.review.conftest import Room
from tests.server.visitors import add, enter
from tests.store.reviews.floor import MINUTE

MORNING = datetime(2026, 1, 6, 2, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def plan(room: Room, login: str = "boss", **more: object) -> int:
    body = {"name": "每日三通", "method": "worst_first", "period": "day", "quota": 3, "reviewer_ids": [room.id("one")]}
    answer = room.post(login, "/review/plans", **body | more)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_plan_fills_my_queue_by_itself(room: Room) -> None:
    for number in range(5):
        room.add_call(f"d{number}", started_at=NOON + number * MINUTE, score=40.0 + number)
    made = plan(room)
    look(room.services)
    assert room.get("one", "/review/queue").json() == {"assignments": []}
    preview = room.get("boss", f"/review/plans/{made}/preview", day="2026-01-05").json()
    shares = [{"agent": "李", "candidates": 6, "drawn": 3}]
    assert preview == {"period": "2026-01-05", "candidates": 6, "drawn": ["d0", "d1", "d2"], "agents": shares}
    room.time = MORNING
    look(room.services)
    look(room.services)
    queue = room.get("one", "/review/queue").json()["assignments"]
    assert {one["call"]["id"] for one in queue} == {"d0", "d1", "d2"}
    assert {(one["plan"], one["overdue"], one["state"]) for one in queue} == {("每日三通", False, "open")}
    detail = room.get("one", f"/review/plans/{made}").json()
    assert [(run["period"], run["drawn"], run["unassigned"]) for run in detail["runs"]] == [("2026-01-05", 3, 0)]
    room.time += timedelta(days=30)
    assert {one["overdue"] for one in room.get("one", "/review/queue").json()["assignments"]} == {True}


def test_an_ended_plan_draws_no_more(room: Room) -> None:
    made = plan(room)
    assert room.post("boss", f"/review/plans/{made}/end").json()["ended_at"] is not None
    room.time = MORNING
    look(room.services)
    assert room.get("one", "/review/queue").json() == {"assignments": []}
    assert room.get("one", "/review/plans").json()["plans"][0]["id"] == made


def test_time_for_an_appeal_ends_by_itself(room: Room) -> None:
    room.finished()
    room.time += timedelta(days=8)
    look(room.services)
    review = room.get("li", "/calls/c1/review").json()
    assert review["stage"] == "lapsed"
    assert review["history"][-1]["by"] == "系统 system"


def test_one_plan_that_fails_does_not_stop_the_others(room: Room) -> None:
    broken, made = plan(room), plan(room, reviewer_ids=[room.id("trainer")])
    with room.services.database.writing() as session:
        from callcoach.store.tables import PlanRow

        session.get_one(PlanRow, broken).quota = 0
    room.time = MORNING
    look(room.services)
    assert [one["call"]["id"] for one in room.get("trainer", "/review/queue").json()["assignments"]] == ["c1"]
    assert room.get("boss", f"/review/plans/{broken}").json()["runs"] == []
    assert len(room.get("boss", f"/review/plans/{made}").json()["runs"]) == 1


def test_assign_hand_on_skip(room: Room) -> None:
    made = room.post("boss", "/review/assignments", call_id="c1", person_id=room.id("one"), due_workdays=1)
    assert made.status_code == 201
    assert made.json()["due_at"] == "2026-01-06T16:00:00Z"
    again = room.post("boss", "/review/assignments", call_id="c1", person_id=room.id("trainer"))
    assert again.status_code == 409
    number = made.json()["id"]
    new = room.post("one", f"/review/assignments/{number}/hand-on", person_id=room.id("trainer"), reason="休假").json()
    assert (new["person"], new["follows"]) == ("培训师", number)
    assert room.post("trainer", f"/review/assignments/{new['id']}/skip", reason="只有忙音").json()["state"] == "skipped"
    states = {one["id"]: one["state"] for one in room.get("boss", "/review/assignments").json()["assignments"]}
    assert states == {number: "handed_on", new["id"]: "skipped"}
    mine = room.get("boss", "/review/assignments", person_id=room.id("one"), state="handed_on").json()["assignments"]
    assert [one["id"] for one in mine] == [number]


def test_the_rules_to_add_by_hand(room: Room) -> None:
    rules = room.get("one", "/review/rules").json()
    assert "apology.alone" in {rule["id"] for rule in rules}


def test_a_day_outside_the_calendar_is_told(room: Room) -> None:
    made = plan(room)
    for day in ("0001-01-01", "9999-12-31"):
        assert room.get("boss", f"/review/plans/{made}/preview", day=day).status_code == 422


def test_an_appeal_is_assigned_when_made_and_later_where_nobody_could(room: Room) -> None:
    version = room.finished()
    assert room.review("li", "appeal", version, finding_ids=["f1"], reason="误报").status_code == 200
    (waiting,) = room.get("trainer", "/review/appeals").json()["appeals"]
    assert waiting["person_id"] == room.id("trainer")
    assert waiting["due_at"] == "2026-01-08T16:00:00Z", "the end of the third working day, site time"
    assert room.get("one", "/review/appeals").json() == {"appeals": []}
    with room.services.database.writing() as session:
        session.execute(text("DELETE FROM review_assignments"))
    look(room.services)
    (waiting,) = room.get("trainer", "/review/appeals").json()["appeals"]
    assert waiting["person"] == "培训师"


def test_what_reviews_came_to_is_told_over_the_api(room: Room) -> None:
    version = room.finished()
    (result,) = room.get("li", "/review/results").json()
    assert (result["call"]["id"], result["stage"]) == ("c1", "published")
    assert result["appeal_until"]
    room.review("li", "appeal", version, finding_ids=["f1"], reason="误报")
    assert room.get("trainer", "/review/appeals/decided").json() == []
    decided = room.review("trainer", "decision", version + 1, outcome="rejected", reason="听过了，成立")
    assert decided.status_code == 200, decided.text
    (told,) = room.get("one", "/review/appeals/decided").json()
    assert (told["decided_by"], told["outcome"], told["decision_reason"]) == ("培训师", "rejected", "听过了，成立")
    assert (told["reason"], told["finding_ids"]) == ("误报", ["f1"])
    assert told["score_before"] == told["score_after"] is not None
    assert room.get("two", "/review/appeals/decided").json() == [], "another team's"
    (result,) = room.get("li", "/review/results").json()
    assert (result["stage"], result["call"]["id"]) == ("decided", "c1")


def test_what_a_page_asks_by_itself_keeps_no_session_awake(room: Room) -> None:
    token = enter(room.client, room.services, add(room.services, "808"))
    with room.services.database.writing() as session:
        session.execute(text("UPDATE sessions SET seen_at = datetime(seen_at, '-5 minutes')"))
    before = _seen_at(room.services.database, token)
    assert "badge-results" in room.client.get("/badges").text
    assert _seen_at(room.services.database, token) == before
    room.client.get("/results")
    assert _seen_at(room.services.database, token) > before
    room.client.cookies.clear()
    answer = room.client.get("/badges", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (401, None)


def _seen_at(database: Database, token: str) -> datetime:
    with database.reading() as session:
        return session.scalars(select(SessionRow.seen_at).where(SessionRow.token_sha256 == sha256(token))).one()
