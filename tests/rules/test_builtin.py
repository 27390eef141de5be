"""Every built-in rule does what its own examples say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcoach.rules.definition import Rulebook
from callcoach.rules.examples import ExampleResult
from callcoach.rules.rulebook import builtin_names, load_rulebook
from callcoach.rules.runner import run_examples


def all_examples() -> list[ExampleResult]:
    return [result for name in builtin_names() for result in run_examples(load_rulebook(name))]


@pytest.mark.parametrize(
    "result", all_examples(), ids=lambda one: f"{one.rule_id}-{'hit' if one.is_hit else 'miss'}-{one.example.text[:12]}"
)
def test_an_example_matches_as_marked(result: ExampleResult) -> None:
    assert not result.problem


@pytest.mark.parametrize("name", builtin_names())
def test_every_rule_has_a_miss_said_by_the_other_side(name: str) -> None:
    """A rule about the agent must not blame them for what the customer says."""
    for rule in load_rulebook(name).rules:
        if rule.applies_to == "agent" and rule.category in ("negative", "forbidden"):
            speakers = {turn.speaker for miss in rule.misses for turn in miss.conversation.turns}
            assert len(speakers) == 2, f"{rule.id} has no miss in which the customer speaks"


def test_switching_an_exception_off_makes_its_misses_match() -> None:
    """Each exception carries weight: without it, at least one example of the book goes wrong."""
    book = load_rulebook("service-language")
    idle = [name for name in book.exceptions if not any(one.problem for one in run_examples(without(book, name)))]
    assert not idle, "no example needs these exceptions"


def without(book: Rulebook, name: str) -> Rulebook:
    users = [rule for rule in book.rules if any(one.id == name for one in rule.exceptions)]
    rules = (replace(rule, exceptions=tuple(one for one in rule.exceptions if one.id != name)) for rule in users)
    return replace(book, rules=tuple(rules))
