"""The query string of lists of calls: filters, sort and page."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from callcoach.datapath import Direction, Severity
from callcoach.store.call_lists import MAX_KEY, MAX_LIMIT
from callcoach.store.model import CallFilter, CallState, PageRequest, SortKey

Key = Annotated[int, Field(ge=0, le=MAX_KEY)]


class CallListQuery(BaseModel):
    """Which calls, in which order, from where."""

    model_config = ConfigDict(extra="forbid")

    agent_id: Key | None = None
    agent: str = Field(default="", max_length=120, description="As the telephone system names the agent.")
    team_id: Key | None = None
    direction: Direction | None = None
    started_from: AwareDatetime | None = Field(default=None, description="With its offset: 2026-01-31T00:00:00+08:00")
    started_before: AwareDatetime | None = None
    score_min: float | None = None
    score_max: float | None = None
    rule: str = Field(default="", max_length=120, description="Id of a rule with a finding in the call.")
    severity: Severity | None = Field(default=None, description="A finding at least this bad.")
    tag: str = Field(default="", max_length=80)
    number: str = Field(default="", max_length=64, description="How the customer's number begins.")
    duration_min_s: float | None = None
    duration_max_s: float | None = None
    reviewed: bool | None = None
    state: CallState | None = None
    text: str = Field(default="", max_length=200, description="What was said.")
    sort: SortKey = SortKey.STARTED
    descending: bool = True
    after: str = Field(default="", max_length=400, description="`next_cursor` of the page before.")
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT)

    def filter(self) -> CallFilter:
        """Return the filters."""
        return CallFilter(
            agent_id=self.agent_id,
            agent=self.agent,
            team_id=self.team_id,
            direction=self.direction,
            started_from=as_utc(self.started_from),
            started_before=as_utc(self.started_before),
            score_min=self.score_min,
            score_max=self.score_max,
            rule=self.rule,
            severity=self.severity,
            tag=self.tag,
            number=self.number,
            duration_min_s=self.duration_min_s,
            duration_max_s=self.duration_max_s,
            reviewed=self.reviewed,
            state=self.state,
            text=self.text,
        )

    def page(self) -> PageRequest:
        """Return order and place."""
        return PageRequest(self.sort, self.descending, self.after, self.limit)


def as_utc(value: datetime | None) -> datetime | None:
    """Move to UTC; a time whose UTC lies outside the calendar is as far as the calendar goes."""
    if value is None:
        return None
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return (
            datetime(value.year, 1, 1, tzinfo=UTC) if value.year == MINYEAR else datetime(MAXYEAR, 12, 31, tzinfo=UTC)
        )


WithCallListQuery = Annotated[CallListQuery, Query()]
