"""The pages of reviewing: thin over the store, as the REST API of reviews is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.review.stages import AWAITING_AGENT, STAGE_WORDS, Stage
from callcoach.rights import Permission
from callcoach.server.pages.places import KeyInForm, KeyInPath
from callcoach.server.pages.preferences import own_path
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.review.bodies import RoundBody
from callcoach.server.reviewing.contexts import (
    QueueLine,
    QueuePage,
    ResultLine,
    ResultsPage,
    RoundPage,
    RoundsPage,
)
from callcoach.server.reviewing.forms import AnyForm, Sent, told_to
from callcoach.server.services import Services, WithServices
from callcoach.store.call_lists import list_calls
from callcoach.store.model import AssignmentKind, AssignmentState, CallFilter, CallState, PageRequest, Person
from callcoach.store.people import list_people
from callcoach.store.reviews.assignments import REVIEWING_ROLES, AssignmentFilter, hand_on, list_assignments, skip
from callcoach.store.reviews.results import own_results
from callcoach.store.reviews.rounds import RoundTerms, add_round, close_round, get_round, list_rounds, round_result
from callcoach.store.reviews.sheets import names_of_people

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
Agent = Annotated[Principal, Depends(require(Permission.REVIEW_ANSWER))]
Reason = Annotated[str, Form(min_length=1, max_length=2000)]
MOST = 500
CHOOSABLE = 60
"""Calls offered for a round: the latest ones that nobody has reviewed."""


@router.get("/reviews")
def get_queue(request: Request, principal: Reviewer, services: WithServices, *, everybody: bool = False) -> Response:
    """Show what waits for review, the most urgent first."""
    person_id = None if everybody else principal.person_id
    wanted = AssignmentFilter(person_id, AssignmentState.OPEN, limit=MOST, kind=AssignmentKind.REVIEW)
    now = services.now()
    with services.database.reading() as session:
        found = list_assignments(session, principal, wanted)
        people = reviewers_of(services)
    return render(request, QueuePage(tuple(QueueLine(one, one.due_at < now) for one in found), everybody, people))


@router.post("/reviews/{assignment_id}/hand-on")
def post_hand_on(
    *,
    assignment_id: KeyInPath,
    principal: Reviewer,
    services: WithServices,
    person_id: KeyInForm,
    reason: Reason,
    back: Annotated[str, Form()] = "/reviews",
) -> Response:
    """Give an assignment to somebody else, a review or an appeal."""
    with services.database.writing() as session:
        hand_on(session, principal, assignment_id, person_id, reason=reason, at=services.now())
    return RedirectResponse(own_path(back), 303)


@router.post("/reviews/{assignment_id}/skip")
def post_skip(assignment_id: KeyInPath, principal: Reviewer, services: WithServices, reason: Reason) -> Response:
    """Close an assignment without a review."""
    with services.database.writing() as session:
        skip(session, principal, assignment_id, reason=reason, at=services.now())
    return RedirectResponse("/reviews", 303)


@router.get("/results")
def get_results(request: Request, principal: Agent, services: WithServices) -> Response:
    """Show an agent the reviews of own calls."""
    now = services.now()
    with services.database.reading() as session:
        found = own_results(session, principal)
    lines = tuple(
        ResultLine(
            call=one.call,
            stage=Words(*STAGE_WORDS[one.stage]),
            is_new=one.stage is Stage.PUBLISHED,
            appeal_until=one.appeal_until
            if one.stage in AWAITING_AGENT and one.appeal_until is not None and one.appeal_until > now
            else None,
        )
        for one in found
    )
    return render(request, ResultsPage(lines))


# -- calibration -------------------------------------------------------------------------------


@router.get("/rounds")
def get_rounds(request: Request, principal: Reviewer, services: WithServices) -> Response:
    """Show the calibration rounds."""
    return render(request, _rounds(services, principal, Sent()))


@router.post("/rounds")
def post_round(request: Request, principal: Reviewer, services: WithServices, form: AnyForm) -> Response:
    """Begin a round; what was typed stands in the form again if it is refused."""
    sent = Sent.of(form, lists=("reviewer_ids", "call_ids"))
    try:
        body = sent.checked(RoundBody)
        terms = RoundTerms(body.name, tuple(body.call_ids), tuple(body.reviewer_ids), body.due_at)
        with services.database.writing() as session:
            made = add_round(session, principal, terms, services.now())
    except (ValidationError, CallCoachError) as error:
        return render(request, _rounds(services, principal, sent, told_to(request, error)), 422)
    return RedirectResponse(f"/rounds/{made.id}", 303)


@router.get("/rounds/{round_id}")
def get_round_page(round_id: KeyInPath, request: Request, principal: Reviewer, services: WithServices) -> Response:
    """Show a round."""
    with services.database.reading() as session:
        found = get_round(session, principal, round_id)
        names = names_of_people(session, found.terms.reviewer_ids)
        result = round_result(session, principal, round_id) if found.closed_at is not None else None
    own = frozenset(call for call, person in found.handed_in if person == principal.person_id)
    is_reviewer = principal.person_id in found.terms.reviewer_ids and found.closed_at is None
    return render(request, RoundPage(found, names, own, is_reviewer, result))


@router.post("/rounds/{round_id}/close")
def post_round_close(round_id: KeyInPath, principal: Reviewer, services: WithServices) -> Response:
    """End a round."""
    with services.database.writing() as session:
        close_round(session, principal, round_id, services.now())
    return RedirectResponse(f"/rounds/{round_id}", 303)


def _rounds(services: Services, principal: Principal, sent: Sent, problem: str = "") -> RoundsPage:
    unreviewed = CallFilter(state=CallState.SCORED, reviewed=False)
    with services.database.reading() as session:
        rounds = list_rounds(session, principal)
        names = names_of_people(session, (person for one in rounds for person in one.terms.reviewer_ids))
        calls = list_calls(session, principal, unreviewed, PageRequest(limit=CHOOSABLE)).calls
    return RoundsPage(rounds, names, reviewers_of(services), calls, sent, problem)


def reviewers_of(services: Services) -> tuple[Person, ...]:
    """Return who reviews calls."""
    with services.database.reading() as session:
        return tuple(one for one in list_people(session) if one.active and one.role in REVIEWING_ROLES)
