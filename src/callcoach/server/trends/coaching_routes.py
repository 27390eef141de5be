"""`/api/v1/coaching`: coaching sessions, and what came of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.confidence import RateRatio
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.principal import by, require
from callcoach.server.review.bodies import Key, Name, Text, Time
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services, WithServices
from callcoach.server.trends.choosing import today_of
from callcoach.server.trends.outcome import Outcome, outcome_of
from callcoach.store.audit import note
from callcoach.store.coaching import Coaching, add_coaching, list_coaching
from callcoach.store.engine import Session

router = APIRouter(prefix="/coaching", tags=["coaching"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Coach = Annotated[Principal, Depends(require(Permission.COACH))]


class CoachingBody(BaseModel):
    """A talk with an agent about some rules; what comes of it is measured by them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"agent_id": 12, "rule_ids": ["neg.but"], "goal": "用“同时”代替“但是”"}]},
    )

    agent_id: Key
    rule_ids: Annotated[list[Name], Field(min_length=1, max_length=100)]
    call_ids: Annotated[list[Name], Field(max_length=100)] = []
    goal: Text = ""
    at: Time | None = Field(default=None, description="When it was held; absent: now.")


class RatioView(BaseModel):
    """How many times as often as before, with its 95 % interval."""

    model_config = ConfigDict(from_attributes=True)

    value: float
    low: float
    high: float


class OutcomeView(BaseModel):
    """Finds that stand after review in the days before and after; null where there are too few calls to tell."""

    before_calls: int
    before_finds: int
    after_calls: int
    after_finds: int
    own: RatioView | None
    others: RatioView | None = Field(description="Of the rest of the agent's team.")
    net: RatioView | None = Field(description="The agent's change against the others'.")
    days_left: int = Field(description="Days of the time after that are still to come.")


class CoachingView(BaseModel):
    """A talk, and what came of it."""

    id: int
    agent_id: int
    agent: str
    coach: str
    at: datetime
    rule_ids: list[str]
    call_ids: list[str]
    goal: str
    outcome: OutcomeView


@router.get("")
def get_coaching(principal: Reader, services: WithServices) -> list[CoachingView]:
    """List the talks one may know of, newest first: an agent's own, else those with one's agents."""
    with services.database.reading() as session:
        return [_shown(session, services, one) for one in list_coaching(session, principal)]


@router.post("", status_code=201)
def post_coaching(body: CoachingBody, request: Request, principal: Coach, services: WithServices) -> CoachingView:
    """Note a talk."""
    catalogue = catalogue_of(services)
    rules = tuple(catalogue.rule(one).id for one in body.rule_ids)
    with services.database.writing() as session:
        made = add_coaching(
            session,
            principal,
            body.agent_id,
            at=min(body.at or services.now(), services.now()),
            rule_ids=rules,
            call_ids=tuple(body.call_ids),
            goal=body.goal.strip(),
        )
        note(session, "coaching.add", about=("person", str(body.agent_id)), **by(request, principal))
        found = next(one for one in list_coaching(session, principal) if one.id == made)
        return _shown(session, services, found)


def _shown(session: Session, services: Services, one: Coaching) -> CoachingView:
    day = one.at.astimezone(ZoneInfo(services.settings.server.time_zone)).date()
    outcome = outcome_of(session, one.agent_id, one.rule_ids, day, today_of(services))
    return CoachingView(
        id=one.id,
        agent_id=one.agent_id,
        agent=one.agent,
        coach=one.coach,
        at=one.at,
        rule_ids=list(one.rule_ids),
        call_ids=list(one.call_ids),
        goal=one.goal,
        outcome=OutcomeView(**_outcome(outcome)),
    )


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "before_calls": outcome.before.calls,
        "before_finds": outcome.before.finds,
        "after_calls": outcome.after.calls,
        "after_finds": outcome.after.finds,
        "own": _ratio(outcome.own),
        "others": _ratio(outcome.others),
        "net": _ratio(outcome.net),
        "days_left": outcome.days_left,
    }


def _ratio(ratio: RateRatio | None) -> RatioView | None:
    return None if ratio is None else RatioView.model_validate(ratio)
