"""`/api/v1/calls/{call_id}/review`: what people make of one call.

Each change names the `expected_version` of the review it was made on; when somebody else changed the review
meanwhile, it is refused with 409 and words saying who did what. A change that was answered is on disk.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from callcoach.principal import Role
from callcoach.review.acts import (
    Acknowledge,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Judge,
    OverrideDimension,
    Read,
    Reopen,
    Undo,
)
from callcoach.review.stages import Stage
from callcoach.server.review.access import AgentsDesk, OfCall, ReadersDesk, ReviewersDesk
from callcoach.server.review.bodies import (
    AppealBody,
    Change,
    CorrectionBody,
    DecisionBody,
    FindingBody,
    FinishBody,
    NoteBody,
    OverrideBody,
    ReasonedChange,
    UndoBody,
    VerdictBody,
)
from callcoach.server.review.catalogue import added_finding
from callcoach.server.review.desk import Opened, ReviewDesk
from callcoach.server.review.views import ReviewView, review_view

router = APIRouter(prefix="/calls/{call_id}/review", tags=["review"])

REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is no text."},
    401: {"description": "Nobody has signed in."},
    403: {"description": "Not this person: a role, one's own call, or the first reviewer of an appeal."},
    404: {"description": "There is no such call, or none this person may see."},
    409: {"description": "Somebody changed the review meanwhile (the words say who and what), or not at this stage."},
}


@router.get("", responses={401: REFUSALS[401], 404: REFUSALS[404], 409: {"description": "The call is not scored yet."}})
def get_review(place: OfCall, response: Response, desk: ReadersDesk) -> ReviewView:
    """Return the review of a call with its whole history; `ETag` is its version."""
    opened = desk.open(place)
    desk.note_seen(place)
    response.headers["ETag"] = f'"{opened.sheet.review.version}"'
    return _shown(desk, opened)


@router.post("/verdicts", responses=REFUSALS)
def post_verdict(place: OfCall, body: VerdictBody, desk: ReviewersDesk) -> ReviewView:
    """Confirm or reject a finding of the machine."""
    return _shown(desk, desk.act(place, Judge(body.finding_id, body.verdict), body))


@router.post("/findings", responses=REFUSALS)
def post_finding(place: OfCall, body: FindingBody, desk: ReviewersDesk) -> ReviewView:
    """Add a finding the machine missed."""
    return _shown(desk, desk.act(place, added_finding(desk.services, body), body))


@router.post("/corrections", responses=REFUSALS)
def post_correction(place: OfCall, body: CorrectionBody, desk: ReviewersDesk) -> ReviewView:
    """Correct the words of a turn; the machine's are kept beside them."""
    return _shown(desk, desk.act(place, CorrectTurn(body.turn, body.text, ""), body))


@router.post("/overrides", responses=REFUSALS)
def post_override(place: OfCall, body: OverrideBody, desk: ReviewersDesk) -> ReviewView:
    """Set the points of a dimension."""
    return _shown(desk, desk.act(place, OverrideDimension(body.dimension, body.points), body))


@router.post("/notes", responses=REFUSALS)
def post_note(place: OfCall, body: NoteBody, desk: ReviewersDesk) -> ReviewView:
    """Add a note tied to a moment; possible at every stage."""
    return _shown(desk, desk.act(place, AddNote(body.at_s, body.text), body))


@router.post("/undo", responses=REFUSALS)
def post_undo(place: OfCall, body: UndoBody, desk: ReviewersDesk) -> ReviewView:
    """Undo a change by a new event; both stay in the history."""
    return _shown(desk, desk.act(place, Undo(body.number), body))


@router.post("/finish", responses=REFUSALS)
def post_finish(place: OfCall, body: FinishBody, desk: ReviewersDesk) -> ReviewView:
    """End the review: the reviewed score is in force, and the agent's time to appeal begins."""
    return _shown(desk, desk.act(place, desk.finish(place), body))


@router.post("/reopen", responses=REFUSALS)
def post_reopen(place: OfCall, body: ReasonedChange, desk: ReviewersDesk) -> ReviewView:
    """Take a finished review up again; not once an appeal was made."""
    return _shown(desk, desk.act(place, Reopen(), body))


@router.post("/decision", responses=REFUSALS)
def post_decision(place: OfCall, body: DecisionBody, desk: ReviewersDesk) -> ReviewView:
    """Decide an appeal, for good; never who had a hand in the first review."""
    return _shown(desk, desk.act(place, Decide(body.outcome), body))


@router.post("/read", responses=REFUSALS)
def post_read(place: OfCall, desk: AgentsDesk) -> ReviewView:
    """Note that the agent of the call has opened the finished review; a second time changes nothing."""
    opened = desk.open(place)
    review = opened.sheet.review
    if review.stage in {Stage.UNREVIEWED, Stage.IN_REVIEW, Stage.PUBLISHED}:
        return _shown(desk, desk.act(place, Read(), Change(expected_version=review.version)))
    return _shown(desk, opened)


@router.post("/acknowledge", responses=REFUSALS)
def post_acknowledge(place: OfCall, body: Change, desk: AgentsDesk) -> ReviewView:
    """Accept the review of one's own call."""
    return _shown(desk, desk.act(place, Acknowledge(), body))


@router.post("/appeal", responses=REFUSALS)
def post_appeal(place: OfCall, body: AppealBody, desk: AgentsDesk) -> ReviewView:
    """Appeal against findings or dimensions of the review of one's own call, within the time."""
    appeal = Appeal(tuple(body.finding_ids), tuple(body.dimensions))
    return _shown(desk, desk.act(place, appeal, body))


def _shown(desk: ReviewDesk, opened: Opened) -> ReviewView:
    return review_view(opened, to_agent=desk.principal.role is Role.AGENT)
