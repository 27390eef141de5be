"""Settings of what is done around a call: callbacks, complaints, surveys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class CallbackSettings(BaseModel):
    """Callbacks that agents promise."""

    model_config = ConfigDict(extra="forbid")

    drafts: bool = Field(default=True, description="Make drafts of the promises found in what agents said.")
    draft_age_h: int = Field(
        default=48, ge=1, description="A call older than this when it is analysed makes no drafts, in hours."
    )
    soon_min: int = Field(default=60, ge=1, description="A callback promised for soon (稍后) is due after so long.")
    usual_h: int = Field(default=24, ge=1, description="A callback promised without any time is due after so long.")
    remind_min: int = Field(default=10, ge=0, description="The desk reminds of a callback so long before it is due.")
    escalate_min: int = Field(default=30, ge=0, description="Overdue for so long, it is told to the supervisor.")


Hours = Annotated[int, Field(ge=1, le=8760)]


class ComplaintSettings(BaseModel):
    """The way of complaints: limits of amounts, and how long each step may take."""

    model_config = ConfigDict(extra="forbid")

    incident_report_min: int = Field(
        default=30, ge=0, description="Minutes within which a complaint's incident report is due; 0: none is needed."
    )
    next_level_yuan: int = Field(default=1000, ge=0, description="Over this amount the next level approves.")
    head_office_yuan: int = Field(default=10_000, ge=0, description="Over this amount the head office approves.")
    next_level: tuple[str, ...] = Field(
        default=(), description="Logins of who approves at the next level; nobody: the administrators."
    )
    head_office: tuple[str, ...] = Field(
        default=(), description="Logins of who approves at the head office; nobody: the administrators."
    )
    deadline_h: Hours = Field(default=168, description="A complaint is to be settled within so long.")
    judge_h: Hours = Field(default=2, description="Hours to judge whether it is justified.")
    assign_h: Hours = Field(default=2, description="Hours to name an owner.")
    analyse_h: Hours = Field(default=24, description="Hours to find the reason.")
    propose_h: Hours = Field(default=24, description="Hours to propose a solution.")
    approve_h: Hours = Field(default=24, description="Hours to approve it.")
    carry_out_h: Hours = Field(default=72, description="Hours to carry it out.")
    follow_up_h: Hours = Field(default=48, description="Hours to ask the customer.")
    evaluate_h: Hours = Field(default=72, description="Hours to evaluate.")
