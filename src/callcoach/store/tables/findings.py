"""What the rules found, a row each. Reviews are kept beside these rows and never change them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import FindingStatus, Severity, Speaker
from callcoach.store.tables.base import Base, text_enum


class FindingRow(Base):
    """One finding of the machine; `id` is the finding's within its call, as in the analysis document."""

    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_rule", "rule_id", "call_pk"),
        Index("ix_findings_severity", "severity", "call_pk"),
    )

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(120))
    rule_version: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(80))
    dimension: Mapped[str] = mapped_column(String(80), default="")
    severity: Mapped[Severity]
    status: Mapped[FindingStatus] = mapped_column(text_enum(FindingStatus))
    speaker: Mapped[Speaker] = mapped_column(text_enum(Speaker))
    turn: Mapped[int | None]
    start_s: Mapped[float]
    end_s: Mapped[float]
    quote: Mapped[str] = mapped_column(Text, default="")
    value: Mapped[float | None]
    threshold: Mapped[float | None]
    unit: Mapped[str] = mapped_column(String(16), default="")
    confidence: Mapped[float]
    points: Mapped[float] = mapped_column(default=0.0)
    """Points this finding took off the machine's score, caps included."""
