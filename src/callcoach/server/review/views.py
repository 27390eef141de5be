"""Reviews as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from callcoach.datapath import FindingStatus, Scorecard, Severity, Speaker
from callcoach.review.acts import Outcome, Undoable, Verdict
from callcoach.review.guards import unjudged
from callcoach.review.rescoring import Adjustment, rescore
from callcoach.review.sheet import Correction, Judgement, Review, step_of
from callcoach.review.stages import OUT, Stage, Step, legal_steps
from callcoach.review.wording import Naming, describe, names_from
from callcoach.server.review.desk import Opened
from callcoach.store.reviews.codec import act_to_json
from callcoach.store.reviews.sheets import Sheet


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DimensionView(_View):
    """A dimension: `score` of `max_points` are left."""

    id: str
    name_zh: str
    name_en: str
    max_points: float
    score: float


class DeductionView(_View):
    """Points a finding took from a dimension; `capped` when a cap cut them."""

    finding_id: str
    dimension: str
    points: float
    capped: bool


class AdjustmentView(_View):
    """Points an override gave (positive) or took (negative); `event_number` is its place in the history."""

    dimension: str
    points: float
    event_number: int
    reason: str


class ScoreView(BaseModel):
    """A score with the way of every point: maximum - deductions + adjustments = score, in each dimension."""

    rubric: str
    rubric_version: str
    score: float
    dimensions: list[DimensionView]
    deductions: list[DeductionView]
    adjustments: list[AdjustmentView]


class FindingView(_View):
    """A finding, the machine's or added, and what people said of it. Times are seconds of the recording."""

    id: str
    rule_id: str
    name_zh: str
    name_en: str
    category: str
    severity: Severity
    status: FindingStatus
    speaker: Speaker
    start_s: float
    end_s: float
    quote: str
    confidence: float
    advice_zh: str
    advice_en: str
    added_by_event: int | None = None
    verdict: Verdict | None = None
    verdict_event: int | None = None
    verdict_reason: str = ""


class CorrectionView(BaseModel):
    """A turn's words as a person heard them, beside the machine's."""

    turn: int
    text: str
    machine_text: str
    event_number: int


class NoteView(BaseModel):
    """A remark about a moment."""

    at_s: float
    text: str
    by: str
    at: datetime
    event_number: int


class AppealView(BaseModel):
    """An appeal; `outcome` is empty until it is decided."""

    finding_ids: list[str]
    dimensions: list[str]
    reason: str
    at: datetime
    outcome: Outcome | None
    decided_by: str
    decided_at: datetime | None
    decision_reason: str


class EventView(BaseModel):
    """One step of the history. `in_force` is false for what was undone, `can_undo` says whether an undo may name it."""

    number: int
    at: datetime
    by: str
    person_id: int | None
    kind: str
    words_zh: str
    words_en: str
    reason: str
    in_force: bool
    can_undo: bool
    detail: dict[str, object]


class ReviewView(BaseModel):
    """The review of a call. Send `version` back as `expected_version` with the next change."""

    call_id: str
    version: int
    stage: Stage
    possible_steps: list[Step]
    appeal_until: datetime | None
    machine: ScoreView
    reviewed: ScoreView | None
    """As the review stands now; null while an agent may not see it yet."""
    findings: list[FindingView]
    without_verdict: list[str]
    corrections: list[CorrectionView]
    notes: list[NoteView]
    appeal: AppealView | None
    history: list[EventView]


