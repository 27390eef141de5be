"""`/api/v1/drills`: drills that are set for agents, and what was answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.drills import keeping
from callcoach.server.pages.places import KeyInPath
from callcoach.server.principal import by, require
from callcoach.server.review.bodies import Key, Name, Storable, Text
from callcoach.server.services import WithServices
from callcoach.store.drills import Drill, DrillItem, DrillTerms, ItemRef, get_drill, list_drills, moments_of
from callcoach.store.model import AnswerKind, DrillMode

router = APIRouter(prefix="/drills", tags=["drills"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Coach = Annotated[Principal, Depends(require(Permission.COACH))]
Agent = Annotated[Principal, Depends(require(Permission.REVIEW_ANSWER))]
Wording = Annotated[str, Field(max_length=keeping.MAX_ANSWER), Storable]


class MomentBody(BaseModel):
    """A finding of an own call of the agent, and what is to be said instead; empty: the rule's advice."""

    model_config = ConfigDict(extra="forbid")

    call_id: Name
    finding_id: Name
    better: Wording = ""


class DrillBody(BaseModel):
    """A drill for an agent. Without moments it is of the latest ones, five at most."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"agent_id": 12, "rule_id": "neg.cannot", "mode": "say", "goal": "先说能做什么"}]
        },
    )

    agent_id: Key
    rule_id: Name
    mode: DrillMode = DrillMode.SAY
    goal: Text = ""
    due_on: date | None = None
    moments: Annotated[list[MomentBody], Field(max_length=50)] = []


class AnswerBody(BaseModel):
    """What the agent would say, or the wording chosen."""

    model_config = ConfigDict(extra="forbid")

    text: Wording


class AnswerView(BaseModel):
    """One try: whether it would stand, how like the better wording it is (0 to 1), and what the rules found in it."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    kind: AnswerKind
    text: str
    passed: bool
    likeness: float
    found: list[dict[str, Any]]


class ItemView(BaseModel):
    """A moment. `choices` is empty where it is to be said."""

    number: int
    call_id: str
    start_s: float
    end_s: float
    customer: str
    said: str
    better: str = Field(description="Empty for the agent until it was said better.")
    choices: list[str]
    passed: bool
    answers: list[AnswerView]


class DrillView(BaseModel):
    """A drill; `done_at` is when the last of its moments was said better, `ended_at` when it was taken back."""

    id: int
    agent_id: int
    agent: str
    rule_id: str
    mode: DrillMode
    goal: str
    due_on: date | None
    set_by: str
    set_at: datetime
    done_at: datetime | None
    ended_at: datetime | None
    items: list[ItemView]


@router.get("")
def get_drills(principal: Reader, services: WithServices) -> list[DrillView]:
    """List the drills of the agent, or of one's agents: open ones first, then the newest."""
    with services.database.reading() as session:
        return [_shown(one, principal) for one in list_drills(session, principal)]


@router.post("", status_code=201)
def post_drill(body: DrillBody, request: Request, principal: Coach, services: WithServices) -> DrillView:
    """Set a drill."""
    terms = DrillTerms(body.agent_id, body.rule_id, body.mode, body.goal.strip(), body.due_on)
    better = {f"{one.call_id}/{one.finding_id}": one.better for one in body.moments}
    if not better:
        with services.database.reading() as session:
            latest = moments_of(session, principal, body.agent_id, body.rule_id)[:5]
        better = {keeping.moment_key(one): "" for one in latest}
    return _shown(keeping.set_drill(services, principal, terms, better, by(request, principal)), principal)


@router.get("/{drill_id}")
def get_one_drill(drill_id: KeyInPath, principal: Reader, services: WithServices) -> DrillView:
    """Return a drill with what was answered."""
    with services.database.reading() as session:
        return _shown(get_drill(session, principal, drill_id), principal)


@router.post("/{drill_id}/items/{number}/answers")
def post_answer(
    *,
    drill_id: KeyInPath,
    number: KeyInPath,
    body: AnswerBody,
    request: Request,
    principal: Agent,
    services: WithServices,
) -> ItemView:
    """Answer a moment of an own drill; the rules in force judge it."""
    item = keeping.answer(services, principal, ItemRef(drill_id, number), body.text, by(request, principal))
    return _item(item, tells=item.passed)


@router.post("/{drill_id}/end", status_code=204)
def post_end(drill_id: KeyInPath, request: Request, principal: Coach, services: WithServices) -> None:
    """Take a drill back; what was answered stays."""
    keeping.take_back(services, principal, drill_id, by(request, principal))


def _shown(one: Drill, principal: Principal) -> DrillView:
    is_mine = one.terms.agent_id == principal.person_id
    return DrillView(
        id=one.id,
        agent_id=one.terms.agent_id,
        agent=one.agent,
        rule_id=one.terms.rule_id,
        mode=one.terms.mode,
        goal=one.terms.goal,
        due_on=one.terms.due_on,
        set_by=one.set_by,
        set_at=one.set_at,
        done_at=one.done_at,
        ended_at=one.ended_at,
        items=[_item(item, tells=item.passed or not is_mine) for item in one.items],
    )


def _item(item: DrillItem, *, tells: bool) -> ItemView:
    return ItemView(
        number=item.number,
        call_id=item.call_id,
        start_s=item.start_s,
        end_s=item.end_s,
        customer=item.customer,
        said=item.said,
        better=item.better if tells else "",
        choices=list(item.choices),
        passed=item.passed,
        answers=[AnswerView.model_validate(one) for one in item.answers],
    )
