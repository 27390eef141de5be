"""What agents say of themselves at the desk, and which rules may speak up there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base


class PresenceRow(Base):
    """One change of an agent's presence; only ever added, so that the day can be told afterwards."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_person_id", "person_id", "id"), Index("ix_presence_at", "person_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime]


class LiveRuleRow(Base):
    """A trainer's choice whether a rule speaks up while a call goes on; without a row the rulebook's default stands."""

    __tablename__ = "live_rules"

    rule_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    speaks: Mapped[bool]
    changed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]
