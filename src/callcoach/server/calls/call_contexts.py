"""What the page of one call is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.datapath import Finding
from callcoach.reports.view import CallView
from callcoach.reports.wording import Words
from callcoach.review.stages import Step
from callcoach.server.calls.contexts import Choice
from callcoach.server.calls.timeline import Mark
from callcoach.server.pages.rendering import View
from callcoach.server.review.views import AdjustmentView, CorrectionView, DimensionView, FindingView, ReviewView
from callcoach.store.model import CallSummary
from callcoach.store.reviews.appointing import Appointed


@dataclass(frozen=True, slots=True)
class FindingCard:
    """A finding with all that is said of it."""

    shown: FindingView
    machine: Finding | None
    """The machine's finding; None for one that a person added."""
    unit: Words
    points: float
    """What it takes from the score as the review stands."""
    contested: bool
    """Whether the appeal names it."""


@dataclass(frozen=True, slots=True)
class LostPoints:
    """Points that a finding took from a dimension."""

    finding_id: str
    name: Words
    at_s: float
    points: float
    capped: bool
    """Whether a cap of the rubric cut them."""


@dataclass(frozen=True, slots=True)
class DimensionCard:
    """A dimension of the score, and where its points went."""

    machine: DimensionView
    now: DimensionView | None
    """As the review stands; None while an agent may not see it."""
    lost: tuple[LostPoints, ...]
    adjustments: tuple[AdjustmentView, ...]


@dataclass(frozen=True, slots=True)
class Unassessed:
    """A rule that said nothing of this call: why it was left out, or how it failed."""

    rule_id: str
    name: Words
    why: Words


@dataclass(frozen=True, slots=True)
class CallWork(View):
    """Transcript, score, findings and review: what changes as one works."""

    template: ClassVar[str] = "calls/_work.html.j2"

    call: CallSummary
    view: CallView
    review: ReviewView
    findings: tuple[FindingCard, ...]
    dimensions: tuple[DimensionCard, ...]
    left_out: tuple[Unassessed, ...]
    """Rules that were not evaluated."""
    failed: tuple[Unassessed, ...]
    """Rules that crashed."""
    marks: tuple[Mark, ...]
    """What the line of time shows beside the findings."""
    ring_s: float | None
    corrections: Mapping[int, CorrectionView]
    event_words: Mapping[str, Words]
    stage: Words
    outcome_key: str
    """Key of the words for how the appeal ended."""
    rules: tuple[Choice, ...]
    """What a finding can be added of."""
    facts: tuple[tuple[Words, Words], ...]
    steps: frozenset[Step]
    """What the reader may do now."""
    judge: Appointed | None
    """Who is to decide the open appeal."""
    may_take_over: bool
    """Whether the reader could decide the appeal if it were handed on to them."""
    sheet_key: str
    """Whose drafts of which sheet: person, call and round."""
    round_id: int | None
    """The calibration round whose sheet is shown; None: the call's own review."""


@dataclass(frozen=True, slots=True)
class CallPage(View):
    """One call."""

    template: ClassVar[str] = "calls/call.html.j2"

    call: CallSummary
    work: CallWork | None
    """None: there is no analysis, or not yet."""
    problem: Words | None
    """Why there is none, or that the sound is missing."""
    is_waiting: bool
    has_sound: bool
    at_s: float
    may_retry: bool
    headline: tuple[Words, ...]
    direction: Words
    texts: Mapping[str, str]
    """What the script says."""
