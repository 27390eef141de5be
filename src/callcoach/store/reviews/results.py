"""An agent's own reviewed calls: which are new, until when each can be appealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.principal import Principal
from callcoach.review.stages import OUT, Stage
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.model import CallSummary
from callcoach.store.tables import CallRow, ReviewSheetRow

MOST = 300
"""Newest first; what is older is found in the list of calls."""


@dataclass(frozen=True, slots=True)
class OwnResult:
    """A review of one's own call that is out."""

    call: CallSummary
    stage: Stage
    appeal_until: datetime | None


def count_unread(session: Session, principal: Principal) -> int:
    """Return how many reviews of an agent's own calls are out that they have not opened yet."""
    query = (
        select(func.count())
        .select_from(ReviewSheetRow)
        .join(CallRow, CallRow.pk == ReviewSheetRow.call_pk)
        .where(
            CallRow.agent_id == principal.person_id,
            ReviewSheetRow.round_id.is_(None),
            ReviewSheetRow.stage == Stage.PUBLISHED,
        )
    )
    return session.scalars(query).one()


def own_results(session: Session, principal: Principal) -> tuple[OwnResult, ...]:
    """Return the reviews of an agent's own calls that are out, newest call first."""
    query = (
        summaries()
        .join(ReviewSheetRow, ReviewSheetRow.call_pk == CallRow.pk)
        .where(
            CallRow.agent_id == principal.person_id, ReviewSheetRow.round_id.is_(None), ReviewSheetRow.stage.in_(OUT)
        )
        .order_by(CallRow.started_at.desc(), CallRow.pk.desc())
        .limit(MOST)
    )
    calls = summaries_of(session, session.execute(query).all())
    pks = [call.pk for call in calls]
    sheets = session.scalars(
        select(ReviewSheetRow).where(ReviewSheetRow.call_pk.in_(pks), ReviewSheetRow.round_id.is_(None))
    )
    by_call = {row.call_pk: row for row in sheets}
    return tuple(OwnResult(call, by_call[call.pk].stage, by_call[call.pk].appeal_until) for call in calls)
