"""A sample of customers is asked: drawn, called from the list, answered, put right; the dissatisfied are told of."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError
from starlette.testclient import TestClient

from callcoach.server.review.clockwork import look
from callcoach.server.services import Services
from callcoach.store.tables import CallRow, CustomerRow
from tests.server.around.conftest import HandIn
from tests.server.campaigns.test_campaigns import answered
from tests.server.conftest import token_for

Survey = Callable[..., int]
GOOD = {"0": "5", "1": "9", "2": "1"}


def later(client: TestClient, services: Services, hours: float) -> Services:
    """Let time pass, and do what has fallen due."""
    at = datetime.now(UTC) + timedelta(hours=hours)
    moved = replace(services, now=lambda: at)
    client.app.state.services = moved  # type: ignore[attr-defined]
    look(moved)
    return moved


def plan(client: TestClient, boss: dict[str, str], survey_id: int, **terms: Any) -> dict[str, Any]:
    body = {"name": "售后回访", "survey_id": survey_id, "share_percent": 100, "delay_h": 2, "team_id": 1, **terms}
    made = client.post("/api/v1/follow-up-plans", headers=boss, json=body)
    assert made.status_code == 201, made.text
    return made.json()


def listed(client: TestClient, who: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    return client.get("/api/v1/follow-ups", headers=who, params=query).json()["follow_ups"]


def take(client: TestClient, services: Services, who: dict[str, str], made: dict[str, Any]) -> dict[str, Any]:
    """Take the list's next number and have it answered."""
    lead = client.post(f"/api/v1/campaigns/{made['campaign_id']}/next", headers=who).json()["lead"]
    assert lead is not None
    answered(services, lead["id"], lead["held_by"])
    return lead


def put(client: TestClient, who: dict[str, str], one: dict[str, Any], answers: dict[str, str]) -> Any:
    version = client.get(f"/api/v1/surveys/{one['survey_id']}", headers=who).json()["version_id"]
    body = {"version_id": version, "answers": answers}
    return client.post(f"/api/v1/follow-ups/{one['id']}/answers", headers=who, json=body)


def test_a_call_is_followed_up_at_the_desk(
    client: TestClient, services: Services, li, zhao, wang, survey: Survey, hand_in: HandIn
) -> None:
    made = plan(client, wang, survey())
    call_id = hand_in(li, "c1")
    assert listed(client, wang) == [], "its time has not come"
    now = later(client, services, 2.1)
    later(client, services, 2.2)
    (one,) = listed(client, wang)
    assert (one["call_id"], one["state"], one["number"]) == (call_id, "open", "13800000020")
    own = client.post(f"/api/v1/campaigns/{made['campaign_id']}/next", headers=li).json()
    assert own["lead"] is None, "nobody asks after their own calls"
    lead = take(client, now, zhao, made)
    part = client.get("/desk/lead", headers=zhao).text
    assert "对服务满意吗" in part
    assert "您好，想问您几个问题。" in part
    page = {**zhao, "accept": "text/html", "HX-Request": "true"}
    version = client.get(f"/api/v1/surveys/{one['survey_id']}", headers=zhao).json()["version_id"]
    form = {"version_id": version, "answer_0": "2", "answer_1": "10", "answer_2": "1", "answer_3": "太慢"}
    told = client.post(f"/follow-ups/{one['id']}/answers", headers=page, data=form)
    assert "客户不满意，已为主管建立回拨草稿" in told.text
    (kept,) = listed(client, wang, state="answered")
    response = kept["responses"][0]
    assert [(a["question"], a["value"], a["text"]) for a in response["answers"]] == [
        (0, 2, ""),
        (1, 10, ""),
        (2, 1, ""),
        (3, None, "太慢"),
    ]
    assert (kept["asker"], response["person"], response["is_dissatisfied"]) == ("zhao", "zhao", True)
    progress = client.get(f"/api/v1/campaigns/{made['campaign_id']}/progress", headers=wang).json()
    assert progress["results"] == {"已回访": 1}
    assert lead["id"] == kept["lead_id"]
    draft = client.get(f"/api/v1/callbacks/{response['callback_id']}", headers=wang).json()
    assert (draft["state"], draft["owner"], draft["call_id"]) == ("draft", "wang", call_id)
    assert draft["reason"] == "回访不满意：对服务满意吗 2"
    assert "回访不满意" in client.get("/desk/callbacks", headers={**wang, "HX-Request": "true"}).text
    around = client.get(f"/calls/{call_id}/around", headers=li).text
    assert "太慢" in around
    assert client.get(f"/api/v1/calls/{call_id}/around", headers=li).json()["follow_up_ids"] == [one["id"]]


