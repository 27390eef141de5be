"""Queues, plans, draws and calibration rounds as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from callcoach.datapath import Direction, Severity
from callcoach.review.calibration import CalibrationResult, Gap
from callcoach.review.periods import PeriodUnit
from callcoach.review.sampling import Method, QuotaPer
from callcoach.review.wording import names_from
from callcoach.server.calls.views import CallView
from callcoach.store.model import AssignmentKind, AssignmentState
from callcoach.store.reviews.appeals import OpenAppeal
from callcoach.store.reviews.assignments import AssignedReview
from callcoach.store.reviews.plans import Plan, PlanRun
from callcoach.store.reviews.previewing import DrawPreview
from callcoach.store.reviews.rounds import Round


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RuleView(_View):
    """A rule that a finding added by hand can be of."""

    id: str
    name_zh: str
    name_en: str
    category: str
    severity: Severity
    advice_zh: str
    advice_en: str


class AssignmentView(_View):
    """A call that somebody is to review, or whose appeal to decide. `plan` is empty where no plan drew it."""

    id: int
    kind: AssignmentKind
    call: CallView
    person_id: int
    person: str
    plan: str
    assigned_at: datetime
    due_at: datetime
    overdue: bool = False
    state: AssignmentState
    reason: str
    follows: int | None


class AssignmentsView(BaseModel):
    """Assignments, the most urgent first."""

    assignments: list[AssignmentView]


class OpenAppealView(BaseModel):
    """An appeal that waits for a second reviewer. `assignment_id` is what is handed on; null: nobody has it yet."""

    call: CallView
    assignment_id: int | None
    person_id: int | None
    person: str
    due_at: datetime | None
    version: int
    appealed_at: datetime
    reason: str
    finding_ids: list[str]
    dimensions: list[str]


class OpenAppealsView(BaseModel):
    """Appeals that this person may decide, the most urgent first."""

    appeals: list[OpenAppealView]


class PlanView(BaseModel):
    """A sampling plan; it draws while `ended_at` is empty."""

    id: int
    name: str
    method: Method
    period: PeriodUnit
    quota: int
    per: QuotaPer
    seed: int
    due_workdays: int
    reviewer_ids: list[int]
    team_ids: list[int]
    direction: Direction | None
    duration_min_s: float | None
    duration_max_s: float | None
    created_by: int
    created_at: datetime
    ended_at: datetime | None


class PlansView(BaseModel):
    """Sampling plans, those in force first."""

    plans: list[PlanView]


class RunView(_View):
    """A draw: from how many candidates, how many were drawn, how many none of the reviewers may see."""

    period: str
    ran_at: datetime
    candidates: int
    drawn: int
    unassigned: int


class PlanDetailView(BaseModel):
    """A plan with its draws, the newest first."""

    plan: PlanView
    runs: list[RunView]


class AgentShareView(_View):
    """How many calls of an agent could be drawn, and how many were."""

    agent: str
    candidates: int
    drawn: int


class PreviewView(BaseModel):
    """What a plan would draw from a period as it is now; nothing is assigned. `agents` are those one may see."""

    period: str
    candidates: int
    drawn: list[str]
    agents: list[AgentShareView]


class HandedInView(BaseModel):
    """A reviewer who has finished a call of a round."""

    call_id: str
    person_id: int


class RoundView(BaseModel):
    """A calibration round."""

    id: int
    name: str
    call_ids: list[str]
    reviewers: dict[int, str]
    due_at: datetime | None
    created_by: int
    created_at: datetime
    closed_at: datetime | None
    handed_in: list[HandedInView]


class RoundsView(BaseModel):
    """Calibration rounds, the newest first."""

    rounds: list[RoundView]


class KappaView(_View):
    """Agreement beyond chance with its 95 % interval; null where chance leaves nothing to agree on."""

    value: float | None
    low: float | None
    high: float | None
    observed: float
    items: int
    raters: int


class GapView(_View):
    """Distance of scores in points: mean of the absolute differences, and of the signed ones."""

    mean_absolute: float
    mean: float
    calls: int


class PairView(GapView):
    """Between two reviewers; `mean` is first minus second."""

    first: int
    second: int


class MachineGapView(GapView):
    """Of one reviewer to the machine; a positive `mean` is milder than the machine."""

    person_id: int


class DisputedView(BaseModel):
    """A finding on which reviewers differ."""

    call_id: str
    finding_id: str


class ResultView(BaseModel):
    """What a closed round shows. Compared are the calls that every reviewer handed in."""

    calls: list[str]
    kappa: KappaView | None
    pairs: list[PairView]
    between_reviewers: float | None
    to_machine: list[MachineGapView]
    disputed: list[DisputedView]


def assignment_view(one: AssignedReview, now: datetime) -> AssignmentView:
    """Return what the API shows of an assignment."""
    overdue = one.state is AssignmentState.OPEN and one.due_at <= now
    return AssignmentView.model_validate(one).model_copy(update={"overdue": overdue})


def appeal_view(one: OpenAppeal) -> OpenAppealView:
    """Return what the API shows of an open appeal."""
    review = one.sheet.review
    assert review.appeal is not None  # noqa: S101 - it would not be open
    judge = one.judge
    return OpenAppealView(
        assignment_id=judge.assignment_id if judge else None,
        person_id=judge.person_id if judge else None,
        person=judge.person if judge else "",
        due_at=judge.due_at if judge else None,
        call=CallView.model_validate(one.call),
        version=review.version,
        appealed_at=review.appeal.event.at,
        reason=review.appeal.event.reason,
        finding_ids=list(review.appeal.finding_ids),
        dimensions=list(review.appeal.dimensions),
    )


def plan_view(plan: Plan) -> PlanView:
    """Return what the API shows of a plan."""
    terms = plan.terms
    return PlanView(
        id=plan.id,
        name=terms.name,
        method=terms.method,
        period=terms.period,
        quota=terms.quota,
        per=terms.per,
        seed=terms.seed,
        due_workdays=terms.due_workdays,
        reviewer_ids=list(terms.reviewer_ids),
        team_ids=list(terms.team_ids),
        direction=terms.direction,
        duration_min_s=terms.duration_min_s,
        duration_max_s=terms.duration_max_s,
        created_by=plan.created_by,
        created_at=plan.created_at,
        ended_at=plan.ended_at,
    )


def preview_view(preview: DrawPreview) -> PreviewView:
    """Return what the API shows of a draw that is not made."""
    return PreviewView(
        period=preview.period.key,
        candidates=preview.candidates,
        drawn=list(preview.drawn),
        agents=[AgentShareView.model_validate(one) for one in preview.agents],
    )


def run_view(run: PlanRun) -> RunView:
    """Return what the API shows of a draw; which calls were drawn is what their assignments tell."""
    return RunView(
        period=run.period,
        ran_at=run.ran_at,
        candidates=run.candidates,
        drawn=len(run.drawn),
        unassigned=len(run.unassigned),
    )


def round_view(one: Round, names: Mapping[int, str]) -> RoundView:
    """Return what the API shows of a round."""
    name_of = names_from(names)
    return RoundView(
        id=one.id,
        name=one.terms.name,
        call_ids=list(one.terms.call_ids),
        reviewers={person: name_of(person) for person in one.terms.reviewer_ids},
        due_at=one.terms.due_at,
        created_by=one.created_by,
        created_at=one.created_at,
        closed_at=one.closed_at,
        handed_in=[HandedInView(call_id=call, person_id=person) for call, person in one.handed_in],
    )


def result_view(result: CalibrationResult) -> ResultView:
    """Return what the API shows of a round's result."""
    return ResultView(
        calls=list(result.calls),
        kappa=None if result.kappa is None else KappaView.model_validate(result.kappa),
        pairs=[PairView(first=first, second=second, **_gap(gap)) for (first, second), gap in result.pairs.items()],
        between_reviewers=result.between_reviewers,
        to_machine=[MachineGapView(person_id=person, **_gap(gap)) for person, gap in result.to_machine.items()],
        disputed=[DisputedView(call_id=call, finding_id=finding) for call, finding in result.disputed],
    )


def _gap(gap: Gap) -> dict[str, Any]:
    return GapView.model_validate(gap).model_dump()
