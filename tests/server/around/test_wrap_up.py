"""Outcomes: a tree that trainers keep, chosen by who took the call; what an outcome needs is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.testclient import TestClient

from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from tests.server.around.conftest import HandIn

OUTCOMES = "/api/v1/dispositions"


def add(client: TestClient, who: dict[str, str], name: str, **terms: Any) -> int:
    answer = client.post(OUTCOMES, headers=who, json={"name_zh": name, **terms})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def finish(client: TestClient, who: dict[str, str], outcome: int, **form: Any) -> Any:
    data = {"call_id": "x1", "number": "13800000020", "disposition_id": outcome, **form}
    return client.post("/desk/wrap-up", headers={**who, "HX-Request": "true"}, data=data)


def test_the_tree_stands_in_order_and_knows_its_leaves(client: TestClient, liu: dict[str, str]) -> None:
    sale = add(client, liu, "售后", name_en="After sales")
    add(client, liu, "咨询", place=-1)
    add(client, liu, "退货", parent_id=sale)
    off = add(client, liu, "换货", parent_id=sale, active=False)
    tree = client.get(OUTCOMES, headers=liu).json()
    assert [(one["path_zh"], one["is_leaf"]) for one in tree] == [
        (["咨询"], True),
        (["售后"], False),
        (["售后", "退货"], True),
        (["售后", "换货"], True),
    ]
    assert [one["in_use"] for one in tree if one["id"] == off] == [False]
    moved = {"name_zh": "售后", "parent_id": off}
    assert client.put(f"{OUTCOMES}/{sale}", headers=liu, json=moved).status_code == 422
    assert client.post(OUTCOMES, headers=liu, json={"name_zh": "售后"}).status_code == 409
    assert client.post(OUTCOMES, headers=liu, json={"name_zh": "  "}).status_code == 422
    assert client.post(OUTCOMES, headers=liu, json={"name_zh": "深", "parent_id": 999}).status_code == 404


def test_a_tree_is_not_deeper_than_one_can_choose_from(client: TestClient, liu: dict[str, str]) -> None:
    parent = None
    for depth in range(4):
        parent = add(client, liu, f"第{depth}层", parent_id=parent)
    assert client.post(OUTCOMES, headers=liu, json={"name_zh": "太深", "parent_id": parent}).status_code == 422
    top, below = add(client, liu, "另一棵"), add(client, liu, "枝")
    client.put(f"{OUTCOMES}/{below}", headers=liu, json={"name_zh": "枝", "parent_id": top})
    second = client.get(OUTCOMES, headers=liu).json()[2]["id"]
    deep = client.put(f"{OUTCOMES}/{top}", headers=liu, json={"name_zh": "另一棵", "parent_id": second})
    assert deep.status_code == 422  # it would take its branch along


def test_an_agent_chooses_and_may_change_their_mind(
    client: TestClient, services: Services, liu: dict[str, str], li: dict[str, str], hand_in: HandIn
) -> None:
    solved, other = add(client, liu, "已解决"), add(client, liu, "未解决")
    done = finish(client, li, solved, follow_up="寄发票")
    assert (done.status_code, done.headers["HX-Trigger"]) == (200, "wrapped-up")
    assert "已解决" in done.text
    assert finish(client, li, other).status_code == 409  # an older page, which had not seen the first
    assert finish(client, li, other, version=1).status_code == 200
    call_id = hand_in(li, "x1")
    (record,) = client.get(f"/api/v1/calls/{call_id}/around", headers=li).json()["records"]
    assert (record["disposition"], record["follow_up"]) == (["未解决"], "")
    with services.database.reading() as session:
        noted = list_deeds(session, AuditFilter(action="call.dispose")).deeds
    assert [deed.object_id for deed in noted] == ["x1", "x1"]


def test_only_a_leaf_in_use_is_chosen(client: TestClient, liu: dict[str, str], li: dict[str, str]) -> None:
    top = add(client, liu, "售后")
    leaf = add(client, liu, "退货", parent_id=top)
    assert finish(client, li, top).status_code == 422
    client.put(f"{OUTCOMES}/{leaf}", headers=liu, json={"name_zh": "退货", "parent_id": top, "active": False})
    assert finish(client, li, leaf).status_code == 422
    assert finish(client, li, 999).status_code == 404


def test_an_outcome_that_needs_a_callback_makes_one(
    client: TestClient, liu: dict[str, str], li: dict[str, str], hand_in: HandIn
) -> None:
    later = add(client, liu, "稍后回电", needs_callback=True)
    refused = finish(client, li, later)
    assert refused.status_code == 422
    assert "when" in refused.json()["detail"]
    assert client.get("/api/v1/callbacks", headers=li).json()["callbacks"] == []
    due = datetime.now(UTC) + timedelta(days=1)
    local = (due + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")  # the site's zone is Asia/Shanghai
    assert finish(client, li, later, callback_due=local, callback_reason="发票进度").status_code == 200
    (made,) = client.get("/api/v1/callbacks", headers=li).json()["callbacks"]
    assert (made["number"], made["reason"], made["state"]) == ("13800000020", "发票进度", "open")
    assert made["due_at"][:16] == due.strftime("%Y-%m-%dT%H:%M")
    call_id = hand_in(li, "x1")
    (again,) = client.get("/api/v1/callbacks", headers=li).json()["callbacks"]
    assert again["call_id"] == call_id
    assert client.get(f"/api/v1/calls/{call_id}/around", headers=li).json()["callback_ids"] == [made["id"]]


def test_the_page_of_outcomes_adds_changes_and_tells_what_is_wrong(client: TestClient, liu: dict[str, str]) -> None:
    page = {**liu, "accept": "text/html"}
    data = {"name_zh": "咨询", "name_en": "Question", "active": "true", "place": "3"}
    assert client.post("/dispositions", headers=page, data=data, follow_redirects=False).status_code == 303
    again = client.post("/dispositions", headers=page, data=data)
    assert again.status_code == 422
    assert "已有名为" in again.text
    (one,) = client.get(OUTCOMES, headers=liu).json()
    client.post(f"/dispositions/{one['id']}", headers=page, data={"name_zh": "问询", "place": "0"})
    (changed,) = client.get(OUTCOMES, headers=liu).json()
    assert (changed["name_zh"], changed["active"], changed["place"]) == ("问询", False, 0)
    assert "问询" in client.get(f"/dispositions?change={one['id']}", headers=page).text
