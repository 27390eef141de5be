"""Complaints as they stand, and their history."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.around.complaints import ComplaintState, ComplaintStep, Demand
from callcoach.store.tables.base import Base, FixedPoint, text_enum


class ComplaintRow(Base):
    """A complaint; every change of it is an event as well."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_due", "due_at", "id"),
        Index("ix_complaints_state", "state", "due_at", "id"),
        Index("ix_complaints_owner", "owner_id", "due_at"),
        Index("ix_complaints_number", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[ComplaintState] = mapped_column(text_enum(ComplaintState))
    version: Mapped[int] = mapped_column(default=0)
    """How many events there are."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    level: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Who approves its amount: `Level`."""
    due_at: Mapped[datetime]
    """When the step it waits for is due."""
    late_told_at: Mapped[datetime | None]
    """When it was noted that the step is late."""
    report_due_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.pk", ondelete="SET NULL"), index=True)
    desk_call_id: Mapped[int | None] = mapped_column(ForeignKey("desk_calls.id", ondelete="SET NULL"), index=True)
    customer: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[str] = mapped_column(String(64), default="")
    order_number: Mapped[str] = mapped_column(String(120), default="")
    department: Mapped[str] = mapped_column(String(120), default="")
    happened_on: Mapped[date | None]
    product: Mapped[str] = mapped_column(String(200), default="")
    quantity: Mapped[Decimal | None] = mapped_column(FixedPoint(3))
    amount: Mapped[Decimal | None] = mapped_column(FixedPoint(2))
    """In yuan."""
    complaint: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(Text, default="")
    demand: Mapped[Demand] = mapped_column(text_enum(Demand), default=Demand.OTHER)
    steps: Mapped[str] = mapped_column(Text, default="")
    """What was and is being done, in words."""
    decision: Mapped[str] = mapped_column(Text, default="")
    deadline_at: Mapped[datetime]
    """When the whole of it is to be settled."""


class ComplaintEventRow(Base):
    """One thing that was done. Rows are only ever added."""

    __tablename__ = "complaint_events"
    __table_args__ = (UniqueConstraint("complaint_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    step: Mapped[ComplaintStep] = mapped_column(text_enum(ComplaintStep))
    state: Mapped[ComplaintState] = mapped_column(text_enum(ComplaintState))
    """After it."""
    text: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What each field held before and holds since: `{"amount": ["800.00", "1200.00"]}`."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[datetime]
