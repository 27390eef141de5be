"""What reviewers said of the machine's findings, call by call, for whoever tries rules on past calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.datapath import Finding
from callcoach.review.acts import Verdict
from callcoach.store.reviews.sheets import SheetRef, kept_basis, read_sheet
from callcoach.store.tables import CallRow, ReviewSheetRow


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The findings of one call that reviewers confirmed, rejected, or added by hand."""

    confirmed: tuple[Finding, ...] = ()
    rejected: tuple[Finding, ...] = ()
    added: tuple[Finding, ...] = ()


def all_verdicts(session: Session) -> Mapping[str, Verdicts]:
    """Return what stands of all reviews that have begun, by call id. Calibration rounds do not count."""
    query = (
        select(CallRow.pk, CallRow.id)
        .join(ReviewSheetRow, ReviewSheetRow.call_pk == CallRow.pk)
        .where(ReviewSheetRow.round_id.is_(None))
    )
    return {call_id: _of_call(session, pk) for pk, call_id in session.execute(query).all()}


def verdicts_of(session: Session, call_pks: Sequence[int]) -> Mapping[int, Verdicts]:
    """Return what stands of the reviews of some calls, by key; calls nobody has begun to review are left out."""
    query = select(ReviewSheetRow.call_pk).where(
        ReviewSheetRow.call_pk.in_(call_pks), ReviewSheetRow.round_id.is_(None)
    )
    return {pk: _of_call(session, pk) for pk in session.scalars(query).all()}


def _of_call(session: Session, call_pk: int) -> Verdicts:
    basis, review = kept_basis(session, call_pk), read_sheet(session, SheetRef(call_pk)).review
    findings = basis.report.findings if basis is not None else ()
    judged = [(one, review.judgements[one.id].verdict) for one in findings if one.id in review.judgements]
    return Verdicts(
        tuple(one for one, verdict in judged if verdict is Verdict.CONFIRMED),
        tuple(one for one, verdict in judged if verdict is Verdict.REJECTED),
        tuple(review.added.values()),
    )
