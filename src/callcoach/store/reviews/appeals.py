"""Appeals: those that wait for a second reviewer, those decided, and reviews whose time for one has passed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callcoach.principal import Principal
from callcoach.review.acts import Lapse
from callcoach.review.guards import Actor
from callcoach.review.sheet import AppealCase
from callcoach.review.stages import AWAITING_AGENT, Stage
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.model import CallSummary, ScoreKind
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.appointing import Appointed, appointed_of
from callcoach.store.reviews.sheets import Sheet, SheetRef, kept_basis, names_of_people, read_sheet
from callcoach.store.tables import CallRow, ReviewEventRow, ReviewSheetRow, ScorecardRow
from callcoach.store.visibility import visible_to

MAX_APPEALS = 200
"""Shown at once; more open appeals than that are another problem than a list."""


@dataclass(frozen=True, slots=True)
class OpenAppeal:
    """A call whose appeal waits for somebody to decide it."""

    call: CallSummary
    sheet: Sheet
    judge: Appointed | None
    may_decide: bool
    """Whether the person who asks could: it is not their own call, and they had no hand in the first review."""

    @property
    def since(self) -> datetime:
        """When it was made."""
        case = self.sheet.review.appeal
        return case.event.at if case is not None else self.call.started_at


@dataclass(frozen=True, slots=True)
class DecidedAppeal:
    """An appeal that has ended, and what it changed."""

    call: CallSummary
    case: AppealCase
    by: str
    at: datetime
    score_before: float | None
    """Of the first review."""
    score_after: float | None


def open_appeals(session: Session, principal: Principal) -> tuple[OpenAppeal, ...]:
    """Return the open appeals of calls that a person may see, the most urgent first."""
    wanted = summaries().join(ReviewSheetRow, ReviewSheetRow.call_pk == CallRow.pk)
    rows = session.execute(
        wanted.where(ReviewSheetRow.stage == Stage.APPEALED, visible_to(principal))
        .order_by(ReviewSheetRow.id)
        .limit(MAX_APPEALS)
    ).all()
    calls = summaries_of(session, rows)
    judges = appointed_of(session, (call.pk for call in calls))
    found = [_open_appeal(session, principal, call, judges.get(call.pk)) for call in calls]
    return tuple(sorted(found, key=lambda one: (one.judge.due_at if one.judge else one.since, one.call.pk)))


def decided_appeals(session: Session, principal: Principal) -> tuple[DecidedAppeal, ...]:
    """Return the appeals of calls that a person may see and that are decided, the latest first."""
    latest = (
        select(ReviewEventRow.at)
        .where(ReviewEventRow.sheet_id == ReviewSheetRow.id, ReviewEventRow.kind == "decide")
        .correlate(ReviewSheetRow)
        .scalar_subquery()
    )
    rows = session.execute(
        summaries()
        .join(ReviewSheetRow, ReviewSheetRow.call_pk == CallRow.pk)
        .where(ReviewSheetRow.stage == Stage.DECIDED, visible_to(principal))
        .order_by(latest.desc(), CallRow.pk.desc())
        .limit(MAX_APPEALS)
    ).all()
    calls = summaries_of(session, rows)
    scores = _review_scores(session, [call.pk for call in calls])
    found: list[DecidedAppeal] = []
    for call in calls:
        case = read_sheet(session, SheetRef(call.pk)).review.appeal
        if case is None or case.decided is None:
            continue
        by = names_of_people(session, [case.decided.person_id]).get(case.decided.person_id or 0, "")
        *_, before, after = (None, None, *scores[call.pk])
        found.append(DecidedAppeal(call, case, by, case.decided.at, before, after))
    return tuple(found)


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


def _open_appeal(session: Session, principal: Principal, call: CallSummary, judge: Appointed | None) -> OpenAppeal:
    sheet = read_sheet(session, SheetRef(call.pk))
    able = principal.person_id not in sheet.review.reviewer_ids and principal.person_id != call.agent_id
    return OpenAppeal(call, sheet, judge, able)


def _review_scores(session: Session, call_pks: list[int]) -> dict[int, list[float]]:
    """Return what reviews gave each call, in the order of time: the last is what the decision left."""
    query = select(ScorecardRow.call_pk, ScorecardRow.score).where(
        ScorecardRow.call_pk.in_(call_pks), ScorecardRow.kind == ScoreKind.REVIEW
    )
    scores: dict[int, list[float]] = defaultdict(list)
    for call_pk, score in session.execute(query.order_by(ScorecardRow.id)):
        scores[call_pk].append(score)
    return scores
