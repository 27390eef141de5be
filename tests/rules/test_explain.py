"""An explanation says what the runner does, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from callcoach.datapath import Call, Conversation, Speaker, Turn
from callcoach.rules.definition import Rulebook
from callcoach.rules.explain import explain_finding, explain_rule, said
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.scope import InForce, Verdict


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook("service-language")


def explain(book: Rulebook, rule_id: str, conversation: Conversation):
    rule = book.rule(rule_id)
    assert rule is not None
    return explain_rule(book, rule, conversation)


def test_an_explanation_finds_what_the_runner_finds(book: Rulebook) -> None:
    """Over every example of the rulebook, by the example's own rule."""
    examples = [(rule, one) for rule in book.rules for one in (*rule.hits, *rule.misses)]
    for rule, example in examples:
        report = apply_rules(replace(book, rules=(rule,)), example.conversation)
        found = explain_rule(replace(book, rules=(rule,)), rule, example.conversation).found
        assert sorted((one.start_s, one.end_s, one.text_span) for one in found) == [
            (one.start_s, one.end_s, one.text_span) for one in report.findings
        ]
    assert len(examples) > 300


def test_each_exception_is_tried_with_its_reason(book: Rulebook) -> None:
    step = explain(book, "neg.cannot", said("您刚才说我不能退。", Speaker.AGENT))
    (candidate,) = step.candidates
    rule = book.rule("neg.cannot")
    assert rule is not None
    assert [one.exception_id for one in candidate.trials] == [one.id for one in rule.exceptions]
    applied = [one for one in candidate.trials if one.applies]
    assert [one.exception_id for one in applied] == ["quoting"]
    assert applied[0].pattern.endswith("{}")
    assert all(one.reason_zh and one.reason_en for one in candidate.trials)
    assert not candidate.stands
    assert not step.found


def test_an_exception_that_is_taken_back_says_by_what(book: Rulebook) -> None:
    (candidate,) = explain(book, "neg.cannot", said("我不能不行", Speaker.AGENT)).candidates
    trial = next(one for one in candidate.trials if one.exception_id == "double_negation")
    assert not trial.applies
    assert "但又符合 {}不(行" in trial.reason_zh
    assert candidate.stands


def test_a_switched_off_exception_says_so() -> None:
    book = load_rulebook("service-language", without_exceptions=["quoting"])
    (candidate,) = explain(book, "neg.cannot", said("您刚才说我不能退", Speaker.AGENT)).candidates
    assert next(one for one in candidate.trials if one.exception_id == "quoting").reason_zh == "已关闭"
    assert candidate.stands


def test_wordings_are_shown_whoever_said_them(book: Rulebook) -> None:
    step = explain(book, "neg.cannot", said("我們 不能，退嗎？", Speaker.CUSTOMER))
    (turn,) = step.turns
    assert turn.normalised == "我们不能退吗"
    assert [(one.quote, one.start, one.end) for one in turn.wordings] == [("我們 不能", 0, 5)]
    assert not step.candidates


def test_a_measure_stands_against_its_threshold(book: Rulebook) -> None:
    turns = (Turn(0, Speaker.CUSTOMER, 0, 3, "在吗"), Turn(1, Speaker.AGENT, 15, 17, "在"))
    (candidate,) = explain(book, "silence.dead_air", Conversation(Call("c"), 17.0, turns)).found
    assert (candidate.measure.value, candidate.measure.threshold, candidate.measure.unit) == (12.0, 10.0, "s")
    assert candidate.severity.value == "serious"


def test_what_keeps_a_rule_from_being_judged_is_said(book: Rulebook) -> None:
    conversation = said("我不能", Speaker.AGENT)
    assert "没有测得音量" in explain(book, "voice.raised", conversation).lacking[0][0]
    old = replace(book.rules[0], in_force=InForce(date(2020, 1, 1), date(2020, 12, 31)))
    step = explain_rule(book, old, conversation)
    assert step.applies.verdict is Verdict.UNKNOWN
    assert not step.candidates


def test_a_finding_is_explained_from_its_turn(book: Rulebook) -> None:
    turn = Turn(0, Speaker.AGENT, 0, 4, "对不起，我不能给您改签。")
    (finding,) = (
        one for one in apply_rules(book, Conversation(Call("c"), 5.0, (turn,))).findings if one.rule_id == "neg.cannot"
    )
    explained = explain_finding(book, finding, turn)
    assert explained is not None
    assert explained.same_rule
    assert [one.quote for one in explained.wordings] == ["我不能"]
    assert explained.trials
    assert not any(one.applies for one in explained.trials)
    assert explained.rule.advice_zh == finding.advice_zh
    changed = explain_finding(book, replace(finding, rule_version=99), turn)
    assert changed is not None
    assert not changed.same_rule
    assert explain_finding(book, replace(finding, rule_id="gone.rule"), turn) is None
