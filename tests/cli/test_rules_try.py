"""`callcoach rules try`: a changed rule on past calls, with what reviewers said of them in the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callcoach import __version__
from callcoach.analysis import SCHEMA_VERSION, save
from callcoach.cli.main import app
from callcoach.datapath import (
    Call,
    CallAnalysis,
    Conversation,
    Finding,
    Recording,
    Severity,
    Speaker,
    Transcript,
    Turn,
)
from callcoach.errors import CallCoachError
from callcoach.principal import Role
from callcoach.review.acts import AddFinding, Judge, RuleFacts, Verdict
from callcoach.review.guards import Actor
from callcoach.review.rescoring import Basis
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.scoring import load_rubric, score
from callcoach.store.calls import add_call
from callcoach.store.engine import database_url, open_database
from callcoach.store.model import NewPerson, StoredSound
from callcoach.store.people import add_person
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.sheets import SheetRef
from callcoach.store.schema import upgrade
from callcoach.store.tables import CallRow
from callcoach.store.written_rules import get_draft, publish, put_draft
from tests.review.builders import NOON

pytestmark = pytest.mark.slow

RUBRIC = load_rubric("service-language")
CALLS = {
    "c1": ("这张月卡我不能给您续。", "我可能不能给您续。"),
    "c2": ("这个我真的没门路。",),
    "c3": ("您的课表我没门路改。", "我不能给您改课表。"),
}
DRAFT = """\
id: neg.cannot
version: 99
name: {zh: 说没门路, en: No way}
category: negative
severity: warning
applies_to: agent
condition: {kind: phrase, any: ['我[真的]没门路', 我可能不能]}
exceptions: [double_negation]
advice: {zh: 说能做什么, en: Say what can be done}
source: {document: S0, phrase: 我不能}
hits: [【我没门路】, 【我真的没门路】, 【我可能不能】]
misses: [您没门路, 我有门路, 没门路]
"""


def analysed(call_id: str, lines: tuple[str, ...]) -> CallAnalysis:
    turns = tuple(Turn(index, Speaker.AGENT, index * 9.0, index * 9.0 + 4, text) for index, text in enumerate(lines))
    recording = Recording("call.wav", call_id, 8000, 20.0, (Speaker.AGENT, Speaker.CUSTOMER))
    report = apply_rules(load_rulebook("service-language"), Conversation(Call(call_id), 20.0, turns))
    return CallAnalysis(
        SCHEMA_VERSION,
        __version__,
        Call(call_id),
        recording,
        (),
        Transcript(turns, "typed", "none"),
        report,
        score(RUBRIC, report),
    )


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three analysed calls."""
    monkeypatch.setenv("CALLCOACH_DATA_DIR", str(tmp_path / "data"))
    for call_id, lines in CALLS.items():
        folder = tmp_path / "data" / "calls" / call_id
        folder.mkdir(parents=True)
        save(analysed(call_id, lines), folder)
    (tmp_path / "draft.yaml").write_text(DRAFT, "utf-8")
    return tmp_path / "data"


@pytest.fixture
def reviewed(data_dir: Path) -> Path:
    """The same calls, of which a reviewer has judged two."""
    database = open_database(database_url("", data_dir))
    upgrade(database)
    with database.writing() as session:
        person = add_person(session, NewPerson("boss", "管理员", Role.ADMINISTRATOR))
        for call_id in CALLS:
            add_call(session, Call(call_id), StoredSound(call_id, "call.wav", source="call.wav"))
        session.flush()
        refs = {row.id: SheetRef(row.pk) for row in session.query(CallRow)}
        rule = RuleFacts("neg.cannot", 1, "说不能", "Says cannot", "negative", Severity.WARNING)
        acts = {"c1": Judge(one_of("c1").id, Verdict.CONFIRMED), "c2": AddFinding(rule, Speaker.AGENT, 1.0, 3.0)}
        acts["c3"] = Judge(one_of("c3").id, Verdict.REJECTED)
        for call_id, act in acts.items():
            do(session, call_id, refs[call_id], basis(call_id), Deed(act, Actor(person.id, False), NOON, "试"))
    database.close()
    return data_dir


def basis(call_id: str) -> Basis:
    made = analysed(call_id, CALLS[call_id])
    return Basis(20.0, made.rules, RUBRIC, made.scorecard)


