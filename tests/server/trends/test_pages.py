"""The pages of trends over HTTP: what is there, for whom, and in which words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role, Scope
from callcoach.review.acts import Finish, Judge, Verdict
from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter, NewPerson
from callcoach.store.people import add_person, person_by_login
from callcoach.store.tokens import make_token
from tests.review.builders import BASIS, NOON
from tests.server.visitors import enter, send
from tests.store.reviews.floor import Floor, make_floor, put_scored
from tests.store.rolled import roll_up

PERIOD = {"from_day": "2025-12-20", "to_day": "2026-01-20"}
FIRST = BASIS.report.findings[0]


@pytest.fixture
def floor(services: Services) -> Floor:
    made = make_floor(services.database)
    with services.database.writing() as session:
        for number in range(30):
            at = NOON + timedelta(days=number % 9 - 4)
            agent, score = ("806", 60.0) if number % 2 else ("807", 90.0 + number % 3)
            put_scored(session, f"p{number}", agent, started_at=at, score=score)
    roll_up(services.database, services.settings.server.time_zone)
    return made


def sign_in(client: TestClient, services: Services, login: str) -> None:
    with services.database.reading() as session:
        person = person_by_login(session, login)
    enter(client, services, person)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_says_machine_and_reviewed_apart(client, services, floor):
    floor.do("boss", Judge(FIRST.id, Verdict.REJECTED), reason="误判")
    for finding in BASIS.report.findings[1:]:
        floor.do("boss", Judge(finding.id, Verdict.CONFIRMED))
    floor.do("boss", Finish(NOON + timedelta(days=5)))
    sign_in(client, services, "boss")
    page = client.get("/trends", params=PERIOD)
    assert page.status_code == 200
    assert "每通问题数（机器）" in page.text
    assert "每通问题数（复核后）" in page.text
    answer = client.get(f"/trends/rules/{FIRST.rule_id}", params=PERIOD)
    assert answer.status_code == 200
    text = plain(answer.text)
    assert "31 处，在 31 / 31 通里" in text
    assert "30 处，在 30 / 31 通里" in text
    assert "确认 0，驳回 1" in text
    assert 'href="/calls/c1?at=' in answer.text


def test_a_long_period_is_told_by_weeks(client, services, floor):
    sign_in(client, services, "boss")
    page = client.get("/trends", params={"from_day": "2025-02-01", "to_day": "2026-01-31"}).text
    assert "数据表（按周）" in page
    steps = page[page.index('id="steps"') :]
    assert len(re.findall(r"<th scope=\"row\">2\d{3}-\d\d-\d\d</th>", steps)) == 53


def test_the_weekday_pattern_shows_calls_or_findings(client, services, floor):
    sign_in(client, services, "boss")
    by_calls = client.get("/trends", params=PERIOD).text
    by_findings = client.get("/trends", params={**PERIOD, "pattern": "findings"}).text
    for page in (by_calls, by_findings):
        assert page.count('class="figure heat-') == 7
    assert by_calls != by_findings


def test_whoever_stands_out_in_the_team_is_named(client, services, floor):
    with services.database.writing() as session:
        add_person(session, NewPerson("zhao", "赵", Role.AGENT, ("一组",), ("901",)))
        for number in range(30):
            put_scored(session, f"q{number}", "901", started_at=NOON, score=97.0 + number % 2)
    sign_in(client, services, "boss")
    page = plain(client.get("/trends", params=PERIOD).text)
    assert re.search(r"赵 比同组其他人高 3\d\.\d 分：97\.5 对 6\d\.\d（30 通）", page), page
    assert "王 比同组" not in page, "nobody else is in that team"


def test_a_rule_nobody_knows_is_not_found(client, services, floor):
    sign_in(client, services, "boss")
    assert client.get("/trends/rules/none.such", params=PERIOD).status_code == 404


def test_a_supervisor_sees_the_own_team_on_the_page_of_a_rule(client, services, floor):
    sign_in(client, services, "two")
    page = client.get(f"/trends/rules/{FIRST.rule_id}", params=PERIOD).text
    assert "agent_id" in page
    assert ">李<" not in page
    assert ">王<" in page


def test_a_coaching_form_without_a_rule_says_so_and_keeps_what_was_typed(client, services, floor):
    sign_in(client, services, "boss")
    agent = str(floor["li"].person_id)
    answer = send(client, "/coaching", {"agent_id": agent, "goal": "少说但是"}, shown_on="/coaching")
    assert answer.status_code == 422
    assert "请至少选一条规则" in answer.text
    assert "少说但是" in answer.text
    sent = {"agent_id": agent, "goal": "少说但是", "rule_ids": FIRST.rule_id, "day": "2026-01-05"}
    assert send(client, "/coaching", sent, shown_on="/coaching").status_code == 303
    page = plain(client.get("/coaching").text)
    assert "同组没有可比的通话" in page or "次数太少" in page


def test_figures_over_the_api_name_both(client, services, floor):
    sign_in(client, services, "boss")
    figures = client.get("/api/v1/trends", params=PERIOD).json()
    (rule,) = [one for one in figures["rules"] if one["rule_id"] == FIRST.rule_id]
    assert (rule["findings"], rule["standing"], rule["rejected"]) == (31, 31, 0)
    assert figures["figures"]["calls"]["now"] == 31


def test_a_rule_over_the_api_says_what_its_page_does(client, services, floor):
    floor.do("boss", Judge(FIRST.id, Verdict.REJECTED), reason="误判")
    for finding in BASIS.report.findings[1:]:
        floor.do("boss", Judge(finding.id, Verdict.CONFIRMED))
    floor.do("boss", Finish(NOON + timedelta(days=5)))
    sign_in(client, services, "boss")
    told = client.get(f"/api/v1/trends/rules/{FIRST.rule_id}", params=PERIOD).json()
    assert (told["calls"], told["sums"]["findings"], told["sums"]["standing"]) == (31, 31, 30)
    assert sum(one["findings"] for one in told["days"]) == 31
    assert {one["name"] for one in told["agents"]} == {"李", "王"}
    assert told["precision"]["n"] == 1
    assert "c1" in {one["call_id"] for one in told["examples"]}
    sign_in(client, services, "two")
    own = client.get(f"/api/v1/trends/rules/{FIRST.rule_id}", params=PERIOD).json()
    assert {one["name"] for one in own["agents"]} == {"王"}
    assert client.get("/api/v1/trends/rules/none.such").status_code == 404


def test_coaching_over_the_api_is_noted_with_its_outcome(client, services, floor):
    boss = services_token(services, "boss")
    body = {"agent_id": floor["li"].person_id, "rule_ids": ["neg.but"], "goal": "少说但是", "at": NOON.isoformat()}
    wrong = client.post("/api/v1/coaching", headers=boss, json={**body, "rule_ids": ["none.such"]})
    assert (wrong.status_code, wrong.json()["detail_zh"]) == (422, "规则库里没有规则 none.such，请重新载入页面。")
    made = client.post("/api/v1/coaching", headers=boss, json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["agent"], made.json()["coach"], made.json()["goal"]) == ("李", "管理员", "少说但是")
    outcome = made.json()["outcome"]
    assert outcome["before_calls"] > 0
    assert outcome["after_calls"] > 0
    assert client.get("/api/v1/coaching", headers=services_token(services, "li")).json() == [made.json()]
    assert client.get("/api/v1/coaching", headers=services_token(services, "two")).json() == []
    foreign = client.post("/api/v1/coaching", headers=services_token(services, "two"), json=body)
    assert foreign.status_code == 404
    with services.database.reading() as session:
        (noted,) = list_deeds(session, AuditFilter(action="coaching.add")).deeds
    assert noted.object_id == str(floor["li"].person_id)


def services_token(services: Services, login: str) -> dict[str, str]:
    with services.database.writing() as session:
        person = person_by_login(session, login)
        return {"Authorization": f"Bearer {make_token(session, person.id, 'test', tuple(Scope))}"}
