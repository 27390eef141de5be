"""What the pages of reviewing are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from callcoach.reports.wording import Words
from callcoach.review.calibration import CalibrationResult
from callcoach.review.periods import PeriodUnit
from callcoach.review.sampling import Method, QuotaPer
from callcoach.server.pages.rendering import View
from callcoach.server.reviewing.forms import Sent
from callcoach.store.model import CallSummary, Person, Team
from callcoach.store.reviews.appeals import DecidedAppeal, OpenAppeal
from callcoach.store.reviews.assignments import AssignedReview
from callcoach.store.reviews.plans import Plan, PlanRun
from callcoach.store.reviews.previewing import DrawPreview
from callcoach.store.reviews.rounds import Round


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A call that somebody is to review."""

    one: AssignedReview
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class QueuePage(View):
    """What waits for one's own review, or for everybody's."""

    template: ClassVar[str] = "reviewing/queue.html.j2"

    lines: tuple[QueueLine, ...]
    everybody: bool
    reviewers: tuple[Person, ...]
    """To whom something can be handed on."""


class Appeals(StrEnum):
    """Which appeals the page shows."""

    MINE = "mine"
    OPEN = "open"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal that waits."""

    one: OpenAppeal
    is_mine: bool
    """Whether the reader can decide it now."""
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """An appeal that has ended."""

    one: DecidedAppeal
    outcome_key: str
    """Key of the words for how it ended."""


@dataclass(frozen=True, slots=True)
class AppealsPage(View):
    """Appeals: one's own to decide, or everybody's; or those decided."""

    template: ClassVar[str] = "reviewing/appeals.html.j2"

    lines: tuple[AppealLine, ...]
    decided: tuple[DecidedLine, ...]
    shown: Appeals
    reviewers: tuple[Person, ...]
    """To whom one can be handed on."""


@dataclass(frozen=True, slots=True)
class Badges(View):
    """How much waits for the reader, beside the navigation."""

    template: ClassVar[str] = "reviewing/_badges.html.j2"

    counts: Mapping[str, int]
    """By the name of the navigation's entry."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan with its latest draws."""

    plan: Plan
    runs: tuple[PlanRun, ...]
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WouldDraw:
    """What a plan would draw, there or only in the form."""

    name: str
    """Of the plan; empty: it is in the form."""
    day: str
    """The day whose period was asked for."""
    preview: DrawPreview


@dataclass(frozen=True, slots=True)
class PlansPage(View):
    """Sampling plans, and the form of a new one."""

    template: ClassVar[str] = "reviewing/plans.html.j2"

    lines: tuple[PlanLine, ...]
    reviewers: tuple[Person, ...]
    teams: tuple[Team, ...]
    methods: Mapping[Method, Words]
    periods: Mapping[PeriodUnit, Words]
    quotas: Mapping[QuotaPer, Words]
    today: str
    sent: Sent
    """What was typed into the form."""
    problem: str
    would_draw: WouldDraw | None
    """None: nobody asked."""
    previewed: int | None
    """The plan that was asked about; None: none, or the one in the form."""


@dataclass(frozen=True, slots=True)
class RoundsPage(View):
    """Calibration rounds, and the form of a new one."""

    template: ClassVar[str] = "reviewing/rounds.html.j2"

    rounds: tuple[Round, ...]
    names: Mapping[int, str]
    reviewers: tuple[Person, ...]
    calls: tuple[CallSummary, ...]
    """Of the latest calls, those a round can be about."""
    sent: Sent
    """What was typed into the form."""
    problem: str


@dataclass(frozen=True, slots=True)
class RoundPage(View):
    """One round: who has handed in what, and what came of it once it is closed."""

    template: ClassVar[str] = "reviewing/round.html.j2"

    round: Round
    names: Mapping[int, str]
    own: frozenset[str]
    """Calls I have handed in."""
    is_reviewer: bool
    result: CalibrationResult | None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A review of one's own call."""

    call: CallSummary
    stage: Words
    is_new: bool
    appeal_until: datetime | None
    """None: it cannot be appealed any more."""


@dataclass(frozen=True, slots=True)
class ResultsPage(View):
    """An agent's own reviewed calls."""

    template: ClassVar[str] = "reviewing/results.html.j2"

    lines: tuple[ResultLine, ...]
