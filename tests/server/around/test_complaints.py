"""Complaints: recorded from a call, taken along their way by who may, escalated by amount, never overwritten."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.review.clockwork import look
from callcoach.server.services import Services
from tests.server.around.conftest import HandIn
from tests.server.around.test_notes import write
from tests.server.conftest import token_for

API = "/api/v1/complaints"
NOW = datetime.now(UTC).replace(microsecond=0)


def record(client: TestClient, who: dict[str, str], **fields: Any) -> dict[str, Any]:
    body = {"customer": "李先生", "complaint": "少发一台", **fields}
    answer = client.post(API, headers=who, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["complaint"]


def step(client: TestClient, who: dict[str, str], complaint_id: int, name: str, **more: Any) -> Any:
    return client.post(f"{API}/{complaint_id}/steps", headers=who, json={"step": name, **more})


def own_id(client: TestClient, who: dict[str, str]) -> int:
    return client.get("/api/v1/me", headers=who).json()["person_id"]


def propose(client: TestClient, li: dict[str, str], wang: dict[str, str], amount: str) -> int:
    """Take a new complaint to its proposal, by its owner."""
    one = record(client, li, amount=amount)["id"]
    assert step(client, wang, one, "judge").status_code == 200
    assert step(client, wang, one, "assign", owner_id=own_id(client, li)).status_code == 200
    assert step(client, li, one, "analyse", text="仓库漏装").status_code == 200
    assert step(client, li, one, "propose", text="补发并赔偿").status_code == 200
    return one


def test_a_complaint_goes_its_whole_way(client: TestClient, li: dict[str, str], wang: dict[str, str]) -> None:
    one = propose(client, li, wang, "800.00")
    assert step(client, li, one, "approve").status_code == 403
    assert step(client, wang, one, "approve").json()["complaint"]["state"] == "approved"
    assert step(client, li, one, "carry_out", text="已补发").status_code == 200
    assert step(client, li, one, "still_unhappy", text="包装又破").json()["complaint"]["state"] == "analysed"
    assert step(client, li, one, "propose", text="换货").status_code == 200
    assert step(client, wang, one, "approve").status_code == 200
    for name in ("carry_out", "follow_up"):
        assert step(client, li, one, name, text="好").status_code == 200
    whole = step(client, wang, one, "evaluate", text="结案").json()
    assert whole["complaint"]["state"] == "evaluated"
    assert whole["complaint"]["ended_at"]
    assert whole["possible_steps"] == ["reopen"]
    numbers = [event["number"] for event in whole["history"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [event["step"] for event in whole["history"][:3]] == ["record", "judge", "assign"]


def test_the_amount_escalates_and_stays_exact(
    client: TestClient, services: Services, li: dict[str, str], wang: dict[str, str]
) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    one = propose(client, li, wang, "1000.01")
    shown = client.get(f"{API}/{one}", headers=li).json()["complaint"]
    assert (shown["amount"], shown["level"]) == ("1000.01", 1)
    refused = step(client, wang, one, "approve")
    assert refused.status_code == 403
    assert "next" in refused.json()["detail"]
    assert step(client, boss, one, "approve").status_code == 200
    settled = step(client, li, one, "change", changes={"amount": "9.99"})
    assert settled.status_code == 409
    # A tenth and two tenths are three tenths, and the largest amount keeps its fen.
    for amount in ("0.30", "9999999999.99"):
        assert record(client, li, amount=amount)["amount"] == amount
    for wrong in ("0.001", "-1", "NaN", "1e400"):
        answer = client.post(API, headers=li, json={"complaint": "x", "amount": wrong})
        assert answer.status_code == 422, wrong


def test_what_waits_for_its_owner_is_reminded_of_at_the_desk(
    client: TestClient, services: Services, li: dict[str, str], wang: dict[str, str]
) -> None:
    one = record(client, li, complaint="少发一台冰箱")["id"]
    step(client, wang, one, "judge")
    step(client, wang, one, "assign", owner_id=own_id(client, li))
    client.app.state.services = replace(services, now=lambda: NOW + timedelta(days=3))  # type: ignore[attr-defined]
    due = client.get("/desk/callbacks/due", headers=li).json()["complaints"]
    assert [(found["id"], found["is_late"], found["url"]) for found in due] == [(one, True, f"/complaints/{one}")]
    part = client.get("/desk/callbacks", headers={**li, "HX-Request": "true"}).text
    assert "待我处理的投诉" in part
    assert "少发一台冰箱" in part
    assert client.get("/desk/callbacks/due", headers=wang).json()["complaints"] == []


def test_named_people_approve_at_the_levels(client: TestClient, services: Services, li: dict[str, str]) -> None:
    own = services.settings.complaints.model_copy(update={"next_level": ("zhou",), "head_office": ("zong",)})
    moved = replace(services, settings=services.settings.model_copy(update={"complaints": own}))
    client.app.state.services = moved  # type: ignore[attr-defined]
    wang = token_for(services, "wang", Role.SUPERVISOR)
    zhou, zong = (token_for(services, login, Role.SUPERVISOR) for login in ("zhou", "zong"))
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    high, highest = (propose(client, li, wang, amount) for amount in ("5000", "10000.01"))
    assert [step(client, who, high, "approve").status_code for who in (wang, boss, zong, zhou)] == [403, 403, 403, 200]
    assert [step(client, who, highest, "approve").status_code for who in (zhou, zong)] == [403, 200]


def test_every_change_keeps_what_was_there(client: TestClient, services: Services, li: dict[str, str]) -> None:
    one = record(client, li, amount="5", quantity="1.5", happened_on="2026-01-31")
    changed = step(client, li, one["id"], "change", changes={"amount": "6.50", "complaint": "少发两台"}, version=1)
    assert changed.json()["history"][1]["changes"] == {
        "amount": ["5.00", "6.50"],
        "complaint": ["少发一台", "少发两台"],
    }
    assert step(client, li, one["id"], "change", changes={"amount": "7"}, version=1).status_code == 409
    assert step(client, li, one["id"], "change", changes={"amount": "6.50"}).status_code == 422
    for deed in ("UPDATE complaint_events SET text = 'x'", "DELETE FROM complaint_events"):
        with pytest.raises(DatabaseError, match="only ever added to"), services.database.engine.begin() as connection:
            connection.execute(text(deed))


def test_who_sees_and_does_what(
    client: TestClient, li: dict[str, str], zhao: dict[str, str], wang: dict[str, str], liu: dict[str, str]
) -> None:
    one = record(client, li)["id"]
    assert [client.get(f"{API}/{one}", headers=who).status_code for who in (li, zhao, wang, liu)] == [
        200,
        404,
        200,
        200,
    ]
    assert step(client, zhao, one, "remark", text="x").status_code == 404
    assert [step(client, who, one, "judge").status_code for who in (li, liu, wang)] == [403, 403, 200]
    step(client, wang, one, "assign", owner_id=own_id(client, zhao))
    assert client.get(f"{API}/{one}", headers=zhao).status_code == 200
    assert step(client, li, one, "analyse", text="x").status_code == 403
    assert step(client, zhao, one, "analyse").status_code == 422
    assert step(client, zhao, one, "late").status_code == 403


def test_a_report_is_due_in_half_an_hour_and_steps_in_their_time(
    client: TestClient, services: Services, li: dict[str, str], wang: dict[str, str]
) -> None:
    one = record(client, li)
    began = datetime.fromisoformat(one["recorded_at"])
    assert datetime.fromisoformat(one["report_due_at"]) - began == timedelta(minutes=30)
    assert datetime.fromisoformat(one["due_at"]) - began == timedelta(hours=2)
    other = record(client, li)["id"]
    step(client, li, other, "report", text="已电话报告经理")
    later = replace(services, now=lambda: NOW + timedelta(hours=3))
    client.app.state.services = later  # type: ignore[attr-defined]
    page = client.get("/complaints", headers={**wang, "accept": "text/html"}).text
    assert "2 件投诉已超过期限" in page
    assert "1 件投诉没有按时提交事故报告" in page
    look(later)
    look(later)
    whole = client.get(f"{API}/{one['id']}", headers=wang).json()
    assert [event["step"] for event in whole["history"]] == ["record", "late"]
    assert len(client.get(API, headers=wang, params={"late": "true"}).json()["complaints"]) == 2
    step(client, wang, one["id"], "judge")
    assert [c["id"] for c in client.get(API, headers=wang, params={"late": "true"}).json()["complaints"]] == [other]


def test_a_complaint_knows_its_call(
    client: TestClient, li: dict[str, str], zhao: dict[str, str], hand_in: HandIn
) -> None:
    write(client, li, "客户说少了一台", 0, "x1")
    page = client.get("/complaints/new?call_id=x1&number=13800000020", headers={**li, "accept": "text/html"}).text
    assert "客户说少了一台" in page
    one = record(client, li, call_id="x1")["id"]
    call_id = hand_in(li, "x1")
    assert client.get(f"{API}/{one}", headers=li).json()["complaint"]["call_id"] == call_id
    assert record(client, li, call_id=call_id)["call_id"] == call_id
    assert client.get(f"/complaints/new?call_id={call_id}", headers=zhao).status_code == 404
    assert client.post(API, headers=zhao, json={"complaint": "x", "call_id": call_id}).status_code == 404
    assert f"/complaints/{one}" in client.get(f"/calls/{call_id}/around", headers=li).text


def test_the_pages_record_change_and_tell_what_is_wrong(client: TestClient, wang: dict[str, str]) -> None:
    page = {**wang, "accept": "text/html"}
    wrong = client.post("/complaints", headers=page, data={"complaint": "少发", "amount": "一千"})
    assert wrong.status_code == 422
    assert 'value="一千"' in wrong.text
    data = {"complaint": "少发", "amount": "1,200.50", "demand": "claim", "quantity": ""}
    made = client.post("/complaints", headers=page, data=data, follow_redirects=False)
    address = made.headers["location"]
    shown = client.get(address, headers=page).text
    assert "1200.50" in shown
    assert "上一级" in shown
    assert client.post(f"{address}/dismiss", headers=page, data={"version": 1}).status_code == 422
    assert client.post(f"{address}/judge", headers=page, data={"version": 1}, follow_redirects=False).status_code == 303
    assert client.post(f"{address}/judge", headers=page, data={"version": 1}).status_code == 409
    assert "已判定成立" in client.get(address, headers=page).text


def test_the_list_is_paged_and_taken_away(client: TestClient, li: dict[str, str]) -> None:
    made = [record(client, li, order_number=f"D-{number}")["id"] for number in range(7)]
    found, after = [], ""
    while True:
        page = client.get(API, headers=li, params={"limit": 3, "after": after}).json()
        found += [one["id"] for one in page["complaints"]]
        if not (after := page["next_cursor"]):
            break
    assert found == made
    assert [c["id"] for c in client.get(API, headers=li, params={"text": "D-3"}).json()["complaints"]] == [made[3]]
    assert client.get(API, headers=li, params={"text": "%"}).json()["complaints"] == []
    answer = client.get("/complaints/export?format=csv", headers=li)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (len(rows), rows[0][0], rows[4][8]) == (8, "编号", "D-3")
    assert client.get("/complaints/export", headers=li).content[:2] == b"PK"
