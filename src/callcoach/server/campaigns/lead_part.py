"""`/desk/lead`: the number an agent calls, as a part of the desk's page and of a campaign's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from callcoach.campaigns.outcomes import CampaignState
from callcoach.errors import ConflictError, InputError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission
from callcoach.server.campaigns import working
from callcoach.server.campaigns.contexts import LeadPart
from callcoach.server.campaigns.wording import OUTCOMES, STATES
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.server.surveys.asking import asking_of_lead
from callcoach.store.campaigns.keeping import campaign_by_id, joined, list_campaigns
from callcoach.store.campaigns.leads import attempts_of
from callcoach.store.campaigns.model import Refusal

router = APIRouter(include_in_schema=False)

Worker = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_WORK))]
Reason = Annotated[str, Form(max_length=400)]
SHOWN = 5


@router.get("/desk/lead")
def get_lead(request: Request, principal: Worker, services: WithServices) -> Response:
    """Show the number the agent has, or the campaigns to take one from."""
    return render(request, lead_part(services, principal))


@router.post("/desk/lead/next/{campaign_id}")
def post_next(campaign_id: KeyInPath, request: Request, principal: Worker, services: WithServices) -> Response:
    """Take the next number of a campaign."""
    lead = working.next_lead(services, principal, campaign_id)
    told = None if lead else Words("现在没有可拨的号码。", "There is no number to call now.")
    return render(request, lead_part(services, principal, told))


@router.post("/desk/lead/{lead_id}/take")
def post_take(lead_id: KeyInPath, request: Request, principal: Worker, services: WithServices) -> Response:
    """Take a certain number."""
    working.take(services, principal, lead_id)
    return render(request, lead_part(services, principal))


@router.post("/desk/lead/{lead_id}/renew")
def post_renew(lead_id: KeyInPath, request: Request, principal: Worker, services: WithServices) -> Response:
    """Keep the number for who still looks at it; the part comes again where it is theirs no more."""
    try:
        working.keep(services, principal, lead_id)
    except ConflictError as error:
        return render(request, lead_part(services, principal, Words(error.zh, str(error))))
    return Response(status_code=204)


@router.post("/desk/lead/{lead_id}/dial")
async def post_dial(lead_id: KeyInPath, request: Request, principal: Worker, services: WithServices) -> Response:
    """Call the number."""
    done = await working.call(services, working.dialler_of(request), by(request, principal), lead_id)
    told = Words(done.zh, done.en) if isinstance(done, Refusal) else Words("正在拨打。", "Calling.")
    part = await run_in_threadpool(lead_part, services, principal, told)
    return render(request, part)


@router.post("/desk/lead/{lead_id}/skip")
def post_skip(
    *,
    lead_id: KeyInPath,
    request: Request,
    principal: Worker,
    services: WithServices,
    reason: Reason = "",
    for_good: Annotated[bool, Form()] = False,
) -> Response:
    """Give the number back uncalled."""
    working.skip(services, by(request, principal), lead_id, reason, for_good=for_good)
    return render(request, lead_part(services, principal, Words("已跳过。", "Skipped.")))


@router.post("/desk/lead/{lead_id}/result")
def post_result(
    *,
    lead_id: KeyInPath,
    request: Request,
    principal: Worker,
    services: WithServices,
    result: Annotated[str, Form(max_length=80)] = "",
    note: Annotated[str, Form(max_length=4000)] = "",
    again_at: Annotated[str, Form(max_length=40)] = "",
    do_not_call: Annotated[bool, Form()] = False,
) -> Response:
    """Note what came of the call."""
    told = working.Result(result, note, _moment(services, again_at), do_not_call)
    working.finish(services, by(request, principal), lead_id, told)
    return render(request, lead_part(services, principal, Words("已保存结果。", "The result is kept.")))


@router.post("/desk/lead/progressive")
def post_progressive(
    request: Request,
    principal: Worker,
    services: WithServices,
    campaign_id: Annotated[str, Form(max_length=12)] = "",
) -> Response:
    """Take a campaign's progressive calls, or none any more."""
    chosen = int(campaign_id) if campaign_id.isascii() and campaign_id.isdecimal() and len(campaign_id) < 10 else None
    working.switch_progressive(services, principal, by(request, principal), chosen)
    return render(request, lead_part(services, principal))


def lead_part(services: Services, principal: Principal, told: Words | None = None) -> LeadPart:
    """Return the agent's work as it stands."""
    lead = working.current(services, principal)
    with services.database.reading() as session:
        found = list_campaigns(session, principal)
        return LeadPart(
            campaigns=tuple(one for one in found if one.state is CampaignState.RUNNING),
            joined=joined(session, principal.person_id),
            lead=lead,
            campaign=campaign_by_id(session, lead.campaign_id) if lead else None,
            attempts=attempts_of(session, lead.id, SHOWN) if lead else (),
            states=STATES,
            outcomes=OUTCOMES,
            told=told,
            asking=asking_of_lead(session, lead.id) if lead else None,
        )


def _moment(services: Services, text: str) -> datetime | None:
    """Return a time of the site that a form sent; None for none."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{text[:40]!r} is not a time such as 2026-10-01T14:30.",
            f"{text[:40]!r} 不是时间，应写成 2026-10-01T14:30 这样。",
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(services.settings.server.time_zone))
