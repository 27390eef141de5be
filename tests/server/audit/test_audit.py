"""The audit log as administrators read it."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.audit_lists import PAGE
from tests.server.conftest import token_for
from tests.server.visitors import PASSWORD, add, enter, send

pytestmark = pytest.mark.slow


@pytest.fixture
def auditor(client: TestClient, services: Services) -> TestClient:
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    return client


def actions(client: TestClient, query: str = "") -> list[str]:
    rows = re.findall(r"<tr>\s*<td><time.*?</tr>", client.get(f"/audit?{query}").text, re.DOTALL)
    return [re.findall(r'<td class="whole">(.*?)</td>', row)[1] for row in rows]


def test_deeds_are_told_in_words_and_reading_is_one(auditor: TestClient, services: Services) -> None:
    send(auditor, "/teams", {"name": "二组"})
    auditor.get("/audit")
    assert actions(auditor, "person_id=1")[:2] == ["查看审计日志", "添加团队"]
    auditor.cookies.set("callcoach_language", "en")
    page = auditor.get("/audit").text
    assert "Added a team" in page
    assert "name: 二组" in page
    assert "testclient" in page, "the address"


def test_the_whole_log_is_taken_away(auditor: TestClient, services: Services) -> None:
    with services.database.writing() as session:
        for number in range(2 * PAGE + 5):
            note(session, "call.hear", person_id=1, about=("call", f"c{number}"))
    address = re.search(r'href="([^"]+export[^"]+csv)"', auditor.get("/audit?action=call.hear").text)
    assert address
    lines = auditor.get(address[1].replace("&amp;", "&")).text.splitlines()
    assert lines[0].lstrip("\ufeff").startswith("时间,人员,操作")
    assert len(lines) == 1 + 2 * PAGE + 5
    assert actions(auditor)[0] == "导出审计日志"


def test_every_step_of_a_persons_life_is_noted(auditor: TestClient, services: Services) -> None:
    form = {"login": "li", "name": "李", "role": "agent"}
    where = send(auditor, "/people", form).headers["location"].partition("?")[0]
    link = re.findall(r"(/invitation/[\w-]+)<", send(auditor, f"{where}/invitation", {}).text)[0]
    send(auditor, where, form | {"active": "true"})
    admin = dict(auditor.cookies)
    auditor.cookies.clear()
    auditor.post(link, data={"password": PASSWORD, "again": PASSWORD})
    send(auditor, "/tokens", {"name": "x", "scope": ["calls:read"]})
    send(auditor, "/account/password", {"current": PASSWORD, "password": PASSWORD + "!", "again": PASSWORD + "!"})
    send(auditor, "/sign-out", {})
    auditor.post("/sign-in", data={"login": "li", "password": "wrong"})
    auditor.cookies.clear()
    auditor.cookies.update(admin)
    told = actions(auditor)
    wanted = ["登录失败", "退出登录", "修改密码", "创建令牌", "使用邀请链接", "修改人员", "生成邀请链接", "添加人员"]
    assert told == wanted
    assert PASSWORD not in auditor.get("/audit").text


def test_pages_follow_by_key_and_rows_come_alone_for_htmx(auditor: TestClient, services: Services) -> None:
    with services.database.writing() as session:
        for number in range(PAGE + 5):
            note(session, "call.hear", person_id=1, about=("call", f"c{number}"))
    first = auditor.get("/audit?action=call.hear").text
    more = re.findall(r'hx-get="([^"]+)"', first)[-1].replace("&amp;", "&")
    with services.database.writing() as session:
        note(session, "call.hear", person_id=1, about=("call", "late"))
    rest = auditor.get(more, headers={"HX-Request": "true"}).text
    assert re.findall(r"通话 (c\d+)", first) == [f"c{number}" for number in range(PAGE + 4, 4, -1)]
    assert re.findall(r"通话 (c\d+)", rest) == ["c4", "c3", "c2", "c1", "c0"]
    assert "<html" not in rest
    assert "hx-get" not in rest


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=call.", 2),
        ("action=call.hear", 1),
        ("action=cal_", 0),
        ("object_id=c1", 2),
        ("object_kind=team", 1),
        ("person_id=1&action=call.", 1),
        ("person_id=&from_day=2020-01-01&to_day=", 3),
        ("from_day=2999-01-01", 0),
        ("to_day=2020-01-01", 0),
    ],
)
def test_filters(client: TestClient, services: Services, query: str, found: int) -> None:
    headers = token_for(services, "program", Role.ADMINISTRATOR)
    with services.database.writing() as session:
        note(session, "call.hear", person_id=1, about=("call", "c1"))
        note(session, "call.see", about=("call", "c1"))
        note(session, "team.add", about=("team", "7"))
    assert len(client.get(f"/api/v1/audit?{query}", headers=headers).json()["deeds"]) == found


@pytest.mark.parametrize("query", ["person_id=x", "from_day=yesterday", "colour=red", f"before={2**40}"])
def test_a_wrong_query_is_told(auditor: TestClient, query: str) -> None:
    assert auditor.get(f"/audit?{query}").status_code == 422
