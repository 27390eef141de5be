"""What trends are made of: measures of each call, and coaching sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base


class MeasuresRow(Base):
    """Figures of one call; a call analysed before there were any has no row."""

    __tablename__ = "call_measures"

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    ring_s: Mapped[float | None]
    silence_s: Mapped[float]
    agent_share: Mapped[float | None]
    talk_overs: Mapped[int | None]
    hold_s: Mapped[float]


class CoachingRow(Base):
    """A talk with an agent about some rules, and what was agreed. Never changed."""

    __tablename__ = "coaching"
    __table_args__ = (Index("ix_coaching_agent", "agent_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    coach_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    rule_ids: Mapped[list[str]] = mapped_column(JSON)
    call_ids: Mapped[list[str]] = mapped_column(JSON)
    goal: Mapped[str] = mapped_column(Text)
