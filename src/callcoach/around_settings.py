"""Settings of what is done around a call: callbacks, complaints, surveys."""

from __future__ import annotations

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
