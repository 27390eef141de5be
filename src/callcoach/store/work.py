"""The work on calls as rows: what there is to do, which steps ran, what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from callcoach.datapath import CallAnalysis, Finding, Severity
from callcoach.errors import ConflictError, NotFoundError
from callcoach.measures import measure
from callcoach.store.events import EventKind, emit
from callcoach.store.model import CallState, ScoreKind
from callcoach.store.search.index import index_call
from callcoach.store.tables import CallRow, DimensionRow, FindingRow, MeasuresRow, ScorecardRow, TurnRow, WorkRow

_UNFINISHED = (CallState.RECEIVED, CallState.TRANSCRIBED, CallState.JUDGED)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A call as the work on it needs it."""

    pk: int
    call_id: str
    attempt: int
    sound_sha256: str
    sound_file: str
    customer_sound_file: str
    agent_right: bool


@dataclass(frozen=True, slots=True)
class StepRun:
    """One run of one step; a crash leaves `ended_at` empty."""

    step: str
    attempt: int
    begun_at: datetime
    ended_at: datetime | None


def work_item(session: Session, call_id: str) -> WorkItem:
    """Return a call to work on.

    Raises:
        NotFoundError: there is no such call.
    """
    row = _row(session, call_id)
    return WorkItem(
        row.pk, row.id, row.attempt, row.sound_sha256, row.sound_file, row.customer_sound_file, row.agent_right
    )


def not_queued(session: Session, limit: int = 100) -> tuple[tuple[str, int], ...]:
    """Return calls whose work nobody has put into the queue yet, with the attempt, oldest first."""
    waiting = select(CallRow.id, CallRow.attempt).where(
        CallRow.state.in_(_UNFINISHED), CallRow.queued_attempt < CallRow.attempt
    )
    return tuple((row.id, row.attempt) for row in session.execute(waiting.order_by(CallRow.pk).limit(limit)))


def note_queued(session: Session, call_id: str, attempt: int) -> None:
    """Note that the work of an attempt is in the queue."""
    _row(session, call_id).queued_attempt = attempt


def begin_step(session: Session, call_id: str, step: str) -> int:
    """Note that a step begins, and return the key of the note."""
    row = _row(session, call_id)
    run = WorkRow(call_pk=row.pk, step=step, attempt=row.attempt, begun_at=datetime.now(UTC))
    session.add(run)
    session.flush()
    return run.id


def end_step(session: Session, run_id: int, state: CallState | None = None, **columns: Any) -> None:
    """Note that a step has ended, with what it made known of the call."""
    run = session.get_one(WorkRow, run_id)
    run.ended_at = datetime.now(UTC)
    row = session.get_one(CallRow, run.call_pk)
    if state is not None:
        row.state = state
    for name, value in columns.items():
        setattr(row, name, value)


def step_finished(session: Session, call_id: str, step: str) -> bool:
    """Whether a step has ended in the attempt that is being made."""
    row = _row(session, call_id)
    same = (WorkRow.call_pk == row.pk, WorkRow.attempt == row.attempt, WorkRow.step == step)
    return session.scalar(select(WorkRow.id).where(*same, WorkRow.ended_at.is_not(None)).limit(1)) is not None


def step_runs(session: Session, call_id: str) -> tuple[StepRun, ...]:
    """Return every run of every step, in order."""
    runs = select(WorkRow).where(WorkRow.call_pk == _row(session, call_id).pk).order_by(WorkRow.id)
    return tuple(StepRun(run.step, run.attempt, run.begun_at, run.ended_at) for run in session.scalars(runs))


def fail(session: Session, call_id: str, reason: str, attempt: int | None = None) -> None:
    """Note why the work on a call ended without a score; done again after a crash, it tells no second event.

    `attempt` is the one whose work ended: if another was begun since, that one is left alone.
    """
    row = _row(session, call_id)
    if attempt is not None and attempt != row.attempt:
        return
    row.state = CallState.FAILED
    row.error = reason
    emit(session, EventKind.CALL_FAILED, row.pk, {"error": reason}, key=f"call.failed/{row.pk}/{row.attempt}")


def retry(session: Session, call_id: str) -> int:
    """Make a failed call wait again and return the number of the new attempt.

    Raises:
        ConflictError: it has not failed.
    """
    row = _row(session, call_id)
    if row.state is not CallState.FAILED:
        raise ConflictError(f"The call {call_id} is {row.state.value}, not failed: there is nothing to retry.")
    row.state = CallState.RECEIVED
    row.error = ""
    row.attempt += 1
    return row.attempt


