"""`/api/v1/review`: what reviews came to: appeals that were decided, and an agent's own results."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcoach.review.acts import Outcome
from callcoach.review.stages import Stage
from callcoach.server.calls.views import CallView
from callcoach.server.review.access import Agent, Reviewer
from callcoach.server.services import WithServices
from callcoach.store.reviews.appeals import DecidedAppeal, decided_appeals
from callcoach.store.reviews.results import own_results

router = APIRouter(prefix="/review", tags=["review queue"])


class DecidedAppealView(BaseModel):
    """An appeal that has ended: who decided what and why, and the reviewed score before and after."""

    call: CallView
    appealed_at: datetime
    reason: str
    finding_ids: list[str]
    dimensions: list[str]
    outcome: Outcome | None
    decided_at: datetime
    decided_by: str
    decision_reason: str
    score_before: float | None
    score_after: float | None


class ResultView(BaseModel):
    """A review of one's own call that is out; `appeal_until` is when the time to appeal ends."""

    call: CallView
    stage: Stage
    appeal_until: datetime | None = Field(description="null: it cannot be appealed.")


@router.get("/appeals/decided")
def get_decided_appeals(principal: Reviewer, services: WithServices) -> list[DecidedAppealView]:
    """List the decided appeals of calls one may see, the latest first."""
    with services.database.reading() as session:
        return [_decided(one) for one in decided_appeals(session, principal)]


@router.get("/results")
def get_results(principal: Agent, services: WithServices) -> list[ResultView]:
    """List the reviews of one's own calls that are out, newest call first."""
    with services.database.reading() as session:
        return [
            ResultView(call=CallView.model_validate(one.call), stage=one.stage, appeal_until=one.appeal_until)
            for one in own_results(session, principal)
        ]


def _decided(one: DecidedAppeal) -> DecidedAppealView:
    case = one.case
    return DecidedAppealView(
        call=CallView.model_validate(one.call),
        appealed_at=case.event.at,
        reason=case.event.reason,
        finding_ids=list(case.finding_ids),
        dimensions=list(case.dimensions),
        outcome=case.outcome,
        decided_at=one.at,
        decided_by=one.by,
        decision_reason=case.decided.reason if case.decided is not None else "",
        score_before=one.score_before,
        score_after=one.score_after,
    )