def test_answers_are_put_right_without_losing_any(
    client: TestClient, services: Services, li, zhao, wang, survey: Survey, hand_in: HandIn
) -> None:
    plan(client, wang, survey())
    hand_in(li, "c1")
    later(client, services, 3)
    (one,) = listed(client, wang)
    assert put(client, zhao, one, GOOD).status_code == 404, "zhao has not taken the number"
    assert put(client, wang, one, {"0": "5"}).status_code == 422
    assert put(client, wang, one, GOOD).status_code == 201
    assert put(client, wang, one, {**GOOD, "0": "4"}).status_code == 201
    (kept,) = listed(client, wang)
    assert [(r["number"], r["answers"][0]["value"]) for r in kept["responses"]] == [(2, 4), (1, 5)]
    for deed in ("UPDATE survey_answers SET value = 5", "DELETE FROM survey_answers"):
        with pytest.raises(DatabaseError, match="only ever added to"), services.database.engine.begin() as connection:
            connection.execute(text(deed))
    page = client.get(f"/follow-ups/{one['id']}", headers={**wang, "accept": "text/html"}).text
    assert "更正前的回答（1）" in page
    assert client.post(f"/api/v1/follow-ups/{one['id']}/decline", headers=wang, json={}).status_code == 409


def test_the_list_and_the_follow_up_say_the_same(
    client: TestClient, services: Services, li, zhao, wang, survey: Survey, hand_in: HandIn
) -> None:
    made = plan(client, wang, survey(), rest_days=0, within_h=4)
    hand_in(li, "c1")
    now = later(client, services, 3)
    (one,) = listed(client, wang)
    lead = take(client, now, zhao, made)
    assert put(client, wang, one, GOOD).status_code == 409, "zhao talks with the customer"
    declined = client.post(f"/api/v1/follow-ups/{one['id']}/decline", headers=zhao, json={"remark": "在开车"})
    assert (declined.json()["state"], declined.json()["remark"]) == ("declined", "在开车")
    assert client.get("/api/v1/leads/current", headers=zhao).json()["lead"] is None
    assert put(client, zhao, one, GOOD).status_code == 201, "the customer called back"
    # The same customer again: another follow-up, on the same number of the list.
    client.app.state.services = services  # type: ignore[attr-defined]
    hand_in(li, "c2", 1)
    later(client, services, 3)
    (again,) = listed(client, wang, state="open")
    assert again["lead_id"] == lead["id"]
    later(client, services, 7)
    (lapsed,) = listed(client, wang, state="lapsed")
    assert lapsed["id"] == again["id"]
    assert len(listed(client, wang)) == 2
    # A number given up on the list is given up here.
    client.app.state.services = services  # type: ignore[attr-defined]
    hand_in(li, "c3", 2)
    now = later(client, services, 3)
    taken = client.post(f"/api/v1/campaigns/{made['campaign_id']}/next", headers=zhao).json()["lead"]
    skip = {"reason": "空号", "for_good": True}
    assert client.post(f"/api/v1/leads/{taken['id']}/skip", headers=zhao, json=skip).status_code == 204
    look(now)
    (given_up,) = listed(client, wang, state="unreached")
    assert "空号" in given_up["remark"]


def test_a_time_agreed_with_the_customer_is_kept_and_an_ended_list_takes_nobody(
    client: TestClient, services: Services, li, zhao, wang, survey: Survey, hand_in: HandIn
) -> None:
    made = plan(client, wang, survey(), within_h=4, rest_days=0)
    hand_in(li, "c1")
    now = later(client, services, 3)
    lead = take(client, now, zhao, made)
    again = (now.now() + timedelta(hours=20)).isoformat()
    result = client.post(f"/api/v1/leads/{lead['id']}/result", headers=zhao, json={"again_at": again})
    assert result.status_code == 204
    later(client, services, 22)
    (one,) = listed(client, wang)
    assert one["state"] == "open", "its time is over, but they agreed on another"
    later(client, services, 50)
    assert [found["state"] for found in listed(client, wang)] == ["lapsed"]
    client.app.state.services = services  # type: ignore[attr-defined]
    hand_in(li, "c2", 1)
    client.post(f"/api/v1/campaigns/{made['campaign_id']}/state", headers=wang, json={"state": "ended"})
    later(client, services, 3)
    assert len(listed(client, wang)) == 1


