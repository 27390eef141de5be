"""A rule and a rulebook as the runner uses them: frozen, checked, ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from callcoach.datapath import Conversation, Severity
from callcoach.rules.exceptions import NamedException
from callcoach.rules.kinds import Condition
from callcoach.rules.phrases import PhraseFinder
from callcoach.rules.scope import ALWAYS, DEFAULT_ZONE, EVERYWHERE, InForce, Scope


@dataclass(frozen=True, slots=True)
class ExpectedSpan:
    """What a hit must be found at: characters of a turn, or seconds of the call."""

    turn_index: int | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Example:
    """A small conversation, with the spans a rule must find in it: none for a miss."""

    text: str
    """How the document wrote it, for test reports."""
    conversation: Conversation
    spans: tuple[ExpectedSpan, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ScoreEffect:
    """What a finding of the rule costs, where the rubric's defaults are not meant."""

    dimension: str = ""
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. See docs/rules.md for what its document looks like."""

    id: str
    version: int
    name_zh: str
    name_en: str
    category: str
    severity: Severity
    applies_to: str
    condition: Condition
    exceptions: tuple[NamedException, ...]
    advice_zh: str
    advice_en: str
    source: str
    effect: ScoreEffect
    review_only: bool
    hits: tuple[Example, ...]
    misses: tuple[Example, ...]
    file: str
    line: int
    in_force: InForce = ALWAYS
    scope: Scope = EVERYWHERE
    supersedes: tuple[str, ...] = ()
    """Ids of rules whose findings give way where one of this rule's overlaps them."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules with unique ids, and one search structure for all their phrases."""

    id: str
    version: str
    """Version of the book, then a hash of the documents it was made of."""
    name_zh: str
    name_en: str
    rules: tuple[Rule, ...]
    exceptions: Mapping[str, NamedException]
    finder: PhraseFinder = field(repr=False, compare=False)
    zone: tzinfo = DEFAULT_ZONE
    """Where the days of the rules' dates begin and end."""

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
