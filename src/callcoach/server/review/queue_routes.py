"""`/api/v1/review`: my queue, assignments, open appeals, the rules that can be found by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from callcoach.server.review.access import Reviewer
from callcoach.server.review.bodies import AssignBody, CallId, HandOnBody, Key, SkipBody
from callcoach.server.review.call_routes import REFUSALS
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.review.queue_views import (
    AssignmentsView,
    AssignmentView,
    OpenAppealsView,
    RuleView,
    appeal_view,
    assignment_view,
)
from callcoach.server.services import WithServices
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.model import AssignmentKind, AssignmentState
from callcoach.store.reviews.appeals import open_appeals
from callcoach.store.reviews.assignments import AssignmentFilter, assign, hand_on, list_assignments, skip
from callcoach.work.calendar import calendar_of

router = APIRouter(prefix="/review", tags=["review queue"])

AssignmentId = Annotated[int, Path(ge=0, le=MAX_KEY)]
MAX_ASSIGNMENTS = 1000


class AssignmentQuery(BaseModel):
    """Which assignments."""

    model_config = ConfigDict(extra="forbid")

    person_id: Key | None = None
    state: AssignmentState | None = None
    call_id: CallId | None = None
    limit: int = Field(default=200, ge=1, le=MAX_ASSIGNMENTS)


@router.get("/rules")
def get_rules(principal: Reviewer, services: WithServices) -> list[RuleView]:  # noqa: ARG001 - who asks must be a reviewer
    """List the rules that a finding added by hand can be of."""
    return [RuleView.model_validate(rule) for rule in catalogue_of(services).rules.values()]


@router.get("/queue")
def get_queue(principal: Reviewer, services: WithServices) -> AssignmentsView:
    """List the calls that wait for my review, the most urgent first."""
    mine = AssignmentFilter(
        principal.person_id, AssignmentState.OPEN, limit=MAX_ASSIGNMENTS, kind=AssignmentKind.REVIEW
    )
    with services.database.reading() as session:
        found = list_assignments(session, principal, mine)
    return AssignmentsView(assignments=[assignment_view(one, services.now()) for one in found])


@router.get("/appeals")
def get_appeals(principal: Reviewer, services: WithServices) -> OpenAppealsView:
    """List the appeals I may decide: not those of reviews I had a hand in. Somebody else's are handed on first."""
    with services.database.reading() as session:
        found = open_appeals(session, principal)
    return OpenAppealsView(appeals=[appeal_view(one) for one in found if one.may_decide])


@router.get("/assignments")
def get_assignments(
    query: Annotated[AssignmentQuery, Query()], principal: Reviewer, services: WithServices
) -> AssignmentsView:
    """List assignments of calls that I may see, whoever has them: reviews and appeals."""
    wanted = AssignmentFilter(query.person_id, query.state, query.call_id, query.limit)
    with services.database.reading() as session:
        found = list_assignments(session, principal, wanted)
    return AssignmentsView(assignments=[assignment_view(one, services.now()) for one in found])


@router.post("/assignments", status_code=201, responses=REFUSALS)
def post_assignment(body: AssignBody, principal: Reviewer, services: WithServices) -> AssignmentView:
    """Give a call to somebody to review."""
    now = services.now()
    due_at = calendar_of(services.settings).deadline(now, body.due_workdays)
    with services.database.writing() as session:
        made = assign(session, principal, body.call_id, body.person_id, due_at=due_at, at=now)
    return assignment_view(made, now)


@router.post("/assignments/{assignment_id}/hand-on", responses=REFUSALS)
def post_hand_on(
    assignment_id: AssignmentId, body: HandOnBody, principal: Reviewer, services: WithServices
) -> AssignmentView:
    """Give an open assignment to somebody else; the answer is the new one."""
    now = services.now()
    with services.database.writing() as session:
        made = hand_on(session, principal, assignment_id, body.person_id, reason=body.reason, at=now)
    return assignment_view(made, now)


@router.post("/assignments/{assignment_id}/skip", responses=REFUSALS)
def post_skip(
    assignment_id: AssignmentId, body: SkipBody, principal: Reviewer, services: WithServices
) -> AssignmentView:
    """Close an open assignment without a review."""
    now = services.now()
    with services.database.writing() as session:
        closed = skip(session, principal, assignment_id, reason=body.reason, at=now)
    return assignment_view(closed, now)