def test_a_plan_draws_whom_it_names(
    client: TestClient, services: Services, li, wang, survey: Survey, hand_in: HandIn
) -> None:
    survey_id = survey()
    card = {"name": "甲", "numbers": ["13800000001"]}
    boss = token_for(services, "boss", "administrator")  # type: ignore[arg-type]
    customer = client.post("/api/v1/customers", headers=boss, json=card).json()["id"]
    for number in range(1, 7):
        hand_in(li, f"c{number}", number)
    with services.database.writing() as session:
        for number in range(1, 7):
            mine = update(CallRow).where(CallRow.id == f"c{number}")
            values = {"number": f"1380000000{number}", "number_key": f"1380000000{number}"}
            session.execute(mine.values(queue="售后" if number % 2 else "销售", **values))
        session.execute(update(CustomerRow).where(CustomerRow.id == customer).values(tier="a"))
    complaint = {"customer": "乙", "complaint": "破损", "call_id": "c2"}
    assert client.post("/api/v1/complaints", headers=li, json=complaint).status_code == 201
    client.post("/api/v1/do-not-call", headers=wang, json={"number": "13800000003", "reason": "投诉过"})
    early = services.now() - timedelta(hours=1)
    client.app.state.services = replace(services, now=lambda: early)  # type: ignore[attr-defined]
    wanted = {
        "队列": ({"queue": "售后"}, {"c1", "c5"}),  # c3 is not to be called
        "等级": ({"tier": "a"}, {"c1"}),
        "有投诉": ({"with_complaint": True}, {"c2"}),
        "呼出": ({"direction": "outbound"}, set()),
        "无投诉": ({"with_complaint": False, "queue": "销售"}, {"c4", "c6"}),
    }
    plans = {
        name: plan(client, wang, survey_id, name=name, rest_days=0, **terms) for name, (terms, _) in wanted.items()
    }
    for name in wanted:
        with services.database.writing() as session:  # each plan by itself: who waits is not drawn twice
            session.execute(text("UPDATE follow_up_plans SET ended_at = made_at"))
            session.execute(text("DELETE FROM follow_ups"))
            session.execute(text("UPDATE follow_up_plans SET ended_at = NULL WHERE name = :name"), {"name": name})
        later(client, services, 2.5)
        drawn = {one["call_id"] for one in listed(client, wang, plan_id=plans[name]["id"])}
        assert drawn == wanted[name][1], name


def test_who_was_asked_rests_and_an_ended_plan_draws_no_more(
    client: TestClient, services: Services, li, wang, survey: Survey, hand_in: HandIn
) -> None:
    made = plan(client, wang, survey())
    hand_in(li, "c1")
    hand_in(li, "c2", 1)
    later(client, services, 3)
    assert len(listed(client, wang)) == 1, "one customer, asked once"
    ended = client.post(f"/api/v1/follow-up-plans/{made['id']}/end", headers=wang)
    assert ended.json()["ended_at"]
    assert client.post(f"/api/v1/follow-up-plans/{made['id']}/end", headers=wang).status_code == 409
    page = client.get("/follow-up-plans", headers={**wang, "accept": "text/html"}).text
    assert "售后回访" in page
    assert client.get("/api/v1/follow-up-plans", headers=wang).json()[0]["counts"] == {"open": 1}


