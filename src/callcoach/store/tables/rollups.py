"""Roll-ups: sums over the calls of a day or month, of an agent, a team or all, so that a year answers at once.

Nothing is kept here that the other tables do not say: `callcoach.store.trends.rolling` makes every row anew from them.
Keys are 0 where an agent or team is not known, or where the row is of a whole team or of all.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base, text_enum


class Level(StrEnum):
    """What a row is the sum of: calls of a day or month, of an agent in a team, of a team, or of all."""

    DAY_AGENT = "da"
    DAY_TEAM = "dt"
    DAY_ALL = "dw"
    MONTH_AGENT = "ma"
    MONTH_TEAM = "mt"
    MONTH_ALL = "mw"


class _Cell:
    """Which calls a row sums up; `first` is the day, or the first day of the month, in the zone of `TrendStateRow`."""

    level: Mapped[Level] = mapped_column(text_enum(Level), primary_key=True, sort_order=-4)
    first: Mapped[date] = mapped_column(primary_key=True, sort_order=-3)
    team_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)
    agent_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class CallSumsRow(_Cell, Base):
    """Sums over calls; a mean needs the count beside it, which stands before it here."""

    __tablename__ = "trend_calls"
    __table_args__ = (
        Index("ix_trend_calls_agent", "level", "agent_id", "first"),
        {"sqlite_with_rowid": False},
    )

    calls: Mapped[int]
    scored: Mapped[int]
    score: Mapped[float]
    score_squares: Mapped[float]
    reviewed: Mapped[int]
    reviewed_score: Mapped[float]
    findings: Mapped[int]
    """The machine's that took points."""
    standing: Mapped[int]
    """What stands after review: of a reviewed call what people left and added, of any other the machine's."""
    serious_calls: Mapped[int]
    """Calls with a standing finding that is at least serious."""
    duration_s: Mapped[float]
    measured: Mapped[int]
    silence_s: Mapped[float]
    rung: Mapped[int]
    ring_s: Mapped[float]
    shared: Mapped[int]
    agent_share: Mapped[float]
    talk_overs: Mapped[int]
    scores_0: Mapped[int]
    """Calls whose machine score lies in [0, 10); and so on; the last one holds 100 too."""
    scores_1: Mapped[int]
    scores_2: Mapped[int]
    scores_3: Mapped[int]
    scores_4: Mapped[int]
    scores_5: Mapped[int]
    scores_6: Mapped[int]
    scores_7: Mapped[int]
    scores_8: Mapped[int]
    scores_9: Mapped[int]


class RuleSumsRow(_Cell, Base):
    """How often a rule was found. Squares are of the number in each call: with them intervals know of calls."""

    __tablename__ = "trend_rules"
    __table_args__ = (
        Index("ix_trend_rules_agent", "level", "agent_id", "first"),
        Index("ix_trend_rules_rule", "level", "rule_id", "first"),
        {"sqlite_with_rowid": False},
    )

    rule_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    findings: Mapped[int]
    """The machine's that took points."""
    finding_calls: Mapped[int]
    finding_squares: Mapped[int]
    standing: Mapped[int]
    """What stands after review."""
    standing_calls: Mapped[int]
    standing_squares: Mapped[int]
    confirmed: Mapped[int]
    rejected: Mapped[int]
    added: Mapped[int]
    """Found by people alone."""


class HourSumsRow(_Cell, Base):
    """When calls were made: by weekday (0: Monday) and hour of the site's zone."""

    __tablename__ = "trend_hours"
    __table_args__ = (
        Index("ix_trend_hours_agent", "level", "agent_id", "first"),
        {"sqlite_with_rowid": False},
    )

    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calls: Mapped[int]
    scored: Mapped[int]
    score: Mapped[float]
    standing: Mapped[int]


class TrendStaleRow(Base):
    """A call that changed: triggers write it, and before the transaction ends its day is summed up anew."""

    __tablename__ = "trend_stale"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    team_id: Mapped[int | None]
    agent_id: Mapped[int | None]


class TrendStateRow(Base):
    """In which zone days begin, and how far back the roll-ups reach while they are made for the first time."""

    __tablename__ = "trend_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(80))
    built_from: Mapped[date | None]
    """Days from this one on are there; empty: none yet."""
    complete: Mapped[bool]
