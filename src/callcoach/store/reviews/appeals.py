"""Appeals that wait for a second reviewer, and reviews whose time for an appeal has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callcoach.principal import Principal
from callcoach.review.acts import Lapse
from callcoach.review.guards import Actor
from callcoach.review.stages import AWAITING_AGENT, Stage
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.model import CallSummary
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.sheets import Sheet, SheetRef, kept_basis, read_sheet
from callcoach.store.tables import CallRow, ReviewSheetRow
from callcoach.store.visibility import visible_to

MAX_APPEALS = 200
"""Shown at once; more open appeals than that are another problem than a list."""


@dataclass(frozen=True, slots=True)
class OpenAppeal:
    """A call whose appeal waits for somebody to decide it."""

    call: CallSummary
    sheet: Sheet


def open_appeals(session: Session, principal: Principal) -> tuple[OpenAppeal, ...]:
    """Return the appeals that a person may decide, the one that has waited longest first."""
    wanted = summaries().join(ReviewSheetRow, ReviewSheetRow.call_pk == CallRow.pk)
    rows = session.execute(
        wanted.where(ReviewSheetRow.stage == Stage.APPEALED, visible_to(principal)).order_by(ReviewSheetRow.id)
    ).all()
    calls = summaries_of(session, rows)
    appeals = [OpenAppeal(call, read_sheet(session, SheetRef(call.pk))) for call in calls]
    mine = [one for one in appeals if _may_decide(one, principal)]
    return tuple(sorted(mine, key=_since)[:MAX_APPEALS])


def overdue(session: Session, now: datetime) -> tuple[int, ...]:
    """Return the keys of calls whose time for an appeal has passed without a note of it."""
    return tuple(session.scalars(select(ReviewSheetRow.call_pk).where(*_is_overdue(now)).order_by(ReviewSheetRow.id)))


def lapse(session: Session, call_pk: int, now: datetime) -> bool:
    """Note on a review that its time has passed; return False if another server did, or is doing, so."""
    wanted = (
        select(CallRow.id)
        .join(ReviewSheetRow, ReviewSheetRow.call_pk == CallRow.pk)
        .where(ReviewSheetRow.call_pk == call_pk, *_is_overdue(now))
        .with_for_update(of=ReviewSheetRow, skip_locked=True)
    )
    call_id, basis = session.scalar(wanted), kept_basis(session, call_pk)
    if call_id is None or basis is None:
        return False
    do(session, call_id, SheetRef(call_pk), basis, Deed(Lapse(), Actor(None), now))
    return True


def _is_overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ReviewSheetRow.stage.in_(sorted(AWAITING_AGENT)),
        ReviewSheetRow.appeal_until <= now,
        ReviewSheetRow.round_id.is_(None),
    )


def _may_decide(appeal: OpenAppeal, principal: Principal) -> bool:
    first = appeal.sheet.review.reviewer_ids
    return principal.person_id not in first and principal.person_id != appeal.call.agent_id


def _since(appeal: OpenAppeal) -> datetime:
    case = appeal.sheet.review.appeal
    return case.event.at if case is not None else appeal.call.started_at
