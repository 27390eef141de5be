"""Campaigns with their numbers, each attempt to call one, and who is not to be called."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.campaigns.outcomes import CampaignMode, CampaignState, LeadState, Outcome
from callcoach.store.tables.base import Base, text_enum
from callcoach.store.tables.calls import BYTEWISE


class CampaignRow(Base):
    """A task of calls to a list of numbers."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    mode: Mapped[CampaignMode] = mapped_column(text_enum(CampaignMode))
    state: Mapped[CampaignState] = mapped_column(text_enum(CampaignState))
    why_paused: Mapped[str] = mapped_column(String(400), default="")
    """Why the server paused it; empty: somebody did."""
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    """Whose agents work on it; empty: everybody's."""
    script_id: Mapped[int | None]
    first_day: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    goals: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Results that can be noted, each with how many are wanted; 0: just counted."""
    calls_per_min: Mapped[int]
    max_attempts: Mapped[int]
    busy_min: Mapped[int]
    no_answer_min: Mapped[int]
    next_dial_at: Mapped[datetime]
    """Before this nothing is dialled: the campaign's rate, whichever server dials."""
    faults: Mapped[int] = mapped_column(default=0)
    """Faults of the telephone system in a row."""
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class CampaignAgentRow(Base):
    """An agent who takes progressive calls of a campaign until they leave it."""

    __tablename__ = "campaign_agents"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime]


class LeadRow(Base):
    """A number of a campaign's list."""

    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number_key"),
        Index("ix_leads_due", "campaign_id", "state", "next_at", "id"),
        Index("ix_leads_number", "number_key"),
        Index("ix_leads_held", "held_by", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(64))
    number_key: Mapped[str] = mapped_column(BYTEWISE)
    name: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """The agent it is assigned to; empty: whoever comes first."""
    state: Mapped[LeadState] = mapped_column(text_enum(LeadState))
    next_at: Mapped[datetime]
    """From when on it may be called."""
    attempts: Mapped[int] = mapped_column(default=0)
    held_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    held_until: Mapped[datetime | None]
    last_outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))
    last_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(80), default="")
    """What came of it, one of the campaign's goals; or why it was given up."""
    result_note: Mapped[str] = mapped_column(Text, default="")


class NumberHoldRow(Base):
    """Who has a number now, over all campaigns: nobody is called by two agents at once."""

    __tablename__ = "number_holds"

    number_key: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]


class AttemptRow(Base):
    """One try to call a number; written before the telephone is asked, so that a crash cannot have it called twice."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_lead", "lead_id", "id"),
        Index("ix_attempts_call", "call_id"),
        Index("ix_attempts_going_on", "outcome", "at"),
        Index("ix_attempts_campaign", "campaign_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    call_id: Mapped[str] = mapped_column(String(120), default="")
    """The softphone's; empty until it has taken the command."""
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    code: Mapped[int] = mapped_column(default=0)
    """SIP status of the end."""
    detail: Mapped[str] = mapped_column(String(400), default="")


class DoNotCallRow(Base):
    """A number that is not to be called from lists."""

    __tablename__ = "do_not_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    number_key: Mapped[str] = mapped_column(BYTEWISE, unique=True)
    reason: Mapped[str] = mapped_column(String(400), default="")
    until: Mapped[date | None] = mapped_column(Date)
    """The last day on which it holds; empty: for good."""
    added_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]
