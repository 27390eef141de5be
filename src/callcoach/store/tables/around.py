"""What agents write and choose while they talk and just after: tied to the softphone's call, later to the call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Direction
from callcoach.store.tables.base import Base, text_enum


class DeskCallRow(Base):
    """A call as its agent's desk knows it: by the softphone's id, before a recording has been handed in.

    The id belongs to one person's row each, so that nobody can take another's.
    """

    __tablename__ = "desk_calls"
    __table_args__ = (UniqueConstraint("phone_call_id", "person_id"), Index("ix_desk_calls_at", "at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_call_id: Mapped[str] = mapped_column(String(120))
    """`Call.id` as the softphone made it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.pk", ondelete="SET NULL"), index=True)
    """The call that was handed in; None: not yet."""
    number: Mapped[str] = mapped_column(String(64), default="")
    direction: Mapped[Direction] = mapped_column(text_enum(Direction), default=Direction.UNKNOWN)
    queue: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]
    """When the desk first showed something of it."""


class CallNoteRow(Base):
    """The notepad of a call; saved while typing."""

    __tablename__ = "call_notes"

    desk_call_id: Mapped[int] = mapped_column(ForeignKey("desk_calls.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=0)
    """Counts the saves, so that an older page does not write over a newer one."""
    changed_at: Mapped[datetime]


class DispositionRow(Base):
    """An outcome a call can have; never removed, because past calls name it."""

    __tablename__ = "dispositions"
    __table_args__ = (UniqueConstraint("parent_id", "name_zh"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("dispositions.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    needs_callback: Mapped[bool] = mapped_column(default=False)
    needs_complaint: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    place: Mapped[int] = mapped_column(default=0)
    """Order among its siblings."""


class WrapUpRow(Base):
    """What came of a call, as its agent says."""

    __tablename__ = "wrap_ups"
    __table_args__ = (Index("ix_wrap_ups_disposition", "disposition_id", "done_at"),)

    desk_call_id: Mapped[int] = mapped_column(ForeignKey("desk_calls.id", ondelete="CASCADE"), primary_key=True)
    disposition_id: Mapped[int] = mapped_column(ForeignKey("dispositions.id"))
    follow_up: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
