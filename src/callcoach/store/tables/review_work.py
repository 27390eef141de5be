"""Who reviews what until when: sampling plans with their runs, assignments, calibration rounds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Direction
from callcoach.review.periods import PeriodUnit
from callcoach.review.sampling import Method, QuotaPer
from callcoach.store.model import AssignmentKind, AssignmentState
from callcoach.store.tables.base import Base, text_enum

_OPEN = text("state = 'open'")


class PlanRow(Base):
    """A sampling plan. It is not changed, only ended: what it drew stays explainable."""

    __tablename__ = "review_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    method: Mapped[Method] = mapped_column(text_enum(Method))
    period: Mapped[PeriodUnit] = mapped_column(text_enum(PeriodUnit))
    quota: Mapped[int]
    per: Mapped[QuotaPer] = mapped_column(text_enum(QuotaPer))
    seed: Mapped[int]
    due_workdays: Mapped[int]
    team_ids: Mapped[list[int]] = mapped_column(JSON)
    """Teams whose calls are drawn; empty: all."""
    direction: Mapped[Direction | None] = mapped_column(text_enum(Direction))
    duration_min_s: Mapped[float | None]
    duration_max_s: Mapped[float | None]
    reviewer_ids: Mapped[list[int]] = mapped_column(JSON)
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PlanRunRow(Base):
    """One draw of a plan; a period is drawn once, whatever is restarted or runs at the same time."""

    __tablename__ = "review_runs"
    __table_args__ = (UniqueConstraint("plan_id", "period", name="uq_review_runs_plan_id_period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("review_plans.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(16))
    ran_at: Mapped[datetime]
    candidates: Mapped[int]
    drawn: Mapped[list[str]] = mapped_column(JSON)
    """Ids of the calls, the most urgent first."""
    unassigned: Mapped[list[str]] = mapped_column(JSON)
    """Those none of the reviewers may see."""


class AssignmentRow(Base):
    """A call that somebody is to review, or whose appeal to decide. Handed on, it is closed and another row follows."""

    __tablename__ = "review_assignments"
    __table_args__ = (
        Index("ix_review_assignments_person", "person_id", "state", "due_at"),
        Index("uq_review_assignments_open", "call_pk", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[AssignmentKind] = mapped_column(text_enum(AssignmentKind), default=AssignmentKind.REVIEW)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("review_runs.id"))
    """The draw it comes from; empty: a person assigned it."""
    follows: Mapped[int | None] = mapped_column(ForeignKey("review_assignments.id"))
    """The assignment it was handed on from."""
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    assigned_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[AssignmentState] = mapped_column(text_enum(AssignmentState), default=AssignmentState.OPEN)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was skipped or handed on."""


class RoundRow(Base):
    """A calibration round."""

    __tablename__ = "review_rounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class RoundCallRow(Base):
    """A call of a round, in the order in which the round lists them."""

    __tablename__ = "review_round_calls"

    round_id: Mapped[int] = mapped_column(ForeignKey("review_rounds.id", ondelete="CASCADE"), primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int]


class RoundReviewerRow(Base):
    """Somebody who reviews the calls of a round."""

    __tablename__ = "review_round_reviewers"

    round_id: Mapped[int] = mapped_column(ForeignKey("review_rounds.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
