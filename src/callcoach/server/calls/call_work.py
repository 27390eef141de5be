"""What the page of a call shows of transcript, score, findings and review, worked out before its template sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcoach.analysis import ANALYSIS_FILE, load
from callcoach.datapath import CallAnalysis
from callcoach.principal import Role
from callcoach.reports.view import build_view, facts
from callcoach.reports.wording import EVENTS, Words, unit
from callcoach.review.acts import Outcome, RuleFacts
from callcoach.review.guards import Actor, open_steps
from callcoach.review.stages import STAGE_WORDS, Stage, Step
from callcoach.rights import Permission, may
from callcoach.server.calls.call_contexts import CallWork, DimensionCard, FindingCard, LostPoints, Unassessed
from callcoach.server.calls.contexts import Choice
from callcoach.server.calls.timeline import marks_of, ring_s
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.review.desk import Opened, Place, ReviewDesk
from callcoach.server.review.views import ReviewView, review_view
from callcoach.server.services import Services
from callcoach.store.model import CallState, CallSummary

OUTCOMES = {
    Outcome.UPHELD: "one_call.granted",
    Outcome.PARTLY: "one_call.partly",
    Outcome.REJECTED: "one_call.refused",
}
"""Keys of the words for how an appeal ended."""


def work_if_scored(desk: ReviewDesk, call: CallSummary, place: Place) -> CallWork | None:
    """Return what is shown of a call that is scored and whose analysis is there."""
    has_analysis = (desk.services.desk.folder(call.id) / ANALYSIS_FILE).is_file()
    return work_of(desk, desk.open(place), place) if call.state is CallState.SCORED and has_analysis else None


def analysis_if_scored(services: Services, call: CallSummary) -> CallAnalysis | None:
    """Return the analysis of a call, if there is one."""
    path = services.desk.folder(call.id) / ANALYSIS_FILE
    return load(path) if call.state is CallState.SCORED and path.is_file() else None


def work_of(desk: ReviewDesk, opened: Opened, place: Place) -> CallWork:
    """Return what is shown of a sheet."""
    call, principal = opened.call, desk.principal
    analysis = load(desk.services.desk.folder(call.id) / ANALYSIS_FILE)
    review = review_view(opened, to_agent=principal.role is Role.AGENT)
    rules = catalogue_of(desk.services).rules
    steps = _steps(desk, opened)
    is_judge = opened.judge is None or opened.judge.person_id == principal.person_id
    return CallWork(
        call=call,
        view=build_view(analysis),
        review=review,
        findings=tuple(_cards(analysis, review)),
        dimensions=tuple(_dimensions(review)),
        left_out=tuple(
            Unassessed(one.rule_id, _name(rules, one.rule_id), Words(one.reason_zh, one.reason_en))
            for one in analysis.rules.not_evaluated
        ),
        failed=tuple(
            Unassessed(one.rule_id, _name(rules, one.rule_id), Words(one.error, one.error))
            for one in analysis.rules.failures
        ),
        marks=marks_of(analysis.call, analysis.recording.duration_s, review.notes),
        ring_s=ring_s(analysis.call),
        corrections={one.turn: one for one in review.corrections},
        event_words={kind.value: words for kind, words in EVENTS.items()},
        stage=Words(*STAGE_WORDS[review.stage]),
        outcome_key=OUTCOMES[review.appeal.outcome] if review.appeal and review.appeal.outcome else "",
        rules=tuple(Choice(rule.id, Words(rule.name_zh, rule.name_en)) for rule in rules.values()),
        facts=tuple(facts(analysis)),
        steps=steps if is_judge or review.stage is not Stage.APPEALED else steps & {Step.NOTE},
        judge=opened.judge,
        may_take_over=not is_judge and Step.DECIDE in steps,
        sheet_key=f"{principal.person_id} {call.id} {place.round_id or ''}".strip(),
        round_id=place.round_id,
    )


def _steps(desk: ReviewDesk, opened: Opened) -> frozenset[Step]:
    """Return what the reader may do by role, person, stage and time."""
    principal = desk.principal
    is_own = opened.call.agent_id == principal.person_id
    if not may(principal, Permission.REVIEW_ANSWER if is_own else Permission.REVIEW):
        return frozenset()
    return open_steps(Actor(principal.person_id, is_own), opened.sheet.review, desk.services.now())


def _cards(analysis: CallAnalysis, review: ReviewView) -> Iterator[FindingCard]:
    machine = {one.id: one for one in analysis.rules.findings}
    taken: dict[str, float] = {}
    for one in (review.reviewed or review.machine).deductions:
        taken[one.finding_id] = taken.get(one.finding_id, 0.0) + one.points
    contested = set(review.appeal.finding_ids) if review.appeal else set[str]()
    for one in review.findings:
        yield FindingCard(
            shown=one,
            machine=machine.get(one.id),
            unit=unit(machine[one.id].unit) if one.id in machine else Words("", ""),
            points=taken.get(one.id, 0.0),
            contested=one.id in contested,
        )


def _dimensions(review: ReviewView) -> Iterator[DimensionCard]:
    score = review.reviewed or review.machine
    found = {one.id: one for one in review.findings}
    for number, machine in enumerate(review.machine.dimensions):
        lost = [one for one in score.deductions if one.dimension == machine.id and one.finding_id in found]
        yield DimensionCard(
            machine=machine,
            now=review.reviewed.dimensions[number] if review.reviewed else None,
            lost=tuple(
                LostPoints(
                    finding_id=one.finding_id,
                    name=Words(found[one.finding_id].name_zh, found[one.finding_id].name_en),
                    at_s=found[one.finding_id].start_s,
                    points=one.points,
                    capped=one.capped,
                )
                for one in lost
            ),
            adjustments=tuple(one for one in score.adjustments if one.dimension == machine.id),
        )


def _name(rules: Mapping[str, RuleFacts], rule_id: str) -> Words:
    rule = rules.get(rule_id)
    return Words(rule.name_zh, rule.name_en) if rule else Words(rule_id, rule_id)
