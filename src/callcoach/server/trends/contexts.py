"""What the pages of trends are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from callcoach.confidence import Rate, RateRatio, Share
from callcoach.datapath import Severity
from callcoach.reports.wording import Words
from callcoach.server.calls.contexts import Choice
from callcoach.server.pages.rendering import View
from callcoach.server.trends.figures import Figures
from callcoach.server.trends.outcome import Outcome
from callcoach.server.trends.periods import Period
from callcoach.server.trends.praise import Praise
from callcoach.store.coaching import Coaching
from callcoach.store.model import Team
from callcoach.store.trends.reading import RuleSums
from callcoach.store.trends.rules import Example


@dataclass(frozen=True, slots=True)
class Chooser(View):
    """The period a page is about, and what it can be set to."""

    template: ClassVar[str] = "trends/_chooser.html.j2"

    period: Period
    path: str
    agents: tuple[Choice, ...]
    teams: tuple[Team, ...]
    presets: tuple[tuple[str, str, bool], ...]
    """Key of the name, address, and whether it is the one in force, of usual periods."""
    built_from: date | None
    """Older days are still being rolled up; None: all are there."""
    kept: tuple[tuple[str, str], ...] = ()
    """What the page's address says besides, by name."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure of now and of the period before. `key` is that of its name."""

    key: str
    now: float | None
    before: float | None
    better: str
    """Which way is better: `up`, `down`, or empty where neither is."""


@dataclass(frozen=True, slots=True)
class AgentLine:
    """The figures of one agent."""

    agent_id: int
    name: str
    figures: Figures
    before: Figures | None
    calls_address: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """How often a rule was found."""

    rule_id: str
    name: Words
    severity: Severity | None
    """None: the rulebook has no such rule any more, and no finding of it is left."""
    sums: RuleSums
    per_100: float | None
    """Finds that stand after review, of a hundred scored calls."""
    before_per_100: float | None
    change: RateRatio | None
    address: str


@dataclass(frozen=True, slots=True)
class Hour:
    """Calls of an hour of a weekday."""

    value: float
    """Calls, or findings per call that stand after review."""
    shade: int
    """0 to 5, the deepest."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Calls by weekday and hour: a line for each weekday, from Monday, with a cell for each hour."""

    hours: tuple[int, ...]
    lines: tuple[tuple[Hour | None, ...], ...]
    by_findings: bool
    """Whether cells show findings per call, else calls."""
    addresses: tuple[str, str]
    """Of the pattern of calls, and of findings."""


@dataclass(frozen=True, slots=True)
class TrendsPage(View):
    """Figures over time, by agent and by rule."""

    template: ClassVar[str] = "trends/trends.html.j2"

    chooser: Chooser
    lines: tuple[FigureLine, ...]
    steps: tuple[tuple[date, Figures], ...]
    pattern: Pattern
    scores: tuple[int, ...]
    agent_lines: tuple[AgentLine, ...]
    rule_lines: tuple[RuleLine, ...]
    praise: tuple[Praise, ...]
    calls: int


@dataclass(frozen=True, slots=True)
class RuleAgentLine:
    """How often a rule was found with an agent."""

    name: str
    calls: int
    sums: RuleSums
    rate: Rate | None
    stands_out: bool
    """Whether the agent's rate is above that of the rest beyond chance."""
    address: str


@dataclass(frozen=True, slots=True)
class RulePage(View):
    """One rule: how often, with whom, and whether reviewers agree."""

    template: ClassVar[str] = "trends/rule.html.j2"

    chooser: Chooser
    rule_id: str
    name: Words
    severity: Severity | None
    advice: Words
    sums: RuleSums
    before: RuleSums
    calls: int
    calls_before: int
    rate: Rate | None
    change: RateRatio | None
    precision: Share | None
    steps: tuple[tuple[date, RuleSums, int], ...]
    """First day, finds, scored calls."""
    agents: tuple[RuleAgentLine, ...]
    examples: tuple[Example, ...]
    verdicts: Mapping[str, Words]
    calls_address: str


@dataclass(frozen=True, slots=True)
class CoachingLine:
    """A coaching session, and what came of it."""

    one: Coaching
    rules: tuple[tuple[str, Words], ...]
    """Id and name."""
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CoachingPage(View):
    """Coaching sessions, and the form of a new one."""

    template: ClassVar[str] = "trends/coaching.html.j2"

    lines: tuple[CoachingLine, ...]
    agents: tuple[Choice, ...]
    rules: tuple[Choice, ...]
    may_coach: bool
    days: int
    problem: Words | None
    sent: Mapping[str, str]
    """What was typed into the form that was refused."""
    sent_rules: tuple[str, ...]
