"""Calls with all that lists show, sort and filter by; their turns; their tags.

The whole analysis is a document in the data folder; these rows are what is looked for across calls.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.datapath import Direction, Severity, Speaker
from callcoach.store.model import CallState
from callcoach.store.tables.base import Base, text_enum

NO_SCORE = -1.0
"""What a call without a score sorts as: below every score, on every database alike."""
BYTEWISE = String(64).with_variant(String(64, collation="C"), "postgresql")
"""Text compared by its bytes, as SQLite does anyway, so that what begins alike stands together."""


class CallRow(Base):
    """One call. `id` is what the outside knows, `pk` is for joins; lists page by a column and `pk`."""

    __tablename__ = "calls"

    pk: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(120), unique=True)
    started_at: Mapped[datetime]
    """When the call was set up; when it came in, if `started_known` is false."""
    started_known: Mapped[bool] = mapped_column(default=True)
    received_at: Mapped[datetime]
    direction: Mapped[Direction] = mapped_column(text_enum(Direction), default=Direction.UNKNOWN)
    agent: Mapped[str] = mapped_column(String(120), default="")
    """As the telephone system named the agent."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    """The agent's team when the call came in; it stays when the agent moves on."""
    number: Mapped[str] = mapped_column(BYTEWISE, default="")
    """The customer's number."""
    number_key: Mapped[str] = mapped_column(BYTEWISE, default="")
    """The same as it is compared with customers' numbers."""
    customer: Mapped[str] = mapped_column(String(120), default="")
    queue: Mapped[str] = mapped_column(String(120), default="")
    duration_s: Mapped[float] = mapped_column(default=0.0)
    """0 until the recording was read."""
    state: Mapped[CallState] = mapped_column(text_enum(CallState), default=CallState.RECEIVED)
    error: Mapped[str] = mapped_column(Text, default="")
    """Why the analysis failed, in words; empty otherwise."""
    score: Mapped[float | None]
    """The machine's."""
    reviewed_score: Mapped[float | None]
    reviewed: Mapped[bool] = mapped_column(default=False)
    finding_count: Mapped[int] = mapped_column(default=0)
    worst_severity: Mapped[Severity | None]
    sound_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the recording; of both hashes joined where the sides came as two files."""
    sound_file: Mapped[str] = mapped_column(String(200), default="")
    """Name in the call's folder, as it came in; of the agent's side where there are two."""
    customer_sound_file: Mapped[str] = mapped_column(String(200), default="")
    agent_right: Mapped[bool] = mapped_column(default=False)
    """Whether the agent is on the right channel of the sound as it came in."""
    heard_file: Mapped[str] = mapped_column(String(200), default="")
    """Name in the call's folder of what browsers play; empty until the recording was read."""
    attempt: Mapped[int] = mapped_column(default=1)
    """How many times the work was begun by a person or by the call's coming in."""
    queued_attempt: Mapped[int] = mapped_column(default=0)
    """The last attempt whose work was put into the queue."""
    source: Mapped[str] = mapped_column(String(400), default="")
    """Where it came from: the name of the file sent or found."""


SCORE_TO_SORT_BY = func.coalesce(CallRow.score, literal_column(str(NO_SCORE)))
"""The score as lists sort by it. A literal, not a parameter: only then do databases find the index of the same text."""

Index("ix_calls_started", CallRow.started_at, CallRow.pk)
Index("ix_calls_agent_started", CallRow.agent_id, CallRow.started_at, CallRow.pk)
Index("ix_calls_team_started", CallRow.team_id, CallRow.started_at, CallRow.pk)
Index("ix_calls_number", CallRow.number, CallRow.started_at, CallRow.pk)
Index("ix_calls_number_key", CallRow.number_key, CallRow.started_at, CallRow.pk)
Index("ix_calls_score", SCORE_TO_SORT_BY, CallRow.pk)
Index("ix_calls_duration", CallRow.duration_s, CallRow.pk)
Index("ix_calls_reviewed_started", CallRow.reviewed, CallRow.started_at, CallRow.pk)
Index("ix_calls_state_started", CallRow.state, CallRow.started_at, CallRow.pk)
Index("ix_calls_agent_text", CallRow.agent)
_NOBODYS = CallRow.agent_id.is_(None)
Index(
    "ix_calls_unmapped",
    *(CallRow.agent, CallRow.team_id, CallRow.started_at),
    sqlite_where=_NOBODYS,
    postgresql_where=_NOBODYS,
)


class TurnRow(Base):
    """What one speaker said without giving up the floor; `number` counts from 0 within the call."""

    __tablename__ = "turns"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    speaker: Mapped[Speaker] = mapped_column(text_enum(Speaker))
    start_s: Mapped[float]
    end_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)


class WorkRow(Base):
    """One run of one step of the work on a call; a run that a crash ended has no end."""

    __tablename__ = "work"
    __table_args__ = (Index("ix_work_call", "call_pk", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(24))
    attempt: Mapped[int]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TagRow(Base):
    """A label calls can carry, such as `complaint`."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class CallTagRow(Base):
    """A tag on a call."""

    __tablename__ = "call_tags"

    call_pk: Mapped[int] = mapped_column(ForeignKey("calls.pk", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True)
