"""Drills: set from an agent's own moments, answered by the agent, judged by the rules in force, seen by the coach."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from callcoach.analysis import save
from callcoach.principal import Role, Scope
from callcoach.rules.practice import practise
from callcoach.rules.rulebook import load_rulebook
from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.calls import add_call
from callcoach.store.model import AuditFilter, NewPerson, Person, StoredSound
from callcoach.store.people import add_person
from callcoach.store.tokens import make_token
from callcoach.store.work import save_analysis
from tests.server.rulebook.conftest import analysis_of
from tests.server.visitors import enter, send

RULE = "neg.cannot"
SAID = {
    "c1": ("您好请问有什么可以帮您", "能退款吗", "我不能给您退款"),
    "c2": ("您好", "能换货吗", "这个我们不能给您换"),
}


@pytest.fixture
def people(client: TestClient, services: Services) -> dict[str, Person]:
    """An agent with calls, another one, a supervisor of the first one's team and one of the other's."""
    with services.database.writing() as session:
        made = {
            "li": add_person(session, NewPerson("li", "李", Role.AGENT, ("一组",), ("801",))),
            "wang": add_person(session, NewPerson("wang", "王", Role.AGENT, ("二组",), ("802",))),
            "one": add_person(session, NewPerson("one", "一组组长", Role.SUPERVISOR, ("一组",))),
            "two": add_person(session, NewPerson("two", "二组组长", Role.SUPERVISOR, ("二组",))),
        }
    for call_id, said in SAID.items():
        analysis = analysis_of(call_id, said)
        folder = services.desk.folder(call_id)
        folder.mkdir(parents=True)
        save(analysis, folder)
        with services.database.writing() as session:
            add_call(session, analysis.call, StoredSound(call_id, "call.wav"))
            save_analysis(session, call_id, analysis)
    return made


def headers(services: Services, person: Person) -> dict[str, str]:
    with services.database.writing() as session:
        return {"Authorization": f"Bearer {make_token(session, person.id, 'test', tuple(Scope))}"}


def form(page: str, **more: Any) -> dict[str, Any]:
    """Fill the form of a new drill with every moment it offers."""
    keys = re.findall(r'name="moments" value="([^"]+)"', page)
    return {"moments": keys, **more}


def test_a_drill_is_set_practised_and_seen(client: TestClient, services: Services, people: dict[str, Person]) -> None:
    li = str(people["li"].id)
    enter(client, services, people["one"])
    page = client.get("/drills/new", params={"agent_id": li, "rule_id": RULE}).text
    assert "我不能给您退款" in page
    assert "能退款吗" in page, "what the customer said before"
    assert 'data-play="/api/v1/calls/c1/audio"' in page
    none = send(client, "/drills", {"agent_id": li, "rule_id": RULE, "goal": "先说能做什么"}, "/drills/new")
    assert (none.status_code, "请至少选一处" in none.text) == (422, True)
    assert "先说能做什么" in none.text
    sent = form(page, agent_id=li, rule_id=RULE, mode="say", goal="先说能做什么", due_on="2020-01-01")
    path = send(client, "/drills", sent, "/drills/new").headers["location"]
    assert "已逾期" in client.get("/drills").text

    enter(client, services, people["li"])
    assert 'id="badge-drills"' in client.get("/badges").text
    page = client.get(path).text
    assert page.count('class="panel drill-item"') == 2
    assert "先说能做什么" in page
    again = send(client, f"{path}/items/1", {"text": "我不能给您换，没办法"})
    assert again.status_code == 303
    page = client.get(path).text
    assert "仍有问题" in page
    assert send(client, f"{path}/items/1", {"text": "嗯"}).status_code == 303
    assert "太短" in client.get(path).text
    empty = send(client, f"{path}/items/1", {"text": " "})
    assert (empty.status_code, "还没有回答" in empty.text) == (422, True)
    for number in (1, 2):
        send(client, f"{path}/items/{number}", {"text": "看看我能够帮您做什么，我帮您申请退款"})
    assert "已完成" in client.get(path).text
    assert client.get("/badges").text.count('id="badge-drills" class="badge" hx-swap-oob="true" hidden') == 1

    enter(client, services, people["one"])
    page = client.get(path).text
    assert "已完成" in page
    assert "我不能给您换，没办法" in page, "every try is seen"
    assert send(client, f"{path}/end", {}).status_code == 409
    for stranger in ("wang", "two"):
        enter(client, services, people[stranger])
        assert client.get(path).status_code == 404
        assert "李" not in client.get("/drills").text
    with services.database.reading() as session:
        deeds = [one.action for one in list_deeds(session, AuditFilter(object_kind="drill")).deeds]
    assert deeds[::-1] == ["drill.set", *["drill.answer"] * 4]


def test_a_wording_is_chosen_over_the_api(client: TestClient, services: Services, people: dict[str, Person]) -> None:
    one, li = headers(services, people["one"]), headers(services, people["li"])
    body = {"agent_id": people["li"].id, "rule_id": RULE, "mode": "choose"}
    foreign = client.post("/api/v1/drills", headers=headers(services, people["two"]), json=body)
    assert foreign.status_code in (404, 422)
    made = client.post("/api/v1/drills", headers=one, json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/drills/{made.json()['id']}"
    (drill,) = client.get("/api/v1/drills", headers=li).json()
    assert [item["better"] for item in drill["items"]] == ["", ""], "not told before it was found"
    better = made.json()["items"][0]["better"]
    choices = drill["items"][0]["choices"]
    assert better in choices
    assert len(choices) == len(set(choices)) == 3
    wrong = next(choice for choice in choices if choice != better)
    answers = f"{path}/items/1/answers"
    assert client.post(answers, headers=li, json={"text": wrong}).json()["passed"] is False
    assert client.post(answers, headers=li, json={"text": "别的"}).status_code == 422
    told = client.post(answers, headers=li, json={"text": better}).json()
    assert (told["passed"], told["better"], len(told["answers"])) == (True, better, 2)
    assert client.post(answers, headers=headers(services, people["wang"]), json={"text": better}).status_code == 404
    assert client.post(f"{path}/end", headers=one).status_code == 204
    late = client.post(f"{path}/items/2/answers", headers=li, json={"text": better})
    assert (late.status_code, late.json()["detail_zh"]) == (409, "这个练习已经收回。")
    unknown = client.post("/api/v1/drills", headers=one, json={**body, "rule_id": "none.such"})
    assert (unknown.status_code, "没有生效中的规则" in unknown.json()["detail_zh"]) == (422, True)


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        ("看看我能够帮您做什么", True),
        ("我们可以帮您换一台，明天就能送到", True),
        ("我不能给您退款", False),
        ("这是我们公司的规定", False),
        ("嗯嗯", False),
    ],
)
def test_the_rules_judge_what_is_practised(said: str, passed: bool) -> None:
    judged = practise(load_rulebook("service-language"), RULE, "能退款吗", said, "看看我们能够帮您做什么")
    assert judged.passed is passed, judged
    assert 0 <= judged.likeness <= 1
