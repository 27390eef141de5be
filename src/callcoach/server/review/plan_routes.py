"""`/api/v1/review/plans`: sampling plans. A plan is not changed, only ended: what it drew stays explainable."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query

from callcoach.errors import InputError
from callcoach.review.periods import Period, PeriodUnit, period_of
from callcoach.server.review.access import Reviewer
from callcoach.server.review.bodies import DrawBody, PlanBody
from callcoach.server.review.call_routes import REFUSALS
from callcoach.server.review.queue_views import (
    PlanDetailView,
    PlansView,
    PlanView,
    PreviewView,
    plan_view,
    preview_view,
    run_view,
)
from callcoach.server.services import Services, WithServices
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.reviews.plans import add_plan, checked_draw, end_plan, get_plan, list_plans, list_runs
from callcoach.store.reviews.previewing import preview_draw

router = APIRouter(prefix="/review/plans", tags=["review plans"])

PlanId = Annotated[int, Path(ge=0, le=MAX_KEY)]
Day = Annotated[date, Query(description="Any day of the period, such as 2026-01-05.")]
FIRST_YEAR, LAST_YEAR = 1970, 9000
"""Days outside have periods that leave the calendar."""


@router.get("")
def get_plans(principal: Reviewer, services: WithServices) -> PlansView:  # noqa: ARG001 - who asks must be a reviewer
    """List the plans, those in force first."""
    with services.database.reading() as session:
        return PlansView(plans=[plan_view(plan) for plan in list_plans(session)])


@router.post("", status_code=201, responses=REFUSALS)
def post_plan(body: PlanBody, principal: Reviewer, services: WithServices) -> PlanView:
    """Make a plan. A supervisor's draws from the teams led; the first draw is at the end of the running period."""
    with services.database.writing() as session:
        return plan_view(add_plan(session, principal, body.terms(), services.now()))


@router.get("/{plan_id}", responses={404: {"description": "There is no such plan."}})
def get_one_plan(plan_id: PlanId, principal: Reviewer, services: WithServices) -> PlanDetailView:  # noqa: ARG001 - see above
    """Return a plan with its latest draws."""
    with services.database.reading() as session:
        plan = get_plan(session, plan_id)
        return PlanDetailView(plan=plan_view(plan), runs=[run_view(run) for run in list_runs(session, plan_id)])


@router.post("/{plan_id}/end", responses=REFUSALS)
def post_end(plan_id: PlanId, principal: Reviewer, services: WithServices) -> PlanView:
    """End a plan; what it assigned stays."""
    with services.database.writing() as session:
        return plan_view(end_plan(session, principal, plan_id, services.now()))


@router.post("/preview", responses=REFUSALS)
def post_preview(body: DrawBody, day: Day, principal: Reviewer, services: WithServices) -> PreviewView:
    """Say what a plan would draw from the period of a day, before it is made; the plan then draws the same calls."""
    with services.database.reading() as session:
        terms = checked_draw(session, principal, body.terms())
        return preview_view(preview_draw(session, principal, terms, period_on(services, terms.period, day)))


@router.get("/{plan_id}/preview", responses={404: {"description": "There is no such plan."}})
def get_preview(plan_id: PlanId, day: Day, principal: Reviewer, services: WithServices) -> PreviewView:
    """Say what a plan would draw from the period of a day, as the calls are now."""
    with services.database.reading() as session:
        terms = get_plan(session, plan_id).terms
        return preview_view(preview_draw(session, principal, terms, period_on(services, terms.period, day)))


def period_on(services: Services, unit: PeriodUnit, day: date) -> Period:
    """Return the period of a day in the site's zone.

    Raises:
        InputError: it would leave the calendar.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(
            f"The day {day} is out of range; expected a year from {FIRST_YEAR} to {LAST_YEAR}.",
            f"日期 {day} 超出范围，年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
        )
    return period_of(unit, day, ZoneInfo(services.settings.server.time_zone))
