"""What the pages of rules are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from callcoach.datapath import Severity
from callcoach.reports.wording import Words
from callcoach.rules.trying import Said
from callcoach.server.calls.contexts import Choice
from callcoach.server.pages.rendering import View
from callcoach.server.rulebook.checking import Checked
from callcoach.server.rulebook.fields import RuleFields
from callcoach.server.rulebook.trying import Tried
from callcoach.store.written_rules import RuleDraft, RuleVersion


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in force."""

    rule_id: str
    name: Words
    category: Words
    severity: Severity
    version: int
    published_by: str
    """Empty: it is as the rulebook has it."""
    published_at: datetime | None
    has_draft: bool


@dataclass(frozen=True, slots=True)
class RulesPage(View):
    """All rules in force, and the drafts."""

    template: ClassVar[str] = "rulebook/rules.html.j2"

    rules: tuple[RuleLine, ...]
    drafts: tuple[RuleDraft, ...]
    book: Words


@dataclass(frozen=True, slots=True)
class RulePage(View):
    """One rule as it is in force, and its versions."""

    template: ClassVar[str] = "rulebook/rule.html.j2"

    rule_id: str
    fields: RuleFields
    name: Words
    category: Words
    severity: Severity | None
    """None: it is not in force."""
    version: int
    meaning: str
    """The condition in a line."""
    exceptions: tuple[Words, ...]
    hits: tuple[tuple[str, str], ...]
    misses: tuple[tuple[str, str], ...]
    """What is said in each example, and why."""
    versions: tuple[RuleVersion, ...]
    draft: RuleDraft | None
    is_published: bool
    """Whether a version that was published is in force."""
    is_built_in: bool
    """Whether the rulebook has such a rule, which comes back when the published one is withdrawn."""
    problem: str


@dataclass(frozen=True, slots=True)
class ExceptionChoice:
    """An exception a rule can have."""

    id: str
    name: Words
    why: str


@dataclass(frozen=True, slots=True)
class DraftPage(View):
    """The form of a rule, and whether it can be published as it stands."""

    template: ClassVar[str] = "rulebook/draft.html.j2"

    draft: RuleDraft | None
    """None: the rule is new, and nothing of it is kept yet."""
    fields: RuleFields
    number: int
    """Of the draft the form was made from."""
    checked: Checked | None
    exceptions: tuple[ExceptionChoice, ...]
    categories: Mapping[str, Words]
    dimensions: tuple[Choice, ...]
    severities_to_choose: tuple[Severity, ...]
    problem: str
    counts: tuple[int, ...]
    """How many past calls it can be tried on."""


@dataclass(frozen=True, slots=True)
class TrialPage(View):
    """What a draft finds in past calls."""

    template: ClassVar[str] = "rulebook/trial.html.j2"

    rule_id: str
    name: Words
    tried: Tried
    said: Mapping[Said, Words]
