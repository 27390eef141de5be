"""What is told to the outside: events, who is told, and each delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Severity
from callcoach.store.tables.base import Base


class OutEventRow(Base):
    """Something that happened to a call; written in the transaction of the deed. Ids only grow."""

    __tablename__ = "out_events"
    __table_args__ = (Index("ix_out_events_at", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), index=True)
    severity: Mapped[Severity | None]
    """The worst of its findings; empty: it is not about findings."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(120), index=True, unique=True)
    """What stands for the event where its deed may be done again after a crash."""


class HookRow(Base):
    """An address that is told of events."""

    __tablename__ = "hooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(1000))
    secret: Mapped[str] = mapped_column(String(80))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    least_severity: Mapped[Severity]
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))


class DeliveryRow(Base):
    """One event for one address. `next_at` is when it is tried; empty: it is through, or was given up."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_next", "next_at"), Index("ix_deliveries_hook", "hook_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    hook_id: Mapped[int] = mapped_column(ForeignKey("hooks.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("out_events.id", ondelete="CASCADE"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    status: Mapped[int | None]
    """HTTP status of the last answer; empty: there was none."""
    answer: Mapped[str] = mapped_column(Text, default="")
    took_ms: Mapped[int | None]
    delivered: Mapped[bool] = mapped_column(default=False)
