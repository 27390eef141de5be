"""A rule that would run for ever ends as a failure, and the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import regex

from callcoach.datapath import Call, Conversation, Speaker, Turn
from callcoach.errors import RuleTimeoutError
from callcoach.rules.clock import RuleClock
from callcoach.rules.kinds import Condition
from callcoach.rules.match import Match
from callcoach.rules.phrases import PhraseHit, TrieFinder
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.view import ConversationView

CALL = Conversation(Call("c"), 9.0, (Turn(0, Speaker.AGENT, 0, 8, "我不能" + "啊" * 60),))


class Endless(Condition):
    kind = "endless"

    def find(self, view: ConversationView) -> Iterator[Match]:
        while True:
            for turn in view.turns:
                view.hits(turn, ["我不能"])
        yield  # pragma: no cover - makes this a generator


class AskedForEver(Condition):
    kind = "asked_for_ever"

    def find(self, view: ConversationView) -> Iterator[Match]:  # noqa: ARG002
        while True:
            yield Match(Speaker.AGENT, 0.0, 1.0)


class Backtracking(Condition):
    """A regular expression whose time doubles with each character."""

    kind = "backtracking"

    def find(self, view: ConversationView) -> Iterator[Match]:
        for turn in view.turns:
            regex.search(r"^(啊|啊啊|啊啊啊?)+$", turn.text[3:] + "！", timeout=view.clock.time_left_s())
        yield from ()


@pytest.mark.parametrize("condition", [Endless(), AskedForEver(), Backtracking()], ids=lambda one: one.kind)
def test_an_endless_rule_is_a_failure_and_the_others_run(condition: Condition) -> None:
    book = load_rulebook("service-language")
    endless = replace(book.rules[0], id="a.endless", condition=condition)
    report = apply_rules(replace(book, rules=(endless, *book.rules)), CALL, limit_s=0.05)
    assert [one.rule_id for one in report.failures] == ["a.endless"]
    assert "Timeout" in report.failures[0].error
    assert any(one.rule_id == "neg.cannot" for one in report.findings)


def test_the_clock_runs_out_and_says_what_to_do() -> None:
    with pytest.raises(RuleTimeoutError, match="simplify the rule"):
        RuleClock(limit_s=0.0).time_left_s()


def test_shared_work_is_not_counted_against_the_rule_that_asks_first() -> None:
    trie = TrieFinder(["我不能"])

    class Slow:
        def find(self, text: str) -> Iterator[PhraseHit]:
            for _ in range(200_000):
                pass
            return trie.find(text)

    clock = RuleClock(limit_s=0.002)
    view = ConversationView(CALL, Slow(), clock)
    assert view.hits(view.turns[0], ["我不能"])
    assert clock.time_left_s() > 0
