"""Surveys in their versions, plans that draw whom to ask, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.around.follow_ups import FollowUpSource, FollowUpState
from callcoach.around.surveys import QuestionKind
from callcoach.customers.tiers import Tier
from callcoach.datapath import Direction
from callcoach.store.tables.base import Base, text_enum
from callcoach.store.tables.calls import BYTEWISE


class SurveyRow(Base):
    """A survey; never removed, because answers name its versions."""

    __tablename__ = "surveys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    published: Mapped[int | None]
    """Number of the version in force; None: none."""


class SurveyVersionRow(Base):
    """The questions as they were written at one time. Rows are only ever added."""

    __tablename__ = "survey_versions"
    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    number: Mapped[int]
    opening: Mapped[str] = mapped_column(Text, default="")
    """What the agent says first."""
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`text`, `kind`, `optional`, `low` of each."""
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class FollowUpPlanRow(Base):
    """Whom to ask after what. It is not changed, only ended: what it drew stays explainable."""

    __tablename__ = "follow_up_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    """The list that holds its numbers."""
    source: Mapped[FollowUpSource] = mapped_column(text_enum(FollowUpSource))
    share_percent: Mapped[float]
    seed: Mapped[int]
    delay_h: Mapped[float]
    within_h: Mapped[float]
    rest_days: Mapped[int]
    queue: Mapped[str] = mapped_column(String(120), default="")
    direction: Mapped[Direction | None] = mapped_column(text_enum(Direction))
    tier: Mapped[Tier | None] = mapped_column(text_enum(Tier))
    with_complaint: Mapped[bool | None]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FollowUpRow(Base):
    """A customer who is asked after one call or complaint; each is drawn once by a plan."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("plan_id", "call_pk"),
        UniqueConstraint("plan_id", "complaint_id"),
        Index("ix_follow_ups_due", "due_at", "id"),
        Index("ix_follow_ups_state", "state", "due_at", "id"),
        Index("ix_follow_ups_number", "number_key", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_plans.id"))
    """None: answered by keys right after the call, or asked without a plan."""
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), index=True)
    call_pk: Mapped[int | None] = mapped_column(ForeignKey("calls.pk", ondelete="SET NULL"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id", ondelete="SET NULL"), index=True)
    """The number on the plan's list."""
    number: Mapped[str] = mapped_column(String(64))
    number_key: Mapped[str] = mapped_column(BYTEWISE)
    customer: Mapped[str] = mapped_column(String(120), default="")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Whose service is asked about."""
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    queue: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[FollowUpState] = mapped_column(text_enum(FollowUpState))
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
    """Why there are no answers."""


class SurveyResponseRow(Base):
    """What was answered at one time. Rows are only ever added: the greatest `number` counts, the others tell before."""

    __tablename__ = "survey_responses"
    __table_args__ = (UniqueConstraint("follow_up_id", "number"), Index("ix_survey_responses_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"))
    number: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_versions.id"))
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    """Who asked; of keys: whose token handed them in."""
    by_keys: Mapped[bool]
    is_dissatisfied: Mapped[bool]
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callbacks.id", ondelete="SET NULL"))
    """The supervisor's draft that came of it."""


class SurveyAnswerRow(Base):
    """An answer to one question. Rows are only ever added."""

    __tablename__ = "survey_answers"

    response_id: Mapped[int] = mapped_column(ForeignKey("survey_responses.id"), primary_key=True)
    question: Mapped[int] = mapped_column(primary_key=True)
    """Counts from 0."""
    kind: Mapped[QuestionKind] = mapped_column(text_enum(QuestionKind))
    value: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
