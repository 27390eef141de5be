"""Keeping people and teams, on the pages and by the API."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from tests.server.conftest import token_for
from tests.server.visitors import PASSWORD, add, enter, send
from tests.store.calls import put_call

pytestmark = pytest.mark.slow

PERSON = {
    "login": "li.na",
    "name": "李娜",
    "email": "Li.Na@example.com",
    "role": "agent",
    "teams": ["一组"],
    "agent_names": "801  802",
}


@pytest.fixture
def keeper(client: TestClient, services: Services) -> TestClient:
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    return client


def test_a_person_is_added_invited_and_signs_in(keeper: TestClient, services: Services) -> None:
    with services.database.writing() as session:
        put_call(session, 1, agent="801")
    added = send(keeper, "/people", PERSON)
    assert added.status_code == 303
    page = keeper.get(added.headers["location"]).text
    for value in ("已保存", "李娜", "li.na@example.com", "801 802", 'value="一组" checked'):
        assert value in page
    assert "待设密码" in keeper.get("/people").text
    invited = send(keeper, added.headers["location"].partition("?")[0] + "/invitation", {}).text
    link = re.findall(r"http://testserver(/invitation/[\w-]+)", invited)[0]
    keeper.cookies.clear()
    keeper.post(link, data={"password": PASSWORD, "again": PASSWORD})
    assert [call["id"] for call in keeper.get("/api/v1/calls").json()["calls"]] == ["c1"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"login": "li na"}, "不含空格的登录名"),
        ({"login": ""}, "不含空格的登录名"),
        ({"name": " "}, "请填写姓名"),
        ({"email": "x"}, "邮箱不对"),
        ({"agent_names": "8" * 121}, "工号太长"),
        ({"login": "admin"}, "与现有数据冲突"),
        ({"agent_names": "admin"}, "与现有数据冲突"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(keeper: TestClient, wrong: dict[str, str], said: str) -> None:
    answer = send(keeper, "/people", PERSON | wrong)
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert 'value="Li.Na@example.com"' in answer.text or "email" in wrong
    assert "li.na" not in keeper.get("/people").text


def test_a_change_takes_and_frees(keeper: TestClient, services: Services) -> None:
    person = add(services, "wang")
    change = {"name": "王芳", "role": "supervisor", "teams": [], "agent_names": "805", "active": "true"}
    assert send(keeper, f"/people/{person.id}", change).status_code == 303
    page = keeper.get(f"/people/{person.id}").text
    assert 'value="805"' in page
    assert 'value="supervisor" selected' in page
    assert "checked> 一组" not in page
    add(services, "wang2", password=False)
    assert send(keeper, "/people", PERSON | {"agent_names": "wang"}).status_code == 303


def test_the_last_administrator_stays(keeper: TestClient) -> None:
    for change in ({"role": "agent", "active": "true"}, {"role": "administrator"}):
        answer = send(keeper, "/people/1", {"name": "管理员", **change})
        assert answer.status_code == 409
        assert "only administrator" in answer.text
    assert keeper.get("/people").status_code == 200


def test_the_list_is_filtered_and_htmx_gets_the_table_alone(keeper: TestClient, services: Services) -> None:
    add(services, "wang", Role.SUPERVISOR)
    add(services, "li")
    for query in ("text=WANG", "role=supervisor", "text=wang&team_id=1"):
        part = keeper.get(f"/people?{query}", headers={"HX-Request": "true", "HX-Target": "people"}).text
        assert re.findall(r'<a href="/people/\d+">(\w+)</a>', part) == ["wang"]
        assert "<html" not in part
        assert part.strip() in keeper.get(f"/people?{query}").text
    assert "没有符合条件的人员" in keeper.get("/people?team_id=99").text
    assert keeper.get("/people?team_id=x").status_code == 200


def test_teams_are_added_renamed_and_counted(keeper: TestClient, services: Services) -> None:
    add(services, "wang", Role.SUPERVISOR)
    add(services, "li")
    assert send(keeper, "/teams", {"name": "二组"}).status_code == 303
    assert send(keeper, "/teams", {"name": "二组"}).status_code == 409
    assert send(keeper, "/teams", {"name": " "}).status_code == 422
    assert send(keeper, "/teams/1", {"name": "甲组"}).status_code == 303
    assert send(keeper, "/teams/1", {"name": "二组"}).status_code == 409
    assert send(keeper, "/teams/99", {"name": "丙组"}).status_code == 404
    figures = re.findall(r'<td class="figure">(\d+)</td>', keeper.get("/teams").text)
    assert figures == ["0", "0", "1", "1"]


def test_the_api_does_the_same(client: TestClient, services: Services) -> None:
    headers = token_for(services, "program", Role.ADMINISTRATOR)
    new = {"login": "li.na", "name": "李娜", "role": "agent", "teams": ["二组"], "agent_names": ["801"]}
    added = client.post("/api/v1/people", json=new, headers=headers)
    assert added.status_code == 201
    person = added.json()
    assert (person["teams"][0]["name"], person["can_sign_in"]) == ("二组", False)
    path = f"/api/v1/people/{person['id']}"
    changed = client.patch(path, json={"name": "李娜娜", "active": False}, headers=headers).json()
    assert changed == person | {"name": "李娜娜", "active": False}
    assert client.get(path, headers=headers).json() == changed
    assert client.post(f"{path}/invitation", headers=headers).json()["path"].startswith("/invitation/")
    assert client.post("/api/v1/people", json=new, headers=headers).status_code == 409
    assert client.patch(path, json={"colour": "red"}, headers=headers).status_code == 422
    assert client.get(f"/api/v1/people/{2**40}", headers=headers).status_code == 422
    assert [team["name"] for team in client.get("/api/v1/teams", headers=headers).json()] == ["一组", "二组"]


def test_a_name_of_the_telephone_system_is_given_to_a_person(keeper: TestClient, services: Services) -> None:
    with services.database.writing() as session:
        for number in range(3):
            put_call(session, number, agent="80 <5>" if number else "806")
    li = add(services, "li")
    page = keeper.get("/people/unmapped").text
    assert page.index("80 &lt;5&gt;") < page.index(">806<"), "those with the most calls first"
    assert [call["agent_id"] for call in keeper.get("/api/v1/calls").json()["calls"]] == [None] * 3
    assert "80 &lt;5&gt;</option>" in keeper.get("/calls").text, "the list can be narrowed to such a name"
    assert ">c2<" not in keeper.get("/calls?agent=806").text
    unmapped = {one["name"]: one["calls"] for one in keeper.get("/api/v1/people/unmapped").json()}
    assert unmapped == {"80 <5>": 2, "806": 1}
    program = token_for(services, "program", Role.ADMINISTRATOR)
    mapping = {"name": "806", "person_id": li.id}
    mapped = keeper.post("/api/v1/people/unmapped", json=mapping, headers=program)
    assert "806" in mapped.json()["agent_names"]
    assert keeper.post("/api/v1/people/unmapped", json=mapping, headers=program).status_code == 404
    sent = send(keeper, "/people/unmapped", {"name": "80 <5>", "person_id": str(li.id)})
    assert sent.status_code == 303
    assert "80 &lt;5&gt; → li" in keeper.get(sent.headers["location"]).text
    calls = keeper.get("/api/v1/calls", params={"agent_id": li.id}).json()["calls"]
    assert [call["id"] for call in calls] == ["c2", "c1", "c0"]
    assert "80 &lt;5&gt;</a>" not in keeper.get("/people/unmapped").text
    again = send(keeper, "/people/unmapped", {"name": "80 <5>", "person_id": str(li.id)})
    assert again.status_code == 409
    assert 'value="806"' in keeper.get("/people/new?agent_names=806").text
    form = {"name": "李", "role": "agent", "active": "true", "agent_names": 'li "80 <5>" 807'}
    assert send(keeper, f"/people/{li.id}", form).status_code == 303
    assert keeper.get(f"/api/v1/people/{li.id}").json()["agent_names"] == ["80 <5>", "807", "li"]
    assert "&#34;80 &lt;5&gt;&#34; 807 li" in keeper.get(f"/people/{li.id}").text
