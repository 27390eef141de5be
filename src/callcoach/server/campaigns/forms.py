"""The terms of a campaign, as a form and as the API sends them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request

from callcoach.campaigns.outcomes import CampaignMode
from callcoach.server.faults import refused
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.campaigns.model import CampaignTerms

_GOAL = re.compile(r"(.+?)(?:\s*[=:：]\s*(\d{1,7}))?")
Goal = Annotated[str, Field(min_length=1, max_length=80)]


class CampaignBody(BaseModel):
    """What is agreed for a campaign; on a change, what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=120)
    mode: CampaignMode = CampaignMode.PREVIEW
    team_id: int | None = Field(default=None, ge=0, le=MAX_KEY)
    script_id: int | None = Field(default=None, ge=0, le=MAX_KEY)
    first_day: date | None = None
    last_day: date | None = None
    goals: dict[Goal, Annotated[int, Field(ge=0, le=9_999_999)]] = Field(
        default={}, description="Results that can be noted, each with how many are wanted; 0: just counted."
    )
    calls_per_min: int = Field(default=10, ge=1, le=600)
    max_attempts: int = Field(default=3, ge=1, le=20)
    busy_min: int = Field(default=15, ge=1, le=10080)
    no_answer_min: int = Field(default=120, ge=1, le=10080)

    def applied_to(self, before: CampaignTerms) -> CampaignTerms:
        """Return the terms from now on."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        return CampaignTerms(**{name: getattr(before, name) for name in CampaignTerms.__dataclass_fields__} | sent)


async def _form(request: Request) -> FormData:
    return await request.form()


AnyForm = Annotated[FormData, Depends(_form)]


def terms_of(form: FormData, before: CampaignTerms) -> CampaignTerms:
    """Return the terms that a form says.

    Raises:
        InputError: a value cannot be; every fault is named.
    """
    sent: dict[str, Any] = {
        name: str(form[name]).strip() or None for name in CampaignBody.model_fields if name in form and name != "goals"
    }
    plain = {name: value for name, value in sent.items() if value is not None or name.endswith(("_id", "_day"))}
    if "goals" in form:
        plain["goals"] = goals_of(str(form["goals"]))
    try:
        return CampaignBody.model_validate(plain).applied_to(before)
    except ValidationError as error:
        raise refused(error) from error


def goals_of(text: str) -> Mapping[str, int]:
    """Return goals as they are typed: `成交=20; 有意向; 拒绝`."""
    parts = [part.strip() for part in re.split(r"[;；\n]+", text) if part.strip()]
    found = [match for part in parts if (match := _GOAL.fullmatch(part))]
    return {match[1].strip(): int(match[2] or 0) for match in found}


def goals_text(goals: Mapping[str, int]) -> str:
    """Return goals as they are typed."""
    return "; ".join(f"{name}={target}" if target else name for name, target in goals.items())
