"""Rules that trainers write at a browser: drafts, and the versions that were published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base


class RuleDraftRow(Base):
    """A rule that is being written: at most one draft of each."""

    __tablename__ = "rule_drafts"

    rule_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    """YAML."""
    number: Mapped[int]
    """Counts its changes, so that two who write at once are told."""
    changed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]
    trial: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What came of trying it on past calls as it stands; None: nobody has tried it so."""


class RuleVersionRow(Base):
    """A version that was published, or the end of one. Rows are only ever added; the last of a rule is in force."""

    __tablename__ = "rule_versions"
    __table_args__ = (Index("ix_rule_versions_rule", "rule_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    """YAML; empty: the rule is withdrawn, and what the rulebook has is in force again."""
    reason: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    published_at: Mapped[datetime]
    trial: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What came of its trial before it was published."""