def one_of(call_id: str) -> Finding:
    return next(one for one in basis(call_id).report.findings if one.rule_id == "neg.cannot")


def run(data_dir: Path, *more: str) -> tuple[Result, dict[str, Any]]:
    out = data_dir.parent / "out.json"
    result = CliRunner().invoke(app, ["rules", "try", str(data_dir.parent / "draft.yaml"), "--json", str(out), *more])
    told = json.loads(out.read_text("utf-8")) if out.is_file() else {}
    return result, {one["rule"]: one for one in told.get("rules", ())}


def test_what_the_change_finds_and_no_longer_finds(data_dir: Path) -> None:
    result, rules = run(data_dir)
    assert result.exit_code == 0, result.output
    changed = rules["neg.cannot"]
    assert (changed["version_before"], changed["version_after"]) != (99, 99)
    assert {(one["call"], one["quote"]) for one in changed["new"]} == {
        ("c1", "我可能不能"),
        ("c2", "我真的没门路"),
        ("c3", "我没门路"),
    }
    assert {(one["call"], one["quote"]) for one in changed["gone"]} >= {("c1", "我不能"), ("c3", "我不能")}
    assert changed["before"]["precision"] is None, "nobody reviewed anything"
    assert "3 calls, 0 of them reviewed" in " ".join(result.output.split())


def test_reviewers_words_become_precision_and_what_is_missed(reviewed: Path) -> None:
    _, rules = run(reviewed)
    changed = rules["neg.cannot"]
    assert (changed["before"]["right"], changed["before"]["wrong"]) == (1, 1)
    assert (changed["after"]["right"], changed["after"]["wrong"]) == (1, 0), "the finding that was added by hand"
    assert [(one["call"], one["said"]) for one in changed["missed"]] == [("c1", "confirmed")]


def test_a_draft_is_held_against_what_trainers_published(reviewed: Path) -> None:
    database = open_database(database_url("", reviewed))
    with database.writing() as session:
        put_draft(session, "neg.cannot", DRAFT.replace("99", "7"), number=0, person_id=1, now=NOON)
        publish(session, get_draft(session, "neg.cannot"), DRAFT, 7, reason="试", person_id=1, now=NOON)
    database.close()
    _, rules = run(reviewed)
    assert (rules["neg.cannot"]["new"], rules["neg.cannot"]["gone"]) == ([], [])
    _, rules = run(reviewed, "--rulebook", "service-language")
    assert rules["neg.cannot"]["new"], "a rulebook that is named is taken as it is"


def test_rules_the_change_does_not_touch_are_not_told(data_dir: Path) -> None:
    _, rules = run(data_dir)
    assert set(rules) == {"neg.cannot"}


def test_only_the_latest_and_calls_that_cannot_be_read(data_dir: Path) -> None:
    (data_dir / "calls" / "c2" / "analysis.json").write_text("{}", "utf-8")
    assert "1 calls" in " ".join(run(data_dir, "--latest", "2")[0].output.split())
    result, _ = run(data_dir)
    assert "skipped" in result.output
    assert "2 calls" in " ".join(result.output.split())


def test_a_whole_rulebook_as_draft(data_dir: Path) -> None:
    book = data_dir.parent / "book"
    book.mkdir()
    (book / "_book.yaml").write_text("rulebook: mine\nversion: '2'\nname: {zh: 我的, en: Mine}\n", "utf-8")
    (book / "rules.yaml").write_text(DRAFT, "utf-8")
    out = data_dir.parent / "out.json"
    result = CliRunner().invoke(app, ["rules", "try", str(book), "--json", str(out)])
    assert result.exit_code == 0
    rules = {one["rule"]: one for one in json.loads(out.read_text("utf-8"))["rules"]}
    assert rules["neg.cannot"]["version_after"] == 99
    assert rules["open.greeting"]["version_after"] is None


def test_no_calls_is_an_error_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCOACH_DATA_DIR", str(tmp_path))
    (tmp_path / "draft.yaml").write_text(DRAFT, "utf-8")
    result = CliRunner().invoke(app, ["rules", "try", str(tmp_path / "draft.yaml")])
    assert isinstance(result.exception, CallCoachError)
    assert "callcoach analyze" in str(result.exception)
