"""Call scripts: written in versions, the fitting one beside a call, each tick kept at once, seen with the call."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from callcoach.around.scripts import Purpose, ScriptStep, checked_steps, how_well, missing
from callcoach.datapath import Direction
from callcoach.errors import InputError
from callcoach.server.services import Services
from callcoach.store.around.scripts import list_scripts
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from callcoach.store.phone_calls import RingingCall, begin_phone_call
from tests.server.around.conftest import HandIn

STEPS = {"title_0": "问候", "say_0": "您好，远航物流。", "title_1": "核对订单", "title_2": "致谢", "optional_2": "true"}
CALL = {"call_id": "x1", "number": "13800000020", "direction": "inbound"}


def write(client: TestClient, who: dict[str, str], name: str, *, published: bool = True, **form: Any) -> int:
    page = {**who, "accept": "text/html"}
    made = client.post("/scripts", headers=page, data={"name": name, **STEPS, **form}, follow_redirects=False)
    assert made.status_code == 303, made.text
    script_id = int(made.headers["location"].rsplit("/", 1)[1])
    if published:
        client.post(f"/scripts/{script_id}/publish", headers=page, data={"shown": "true"})
    return script_id


def beside(client: TestClient, who: dict[str, str], **query: Any) -> str:
    answer = client.get("/desk/script", headers={**who, "HX-Request": "true"}, params={**CALL, **query})
    assert answer.status_code == 200, answer.text
    return answer.text


def tick(client: TestClient, who: dict[str, str], version: int, step: int, done: str = "true") -> Any:
    data = {**CALL, "version_id": version, "step": step, "done": done}
    return client.post("/desk/script/tick", headers={**who, "HX-Request": "true"}, data=data)


def test_the_closest_purpose_fits_best() -> None:
    call = Purpose(Direction.INBOUND, "售后", 7)
    assert how_well(Purpose(), call) == 0
    assert how_well(Purpose(Direction.INBOUND), call) == 1
    assert how_well(Purpose(Direction.INBOUND, "售后"), call) == 3
    assert how_well(Purpose(campaign_id=7), call) == 4
    assert how_well(Purpose(Direction.OUTBOUND, "售后"), call) is None
    assert how_well(Purpose(queue="销售"), call) is None


def test_what_may_be_left_out_is_not_missing() -> None:
    steps = (ScriptStep("一"), ScriptStep("二", optional=True), ScriptStep("三"))
    assert [missing(steps, ticked) for ticked in ((), (0,), (0, 1), (0, 2))] == [2, 1, 1, 0]
    for wrong in ((), [ScriptStep(" ")], [ScriptStep("x" * 121)], [ScriptStep("x")] * 41):
        with pytest.raises(InputError) as caught:
            checked_steps(wrong)
        assert caught.value.zh


def test_a_draft_is_shown_to_nobody_until_it_is_published(
    client: TestClient, services: Services, li: dict[str, str], liu: dict[str, str]
) -> None:
    script_id = write(client, liu, "来电接待", published=False)
    assert "没有适用的话术" in beside(client, li)
    page = {**liu, "accept": "text/html"}
    client.post(f"/scripts/{script_id}/publish", headers=page, data={"shown": "true"})
    assert "您好，远航物流。" in beside(client, li)
    changed = {"name": "来电接待", **STEPS, "say_0": "新的问候", "place_1": "0"}
    client.post(f"/scripts/{script_id}", headers=page, data=changed)
    shown = beside(client, li)
    assert "您好，远航物流。" in shown
    assert "新的问候" not in shown
    assert "第 2 版草稿" in client.get("/scripts", headers=page).text
    client.post(f"/scripts/{script_id}/publish", headers=page, data={"shown": "true"})
    shown = beside(client, li)
    assert shown.index("核对订单") < shown.index("新的问候"), "steps stand in the order of their numbers"
    client.post(f"/scripts/{script_id}/publish", headers=page, data={})
    assert "没有适用的话术" in beside(client, li)
    with services.database.reading() as session:
        deeds = [one.action for one in list_deeds(session, AuditFilter(object_kind="script")).deeds]
    assert sorted(set(deeds)) == ["script.add", "script.change", "script.publish", "script.withdraw"]


def test_ticks_are_kept_at_once_and_seen_with_the_call(
    client: TestClient,
    services: Services,
    li: dict[str, str],
    zhao: dict[str, str],
    liu: dict[str, str],
    hand_in: HandIn,
) -> None:
    write(client, liu, "通用")
    write(client, liu, "呼入接待", direction="inbound")
    shown = beside(client, li)
    assert shown.index("呼入接待") < shown.index("通用"), "the closer one is shown"
    with services.database.reading() as session:
        version = next(one.newest.id for one in list_scripts(session) if one.name == "呼入接待")
    assert "还有 1 步" in tick(client, li, version, 0).text
    assert "还有 1 步" in tick(client, li, version, 0).text, "a tick that is sent twice counts once"
    assert beside(client, li).count('aria-checked="true"') == 1, "a page that is loaded again has it"
    assert "已全部完成" in tick(client, li, version, 1).text
    assert "还有 1 步" in tick(client, li, version, 1, "false").text
    assert tick(client, li, version, 9).status_code == 422
    assert tick(client, li, 999, 0).status_code == 404
    assert beside(client, zhao).count('aria-checked="true"') == 0, "each agent has their own"
    call_id = hand_in(li, "x1")
    kept = client.get(f"/calls/{call_id}/around", headers=li).text
    assert "呼入接待" in kept
    assert kept.count("☑") == 1
    assert tick(client, zhao, version, 0).status_code == 404, "it is another's call"


def test_scripts_go_out_and_come_in_as_a_file(client: TestClient, services: Services, liu: dict[str, str]) -> None:
    write(client, liu, "来电接待", queue="售后")
    page = {**liu, "accept": "text/html"}
    sent = client.get("/scripts/export?format=csv", headers=page).content
    assert "来电接待,,售后,致谢,,是" in sent.decode("utf-8-sig")
    more = sent + "回访,呼出,,问候,您好,\n回访,呼出,,满意吗,,可能\n".encode()
    shown = client.post("/scripts/import", headers=page, files={"file": ("a.csv", io.BytesIO(more))}).text
    assert "应为是、否或空" in shown
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    client.post("/scripts/import", headers=page, data={"token": token})
    with services.database.reading() as session:
        scripts = {one.name: one for one in list_scripts(session)}
    assert [one.title for one in scripts["回访"].newest.steps] == ["问候"]
    assert scripts["回访"].purpose.direction is Direction.OUTBOUND
    assert scripts["回访"].published is None, "what is brought in is a draft"
    assert scripts["来电接待"].newest.number == 1, "the same steps make no new version"


def test_what_is_wrong_with_a_script_is_said_and_nothing_typed_is_lost(client: TestClient, liu: dict[str, str]) -> None:
    write(client, liu, "来电接待")
    page = {**liu, "accept": "text/html"}
    again = client.post("/scripts", headers=page, data={"name": "来电接待", **STEPS})
    assert again.status_code == 422
    assert "已有名为" in again.text
    assert "您好，远航物流。" in again.text
    assert "应为 1 到 40 步" in client.post("/scripts", headers=page, data={"name": "空"}).text


def test_scripts_are_written_and_published_over_the_api(
    client: TestClient, services: Services, li: dict[str, str], liu: dict[str, str]
) -> None:
    body = {"name": "售后接待", "queue": "售后", "direction": "inbound", "steps": [{"title": "问候", "say": "您好"}]}
    made = client.post("/api/v1/scripts", headers=liu, json=body)
    assert (made.status_code, made.json()["published"], made.json()["version"]) == (201, None, 1)
    path = f"/api/v1/scripts/{made.json()['id']}"
    assert client.post(f"{path}/publish", headers=li, json={"shown": True}).status_code == 403
    assert client.post(f"{path}/publish", headers=liu, json={"shown": True}).json()["published"] == 1
    changed = client.put(
        path, headers=liu, json={**body, "steps": [*body["steps"], {"title": "致谢", "optional": True}]}
    )  # type: ignore[misc]
    assert (changed.json()["version"], changed.json()["published"]) == (2, 1)
    assert [one["title"] for one in client.get(path, headers=li).json()["steps"]] == ["问候", "致谢"]
    assert len(client.get("/api/v1/scripts", headers=li).json()) == 1
    assert client.put(path, headers=liu, json={**body, "campaign_id": 9}).status_code == 422
    assert client.post("/api/v1/scripts", headers=liu, json=body).status_code == 409
    with services.database.reading() as session:
        deeds = {one.action for one in list_deeds(session, AuditFilter(object_kind="script")).deeds}
    assert deeds == {"script.add", "script.change", "script.publish"}


def test_a_script_of_a_queue_fits_its_calls_alone(
    client: TestClient, services: Services, li: dict[str, str], liu: dict[str, str]
) -> None:
    write(client, liu, "通用")
    write(client, liu, "售后接待", queue="售后")
    assert "售后接待" in beside(client, li, queue="售后").partition("<ol")[0]
    other = beside(client, li, queue="销售", call_id="x2")
    assert "售后接待" not in other
    assert "通用" in other
    rings = RingingCall("x3", Direction.INBOUND, "138", "售后")
    with services.database.writing() as session:
        person_id = client.get("/api/v1/me", headers=li).json()["person_id"]
        begin_phone_call(session, person_id, rings, services.now(), ZoneInfo("Asia/Shanghai"))
    assert "售后接待" in beside(client, li, call_id="x3"), "the phone told of it, whoever asks without it"