def save_analysis(session: Session, call_id: str, analysis: CallAnalysis) -> None:
    """Write the rows of an analysis, in the place of those the call had, and index what was said."""
    row = _row(session, call_id)
    for table in (TurnRow, FindingRow):
        session.execute(delete(table).where(table.call_pk == row.pk))
    _insert(session, TurnRow, _turns(row.pk, analysis))
    _insert(session, FindingRow, _findings(row.pk, analysis))
    _add_scorecard(session, row.pk, analysis)
    save_measures(session, call_id, analysis)
    index_call(session, row.pk, [turn.text for turn in analysis.transcript.turns])
    findings = analysis.rules.findings
    row.score = analysis.scorecard.score
    row.finding_count = len(findings)
    row.worst_severity = _worst(findings)
    row.error = ""
    row.state = CallState.SCORED
    _tell(session, row, findings)


def save_measures(session: Session, call_id: str, analysis: CallAnalysis) -> None:
    """Write what trends count of a call."""
    session.merge(MeasuresRow(call_pk=_row(session, call_id).pk, **asdict(measure(analysis))))


def without_measures(session: Session, after_pk: int, limit: int) -> tuple[tuple[int, str], ...]:
    """Return key and id of scored calls that have no measures, in the order of their keys."""
    query = (
        select(CallRow.pk, CallRow.id)
        .outerjoin(MeasuresRow, MeasuresRow.call_pk == CallRow.pk)
        .where(CallRow.pk > after_pk, CallRow.state == CallState.SCORED, MeasuresRow.call_pk.is_(None))
        .order_by(CallRow.pk)
        .limit(limit)
    )
    return tuple((row.pk, row.id) for row in session.execute(query))


def _tell(session: Session, row: CallRow, findings: Sequence[Finding]) -> None:
    """Tell the outside of the score, and of the findings if there are any."""
    scored = {"score": row.score, "finding_count": row.finding_count}
    emit(session, EventKind.CALL_SCORED, row.pk, scored)
    if findings:
        plain = [
            {"rule_id": one.rule_id, "severity": one.severity.value, "start_s": one.start_s, "quote": one.quote}
            for one in findings
        ]
        emit(session, EventKind.CALL_FINDINGS, row.pk, scored | {"findings": plain}, severity=row.worst_severity)


def _worst(findings: Sequence[Finding]) -> Severity | None:
    ranks = list(Severity)
    return max((finding.severity for finding in findings), key=ranks.index, default=None)


def _insert(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _turns(call_pk: int, analysis: CallAnalysis) -> list[dict[str, Any]]:
    return [
        {
            "call_pk": call_pk,
            "number": turn.index,
            "speaker": turn.speaker,
            "start_s": turn.start_s,
            "end_s": turn.end_s,
            "text": turn.text,
        }
        for turn in analysis.transcript.turns
    ]


_SAME = (
    *("id", "rule_id", "rule_version", "name_zh", "name_en", "category", "dimension", "severity", "status", "speaker"),
    *("start_s", "end_s", "quote", "value", "threshold", "unit", "confidence"),
)
"""Fields that are called the same in a finding and its row."""


def _findings(call_pk: int, analysis: CallAnalysis) -> list[dict[str, Any]]:
    points: dict[str, float] = {}
    for deduction in analysis.scorecard.deductions:
        points[deduction.finding_id] = points.get(deduction.finding_id, 0.0) + deduction.points
    return [
        {name: getattr(finding, name) for name in _SAME}
        | {"call_pk": call_pk, "turn": finding.turn_index, "points": points.get(finding.id, 0.0)}
        for finding in analysis.rules.findings
    ]


def _add_scorecard(session: Session, call_pk: int, analysis: CallAnalysis) -> None:
    card = analysis.scorecard
    row = ScorecardRow(
        call_pk=call_pk,
        kind=ScoreKind.MACHINE,
        rubric=card.rubric,
        rubric_version=card.rubric_version,
        score=card.score,
        made_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    session.add_all(
        DimensionRow(
            scorecard_id=row.id,
            id=part.id,
            name_zh=part.name_zh,
            name_en=part.name_en,
            max_points=part.max_points,
            score=part.score,
        )
        for part in card.dimensions
    )


def _row(session: Session, call_id: str) -> CallRow:
    row = session.scalar(select(CallRow).where(CallRow.id == call_id))
    if row is None:
        raise NotFoundError(f"There is no call {call_id!r}.")
    return row
