"""What the pages of surveys and follow-ups are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from callcoach.around.follow_ups import FollowUpSource, FollowUpState, FollowUpTerms
from callcoach.around.surveys import Question, QuestionKind
from callcoach.customers.tiers import Tier
from callcoach.datapath import Direction
from callcoach.reports.wording import Words
from callcoach.server.campaigns.contexts import LeadPart
from callcoach.server.pages.list_query import ListQuery
from callcoach.server.pages.rendering import View
from callcoach.server.surveys.asking import AskingPart
from callcoach.store.around.follow_up_plans import FollowUpPlan
from callcoach.store.around.follow_ups import FollowUp, Response
from callcoach.store.around.surveys import Survey
from callcoach.store.model import Team


@dataclass(frozen=True, slots=True)
class SurveysPage(View):
    """All surveys."""

    template: ClassVar[str] = "surveys/list.html.j2"

    surveys: tuple[Survey, ...]
    told: tuple[str, str] | None
    """How many a file brought, and how many of these were known."""


@dataclass(frozen=True, slots=True)
class SurveyPage(View):
    """One survey, or a new one, to be written."""

    template: ClassVar[str] = "surveys/survey.html.j2"

    survey: Survey | None
    name: str
    opening: str
    questions: Sequence[Question]
    """Those written, and some empty ones to go on with."""
    kinds: tuple[QuestionKind, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class PlansPage(View):
    """The plans, and the form of a new one."""

    template: ClassVar[str] = "surveys/plans.html.j2"

    plans: tuple[FollowUpPlan, ...]
    terms: FollowUpTerms
    surveys: Sequence[tuple[int, str]]
    """Those in force."""
    teams: tuple[Team, ...]
    needs_team: bool
    sources: tuple[FollowUpSource, ...]
    directions: tuple[Direction, ...]
    tiers: tuple[Tier, ...]
    tier_words: Mapping[Tier, Words]
    states: tuple[FollowUpState, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A follow-up in a list, with the answers that count."""

    follow_up: FollowUp
    response: Response | None


@dataclass(frozen=True, slots=True)
class FollowUpsPage(View):
    """The list."""

    template: ClassVar[str] = "surveys/follow_ups.html.j2"

    lines: tuple[FollowUpLine, ...]
    query: ListQuery
    states: tuple[FollowUpState, ...]
    plans: Sequence[tuple[int, str]]
    agents: Sequence[tuple[int, str]]
    first: str
    following: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUpPage(View):
    """One follow-up: what was answered, and the questions to ask."""

    template: ClassVar[str] = "surveys/follow_up.html.j2"

    follow_up: FollowUp
    responses: tuple[Response, ...]
    """The newest first: it counts."""
    asking: AskingPart | None
    """None: the survey is not in force any more."""
    part: LeadPart | None
    """The number the agent has before them; None for those who call nobody."""
    waits: bool
    """Whether the number can be taken from the list."""
    problem: str
