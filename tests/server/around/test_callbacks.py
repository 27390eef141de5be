"""Callbacks: made, found, done, postponed, handed on; overdue ones reach the supervisor; lists are exported."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from callcoach.around.promises import Promise
from callcoach.server.review.clockwork import look
from callcoach.server.services import Services
from callcoach.store.around.callbacks import put_drafts
from tests.server.around.conftest import HandIn

API = "/api/v1/callbacks"
NOW = datetime.now(UTC).replace(microsecond=0)


def make(client: TestClient, who: dict[str, str], hours: float = 1.0, **more: Any) -> dict[str, Any]:
    body = {"due_at": (NOW + timedelta(hours=hours)).isoformat(), "number": "13800000020", **more}
    answer = client.post(API, headers=who, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def step(client: TestClient, who: dict[str, str], callback_id: int, name: str, **more: Any) -> Any:
    return client.post(f"{API}/{callback_id}/steps", headers=who, json={"step": name, **more})


def in_hours(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


def test_a_callback_goes_its_way_and_every_step_stays(client: TestClient, li: dict[str, str]) -> None:
    one = make(client, li, reason="发票")["id"]
    assert step(client, li, one, "try", note="占线").json()["attempts"] == 1
    assert step(client, li, one, "postpone").status_code == 422
    assert step(client, li, one, "postpone", due_at=in_hours(-1)).status_code == 422
    later = step(client, li, one, "postpone", due_at=in_hours(5)).json()
    assert later["due_at"][:19] == in_hours(5)[:19]
    kept = step(client, li, one, "keep", note="已寄").json()
    assert (kept["state"], kept["attempts"]) == ("kept", 2)
    assert [(done["step"], done["note"]) for done in kept["steps"]] == [
        ("make", ""),
        ("try", "占线"),
        ("postpone", ""),
        ("keep", "已寄"),
    ]
    refused = step(client, li, one, "try")
    assert refused.status_code == 409
    assert step(client, li, one, "escalate").status_code == 422


def test_two_who_do_something_at_once_do_not_both(client: TestClient, li: dict[str, str], wang: dict[str, str]) -> None:
    one = make(client, li)
    assert step(client, wang, one["id"], "postpone", due_at=in_hours(3), version=one["version"]).status_code == 200
    assert step(client, li, one["id"], "keep", version=one["version"]).status_code == 409


def test_one_sees_ones_own_the_supervisor_the_teams(
    client: TestClient, li: dict[str, str], zhao: dict[str, str], wang: dict[str, str], liu: dict[str, str]
) -> None:
    one = make(client, li)["id"]
    seen = [len(client.get(API, headers=who).json()["callbacks"]) for who in (li, zhao, wang, liu)]
    assert seen == [1, 0, 1, 1]
    assert client.get(f"{API}/{one}", headers=zhao).status_code == 404
    assert step(client, zhao, one, "keep").status_code == 404
    assert client.get(f"/callbacks/{one}", headers=zhao).status_code == 404
    zhao_id = client.get("/api/v1/me", headers=zhao).json()["person_id"]
    assert step(client, li, one, "hand_on").status_code == 422
    assert step(client, li, one, "hand_on", owner_id=99).status_code == 404
    step(client, wang, one, "hand_on", owner_id=zhao_id)
    assert [len(client.get(API, headers=who).json()["callbacks"]) for who in (li, zhao, wang)] == [0, 1, 1]


def drafts(services: Services, call_id: str, *said: str) -> int:
    found = [Promise(number, 3.5, text, NOW + timedelta(hours=4), is_timed=True) for number, text in enumerate(said)]
    with services.database.writing() as session:
        return put_drafts(session, call_id, found, NOW)


def test_a_promise_is_a_draft_until_its_agent_says_so(
    client: TestClient, services: Services, li: dict[str, str], hand_in: HandIn
) -> None:
    call_id = hand_in(li, "x1")
    assert drafts(services, call_id, "明天给您回电", "我给您打过去") == 2
    first, second = client.get(API, headers=li).json()["callbacks"]
    assert (first["state"], first["call_id"], first["said"]) == ("draft", "x1", "明天给您回电")
    assert client.get("/desk/callbacks/due", headers=li).json() == {
        "due": [],
        "complaints": [],
        "drafts": 2,
        "escalated": 0,
    }
    page = client.get("/desk/callbacks", headers={**li, "HX-Request": "true"}).text
    assert "明天给您回电" in page
    assert f"/calls/{call_id}?at=3.5" in page
    assert step(client, li, first["id"], "confirm").json()["state"] == "open"
    assert step(client, li, second["id"], "drop").json()["state"] == "dropped"
    # Analysed again: what was decided stands, what is new comes, and a draft that is no longer found goes.
    assert drafts(services, call_id, "明天给您回电", "我给您打过去", "三点给您答复") == 1
    assert drafts(services, call_id, "明天给您回电") == 0
    states = sorted(one["state"] for one in client.get(API, headers=li).json()["callbacks"])
    assert states == ["dropped", "open"]


def at(services: Services, client: TestClient, when: datetime) -> Services:
    moved = replace(services, now=lambda: when)
    client.app.state.services = moved  # type: ignore[attr-defined]
    return moved


def test_what_is_overdue_is_told_to_the_supervisor_once(
    client: TestClient, services: Services, li: dict[str, str], wang: dict[str, str]
) -> None:
    one = make(client, li, 1.0)["id"]
    make(client, li, 20.0)
    soon = client.get("/desk/callbacks/due", headers=li).json()
    assert soon["due"] == []
    now = at(services, client, NOW + timedelta(hours=1, minutes=10))
    look(now)  # overdue, but the supervisor's patience is 30 minutes
    (due,) = client.get("/desk/callbacks/due", headers=li).json()["due"]
    assert (due["id"], due["is_late"]) == (one, True)
    assert client.get("/desk/callbacks/due", headers=wang).json()["escalated"] == 0
    now = at(services, client, NOW + timedelta(hours=1, minutes=31))
    look(now)
    look(now)
    assert client.get("/desk/callbacks/due", headers=wang).json()["escalated"] == 1
    whole = client.get(f"{API}/{one}", headers=wang).json()
    assert [(done["step"], done["person"]) for done in whole["steps"]] == [("make", "li"), ("escalate", "")]
    assert client.get(API, headers=wang, params={"escalated": "true"}).json()["callbacks"][0]["id"] == one
    step(client, li, one, "postpone", due_at=in_hours(9))
    assert client.get("/desk/callbacks/due", headers=wang).json()["escalated"] == 0


def test_the_list_is_filtered_and_paged_without_loss(client: TestClient, li: dict[str, str]) -> None:
    made = [make(client, li, 1 + number // 3, number=f"1380000{number:04}")["id"] for number in range(25)]
    found: list[int] = []
    after = ""
    while True:
        page = client.get(API, headers=li, params={"limit": 4, "after": after}).json()
        found += [one["id"] for one in page["callbacks"]]
        after = page["next_cursor"]
        if not after:
            break
    assert found == made
    some = client.get(API, headers=li, params={"number": "13800000007"}).json()["callbacks"]
    assert [one["id"] for one in some] == [made[7]]
    early = client.get(API, headers=li, params={"due_before": in_hours(2)}).json()["callbacks"]
    assert [one["id"] for one in early] == made[:3]
    assert client.get(API, headers=li, params={"after": "x"}).status_code == 422


@pytest.mark.parametrize("query", ["state=any&from_day=x&owner_id=abc", "after=zzz&to_day=9999-12-31", "state=odd"])
def test_an_odd_address_is_no_fault(client: TestClient, li: dict[str, str], query: str) -> None:
    assert client.get(f"/callbacks?{query}", headers={**li, "accept": "text/html"}).status_code in (200, 422)


def test_the_list_is_taken_away_whole(client: TestClient, li: dict[str, str]) -> None:
    for number in range(230):
        make(client, li, 1 + number, number=f"138{number:08}", reason="=1+1")
    answer = client.get("/callbacks/export?format=csv", headers=li)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (len(rows), rows[0][0], rows[1][4]) == (231, "应回拨时间", "'=1+1")
    assert client.get("/callbacks/export?format=xlsx", headers=li).content[:2] == b"PK"


def test_the_page_makes_hands_on_and_tells_what_is_wrong(client: TestClient, li: dict[str, str]) -> None:
    page = {**li, "accept": "text/html"}
    local = (NOW + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    made = client.post("/callbacks", headers=page, data={"number": "138", "due": local}, follow_redirects=False)
    address = made.headers["location"]
    shown = client.get(address, headers=page)
    assert "未接通" in shown.text
    wrong = client.post(f"{address}/postpone", headers=page, data={"version": 1, "due": "2020-01-01T00:00"})
    assert wrong.status_code == 422
    assert "新的时间已经过去" in wrong.text
    at_desk = client.post(f"{address}/keep", headers={**page, "HX-Request": "true"}, data={"version": 1})
    assert "本班没有待回拨" in at_desk.text
