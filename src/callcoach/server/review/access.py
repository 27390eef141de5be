"""Who may use which routes of reviews, and on which sheet. Whose calls one sees is the store's business."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.principal import address_of, require
from callcoach.server.review.desk import Place, ReviewDesk
from callcoach.server.services import WithServices
from callcoach.store.call_lists import MAX_KEY

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
"""Everybody who may see the call; agents see a review once it is out."""
Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
Agent = Annotated[Principal, Depends(require(Permission.REVIEW_ANSWER))]

CallId = Annotated[str, Path(max_length=120, description="Id of the call.")]
RoundId = Annotated[int, Path(ge=0, le=MAX_KEY, description="Id of the calibration round.")]


def _readers_desk(request: Request, principal: Reader, services: WithServices) -> ReviewDesk:
    return _desk(request, principal, services)


def _reviewers_desk(request: Request, principal: Reviewer, services: WithServices) -> ReviewDesk:
    return _desk(request, principal, services)


def _agents_desk(request: Request, principal: Agent, services: WithServices) -> ReviewDesk:
    return _desk(request, principal, services)


def _desk(request: Request, principal: Principal, services: WithServices) -> ReviewDesk:
    return ReviewDesk(services, principal, address_of(request))


def _of_call(call_id: CallId) -> Place:
    return Place(call_id)


def _of_round(round_id: RoundId, call_id: CallId) -> Place:
    return Place(call_id, round_id)


ReadersDesk = Annotated[ReviewDesk, Depends(_readers_desk)]
ReviewersDesk = Annotated[ReviewDesk, Depends(_reviewers_desk)]
AgentsDesk = Annotated[ReviewDesk, Depends(_agents_desk)]
OfCall = Annotated[Place, Depends(_of_call)]
OfRound = Annotated[Place, Depends(_of_round)]
