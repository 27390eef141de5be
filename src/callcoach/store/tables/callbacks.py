"""Callbacks that were promised, and all that was done about each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.around.callbacks import CallbackState, CallbackStep
from callcoach.store.tables.base import Base, text_enum


class CallbackRow(Base):
    """One callback as it stands; how it came there is in its steps."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_due", "due_at", "id"),
        Index("ix_callbacks_owner", "owner_id", "state", "due_at"),
        Index("ix_callbacks_state", "state", "due_at", "id"),
        Index("ix_callbacks_number", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[CallbackState] = mapped_column(text_enum(CallbackState))
    due_at: Mapped[datetime]
    """The last moment at which it is still kept."""
    number: Mapped[str] = mapped_column(String(64), default="")
    customer: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: whoever took the call is not known; a supervisor hands it on."""
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: found by the installation in what was said."""
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.pk", ondelete="SET NULL"), index=True)
    desk_call_id: Mapped[int | None] = mapped_column(ForeignKey("desk_calls.id", ondelete="SET NULL"), index=True)
    turn: Mapped[int | None]
    """Number of the turn in which it was promised."""
    said: Mapped[str] = mapped_column(Text, default="")
    at_s: Mapped[float | None]
    """Where in the recording."""
    attempts: Mapped[int] = mapped_column(default=0)
    escalated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class CallbackStepRow(Base):
    """One thing done about a callback. Rows are only ever added."""

    __tablename__ = "callback_steps"
    __table_args__ = (Index("ix_callback_steps_callback", "callback_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id", ondelete="CASCADE"))
    step: Mapped[CallbackStep] = mapped_column(text_enum(CallbackStep))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime]
    """When it was due after this step."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
