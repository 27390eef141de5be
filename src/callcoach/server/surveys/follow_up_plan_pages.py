"""The page of follow-up plans: whom to ask after what, and how far each is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.around.follow_ups import FollowUpSource, FollowUpState, FollowUpTerms
from callcoach.customers.tiers import TIERS_OF, Tier, TierScheme
from callcoach.datapath import Direction
from callcoach.errors import CallCoachError, InputError
from callcoach.principal import Principal, Role
from callcoach.rights import Permission
from callcoach.server.customers.tips import TIERS
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.principal import Doer, by, require
from callcoach.server.services import Services, WithServices
from callcoach.server.surveys.contexts import PlansPage
from callcoach.store.around.follow_up_plans import (
    FollowUpPlan,
    add_follow_up_plan,
    end_follow_up_plan,
    list_follow_up_plans,
)
from callcoach.store.around.surveys import list_surveys
from callcoach.store.audit import note
from callcoach.store.choices import teams_to_choose

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_KEEP))]
DEFAULTS = FollowUpTerms("", 0)


async def _form(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_form)]


@router.get("/follow-up-plans")
def get_plans(request: Request, principal: Keeper, services: WithServices) -> Response:
    """Show the plans."""
    return render(request, _page(services, principal, DEFAULTS))


@router.post("/follow-up-plans")
def post_plan(request: Request, principal: Keeper, services: WithServices, form: Sent) -> Response:
    """Make a plan."""
    terms = DEFAULTS
    try:
        terms = _terms(form)
        add_plan(services, principal, terms, by(request, principal))
    except CallCoachError as error:
        return render(request, _page(services, principal, terms, said_to(request, error)), 422)
    return RedirectResponse("/follow-up-plans", 303)


@router.post("/follow-up-plans/{plan_id}/end")
def post_end(plan_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """End a plan."""
    end_plan(services, principal, plan_id, by(request, principal))
    return RedirectResponse("/follow-up-plans", 303)


def add_plan(services: Services, principal: Principal, terms: FollowUpTerms, doer: Doer) -> FollowUpPlan:
    """Make a plan; errors as of the store's `add_follow_up_plan`."""
    with services.database.writing() as session:
        made = add_follow_up_plan(session, principal, terms, services.now())
        about, detail = ("follow_up_plan", str(made.id)), {"name": made.terms.name}
        note(session, "follow_up_plan.add", about=about, detail=detail, **doer)
    return made


def end_plan(services: Services, principal: Principal, plan_id: int, doer: Doer) -> FollowUpPlan:
    """End a plan; errors as of the store's `end_follow_up_plan`."""
    with services.database.writing() as session:
        ended = end_follow_up_plan(session, principal, plan_id, services.now())
        note(session, "follow_up_plan.end", about=("follow_up_plan", str(plan_id)), **doer)
    return ended


def _terms(form: FormData) -> FollowUpTerms:
    texts = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    complaint = {"with": True, "without": False}.get(texts.get("with_complaint", ""))
    direction, tier = texts.get("direction", ""), texts.get("tier", "")
    source = texts.get("source", "")
    return FollowUpTerms(
        name=texts.get("name", ""),
        survey_id=int(_number(texts, "survey_id", 0)),
        source=FollowUpSource(source) if source in {one.value for one in FollowUpSource} else FollowUpSource.CALLS,
        share_percent=_number(texts, "share_percent", DEFAULTS.share_percent),
        seed=int(_number(texts, "seed", DEFAULTS.seed)),
        delay_h=_number(texts, "delay_h", DEFAULTS.delay_h),
        within_h=_number(texts, "within_h", DEFAULTS.within_h),
        rest_days=int(_number(texts, "rest_days", DEFAULTS.rest_days)),
        queue=texts.get("queue", ""),
        direction=Direction(direction) if direction in {one.value for one in Direction} else None,
        tier=Tier(tier) if tier in {one.value for one in Tier} else None,
        with_complaint=complaint,
        team_id=int(_number(texts, "team_id", 0)) or None,
    )


def _number(texts: dict[str, str], name: str, usual: float) -> float:
    text = texts.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and len(text) <= 10 and text.replace(".", "", 1).isdecimal()):
        raise InputError(f"{name} holds {text[:20]!r}, expected a number.", f"{text[:20]!r} 不是数字，请改正。")
    return float(text)


def _page(services: Services, principal: Principal, terms: FollowUpTerms, problem: str = "") -> PlansPage:
    with services.database.reading() as session:
        plans = list_follow_up_plans(session, principal)
        surveys = [(one.id, one.name) for one in list_surveys(session) if one.published is not None]
        teams = teams_to_choose(session, principal)
    return PlansPage(
        plans=plans,
        terms=terms,
        surveys=surveys,
        teams=teams,
        needs_team=principal.role is Role.SUPERVISOR,
        sources=tuple(FollowUpSource),
        directions=(Direction.INBOUND, Direction.OUTBOUND),
        tiers=TIERS_OF[TierScheme(services.settings.customers.tier_scheme)],
        tier_words=TIERS,
        states=tuple(FollowUpState),
        problem=problem,
    )
