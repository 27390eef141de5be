"""`/api/v1/review/rounds`: calibration rounds, in which several people review the same calls blind to each other."""

from __future__ import annotations

from fastapi import APIRouter, Response

from callcoach.review.acts import AddNote, Judge, OverrideDimension, Reopen, Undo
from callcoach.server.review.access import OfRound, Reviewer, ReviewersDesk, RoundId
from callcoach.server.review.bodies import (
    FindingBody,
    FinishBody,
    NoteBody,
    OverrideBody,
    ReasonedChange,
    RoundBody,
    UndoBody,
    VerdictBody,
)
from callcoach.server.review.call_routes import REFUSALS
from callcoach.server.review.catalogue import added_finding
from callcoach.server.review.queue_views import ResultView, RoundsView, RoundView, result_view, round_view
from callcoach.server.review.views import ReviewView, review_view
from callcoach.server.services import WithServices
from callcoach.store.reviews.rounds import RoundTerms, add_round, close_round, get_round, list_rounds, round_result
from callcoach.store.reviews.sheets import names_of_people

router = APIRouter(prefix="/review/rounds", tags=["calibration"])

_NOT_MINE = {404: {"description": "There is no such round among yours."}}


@router.get("")
def get_rounds(principal: Reviewer, services: WithServices) -> RoundsView:
    """List the rounds I review in or made; trainers and administrators see all."""
    with services.database.reading() as session:
        rounds = list_rounds(session, principal)
        names = names_of_people(session, (person for one in rounds for person in one.terms.reviewer_ids))
        return RoundsView(rounds=[round_view(one, names) for one in rounds])


@router.post("", status_code=201, responses=REFUSALS)
def post_round(body: RoundBody, principal: Reviewer, services: WithServices) -> RoundView:
    """Begin a round; every reviewer must be allowed to see every call."""
    terms = RoundTerms(body.name, tuple(body.call_ids), tuple(body.reviewer_ids), body.due_at)
    with services.database.writing() as session:
        made = add_round(session, principal, terms, services.now())
        return round_view(made, names_of_people(session, made.terms.reviewer_ids))


@router.get("/{round_id}", responses={**_NOT_MINE})
def get_one_round(round_id: RoundId, principal: Reviewer, services: WithServices) -> RoundView:
    """Return a round, with who has handed in what."""
    with services.database.reading() as session:
        found = get_round(session, principal, round_id)
        return round_view(found, names_of_people(session, found.terms.reviewer_ids))


@router.post("/{round_id}/close", responses=REFUSALS)
def post_close(round_id: RoundId, principal: Reviewer, services: WithServices) -> RoundView:
    """End a round; its result can then be seen."""
    with services.database.writing() as session:
        closed = close_round(session, principal, round_id, services.now())
        return round_view(closed, names_of_people(session, closed.terms.reviewer_ids))


@router.get("/{round_id}/result", responses={**_NOT_MINE, 409: {"description": "The round is still open."}})
def get_result(round_id: RoundId, principal: Reviewer, services: WithServices) -> ResultView:
    """Return how far the reviewers agree: kappa on the verdicts, gaps in score to each other and to the machine."""
    with services.database.reading() as session:
        return result_view(round_result(session, principal, round_id))


@router.get("/{round_id}/calls/{call_id}", responses=REFUSALS)
def get_own_review(place: OfRound, response: Response, desk: ReviewersDesk) -> ReviewView:
    """Return my own review of a call of a round; nobody else's."""
    opened = desk.open(place)
    response.headers["ETag"] = f'"{opened.sheet.review.version}"'
    return review_view(opened, to_agent=False)


@router.post("/{round_id}/calls/{call_id}/verdicts", responses=REFUSALS)
def post_verdict(place: OfRound, body: VerdictBody, desk: ReviewersDesk) -> ReviewView:
    """Confirm or reject a finding of the machine."""
    return review_view(desk.act(place, Judge(body.finding_id, body.verdict), body), to_agent=False)


@router.post("/{round_id}/calls/{call_id}/findings", responses=REFUSALS)
def post_finding(place: OfRound, body: FindingBody, desk: ReviewersDesk) -> ReviewView:
    """Add a finding the machine missed."""
    what = added_finding(desk.services, body)
    return review_view(desk.act(place, what, body), to_agent=False)


@router.post("/{round_id}/calls/{call_id}/overrides", responses=REFUSALS)
def post_override(place: OfRound, body: OverrideBody, desk: ReviewersDesk) -> ReviewView:
    """Set the points of a dimension."""
    what = OverrideDimension(body.dimension, body.points)
    return review_view(desk.act(place, what, body), to_agent=False)


@router.post("/{round_id}/calls/{call_id}/notes", responses=REFUSALS)
def post_note(place: OfRound, body: NoteBody, desk: ReviewersDesk) -> ReviewView:
    """Add a note tied to a moment."""
    return review_view(desk.act(place, AddNote(body.at_s, body.text), body), to_agent=False)


@router.post("/{round_id}/calls/{call_id}/undo", responses=REFUSALS)
def post_undo(place: OfRound, body: UndoBody, desk: ReviewersDesk) -> ReviewView:
    """Undo a change by a new event."""
    return review_view(desk.act(place, Undo(body.number), body), to_agent=False)


@router.post("/{round_id}/calls/{call_id}/finish", responses=REFUSALS)
def post_finish(place: OfRound, body: FinishBody, desk: ReviewersDesk) -> ReviewView:
    """Hand in my review of a call."""
    return review_view(desk.act(place, desk.finish(place), body), to_agent=False)


@router.post("/{round_id}/calls/{call_id}/reopen", responses=REFUSALS)
def post_reopen(place: OfRound, body: ReasonedChange, desk: ReviewersDesk) -> ReviewView:
    """Take back what I handed in, while the round is open."""
    return review_view(desk.act(place, Reopen(), body), to_agent=False)
