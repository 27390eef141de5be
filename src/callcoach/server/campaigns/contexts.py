"""What the pages of campaigns are told, and the part of the desk with the number that is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.campaigns.outcomes import CampaignMode, LeadState, Outcome
from callcoach.reports.wording import Words
from callcoach.server.pages.rendering import View
from callcoach.server.surveys.asking import AskingPart
from callcoach.store.campaigns.do_not_call import DoNotCall
from callcoach.store.campaigns.model import Attempt, Campaign, CampaignTerms, Lead, Progress
from callcoach.store.model import Team


@dataclass(frozen=True, slots=True)
class LeadPart(View):
    """The number an agent has before them, to be called, skipped, or given its result: `GET /desk/lead`.

    Its forms come back to itself: they replace `#desk-lead`.
    """

    template: ClassVar[str] = "campaigns/_desk_lead.html.j2"

    campaigns: tuple[Campaign, ...]
    """Those the agent may work on now."""
    joined: int | None
    """The campaign whose progressive calls they take."""
    lead: Lead | None
    campaign: Campaign | None
    """Of the number."""
    attempts: tuple[Attempt, ...]
    states: Mapping[LeadState, Words]
    outcomes: Mapping[Outcome, Words]
    told: Words | None
    """What came of the last deed."""
    asking: AskingPart | None
    """The questions it is called for; None: it is called for something else."""


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the list."""

    campaign: Campaign
    progress: Progress


@dataclass(frozen=True, slots=True)
class CampaignsPage(View):
    """All campaigns, and the form of a new one."""

    template: ClassVar[str] = "campaigns/list.html.j2"

    lines: tuple[CampaignLine, ...]
    terms: CampaignTerms
    teams: tuple[Team, ...]
    modes: Mapping[CampaignMode, Words]
    may_keep: bool
    problem: str


@dataclass(frozen=True, slots=True)
class LeadRows(View):
    """A page of a campaign's numbers."""

    template: ClassVar[str] = "campaigns/_leads.html.j2"

    campaign: Campaign
    leads: tuple[Lead, ...]
    following: str
    states: Mapping[LeadState, Words]
    outcomes: Mapping[Outcome, Words]
    agents: tuple[tuple[int, str], ...]
    may_keep: bool
    may_work: bool


@dataclass(frozen=True, slots=True)
class CampaignPage(View):
    """One campaign: how far it is, its numbers, and the agent's own work on it."""

    template: ClassVar[str] = "campaigns/campaign.html.j2"

    campaign: Campaign
    progress: Progress
    rows: LeadRows
    part: LeadPart | None
    """The agent's own work; None for those who call nobody."""
    state: str
    """The state that the list of numbers is narrowed to; empty: none."""
    states: Mapping[LeadState, Words]
    outcomes: Mapping[Outcome, Words]
    modes: Mapping[CampaignMode, Words]
    agents: tuple[tuple[int, str], ...]
    teams: tuple[Team, ...]
    may_keep: bool
    told: tuple[str, str] | None
    assigned: str
    problem: str


@dataclass(frozen=True, slots=True)
class DoNotCallPage(View):
    """The do-not-call list."""

    template: ClassVar[str] = "campaigns/do_not_call.html.j2"

    entries: tuple[DoNotCall, ...]
    text: str
    following: str
    told: tuple[str, str] | None
    problem: str
