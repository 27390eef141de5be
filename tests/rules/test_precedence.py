"""A fault that two rules see is charged once, by the rule that supersedes the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcoach.datapath import Call, Conversation, Finding, Speaker, Turn
from callcoach.rules.explain import explain_rule, said
from callcoach.rules.live import LiveRules
from callcoach.rules.rulebook import load_rulebook, try_rulebook
from callcoach.rules.runner import apply_rules
from tests.rules.test_rulebook import GOOD, write

BUILTIN = load_rulebook("service-language")


def rule(name: str, *supersedes: str) -> str:
    ids = ", ".join(supersedes)
    return GOOD.replace("id: test.no\n", f"id: {name}\n").replace(
        "version: 1\n", f"version: 1\nsupersedes: [{ids}]\n", 1
    )


def found(*sentences: str) -> tuple[Finding, ...]:
    turns = tuple(Turn(index, Speaker.AGENT, 9.0 * index, 9.0 * index + 5, one) for index, one in enumerate(sentences))
    return apply_rules(BUILTIN, Conversation(Call("c"), 100.0, turns)).findings


def blaming(findings: tuple[Finding, ...]) -> list[str]:
    return [one.rule_id for one in findings if one.rule_id in ("forbid.blame_customer", "forbid.filled_wrong")]


def test_one_fault_is_charged_once() -> None:
    assert blaming(found("因为您那张表格填错了")) == ["forbid.filled_wrong"]


def test_two_faults_are_charged_each() -> None:
    assert blaming(found("您填错了，这能怪谁")) == ["forbid.filled_wrong", "forbid.blame_customer"]


def test_an_excused_rule_takes_no_other_s_place() -> None:
    """Where the exception of the superseding rule holds, the other is judged by itself."""
    assert "forbid.filled_wrong" not in blaming(found("不是您填错了，课表是您自己选的"))
    assert "forbid.blame_customer" in blaming(found("不是您填错了，课表是您自己选的"))


def test_it_is_the_same_live() -> None:
    live = LiveRules(BUILTIN, Call("c"))
    told = live.hear(Turn(0, Speaker.AGENT, 0, 4, "因为您那张表格填错了"))
    assert blaming(told) == ["forbid.filled_wrong"]


def test_the_explanation_names_the_rule_that_is_charged() -> None:
    lower = BUILTIN.rule("forbid.blame_customer")
    assert lower is not None
    (candidate,) = explain_rule(BUILTIN, lower, said("因为您那张表格填错了", Speaker.AGENT)).candidates
    assert candidate.superseded_by == "forbid.filled_wrong"
    assert not candidate.stands


def test_an_unknown_rule_is_a_fault_with_its_line(tmp_path: Path) -> None:
    _, (fault,) = try_rulebook(write(tmp_path, a=rule("test.a", "test.none")))
    assert "test.none" in fault.what
    assert fault.line == 3


@pytest.mark.parametrize("chain", [("a",), ("a", "b"), ("a", "b", "c")])
def test_a_circle_is_a_fault(tmp_path: Path, chain: tuple[str, ...]) -> None:
    rules = [rule(f"test.{one}", f"test.{chain[(at + 1) % len(chain)]}") for at, one in enumerate(chain)]
    _, faults = try_rulebook(write(tmp_path, a="---\n".join(rules)))
    assert len(faults) == len(chain)
    assert all("→" in fault.what for fault in faults)