def test_a_settled_complaint_is_followed_up(client: TestClient, services: Services, li, wang, survey: Survey) -> None:
    plan(client, wang, survey(), source="complaints")
    body = {"customer": "李先生", "number": "13800000020", "complaint": "少发一台"}
    one = client.post("/api/v1/complaints", headers=li, json=body).json()["complaint"]["id"]

    def step(who: dict[str, str], name: str, **more: Any) -> None:
        sent = client.post(f"/api/v1/complaints/{one}/steps", headers=who, json={"step": name, **more})
        assert sent.status_code == 200, sent.text

    step(wang, "judge")
    step(wang, "assign", owner_id=client.get("/api/v1/me", headers=li).json()["person_id"])
    for who, name in ((li, "analyse"), (li, "propose"), (wang, "approve"), (li, "carry_out"), (li, "follow_up")):
        step(who, name, **({} if name == "approve" else {"text": "好"}))
    later(client, services, 3)
    assert listed(client, wang) == [], "it is not settled"
    client.app.state.services = services  # type: ignore[attr-defined]
    step(wang, "evaluate", text="结案")
    later(client, services, 3)
    (found,) = listed(client, wang)
    assert (found["complaint_id"], found["customer"]) == (one, "李先生")


def test_a_pbx_hands_in_what_was_keyed_after_a_call(
    client: TestClient, services: Services, li, wang, liu, survey: Survey, hand_in: HandIn
) -> None:
    survey_id = survey()
    call_id = hand_in(li, "c1")
    path = f"/api/v1/surveys/{survey_id}/keyed-answers"
    kept = client.post(path, headers=li, json={"call_id": call_id, "keys": ["1", "", "2"]})
    assert kept.status_code == 201, kept.text
    assert (kept.json()["by_keys"], kept.json()["is_dissatisfied"]) == (True, True)
    assert [one["value"] for one in kept.json()["answers"]] == [1, 0]
    assert client.post(path, headers=li, json={"call_id": call_id, "keys": ["5", "9", "1"]}).json()["number"] == 2
    assert client.post(path, headers=li, json={"number": "13900000000", "keys": ["4", "8", "1"]}).status_code == 201
    for wrong in ({"keys": ["5"]}, {"call_id": call_id, "keys": ["6"]}, {"call_id": call_id, "keys": ["5"] * 4}):
        assert client.post(path, headers=li, json=wrong).status_code == 422
    assert client.post(path, headers=li, json={"call_id": "nothing", "keys": ["5"]}).status_code == 404
    client.post(f"/api/v1/surveys/{survey_id}/in-force", headers=liu, json={"in_force": False})
    assert client.post(path, headers=li, json={"call_id": call_id, "keys": ["5", "9", "1"]}).status_code == 409
    (found,) = [one for one in listed(client, wang) if one["call_id"]]
    assert [one["number"] for one in found["responses"]] == [2, 1]


def test_the_list_is_shown_and_taken_away_with_its_answers(
    client: TestClient, services: Services, li, zhao, wang, survey: Survey, hand_in: HandIn
) -> None:
    plan(client, wang, survey())
    hand_in(li, "c1")
    later(client, services, 3)
    (one,) = listed(client, wang)
    page = {**wang, "accept": "text/html"}
    assert "取用这个号码" in client.get(f"/follow-ups/{one['id']}", headers=page).text
    version = client.get(f"/api/v1/surveys/{one['survey_id']}", headers=wang).json()["version_id"]
    form = {"version_id": version, "answer_0": "9", "answer_2": "1", "answer_3": "=1+1"}
    wrong = client.post(f"/follow-ups/{one['id']}/answers", headers=page, data=form)
    assert wrong.status_code == 422
    assert "应为 1 到 5 的数" in wrong.text
    assert "=1+1" in wrong.text, "nothing typed is lost"
    client.post(f"/follow-ups/{one['id']}/answers", headers=page, data={**form, "answer_0": "4", "answer_1": "7"})
    assert "没有符合条件的回访" in client.get("/follow-ups", headers=page).text
    assert "=1+1" in client.get("/follow-ups?state=any", headers=page).text
    answer = client.get("/follow-ups/export?state=any&format=csv", headers=wang)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][11:14] == ["满意度 1–5", "推荐意愿 0–10", "回答"]
    assert rows[1][11:14] == ["4", "7", "对服务满意吗 4；会推荐我们吗 7；问题解决了吗 是；还有什么建议 =1+1"]
    assert client.get("/follow-ups/export?state=any", headers=wang).content[:2] == b"PK"
    assert len(listed(client, li)) == 1, "who was asked about sees it"
    assert listed(client, zhao) == []
    assert client.get(f"/follow-ups/{one['id']}", headers={**zhao, "accept": "text/html"}).status_code == 404
    assert client.get("/follow-ups?state=odd&plan_id=x&from_day=y", headers=page).status_code == 200
