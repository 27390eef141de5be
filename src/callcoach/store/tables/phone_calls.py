"""What telephones told of their calls and when they were there: also of calls that nobody answered or recorded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Direction
from callcoach.store.tables.base import Base, text_enum


class PhoneCallRow(Base):
    """A call at an agent's telephone, from its first ring."""

    __tablename__ = "phone_calls"
    __table_args__ = (
        UniqueConstraint("person_id", "phone_call_id"),
        Index("ix_phone_calls_day", "day", "person_id"),
        Index("ix_phone_calls_phone_call_id", "phone_call_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    """The agent's team when it rang."""
    phone_call_id: Mapped[str] = mapped_column(String(120))
    """`Call.id` as the softphone made it; the id its recording is handed in under."""
    direction: Mapped[Direction] = mapped_column(text_enum(Direction))
    number: Mapped[str] = mapped_column(String(64), default="")
    queue: Mapped[str] = mapped_column(String(120), default="")
    day: Mapped[date] = mapped_column(Date)
    """On which it rang, in the site's zone."""
    rang_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ring_s: Mapped[float | None]
    """Until somebody answered or gave up; None: the begin or the end is not known."""
    talk_s: Mapped[float | None]
    """None: nobody answered, or the end is not known."""
    ended_by: Mapped[str] = mapped_column(String(24), default="")
    code: Mapped[int] = mapped_column(default=0)
    """SIP status of the end."""
    turned_away: Mapped[bool] = mapped_column(default=False)
    """Whether it was answered as busy because the agent did not want to be disturbed."""


class AttendanceRow(Base):
    """A time in which an agent's telephone was there; `until_at` moves on while it is."""

    __tablename__ = "attendance"
    __table_args__ = (Index("ix_attendance_person_id", "person_id", "until_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
