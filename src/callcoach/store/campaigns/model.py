"""Campaigns and their numbers as the store takes and gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from callcoach.campaigns.outcomes import CampaignMode, CampaignState, LeadState, Outcome, Patience


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """What is agreed for a campaign."""

    name: str
    mode: CampaignMode = CampaignMode.PREVIEW
    team_id: int | None = None
    """Whose agents work on it; None: everybody's."""
    script_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    goals: Mapping[str, int] = field(default_factory=dict[str, int])
    """Results that can be noted, each with how many are wanted; 0: just counted."""
    calls_per_min: int = 10
    max_attempts: int = 3
    busy_min: int = 15
    """Pause after a busy line, in minutes."""
    no_answer_min: int = 120
    """Pause after nobody answered, in minutes."""

    @property
    def patience(self) -> Patience:
        """How often and when a number is tried again."""
        return Patience(self.max_attempts, self.busy_min, self.no_answer_min)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign."""

    id: int
    terms: CampaignTerms
    state: CampaignState
    why_paused: str
    team: str
    made_at: datetime

    def runs_on(self, day: date) -> bool:
        """Whether its numbers may be called on a day."""
        first, last = self.terms.first_day, self.terms.last_day
        in_time = (first is None or first <= day) and (last is None or day <= last)
        return in_time and self.state is CampaignState.RUNNING


@dataclass(frozen=True, slots=True)
class LeadFields:
    """A number to be put on a list."""

    number: str
    name: str = ""
    note: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """A number of a campaign's list."""

    id: int
    campaign_id: int
    number: str
    number_key: str
    name: str
    note: str
    customer_id: int | None
    owner_id: int | None
    owner: str
    state: LeadState
    next_at: datetime
    attempts: int
    held_by: int | None
    held_until: datetime | None
    last_outcome: Outcome | None
    last_at: datetime | None
    result: str
    result_note: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to call a number."""

    id: int
    lead_id: int
    campaign_id: int
    person_id: int
    person: str
    at: datetime
    call_id: str
    outcome: Outcome
    answered_at: datetime | None
    ended_at: datetime | None
    code: int
    detail: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a number is not dialled now, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class AgentProgress:
    """What one agent has done in a campaign."""

    person_id: int
    name: str
    assigned: int
    attempts: int
    answered: int
    done: int
    works: bool
    """Whether they take progressive calls of it now."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is."""

    states: Mapping[LeadState, int]
    outcomes: Mapping[Outcome, int]
    """Of all attempts."""
    results: Mapping[str, int]
    agents: tuple[AgentProgress, ...]

    @property
    def total(self) -> int:
        """All numbers of the list."""
        return sum(self.states.values())

    @property
    def through(self) -> int:
        """Numbers that are not called again."""
        return self.states.get(LeadState.DONE, 0) + self.states.get(LeadState.FAILED, 0)
