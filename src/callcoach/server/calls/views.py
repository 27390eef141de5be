"""Calls as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from callcoach.datapath import Direction, Severity
from callcoach.store.model import CallPage, CallState, CallSummary


class CallView(BaseModel):
    """One call. Times are UTC; `started_known` is false when nobody said when it was."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    started_at: datetime
    started_known: bool
    received_at: datetime
    direction: Direction
    agent: str
    agent_id: int | None
    team: str
    team_id: int | None
    number: str
    customer: str
    queue: str
    duration_s: float
    state: CallState
    error: str
    score: float | None
    reviewed_score: float | None
    reviewed: bool
    finding_count: int
    worst_severity: Severity | None
    tags: list[str]
    source: str


class CallListView(BaseModel):
    """A page of calls; send `next_cursor` as `after` for the next one; empty: this was the last."""

    calls: list[CallView]
    next_cursor: str


class ReceivedView(BaseModel):
    """The call a recording belongs to; `created` is false when the same sound had come in before."""

    id: str
    created: bool
    sha256: str
    """Of the recording as it came in; of the agent's file where the sides came apart."""


def call_view(call: CallSummary) -> CallView:
    """Return what the API shows of a call."""
    return CallView.model_validate(call)


def list_view(page: CallPage) -> CallListView:
    """Return what the API shows of a page."""
    return CallListView(calls=[call_view(call) for call in page.calls], next_cursor=page.next_cursor)
