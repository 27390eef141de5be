"""What the pages of trends are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from callcoach.confidence import RateRatio
from callcoach.reports.wording import Words
from callcoach.server.calls.contexts import Choice
from callcoach.server.pages.rendering import View
from callcoach.server.trends.figures import Figures, Praise
from callcoach.server.trends.periods import Period
from callcoach.store.coaching import Coaching
from callcoach.store.model import Team
from callcoach.store.trends import RuleSums


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

    rule: RuleSums
    per_100: float | None
    before_per_100: float | None
    calls_address: str


@dataclass(frozen=True, slots=True)
class TrendsPage(View):
    """Figures over time, by agent and by rule."""

    template: ClassVar[str] = "trends/trends.html.j2"

    period: Period
    agents: tuple[Choice, ...]
    teams: tuple[Team, ...]
    lines: tuple[FigureLine, ...]
    days: tuple[tuple[date, Figures], ...]
    hours: tuple[tuple[int, Figures], ...]
    agent_lines: tuple[AgentLine, ...]
    rule_lines: tuple[RuleLine, ...]
    praise: tuple[Praise, ...]
    calls: int
    presets: tuple[tuple[str, str], ...]
    """Key of the name, and address, of usual periods."""


@dataclass(frozen=True, slots=True)
class CoachingLine:
    """A coaching session, and what came of it."""

    one: Coaching
    rules: tuple[Words, ...]
    before: tuple[int, int]
    """Finds and calls in the weeks before."""
    after: tuple[int, int]
    ratio: RateRatio | None


@dataclass(frozen=True, slots=True)
class CoachingPage(View):
    """Coaching sessions, and the form of a new one."""

    template: ClassVar[str] = "trends/coaching.html.j2"

    lines: tuple[CoachingLine, ...]
    agents: tuple[Choice, ...]
    rules: tuple[Choice, ...]
    may_coach: bool
    days: int
    problem: str
