"""Whether a rule that is being written can be published: its document, and its own examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from callcoach.documents import Fault
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.examples import ExampleResult
from callcoach.rules.rulebook import RuleText, try_rulebook
from callcoach.rules.runner import run_examples
from callcoach.server.services import Services


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of a draft. With faults there is no rulebook."""

    rulebook: Rulebook | None
    """The rules in force with the draft among them."""
    rule: Rule | None
    faults: tuple[Fault, ...] = ()
    examples: tuple[ExampleResult, ...] = ()

    @property
    def wrong_examples(self) -> int:
        """How many examples come out otherwise than they must."""
        return sum(bool(one.problem) for one in self.examples)

    @property
    def is_good(self) -> bool:
        """Whether nothing stands against publishing it."""
        return self.rule is not None and not self.wrong_examples


def check(services: Services, rule_id: str, document: str) -> Checked:
    """Put a draft among the rules in force and run its examples."""
    published = services.desk.rules.now().published
    texts = [one for one in published if one.name != rule_id]
    book, faults = try_rulebook(services.settings.rules.rulebook, drafts=[*texts, RuleText(rule_id, document)])
    if book is None:
        return Checked(None, None, faults)
    rule = book.rule(rule_id)
    if rule is None:
        renamed = Fault(rule_id, 1, "文档里的 id 变了 (the document has another id)", f"写回 id: {rule_id}")
        return Checked(None, None, (renamed,))
    return Checked(book, rule, (), tuple(run_examples(replace(book, rules=(rule,)))))


def together(book: Rulebook, ids: Iterable[str]) -> frozenset[str]:
    """Return the rules that decide together what some rules find: those and all that supersede one another."""
    found = set(ids)
    while True:
        more = {rule.id for rule in book.rules if found.intersection(rule.supersedes)}
        more |= {name for rule in book.rules if rule.id in found for name in rule.supersedes}
        if more <= found:
            return frozenset(found)
        found |= more
