"""The page of appeals, and the counts beside the navigation of what waits for the reader."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.calls.call_work import OUTCOMES
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.reviewing.contexts import AppealLine, Appeals, AppealsPage, Badges, DecidedLine
from callcoach.server.reviewing.pages import reviewers_of
from callcoach.server.services import WithServices
from callcoach.store.drills import count_open_drills
from callcoach.store.model import AssignmentKind
from callcoach.store.reviews.appeals import DecidedAppeal, OpenAppeal, decided_appeals, open_appeals
from callcoach.store.reviews.assignments import count_open
from callcoach.store.reviews.results import count_unread

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]


@router.get("/appeals")
def get_appeals(
    request: Request, principal: Reviewer, services: WithServices, *, show: Appeals = Appeals.MINE
) -> Response:
    """Show the appeals that are one's own to decide, all open ones, or those decided."""
    now = services.now()
    with services.database.reading() as session:
        found = () if show is Appeals.DECIDED else open_appeals(session, principal)
        decided = decided_appeals(session, principal) if show is Appeals.DECIDED else ()
    lines = [_line(one, principal, now) for one in found]
    page = AppealsPage(
        lines=tuple(line for line in lines if line.is_mine or show is Appeals.OPEN),
        decided=tuple(_decided(one) for one in decided),
        shown=show,
        reviewers=reviewers_of(services),
    )
    return render(request, page)


@router.get("/badges")
def get_badges(request: Request, principal: Reader, services: WithServices) -> Response:
    """Show how much waits for the reader: reviews, appeals, results not read, drills."""
    with services.database.reading() as session:
        counts: dict[str, int] = {}
        if may(principal, Permission.REVIEW):
            counts["reviews"] = count_open(session, principal, AssignmentKind.REVIEW)
            counts["appeals"] = count_open(session, principal, AssignmentKind.APPEAL)
        if may(principal, Permission.REVIEW_ANSWER):
            counts["results"] = count_unread(session, principal)
            counts["drills"] = count_open_drills(session, principal)
    return render(request, Badges(counts))


def _line(one: OpenAppeal, principal: Principal, now: datetime) -> AppealLine:
    is_mine = one.may_decide and (one.judge is None or one.judge.person_id == principal.person_id)
    return AppealLine(one, is_mine, is_overdue=one.judge is not None and one.judge.due_at < now)


def _decided(one: DecidedAppeal) -> DecidedLine:
    return DecidedLine(one, OUTCOMES[one.case.outcome] if one.case.outcome else "")
