"""Call scripts in their versions, and the steps that were ticked in calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Direction
from callcoach.store.tables.base import Base, text_enum


class ScriptRow(Base):
    """A script and the calls it is for; never removed, because past calls name its versions."""

    __tablename__ = "scripts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    direction: Mapped[Direction] = mapped_column(text_enum(Direction))
    """UNKNOWN: both."""
    queue: Mapped[str] = mapped_column(String(120), default="")
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"), index=True)
    published: Mapped[int | None]
    """Number of the version that desks show; None: none."""


class ScriptVersionRow(Base):
    """The steps as they were written at one time. Rows are only ever added."""

    __tablename__ = "script_versions"
    __table_args__ = (UniqueConstraint("script_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id", ondelete="CASCADE"))
    number: Mapped[int]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`title`, `say`, `optional` of each."""
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class ScriptRunRow(Base):
    """A call in which a script was followed; begins with the first tick."""

    __tablename__ = "script_runs"
    __table_args__ = (Index("ix_script_runs_begun", "begun_at"),)

    desk_call_id: Mapped[int] = mapped_column(ForeignKey("desk_calls.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("script_versions.id"), index=True)
    begun_at: Mapped[datetime]
    missing: Mapped[int]
    """Steps that may not be left out and are not ticked."""


class ScriptTickRow(Base):
    """A step that was done; `step` counts from 0."""

    __tablename__ = "script_ticks"

    desk_call_id: Mapped[int] = mapped_column(
        ForeignKey("script_runs.desk_call_id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
