"""Reviews of calls: what they are about, the sheets people write on, and every event. Events are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Severity
from callcoach.review.stages import Stage
from callcoach.store.tables.base import Base, text_enum


class ReviewBasisRow(Base):
    """What the machine said of a call when its first review began; a later analysis does not change it."""

    __tablename__ = "review_bases"

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    made_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReviewSheetRow(Base):
    """A review: the one of a call, or a reviewer's own in a calibration round.

    `key` names it; `stage`, `appeal_until` and `version` say what its events come to, for queries and for the lock.
    """

    __tablename__ = "review_sheets"
    __table_args__ = (Index("ix_review_sheets_stage", "stage", "appeal_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("review_rounds.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Whose own it is; empty for the review of the call."""
    stage: Mapped[Stage] = mapped_column(text_enum(Stage), default=Stage.UNREVIEWED)
    appeal_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)


class ReviewEventRow(Base):
    """One event; that a number stands once in a sheet keeps two reviewers from writing the same one."""

    __tablename__ = "review_events"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("review_sheets.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(24))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")


class JudgedRow(Base):
    """What the finished review of a call says of one finding: `confirmed`, `rejected`, or `added` by a person.

    It follows from the events of the sheet; kept for counting. A review that is taken up again has none.
    """

    __tablename__ = "judged_findings"
    __table_args__ = (Index("ix_judged_findings_rule", "rule_id", "call_pk"),)

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(120))
    severity: Mapped[Severity]
    verdict: Mapped[str] = mapped_column(String(24))
    start_s: Mapped[float]
    quote: Mapped[str] = mapped_column(Text)
