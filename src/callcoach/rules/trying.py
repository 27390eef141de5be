"""Trying changed rules on past calls: what they would newly find, what they would no longer find, and who was right.

Takes the published rulebook, the same with the draft in it, and past calls with what reviewers said of them; gives
for each rule what differs. Judges with the code that judges calls; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from callcoach.datapath import Conversation, Finding, RuleReport
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.runner import apply_rules


class Said(StrEnum):
    """What reviewers said of a place: nothing, or that the finding is right, wrong, or was missed by the machine."""

    NOTHING = ""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with a reviewer's word on it; `said` is never `NOTHING`."""

    finding: Finding
    said: Said


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that was analysed, and what reviewers said of its findings."""

    conversation: Conversation
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A finding of one rule in one past call, the words around it, and what reviewers said of it."""

    call_id: str
    finding: Finding
    text: str
    said: Said


@dataclass(slots=True)
class RuleTrial:
    """What one rule finds before and after the change.

    `gone` were found before and are not now. `missed` are places that reviewers hold for right and the changed rule
    does not find. `unjudged_calls` are calls the changed rule could not be judged on.
    """

    rule_id: str
    before: Rule | None
    after: Rule | None
    kept: list[Place] = field(default_factory=list[Place])
    new: list[Place] = field(default_factory=list[Place])
    gone: list[Place] = field(default_factory=list[Place])
    missed: list[Place] = field(default_factory=list[Place])
    unjudged_calls: int = 0
    failed_calls: int = 0

    @property
    def found_before(self) -> int:
        """Findings of the published rule."""
        return len(self.kept) + len(self.gone)

    @property
    def found_after(self) -> int:
        """Findings of the changed rule."""
        return len(self.kept) + len(self.new)

    def right(self, *, after: bool) -> int:
        """How many findings reviewers hold for right."""
        return sum(one.said in (Said.CONFIRMED, Said.ADDED) for one in self._found(after=after))

    def wrong(self, *, after: bool) -> int:
        """How many findings reviewers rejected."""
        return sum(one.said is Said.REJECTED for one in self._found(after=after))

    def _found(self, *, after: bool) -> list[Place]:
        return [*self.kept, *(self.new if after else self.gone)]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the change does over all calls. `rules` are those that the change touches, by id."""

    calls: int
    reviewed_calls: int
    rules: tuple[RuleTrial, ...]


def try_rules(published: Rulebook, draft: Rulebook, changed: Iterable[str], calls: Iterable[PastCall]) -> Trial:
    """Run both rulebooks over past calls.

    Args:
        published: the rulebook in use.
        draft: the same with the changes in it.
        changed: ids of the rules that the draft defines anew. Other rules are told only where they now find
            something else (an exception was changed, or another rule takes their place).
        calls: past calls, one after the other.
    """
    wanted = set(changed)
    trials = {
        name: RuleTrial(name, published.rule(name), draft.rule(name))
        for name in sorted({rule.id for book in (published, draft) for rule in book.rules})
    }
    number = reviewed = 0
    for call in calls:
        number += 1
        reviewed += bool(call.judged)
        _compare(call, apply_rules(published, call.conversation), apply_rules(draft, call.conversation), trials)
    told = (one for one in trials.values() if one.rule_id in wanted or one.new or one.gone)
    return Trial(number, reviewed, tuple(told))


def _compare(call: PastCall, before: RuleReport, after: RuleReport, trials: dict[str, RuleTrial]) -> None:
    old, new = _by_rule(before.findings), _by_rule(after.findings)
    judged = _by_rule(one.finding for one in call.judged)
    unjudged = {one.rule_id for one in after.not_evaluated} | {one.rule_id for one in after.failures}
    for name in (old.keys() | new.keys() | judged.keys()) & trials.keys() - unjudged:
        trial, found = trials[name], new.get(name, [])
        for one in found:
            side = trial.kept if any(same_place(one, other) for other in old.get(name, ())) else trial.new
            side.append(_place(call, one))
        gone = [one for one in old.get(name, ()) if not any(same_place(one, other) for other in found)]
        trial.gone.extend(_place(call, one) for one in gone)
        trial.missed.extend(_missed(call, name, found))
    for one in after.not_evaluated:
        trials[one.rule_id].unjudged_calls += 1
    for one in after.failures:
        trials[one.rule_id].failed_calls += 1


def _missed(call: PastCall, rule_id: str, found: Sequence[Finding]) -> Iterator[Place]:
    for one in call.judged:
        right = one.finding.rule_id == rule_id and one.said in (Said.CONFIRMED, Said.ADDED)
        if right and not any(same_place(one.finding, other) for other in found):
            yield _place(call, one.finding)


def _by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    table: dict[str, list[Finding]] = {}
    for one in findings:
        table.setdefault(one.rule_id, []).append(one)
    return table


def same_place(one: Finding, other: Finding) -> bool:
    """Whether two findings of one rule are about the same words, or where one has none, about the same time."""
    if one.turn_index is not None and one.turn_index == other.turn_index and one.text_span and other.text_span:
        return one.text_span[0] < other.text_span[1] and other.text_span[0] < one.text_span[1]
    return one.start_s < other.end_s and other.start_s < one.end_s


def _place(call: PastCall, finding: Finding) -> Place:
    turns = call.conversation.turns
    index = finding.turn_index
    text = turns[index].text if index is not None and index < len(turns) else finding.quote
    words = (one.said for one in call.judged if one.finding.rule_id == finding.rule_id)
    near = (one.finding for one in call.judged if one.finding.rule_id == finding.rule_id)
    said = next((word for word, other in zip(words, near, strict=True) if same_place(finding, other)), Said.NOTHING)
    return Place(call.conversation.call.id, finding, text, said)
