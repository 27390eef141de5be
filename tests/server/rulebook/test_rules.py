"""A trainer writes a rule, tries it on past calls, publishes it; calls are judged by it from then on."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from callcoach.datapath import Conversation
from callcoach.principal import Role
from callcoach.rules.rulebook import documents_of
from callcoach.rules.runner import apply_rules
from callcoach.server.rulebook.fields import document_of, fields_of, read_document
from callcoach.server.services import Services
from callcoach.store.audit_lists import list_deeds
from callcoach.store.model import AuditFilter
from callcoach.store.written_rules import get_draft, versions_of
from tests.server.conftest import token_for
from tests.server.rulebook.conftest import analysis_of
from tests.server.visitors import add, enter, send

FORM: dict[str, Any] = {
    "id": "own.look_yourself",
    "name_zh": "让客户自己去查",
    "category": "forbidden",
    "severity": "serious",
    "applies_to": "agent",
    "phrases": "你[得|要|就]自己[去]查",
    "exceptions": ["quoting"],
    "hits": "这个【您得自己去查】。\n【您自己查】一下。\n【您要自己去查】",
    "misses": "我来帮您查\n您稍等，我查一下\n您自己的单子我来查 | 是我们查",
    "advice_zh": "我来帮您查，请稍等。",
    "source_document": "客服规范",
    "source_phrase": "自己去查",
    "points": "4",
}
OWN = "/rules/own.look_yourself"


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def trainer(client: TestClient, past: Services) -> TestClient:
    enter(client, past, add(past, "trainer", Role.TRAINER))
    return client


def test_a_rule_is_written_tried_published_and_withdrawn(trainer: TestClient, past: Services) -> None:
    assert send(trainer, "/rules", FORM).headers["location"] == f"{OWN}/draft"
    draft = plain(trainer.get(f"{OWN}/draft").text)
    assert "6 个例句都对" in draft
    refused = send(trainer, f"{OWN}/draft/publish", {"reason": "常见抱怨"})
    assert (refused.status_code, "还没有在过去的通话上试过" in refused.text) == (422, True)

    tried = send(trainer, f"{OWN}/draft/trial", {"count": "50"})
    page = tried.text
    assert tried.status_code == 200
    assert "试了 3 通" in page
    assert page.count("<mark>您得自己去查</mark>") == 2, "the customer's words do not count"
    assert re.search(r'data-play="/api/v1/calls/c1/audio" data-from="(9|10)\.\d\d" data-to="11\.00"', page), page
    assert re.search(r'href="/calls/c2\?at=(8|9)\.\d"', page)

    assert send(trainer, f"{OWN}/draft/publish", {"reason": "常见抱怨"}).status_code == 303
    book = past.desk.rules.rulebook
    rule = book.rule("own.look_yourself")
    assert rule is not None
    assert (rule.version, rule.effect.points) == (1, 4.0)
    analysis = analysis_of("c9", ("您好", "在哪", "您得自己去查"))
    found = apply_rules(book, Conversation(analysis.call, 12.0, analysis.transcript.turns)).findings
    assert "own.look_yourself" in {one.rule_id for one in found}
    page = plain(trainer.get(OWN).text)
    assert "发布的第 1 版生效中" in page
    assert "3 通：新增 2，消失 0" in page
    assert "own.look_yourself" in trainer.get("/calls").text, "lists can be narrowed to it"
    assert "own.look_yourself" in {one["id"] for one in trainer.get("/api/v1/review/rules").json()}

    assert send(trainer, f"{OWN}/withdraw", {"reason": ""}).status_code == 422
    assert send(trainer, f"{OWN}/withdraw", {"reason": "误报太多"}).status_code == 303
    assert past.desk.rules.rulebook.rule("own.look_yourself") is None
    assert "没有生效" in plain(trainer.get(OWN).text)
    version = next(one.id for one in _versions(past) if one.document)
    assert send(trainer, f"{OWN}/draft/begin", {"version": str(version)}).status_code == 303
    assert "您要自己去查" in trainer.get(f"{OWN}/draft").text
    with past.database.reading() as session:
        deeds = [one.action for one in list_deeds(session, AuditFilter(object_id="own.look_yourself")).deeds]
    assert deeds[::-1] == ["rule.draft", "rule.try", "rule.publish", "rule.withdraw", "rule.draft"]


def test_a_built_in_rule_is_changed_and_comes_back(trainer: TestClient, past: Services) -> None:
    before = past.desk.rules.rulebook.rule("forbid.should")
    assert before is not None
    shown = plain(trainer.get("/rules/forbid.should").text)
    assert "服务禁语" in shown
    assert "why:" not in shown, "examples are told as sentences, not as YAML"
    page = send(trainer, "/rules/forbid.should/draft/begin", {}).headers["location"]
    kept = plain(trainer.get(page).text)
    assert "个例句都对" in kept
    with past.database.reading() as session:
        draft = get_draft(session, "forbid.should")
    fields = fields_of(read_document(draft.document))
    form = {"number": "1", "severity": "fatal", "phrases": fields.phrases + "\n你理应", "condition": fields.condition}
    same = ("name_zh", "category", "applies_to", "hits", "misses", "advice_zh", "source_document", "source_phrase")
    form |= {name: getattr(fields, name) for name in same} | {"exceptions": list(fields.exceptions)}
    assert send(trainer, page, form).status_code == 303
    stale = send(trainer, page, {**form, "severity": "notice"})
    assert stale.status_code == 409
    assert "刚刚改过" in stale.text
    assert 'value="notice" selected' in stale.text, "what was typed stands in the form"
    assert send(trainer, f"{page}/trial", {"count": "50"}).status_code == 200
    assert send(trainer, f"{page}/publish", {"reason": "更严"}).status_code == 303
    after = past.desk.rules.rulebook.rule("forbid.should")
    assert after is not None
    assert (after.version, after.severity.value) == (before.version + 1, "fatal")
    assert send(trainer, "/rules/forbid.should/withdraw", {"reason": "太严"}).status_code == 303
    assert past.desk.rules.rulebook.rule("forbid.should") == before


def test_faults_are_told_in_words_and_nothing_typed_is_lost(trainer: TestClient, past: Services) -> None:
    odd = {**FORM, "phrases": "你(得自己查", "hits": "只有一句", "name_zh": "甲<乙>"}
    assert send(trainer, "/rules", odd).status_code == 303
    page = trainer.get(f"{OWN}/draft").text
    assert "处错误" in page
    assert "甲&lt;乙&gt;" in page
    assert "没有标出应命中的范围" in page or "至少" in page
    assert send(trainer, f"{OWN}/draft/trial", {"count": "50"}).status_code == 422
    wrong = {**FORM, "number": "1", "misses": "您得自己去查\n甲\n乙"}
    assert send(trainer, f"{OWN}/draft", wrong).status_code == 303
    page = trainer.get(f"{OWN}/draft").text
    assert "个例句里有 1 个不对" in page
    assert "不应命中" in page
    for changed, words in (
        ({"condition": "a: [", "number": "2"}, "条件："),
        ({"points": "很多", "number": "2"}, "不是数字"),
    ):
        answer = send(trainer, f"{OWN}/draft", {**FORM, **changed})
        assert (answer.status_code, words in answer.text) == (422, True), answer.text
        assert "让客户自己去查" in answer.text
    for new, status, words in (
        ({**FORM, "id": "Own Rule"}, 422, "不合要求"),
        ({**FORM, "id": "neg.but"}, 409, "已经有规则 neg.but"),
    ):
        answer = send(trainer, "/rules", new)
        assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert send(trainer, "/rules", {**FORM, "id": ""}).headers["location"] == "/rules/own.rule_1/draft"
    assert send(trainer, f"{OWN}/draft/discard", {}).headers["location"] == "/rules"
    assert trainer.get(f"{OWN}/draft").status_code == 404
    with past.database.reading() as session:
        assert versions_of(session, "own.look_yourself") == ()


def test_the_api_does_the_same_with_documents(client: TestClient, past: Services) -> None:
    headers = token_for(past, "program", Role.TRAINER)
    rules = {one["id"]: one for one in client.get("/api/v1/rules", headers=headers).json()}
    told = client.get("/api/v1/rules/forbid.should", headers=headers).json()
    document = yaml.safe_load(told["document"])
    assert (document["version"], told["versions"]) == (rules["forbid.should"]["version"], [])
    document["condition"]["any"].append("你得自己去查")
    body = {"document": yaml.safe_dump(document, allow_unicode=True), "number": 0}
    kept = client.put("/api/v1/rules/forbid.should/draft", headers=headers, json=body).json()
    assert (kept["faults"], kept["wrong_examples"], kept["is_tried"]) == ([], [], False)
    stale = client.put("/api/v1/rules/forbid.should/draft", headers=headers, json=body)
    assert stale.status_code == 409
    tried = client.post("/api/v1/rules/forbid.should/draft/trial", headers=headers, json={"calls": 10}).json()
    assert {one["call_id"] for one in tried["new"]} == {"c1", "c2"}
    assert {one["said"] for one in tried["new"]} == {"您得自己去查"}
    reason = {"reason": "补一种说法"}
    made = client.post("/api/v1/rules/forbid.should/draft/publish", headers=headers, json=reason).json()
    assert [one["reason"] for one in made["versions"]] == ["补一种说法"]
    assert client.get("/api/v1/rules/drafts", headers=headers).json() == []
    body = {"document": "id: forbid.should\nseverty: 1\n", "number": 0}
    wrong = client.put("/api/v1/rules/forbid.should/draft", headers=headers, json=body).json()
    assert any("severty" in one["what"] for one in wrong["faults"])
    other = client.put("/api/v1/rules/neg.but/draft", headers=headers, json={"document": "id: neg.and", "number": 0})
    assert (other.status_code, "应当是 neg.but" in other.json()["detail_zh"]) == (422, True)
    assert client.delete("/api/v1/rules/forbid.should/draft", headers=headers).status_code == 204
    assert client.post("/api/v1/rules/forbid.should/withdraw", headers=headers, json=reason).status_code == 204
    assert client.post("/api/v1/rules/forbid.should/withdraw", headers=headers, json=reason).status_code == 409


@pytest.mark.parametrize("rule_id", sorted(documents_of("service-language")))
def test_every_built_in_rule_fits_into_the_form_and_back(rule_id: str) -> None:
    document = documents_of("service-language")[rule_id]
    again = read_document(document_of(fields_of(document), document["version"]))
    defaults = {"exceptions": [], "effect": {}, "review_only": False, "in_force": {}, "scope": {}, "supersedes": []}
    assert {**defaults, **again} == {**defaults, **document}


def _versions(services: Services) -> tuple[Any, ...]:
    with services.database.reading() as session:
        return versions_of(session, "own.look_yourself")
