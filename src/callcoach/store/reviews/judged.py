"""What finished reviews say of each finding, as rows to count by. They follow from the events and are made anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from callcoach.datapath import Finding, FindingStatus
from callcoach.review.acts import Verdict
from callcoach.review.rescoring import Basis
from callcoach.review.sheet import Review
from callcoach.store.reviews.sheets import SheetRef, kept_basis, read_sheet
from callcoach.store.tables import CallRow, JudgedRow

ADDED = "added"
"""The verdict on a finding that people alone found."""


def write_judged(session: Session, call_pk: int, basis: Basis, review: Review) -> None:
    """Write what a finished review says, in the place of what it said before."""
    drop_judged(session, call_pk)
    rows = list(_rows(call_pk, basis, review))
    if rows:
        session.execute(insert(JudgedRow), rows)


def drop_judged(session: Session, call_pk: int) -> None:
    """Remove what a review said that is taken up again."""
    session.execute(delete(JudgedRow).where(JudgedRow.call_pk == call_pk))


def judge_again(session: Session, call_pk: int) -> None:
    """Write what the finished review of a call says; one finished before these rows were kept gets them by this."""
    basis = kept_basis(session, call_pk)
    if basis is not None and session.get_one(CallRow, call_pk).reviewed:
        write_judged(session, call_pk, basis, read_sheet(session, SheetRef(call_pk)).review)


def _rows(call_pk: int, basis: Basis, review: Review) -> Iterator[dict[str, Any]]:
    for finding in basis.report.findings:
        judgement = review.judgements.get(finding.id)
        if judgement is not None:
            yield _row(call_pk, finding, judgement.verdict.value)
        elif finding.status is FindingStatus.SCORED:  # what nobody contradicted counts as the machine meant it
            yield _row(call_pk, finding, Verdict.CONFIRMED.value)
    for finding in review.added.values():
        yield _row(call_pk, finding, ADDED)


def _row(call_pk: int, finding: Finding, verdict: str) -> dict[str, Any]:
    return {
        "call_pk": call_pk,
        "finding_id": finding.id,
        "rule_id": finding.rule_id,
        "severity": finding.severity,
        "verdict": verdict,
        "start_s": finding.start_s,
        "quote": finding.quote,
    }