def review_view(opened: Opened, *, to_agent: bool) -> ReviewView:
    """Return what the API shows of a sheet. An agent sees no more than the machine's part before the review is out."""
    hidden = to_agent and opened.sheet.review.stage not in OUT
    sheet = Sheet(opened.sheet.ref) if hidden else opened.sheet
    review, basis = sheet.review, opened.basis
    reviewed = rescore(basis, review)
    return ReviewView(
        call_id=opened.call.id,
        version=opened.sheet.review.version,
        stage=opened.sheet.review.stage,
        possible_steps=sorted(legal_steps(opened.sheet.review.stage)),
        appeal_until=review.appeal_until,
        machine=_score(basis.machine),
        reviewed=None if hidden else _score(reviewed.scorecard, reviewed.adjustments),
        findings=_findings(opened, review),
        without_verdict=list(unjudged(basis, review)),
        corrections=[_correction(turn, one) for turn, one in sorted(review.corrections.items())],
        notes=_notes(opened, review),
        appeal=_appeal(opened, review),
        history=_history(opened, sheet),
    )


def _score(card: Scorecard, adjustments: tuple[Adjustment, ...] = ()) -> ScoreView:
    return ScoreView(
        rubric=card.rubric,
        rubric_version=card.rubric_version,
        score=card.score,
        dimensions=[DimensionView.model_validate(one) for one in card.dimensions],
        deductions=[DeductionView.model_validate(one) for one in card.deductions],
        adjustments=[AdjustmentView.model_validate(one) for one in adjustments],
    )


def _findings(opened: Opened, review: Review) -> list[FindingView]:
    views = [FindingView.model_validate(one) for one in opened.basis.report.findings]
    views = [one.model_copy(update=_verdict(review.judgements.get(one.id))) for one in views]
    added = [
        FindingView.model_validate(one).model_copy(update={"added_by_event": number})
        for number, one in review.added.items()
    ]
    return sorted([*views, *added], key=lambda one: (one.start_s, one.id))


def _verdict(judgement: Judgement | None) -> dict[str, object]:
    if judgement is None:
        return {}
    event = judgement.event
    return {"verdict": judgement.verdict, "verdict_event": event.number, "verdict_reason": event.reason}


def _correction(turn: int, one: Correction) -> CorrectionView:
    return CorrectionView(turn=turn, text=one.text, machine_text=one.machine_text, event_number=one.event.number)


def _notes(opened: Opened, review: Review) -> list[NoteView]:
    name_of = names_from(opened.names)
    return [
        NoteView(
            at_s=one.at_s,
            text=one.text,
            by=name_of(one.event.person_id),
            at=one.event.at,
            event_number=one.event.number,
        )
        for one in review.notes
    ]


def _appeal(opened: Opened, review: Review) -> AppealView | None:
    case = review.appeal
    if case is None:
        return None
    decided = case.decided
    return AppealView(
        finding_ids=list(case.finding_ids),
        dimensions=list(case.dimensions),
        reason=case.event.reason,
        at=case.event.at,
        outcome=case.outcome,
        decided_by=names_from(opened.names)(decided.person_id) if decided else "",
        decided_at=decided.at if decided else None,
        decision_reason=decided.reason if decided else "",
    )


def _naming(opened: Opened, review: Review) -> Naming:
    findings = (*opened.basis.report.findings, *review.added.values())
    dimensions = opened.basis.rubric.dimensions
    names = {one.id: (one.name_zh, one.name_en) for one in findings}
    return (names | {one.id: (one.name_zh, one.name_en) for one in dimensions}).get


def _history(opened: Opened, sheet: Sheet) -> list[EventView]:
    name_of = names_from(opened.names)
    review = sheet.review
    naming = _naming(opened, review)
    views: list[EventView] = []
    for event in sheet.events:
        zh, en = describe(event, naming)
        in_force = event.number not in review.out_of_force
        undoable = in_force and isinstance(event.act, Undoable)
        views.append(
            EventView(
                number=event.number,
                at=event.at,
                by=name_of(event.person_id),
                person_id=event.person_id,
                kind=event.act.kind,
                words_zh=zh,
                words_en=en,
                reason=event.reason,
                in_force=in_force,
                can_undo=undoable and step_of(event.act, sheet.events) in legal_steps(review.stage),
                detail=act_to_json(event.act),
            )
        )
    return views
