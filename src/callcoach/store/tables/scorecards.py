"""Scores with their dimensions: the machine's, and those of people, which stand beside it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.model import ScoreKind
from callcoach.store.tables.base import Base, text_enum


class ScorecardRow(Base):
    """One score of one call. The newest of a kind is in force."""

    __tablename__ = "scorecards"
    __table_args__ = (Index("ix_scorecards_call", "call_pk", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"))
    kind: Mapped[ScoreKind] = mapped_column(text_enum(ScoreKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who gave it; empty for the machine."""
    rubric: Mapped[str] = mapped_column(String(120))
    rubric_version: Mapped[str] = mapped_column(String(40))
    score: Mapped[float]
    made_at: Mapped[datetime]


class DimensionRow(Base):
    """One dimension of a scorecard."""

    __tablename__ = "dimensions"

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    max_points: Mapped[float]
    score: Mapped[float]
