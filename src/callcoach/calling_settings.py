"""Settings of what is around the call: the agent's desk, customers, calls that are placed from lists."""

from __future__ import annotations

import string
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from callcoach.campaigns.calling_hours import read_hours

CRM_PLACES = frozenset({"number", "call_id", "agent", "direction"})
"""What an address of the company's CRM may hold."""


def _crm_pattern(pattern: str) -> str:
    if not pattern:
        return pattern
    try:
        places = {name for _, name, form, conversion in string.Formatter().parse(pattern) if name is not None}
        plain = pattern.format_map(dict.fromkeys(CRM_PLACES, "1"))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"not a pattern: {error}; known places are {sorted(CRM_PLACES)}") from error
    parts = urlsplit(plain)
    if places - CRM_PLACES or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an address such as https://crm.example.com/open?phone={number}&call={call_id}")
    if any("{" in part for part in urlsplit(pattern)[:2]):
        raise ValueError("the host may hold no place: a caller's number would choose where the agent is led")
    return pattern


def _calling_hours(lines: tuple[str, ...]) -> tuple[str, ...]:
    read_hours(lines)
    return lines


class DeskSettings(BaseModel):
    """The agent's desk."""

    model_config = ConfigDict(extra="forbid")

    after_call_s: int = Field(
        default=30, ge=0, le=3600, description="After-call work ends after so long, in seconds; 0: there is none."
    )
    reasons: tuple[str, ...] = Field(
        default=("小休", "用餐", "培训", "会议"), description="Reasons an agent may give for not being ready."
    )
    test_number: str = Field(
        default="", description="Number at which the PBX plays back what one says; empty: there is none."
    )
    crm_url: Annotated[str, AfterValidator(_crm_pattern)] = Field(
        default="",
        description="Address that opens the company's CRM at a call; places: {number}, {call_id}, {agent}, "
        "{direction}. Empty: none.",
    )
    crm_opens: bool = Field(
        default=False, description="Open that address by itself when a call is answered; else it is a link."
    )


class CustomerSettings(BaseModel):
    """Customer cards."""

    model_config = ConfigDict(extra="forbid")

    tier_scheme: Literal["abc", "pyramid"] = Field(
        default="abc",
        description="Tiers by sales: `abc` (70, 20 and 10 % of sales) or `pyramid` (1, 19, 30 and 50 % of customers).",
    )
    import_max_mb: int = Field(default=20, ge=1, description="Largest CSV or XLSX file of contacts or numbers, in MB.")
    import_max_rows: int = Field(default=100_000, ge=1, description="Most rows of such a file.")


class DiallingSettings(BaseModel):
    """Calls placed from campaigns' lists."""

    model_config = ConfigDict(extra="forbid")

    calling_hours: Annotated[tuple[str, ...], AfterValidator(_calling_hours)] = Field(
        default=("mon-fri 09:00-12:00,13:30-20:00", "sat-sun 10:00-12:00,14:00-18:00"),
        description="When customers may be called, site time; review.holidays are quiet, review.extra_workdays are "
        "as Mondays.",
    )
    calls_per_min: int = Field(default=60, ge=1, description="Calls this server dials from lists a minute, at most.")
    reservation_s: int = Field(
        default=300, ge=30, description="A number an agent looks at is theirs for so long, in seconds."
    )
    ring_s: int = Field(default=45, ge=10, le=180, description="A call nobody answers is given up after this.")
    prefix: Annotated[str, Field(pattern=r"^[0-9*#+]{0,8}$")] = Field(
        default="", description="Dialled before a customer's number, such as 9 for an outside line."
    )
