"""Drills: moments of an agent's own calls, to be said better; what was answered, never changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.model import AnswerKind, DrillMode
from callcoach.store.tables.base import Base, text_enum


class DrillRow(Base):
    """A drill that was set for an agent."""

    __tablename__ = "drills"
    __table_args__ = (Index("ix_drills_agent", "agent_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    rule_id: Mapped[str] = mapped_column(String(120))
    mode: Mapped[DrillMode] = mapped_column(text_enum(DrillMode))
    goal: Mapped[str] = mapped_column(Text)
    set_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    """When the last of its moments was said better."""
    ended_at: Mapped[datetime | None]
    """When it was taken back."""


class DrillItemRow(Base):
    """A moment of a drill; `number` counts from 1."""

    __tablename__ = "drill_items"
    __table_args__ = (UniqueConstraint("drill_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    drill_id: Mapped[int] = mapped_column(ForeignKey("drills.id", ondelete="CASCADE"))
    number: Mapped[int]
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.pk", ondelete="SET NULL"), index=True)
    start_s: Mapped[float]
    end_s: Mapped[float]
    customer: Mapped[str] = mapped_column(Text)
    """What the customer said before."""
    said: Mapped[str] = mapped_column(Text)
    better: Mapped[str] = mapped_column(Text)
    """What is to be said instead."""
    choices: Mapped[list[str]] = mapped_column(JSON)
    """What can be chosen from, the better wording among them; empty where it is to be said."""


class DrillAnswerRow(Base):
    """One try at a moment. Rows are only ever added."""

    __tablename__ = "drill_answers"
    __table_args__ = (Index("ix_drill_answers_item", "item_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("drill_items.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[AnswerKind] = mapped_column(text_enum(AnswerKind))
    text: Mapped[str] = mapped_column(Text)
    passed: Mapped[bool]
    likeness: Mapped[float]
    """How like the better wording it is, 0 to 1."""
    found: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What the rules found in it: rule, names, quote."""
    sound_file: Mapped[str] = mapped_column(String(200))
    """Name in the folder of drills; empty: it was not spoken."""
