"""The page of sampling plans: those there are, the form of a new one, and what either would draw."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.review.periods import PeriodUnit
from callcoach.review.sampling import Method, QuotaPer
from callcoach.rights import Permission
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.review.bodies import DrawBody, PlanBody
from callcoach.server.review.plan_routes import FIRST_YEAR, LAST_YEAR, period_on
from callcoach.server.reviewing.contexts import PlanLine, PlansPage, WouldDraw
from callcoach.server.reviewing.forms import AnyForm, Sent, told_to
from callcoach.server.reviewing.pages import reviewers_of
from callcoach.server.services import Services, WithServices
from callcoach.server.trends.choosing import today_of
from callcoach.store.choices import teams_to_choose
from callcoach.store.engine import Session
from callcoach.store.reviews.plans import (
    PlanTerms,
    add_plan,
    checked_draw,
    end_plan,
    get_plan,
    list_plans,
    list_runs,
)
from callcoach.store.reviews.previewing import preview_draw
from callcoach.store.reviews.sheets import names_of_people

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
LISTS = ("reviewer_ids", "team_ids")
RUNS = 5
"""Latest draws shown of a plan."""
METHODS = {
    Method.RANDOM: Words("随机", "random"),
    Method.STRATIFIED: Words("按坐席分层", "agents in turn"),
    Method.WORST_FIRST: Words("低分优先", "lowest score first"),
    Method.LOW_CONFIDENCE_FIRST: Words("低置信优先", "least certain first"),
}
PERIODS = {
    PeriodUnit.DAY: Words("每天", "each day"),
    PeriodUnit.WEEK: Words("每周", "each week"),
    PeriodUnit.MONTH: Words("每月", "each month"),
}
QUOTAS = {QuotaPer.ALL: Words("共", "in all"), QuotaPer.AGENT: Words("每位坐席", "of each agent")}


@router.get("/plans")
def get_plans(
    request: Request,
    principal: Reviewer,
    services: WithServices,
    plan: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    day: date | None = None,
) -> Response:
    """Show the plans; of one, what it would draw from the period of a day."""
    if plan is None:
        return render(request, _page(services, principal))
    wanted = day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else today_of(services)
    with services.database.reading() as session:
        terms = get_plan(session, plan).terms
        would_draw = _would_draw(session, services, principal, terms, wanted)
    return render(request, _page(services, principal, would_draw=would_draw, previewed=plan))


@router.post("/plans")
def post_plan(request: Request, principal: Reviewer, services: WithServices, form: AnyForm) -> Response:
    """Make a plan; what was typed stands in the form again if it is refused."""
    sent = Sent.of(form, LISTS)
    try:
        body = sent.checked(PlanBody)
        with services.database.writing() as session:
            add_plan(session, principal, body.terms(), services.now())
    except (ValidationError, CallCoachError) as error:
        return render(request, _page(services, principal, sent=sent, problem=told_to(request, error)), 422)
    return RedirectResponse("/plans", 303)


@router.post("/plans/preview")
def post_preview(request: Request, principal: Reviewer, services: WithServices, form: AnyForm) -> Response:
    """Show what the plan in the form would draw, before it is made."""
    sent = Sent.of(form, LISTS)
    try:
        day = _day(sent.text("day")) or today_of(services)
        body = sent.checked(DrawBody)
        with services.database.reading() as session:
            terms = checked_draw(session, principal, body.terms())
            would_draw = _would_draw(session, services, principal, terms, day)
    except (ValidationError, CallCoachError) as error:
        return render(request, _page(services, principal, sent=sent, problem=told_to(request, error)), 422)
    return render(request, _page(services, principal, sent=sent, would_draw=would_draw))


@router.post("/plans/{plan_id}/end")
def post_plan_end(plan_id: KeyInPath, principal: Reviewer, services: WithServices) -> Response:
    """End a plan."""
    with services.database.writing() as session:
        end_plan(session, principal, plan_id, services.now())
    return RedirectResponse("/plans", 303)


def _page(
    services: Services,
    principal: Principal,
    *,
    sent: Sent | None = None,
    problem: str = "",
    would_draw: WouldDraw | None = None,
    previewed: int | None = None,
) -> PlansPage:
    with services.database.reading() as session:
        plans = list_plans(session)
        names = names_of_people(session, (person for one in plans for person in one.terms.reviewer_ids))
        lines = tuple(
            PlanLine(
                plan=one,
                runs=list_runs(session, one.id, RUNS),
                reviewers=tuple(names.get(person, str(person)) for person in one.terms.reviewer_ids),
            )
            for one in plans
        )
        teams = teams_to_choose(session, principal)
    return PlansPage(
        lines=lines,
        reviewers=reviewers_of(services),
        teams=teams,
        methods=METHODS,
        periods=PERIODS,
        quotas=QUOTAS,
        today=str(today_of(services)),
        sent=sent or Sent(),
        problem=problem,
        would_draw=would_draw,
        previewed=previewed,
    )


def _would_draw(session: Session, services: Services, principal: Principal, terms: PlanTerms, day: date) -> WouldDraw:
    period = period_on(services, terms.period, day)
    return WouldDraw(terms.name, str(day), preview_draw(session, principal, terms, period))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
