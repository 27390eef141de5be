"""Campaigns over the API and on their pages; the do-not-call list; who may do what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from callcoach.calling_settings import DiallingSettings
from callcoach.campaigns.outcomes import Outcome
from callcoach.principal import Role
from callcoach.server.campaigns.forms import goals_of, goals_text
from callcoach.server.dialling.hours import hours_of
from callcoach.server.services import Services
from callcoach.settings import Settings, WorkSettings
from callcoach.store.campaigns.attempts import end_attempt, note_answer
from callcoach.store.campaigns.beginning import Begun, begin_call
from tests.server.conftest import token_for
from tests.server.visitors import add, enter, forgery_token

NUMBERS = (
    "号码,姓名,坐席\r\n138 0000 0001,甲,\r\n13800000002,乙,802\r\n"
    "+86 13800000001,重复,\r\n坏号码,丙,\r\n13800000003,丁,无此人\r\n"
)


@pytest.fixture
def settings(new_dir: Path) -> Settings:
    dialling = DiallingSettings(calling_hours=("mon-sun 00:00-24:00",))
    return Settings(data_dir=new_dir, work=WorkSettings(calls_at_once=0), dialling=dialling)


@pytest.fixture
def boss(services: Services) -> dict[str, str]:
    return token_for(services, "boss", Role.SUPERVISOR)


@pytest.fixture
def agent(services: Services) -> dict[str, str]:
    token_for(services, "802", Role.AGENT)
    return token_for(services, "801", Role.AGENT)


def made(client: TestClient, boss: dict[str, str], **terms: object) -> int:
    body = {"name": "回访", "goals": {"成交": 2, "拒绝": 0}, "calls_per_min": 600, **terms}
    campaign_id = client.post("/api/v1/campaigns", json=body, headers=boss).json()["id"]
    sent = client.post(f"/api/v1/campaigns/{campaign_id}/state", json={"state": "running"}, headers=boss)
    assert sent.json()["state"] == "running"
    return campaign_id


def filled(client: TestClient, boss: dict[str, str], campaign_id: int):
    files = {"file": ("a.csv", NUMBERS.encode("gb18030"))}
    return client.post(f"/api/v1/campaigns/{campaign_id}/leads/import", files=files, headers=boss).json()


def answered(services: Services, lead_id: int, person_id: int) -> None:
    """Have the number called and answered, as the dialler writes it."""
    now = services.now()
    with services.database.writing() as session:
        begun = begin_call(session, lead_id, person_id, now=now, hours=hours_of(services.settings), ring_s=30)
        assert isinstance(begun, Begun), begun
        note_answer(session, begun.attempt_id, now)
        end_attempt(session, begun.attempt_id, Outcome.ANSWERED, now)


def test_a_campaign_from_its_first_number_to_its_result(client: TestClient, services: Services, agent, boss) -> None:
    campaign_id = made(client, boss)
    path = f"/api/v1/campaigns/{campaign_id}"
    told = filled(client, boss, campaign_id)
    assert (told["added"], told["changed"]) == (2, 0)
    assert [(one["line"], one["column"]) for one in told["faults"]] == [(5, "号码"), (6, "坐席")]
    first = client.post(f"{path}/next", headers=agent).json()["lead"]
    assert (first["number"], first["state"]) == ("138 0000 0001", "reserved")
    assert client.post(f"{path}/next", headers=agent).json()["lead"]["id"] == first["id"], "one at a time"
    refused = client.post(f"/api/v1/leads/{first['id']}/dial", headers=agent)
    assert refused.status_code == 409
    assert "No softphone" in refused.json()["detail"]
    answered(services, first["id"], first["held_by"])
    result = f"/api/v1/leads/{first['id']}/result"
    assert client.post(result, json={}, headers=agent).status_code == 422, "nothing is said"
    past = (services.now() - timedelta(hours=1)).isoformat()
    assert client.post(result, json={"again_at": past}, headers=agent).status_code == 422
    assert client.post(result, json={"result": "成交"}, headers=agent).status_code == 204
    assert client.post(f"{path}/next", headers=agent).json()["lead"] is None, "the other number is 802's"
    progress = client.get(f"{path}/progress", headers=boss).json()
    assert (progress["total"], progress["through"], progress["results"]) == (2, 1, {"成交": 1})
    assert progress["outcomes"] == {"answered": 1}


def test_numbers_are_assigned_by_hand_evenly_and_by_owner(client: TestClient, services: Services, agent, boss) -> None:
    campaign_id = made(client, boss)
    filled(client, boss, campaign_id)
    path = f"/api/v1/campaigns/{campaign_id}"
    person = client.get("/api/v1/me", headers=agent).json()["person_id"]
    body = {"how": "even", "person_ids": [person], "again": True}
    assert client.post(f"{path}/assign", json=body, headers=boss).json() == {"count": 2}
    assert client.post(f"{path}/assign", json={"how": "owner"}, headers=boss).json() == {"count": 0}
    lead = client.get(f"{path}/leads", headers=boss).json()[0]
    by_hand = {"how": "hand", "lead_ids": [lead["id"], 999]}
    assert client.post(f"{path}/assign", json=by_hand, headers=boss).json() == {"count": 1}
    assert client.get(f"{path}/leads", headers=boss).json()[0]["owner_id"] is None
    wrong = {"how": "even", "person_ids": [client.get("/api/v1/me", headers=boss).json()["person_id"]]}
    assert client.post(f"{path}/assign", json=wrong, headers=boss).status_code == 422
    assert [one["number"] for one in client.get(f"{path}/leads", headers=agent).json()] == ["13800000002"]


def test_what_is_wrong_is_refused_in_words(client: TestClient, services: Services, agent, boss) -> None:
    campaign_id = made(client, boss)
    path = f"/api/v1/campaigns/{campaign_id}"
    assert client.post("/api/v1/campaigns", json={"name": "回访"}, headers=boss).status_code == 409
    for body in (
        {"name": " "},
        {"name": "x", "max_attempts": 0},
        {"name": "x", "first_day": "2026-02-02", "last_day": "2026-02-01"},
    ):
        assert client.post("/api/v1/campaigns", json=body, headers=boss).status_code == 422
    assert client.patch(path, json={"busy_min": 30}, headers=boss).json()["terms"]["busy_min"] == 30
    assert client.post("/api/v1/leads/progressive", json={"campaign_id": campaign_id}, headers=agent).status_code == 409
    assert client.patch(path, json={"mode": "progressive"}, headers=boss).json()["terms"]["goals"] == {
        "成交": 2,
        "拒绝": 0,
    }
    assert (
        client.post("/api/v1/leads/progressive", json={"campaign_id": campaign_id}, headers=agent).json()["joined"]
        == campaign_id
    )
    assert client.post("/api/v1/leads/progressive", json={"campaign_id": None}, headers=agent).json()["joined"] is None
    ended = client.post(f"{path}/state", json={"state": "ended"}, headers=boss)
    assert ended.json()["state"] == "ended"
    assert client.post(f"{path}/state", json={"state": "running"}, headers=boss).status_code == 409
    assert client.post(f"{path}/next", headers=agent).status_code == 409


def test_a_campaign_of_another_team_is_not_there(client: TestClient, services: Services, boss, agent) -> None:
    administrator = token_for(services, "root", Role.ADMINISTRATOR)
    team = client.post("/api/v1/teams", json={"name": "别的组"}, headers=administrator).json()["id"]
    campaign_id = client.post(
        "/api/v1/campaigns", json={"name": "外组", "team_id": team}, headers=administrator
    ).json()["id"]
    for headers in (boss, agent):
        assert client.get(f"/api/v1/campaigns/{campaign_id}", headers=headers).status_code == 404
        assert client.get("/api/v1/campaigns", headers=headers).json() == []
    assert client.post("/api/v1/campaigns", json={"name": "y", "team_id": team}, headers=boss).status_code == 403


def test_the_do_not_call_list_is_kept_over_the_api(client: TestClient, services: Services, boss) -> None:
    path = "/api/v1/do-not-call"
    assert client.post(path, json={"number": "138 0000 0001", "reason": "本人要求"}, headers=boss).status_code == 204
    assert client.post(path, json={"number": "nobody"}, headers=boss).status_code == 422
    text = "号码,原因,截止日期\n13800000001,投诉,2099年1月2日\n13800000002,,\n13800000003,x,下周\n"
    told = client.post(f"{path}/import", files={"file": ("a.csv", text.encode())}, headers=boss).json()
    assert (told["added"], told["changed"], told["faults"][0]["column"]) == (1, 1, "截止日期")
    found = client.get(f"{path}?q=8000", headers=boss).json()
    assert [(one["number"], one["reason"], one["until"]) for one in found] == [
        ("13800000002", "", None),
        ("13800000001", "投诉", "2099-01-02"),
    ]
    assert client.delete(f"{path}/{found[0]['id']}", headers=boss).status_code == 204
    assert len(client.get(path, headers=boss).json()) == 1


@pytest.mark.parametrize(
    ("text", "goals"),
    [
        ("成交=20; 有意向；拒绝", {"成交": 20, "有意向": 0, "拒绝": 0}),
        ("成交：3\n再约", {"成交": 3, "再约": 0}),
        (" ; ", {}),
    ],
)
def test_goals_are_read_as_they_are_typed(text: str, goals: dict[str, int]) -> None:
    assert goals_of(text) == goals
    assert goals_of(goals_text(goals)) == goals


# -- pages -------------------------------------------------------------------------------------


def sent(client: TestClient, path: str, **data: object):
    token = forgery_token(client.get("/account").text)
    return client.post(path, data={**data, "forgery_token": token})


def test_the_pages_make_fill_and_run_a_campaign(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "wang", Role.SUPERVISOR))
    worker = add(services, "801", Role.AGENT)
    assert sent(client, "/campaigns", name="").status_code == 422
    page = sent(client, "/campaigns", name="回访", mode="preview", goals="成交=2; 拒绝", team_id="")
    assert "每分钟最多 10 通" in page.text
    form = client.get("/campaigns/1/import").text
    shown = client.post(
        "/campaigns/1/import",
        data={"forgery_token": forgery_token(form)},
        files={"file": ("a.csv", "号码,姓名\n13800000001,甲\n".encode())},
    )
    assert "新增 1 条" in shown.text
    import_token = shown.text.partition('name="token" value="')[2].partition('"')[0]
    assert "新增 1 个号码" in sent(client, "/campaigns/1/import", token=import_token).text
    assert "已分配 1 个号码" in sent(client, "/campaigns/1/assign", how="even", person_ids=[str(worker.id)]).text
    assert sent(client, "/campaigns/1", name="回访", max_attempts="0").status_code == 422
    kept = sent(client, "/campaigns/1", name="二次回访", goals="成交=5", max_attempts="4", first_day="", last_day="")
    assert "二次回访" in kept.text
    assert "进行中" in sent(client, "/campaigns/1/state", state="running").text
    assert "甲" in client.get("/campaigns/1?state=open").text
    assert "没有号码" in client.get("/campaigns/1?state=done").text
    rows = client.get("/campaigns/1", headers={"HX-Target": "leads"}).text
    assert "甲" in rows
    assert "<html" not in rows


def test_an_agent_works_through_the_part_at_the_desk(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.SUPERVISOR)
    campaign_id = made(client, boss)
    filled(client, boss, campaign_id)
    person = add(services, "801", Role.AGENT)
    enter(client, services, person)
    part = client.get("/desk/lead").text
    assert "取下一个" in part
    assert "<html" not in part
    part = sent(client, f"/desk/lead/next/{campaign_id}").text
    assert "138 0000 0001" in part
    assert sent(client, "/desk/lead/1/skip", reason="").status_code == 422
    clock, hold_s = services.now, services.settings.dialling.reservation_s
    client.app.state.services = replace(services, now=lambda: clock() + timedelta(seconds=0.9 * hold_s))
    assert sent(client, "/desk/lead/1/renew").status_code == 204
    client.app.state.services = replace(services, now=lambda: clock() + timedelta(seconds=1.8 * hold_s))
    assert "138 0000 0001" in client.get("/desk/lead").text, "who looks at a number keeps it"
    client.app.state.services = replace(services, now=lambda: clock() + timedelta(seconds=2 * hold_s))
    assert "占用时间已过" in sent(client, "/desk/lead/1/renew").text
    client.app.state.services = services
    assert "已跳过" in sent(client, "/desk/lead/1/skip", reason="刚联系过").text
    assert "138 0000 0001" in sent(client, "/desk/lead/1/take").text, "a skipped number can be chosen before its time"
    assert sent(client, "/desk/lead/1/dial").status_code == 409
    answered(services, 1, person.id)
    part = client.get("/desk/lead").text
    assert "<option>成交</option>" in part
    again = (datetime.now() + timedelta(days=1)).isoformat(timespec="minutes")  # noqa: DTZ005 - as a form sends it
    assert sent(client, "/desk/lead/1/result", again_at="morgen").status_code == 422
    assert "已保存结果" in sent(client, "/desk/lead/1/result", note="明天再打", again_at=again).text
    assert "待重拨" in client.get(f"/campaigns/{campaign_id}").text
    sent(client, "/desk/lead/1/take")
    assert "已跳过" in sent(client, "/desk/lead/1/skip", reason="空号", for_good="true").text
    assert sent(client, "/desk/lead/1/take").status_code == 409


def test_the_do_not_call_page_adds_finds_and_removes(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "wang", Role.SUPERVISOR))
    assert sent(client, "/do-not-call", number="x").status_code == 422
    assert sent(client, "/do-not-call", number="13800000001", until="bald").status_code == 422
    assert (
        "本人要求" in sent(client, "/do-not-call", number="138 0000 0001", reason="本人要求", until="2099-01-01").text
    )
    assert "名单是空的" in client.get("/do-not-call?text=139").text
    assert "2099-01-01" in client.get("/do-not-call?text=13800000001").text
    assert "名单是空的" in sent(client, "/do-not-call/1/remove").text
