"""What a review means for its call: score and findings as they stand, beside the machine's; its work is done."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from callcoach.review.acts import Decide, Event, Finish, Reopen
from callcoach.review.rescoring import Basis, rescore
from callcoach.store.model import AssignmentState, ScoreKind
from callcoach.store.reviews.judged import drop_judged, write_judged
from callcoach.store.reviews.sheets import Sheet
from callcoach.store.tables import AssignmentRow, CallRow, DimensionRow, ScorecardRow


def carry_over(session: Session, sheet: Sheet, basis: Basis) -> None:
    """Carry what the last event of a sheet means over to the call; a round's sheets mean nothing for it."""
    if sheet.ref.round_id is not None:
        return
    event = sheet.events[-1]
    call = session.get_one(CallRow, sheet.ref.call_pk)
    if isinstance(event.act, Finish | Decide):
        card = _add_scorecard(session, sheet, basis, event)
        call.reviewed, call.reviewed_score = True, card.score
        write_judged(session, call.pk, basis, sheet.review)
    elif isinstance(event.act, Reopen):
        call.reviewed, call.reviewed_score = False, None
        drop_judged(session, call.pk)
    if isinstance(event.act, Finish | Decide):
        _close_assignment(session, call.pk, event)


def _add_scorecard(session: Session, sheet: Sheet, basis: Basis, event: Event) -> ScorecardRow:
    card = rescore(basis, sheet.review).scorecard
    row = ScorecardRow(
        call_pk=sheet.ref.call_pk,
        kind=ScoreKind.REVIEW,
        person_id=event.person_id,
        rubric=card.rubric,
        rubric_version=card.rubric_version,
        score=card.score,
        made_at=event.at,
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
    return row


def _close_assignment(session: Session, call_pk: int, event: Event) -> None:
    mine = update(AssignmentRow).where(AssignmentRow.call_pk == call_pk, AssignmentRow.state == AssignmentState.OPEN)
    session.execute(mine.values(state=AssignmentState.DONE, closed_at=event.at, closed_by=event.person_id))
