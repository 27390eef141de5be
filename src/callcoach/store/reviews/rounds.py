"""Calibration rounds: who reviews which calls blind, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.errors import AccessError, ConflictError, InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.review.calibration import CalibrationResult, Marks, compare
from callcoach.review.rescoring import rescore
from callcoach.review.stages import Stage
from callcoach.store.audit import note
from callcoach.store.calls import get_call
from callcoach.store.model import CallState
from callcoach.store.reviews.assignments import check_reviewer
from callcoach.store.reviews.sheets import SheetRef, kept_basis, read_sheet
from callcoach.store.tables import CallRow, ReviewSheetRow, RoundCallRow, RoundReviewerRow, RoundRow

MIN_REVIEWERS = 2


@dataclass(frozen=True, slots=True)
class RoundTerms:
    """What a round is about."""

    name: str
    call_ids: tuple[str, ...]
    reviewer_ids: tuple[int, ...]
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """A calibration round."""

    id: int
    terms: RoundTerms
    created_by: int
    created_at: datetime
    closed_at: datetime | None
    handed_in: tuple[tuple[str, int], ...]
    """Call and reviewer of every sheet that is finished."""


def add_round(session: Session, principal: Principal, terms: RoundTerms, at: datetime) -> Round:
    """Begin a round.

    Raises:
        InputError: fewer than two reviewers, no call, or a reviewer who may not review one of the calls.
        NotFoundError: the principal may see no such call.
        ConflictError: a call is not scored.
    """
    reviewers, calls = dict.fromkeys(terms.reviewer_ids), dict.fromkeys(terms.call_ids)
    if len(reviewers) < MIN_REVIEWERS or not calls:
        raise InputError(
            f"A round needs at least one call and {MIN_REVIEWERS} reviewers.",
            f"一轮校准至少要一通电话和 {MIN_REVIEWERS} 位复核人。",
        )
    row = RoundRow(name=terms.name, created_by=principal.person_id, created_at=at, due_at=terms.due_at)
    session.add(row)
    session.flush()
    for place, call_id in enumerate(calls):
        call = get_call(session, principal, call_id)
        if call.state is not CallState.SCORED:
            raise ConflictError(
                f"The call {call_id} is {call.state.value}, not scored. Choose another.",
                f"通话 {call_id} 还没有评分。请选别的通话。",
            )
        for person_id in reviewers:
            check_reviewer(session, call, person_id)
        session.add(RoundCallRow(round_id=row.id, call_pk=call.pk, place=place))
    session.add_all(RoundReviewerRow(round_id=row.id, person_id=person_id) for person_id in reviewers)
    session.flush()
    note(session, "review.round.add", person_id=principal.person_id, about=("round", str(row.id)))
    return _round(session, row)


def list_rounds(session: Session, principal: Principal) -> tuple[Round, ...]:
    """Return the rounds a person reviews in or made, the newest first; trainers and administrators see all."""
    rounds = (_round(session, row) for row in session.scalars(select(RoundRow).order_by(RoundRow.id.desc())))
    return tuple(one for one in rounds if _may_see(one, principal))


def get_round(session: Session, principal: Principal, round_id: int) -> Round:
    """Return a round.

    Raises:
        NotFoundError: there is none that the principal may see.
    """
    row = session.get(RoundRow, round_id)
    found = _round(session, row) if row is not None else None
    if found is None or not _may_see(found, principal):
        raise NotFoundError(f"There is no calibration round {round_id} among yours.", "您没有参与这一轮校准。")
    return found


def close_round(session: Session, principal: Principal, round_id: int, at: datetime) -> Round:
    """End a round: nothing more is handed in, and everybody in it sees the result.

    Raises:
        NotFoundError: there is none that the principal may see.
        AccessError: it is neither the principal's nor is the principal trainer or administrator.
        ConflictError: it is closed.
    """
    found = get_round(session, principal, round_id)
    if principal.person_id != found.created_by and principal.role is Role.SUPERVISOR:
        raise AccessError(
            "A round is closed by who made it, a trainer or an administrator.", "校准由发起人、培训师或管理员结束。"
        )
    row = session.get_one(RoundRow, round_id, with_for_update=True, populate_existing=True)
    if row.closed_at is not None:
        raise ConflictError(f"The round {round_id} was closed at {row.closed_at.isoformat()}.", "这一轮校准已经结束。")
    row.closed_at = at
    note(session, "review.round.close", person_id=principal.person_id, about=("round", str(round_id)))
    return _round(session, row)


def own_sheet(session: Session, principal: Principal, round_id: int, call_id: str, *, to_write: bool) -> SheetRef:
    """Return the sheet on which a person reviews a call of a round.

    Raises:
        NotFoundError: no such round, or the call is not in it.
        AccessError: the person does not review in it.
        ConflictError: it is closed, and the sheet was to be written on.
    """
    if to_write:  # a round that is being closed is not written on: one of the two waits for the other
        session.get(RoundRow, round_id, with_for_update={"read": True}, populate_existing=True)
    found = get_round(session, principal, round_id)
    if principal.person_id not in found.terms.reviewer_ids:
        raise AccessError(
            "You do not review in this round; its result shows when it is closed.",
            "您不在这一轮的复核人里；结束之后可以看结果。",
        )
    if call_id not in found.terms.call_ids:
        raise NotFoundError(
            f"The call {call_id!r} is not in the round {round_id}.", f"通话 {call_id} 不在这一轮校准里。"
        )
    if to_write and found.closed_at is not None:
        raise ConflictError(
            f"The round {round_id} was closed at {found.closed_at.isoformat()}.", "这一轮校准已经结束。"
        )
    return SheetRef(get_call(session, principal, call_id).pk, round_id, principal.person_id)


def round_result(session: Session, principal: Principal, round_id: int) -> CalibrationResult:
    """Return how far the reviewers of a closed round agree.

    Raises:
        NotFoundError: there is none that the principal may see.
        ConflictError: it is open: nobody sees the others' verdicts before all are in.
    """
    found = get_round(session, principal, round_id)
    if found.closed_at is None:
        raise ConflictError(
            "The round is open: the result would show reviewers each other's verdicts. Close it first.",
            "这一轮还没有结束，现在看结果会泄露彼此的判定。请先结束。",
        )
    return compare(found.terms.reviewer_ids, _marks(session, round_id))


def _marks(session: Session, round_id: int) -> list[Marks]:
    finished = (
        select(ReviewSheetRow, CallRow.id)
        .join(CallRow, CallRow.pk == ReviewSheetRow.call_pk)
        .where(ReviewSheetRow.round_id == round_id, ReviewSheetRow.stage == Stage.PUBLISHED)
    )
    marks: list[Marks] = []
    for row, call_id in session.execute(finished.order_by(ReviewSheetRow.id)):
        basis = kept_basis(session, row.call_pk)
        if basis is None or row.person_id is None:
            continue
        review = read_sheet(session, SheetRef(row.call_pk, round_id, row.person_id)).review
        verdicts = {name: one.verdict for name, one in review.judgements.items()}
        score = rescore(basis, review).scorecard.score
        marks.append(Marks(call_id, row.person_id, verdicts, score, basis.machine.score))
    return marks


def _may_see(found: Round, principal: Principal) -> bool:
    if principal.role in {Role.TRAINER, Role.ADMINISTRATOR} or principal.person_id == found.created_by:
        return True
    return principal.person_id in found.terms.reviewer_ids


def _round(session: Session, row: RoundRow) -> Round:
    calls = (
        select(CallRow.id)
        .join(RoundCallRow, RoundCallRow.call_pk == CallRow.pk)
        .where(RoundCallRow.round_id == row.id)
        .order_by(RoundCallRow.place)
    )
    people = select(RoundReviewerRow.person_id).where(RoundReviewerRow.round_id == row.id)
    finished = (
        select(CallRow.id, ReviewSheetRow.person_id)
        .join(CallRow, CallRow.pk == ReviewSheetRow.call_pk)
        .where(ReviewSheetRow.round_id == row.id, ReviewSheetRow.stage == Stage.PUBLISHED)
        .order_by(ReviewSheetRow.id)
    )
    terms = RoundTerms(
        row.name,
        tuple(session.scalars(calls)),
        tuple(session.scalars(people.order_by(RoundReviewerRow.person_id))),
        row.due_at,
    )
    handed_in = tuple((call_id, person or 0) for call_id, person in session.execute(finished))
    return Round(row.id, terms, row.created_by, row.created_at, row.closed_at, handed_in)
