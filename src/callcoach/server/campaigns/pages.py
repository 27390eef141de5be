"""The pages of campaigns: the list, and one campaign with its numbers and how far it is."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.campaigns.outcomes import CampaignState, LeadState
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.campaigns import keeping
from callcoach.server.campaigns.contexts import CampaignLine, CampaignPage, CampaignsPage, LeadRows
from callcoach.server.campaigns.forms import AnyForm, terms_of
from callcoach.server.campaigns.importing import lead_importer
from callcoach.server.campaigns.lead_part import lead_part
from callcoach.server.campaigns.wording import MODES, OUTCOMES, STATES
from callcoach.server.imports.importing import import_form, import_step
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.campaigns.keeping import get_campaign, list_campaigns, progress_of
from callcoach.store.campaigns.leads import list_leads
from callcoach.store.campaigns.model import Campaign, CampaignTerms
from callcoach.store.choices import agents_to_choose, teams_to_choose

router = APIRouter(include_in_schema=False)

Seer = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_SEE))]
Keeper = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_KEEP))]
Count = Annotated[str, Query(max_length=12)]
ROWS = 50


@router.get("/campaigns")
def get_campaigns(request: Request, principal: Seer, services: WithServices) -> Response:
    """Show all campaigns the person may see."""
    return render(request, _list(services, principal, CampaignTerms("")))


@router.post("/campaigns")
def post_campaign(form: AnyForm, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Make a campaign."""
    terms = CampaignTerms("")
    try:
        terms = terms_of(form, terms)
        campaign_id = keeping.add(services, principal, terms, by(request, principal))
    except CallCoachError as error:
        return render(request, _list(services, principal, terms, said_to(request, error)), 422)
    return RedirectResponse(f"/campaigns/{campaign_id}", 303)


@router.get("/campaigns/{campaign_id}")
def get_one_campaign(
    *,
    campaign_id: KeyInPath,
    request: Request,
    principal: Seer,
    services: WithServices,
    state: Annotated[str, Query(max_length=24)] = "",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    added: Count = "",
    changed: Count = "",
    assigned: Count = "",
) -> Response:
    """Show a campaign; htmx gets its numbers alone."""
    with services.database.reading() as session:
        campaign = get_campaign(session, principal, campaign_id)
    rows = _rows(services, principal, campaign, state, after)
    if request.headers.get("HX-Target") == "leads":
        return render(request, rows)
    told = (added, changed) if added.isdecimal() and changed.isdecimal() else None
    return render(request, _page(services, principal, campaign, rows, state=state, told=told, assigned=assigned))


@router.post("/campaigns/{campaign_id}")
def post_change(
    campaign_id: KeyInPath, form: AnyForm, request: Request, principal: Keeper, services: WithServices
) -> Response:
    """Change the terms."""
    with services.database.reading() as session:
        campaign = get_campaign(session, principal, campaign_id)
    try:
        keeping.change(services, principal, campaign, terms_of(form, campaign.terms), by(request, principal))
    except CallCoachError as error:
        rows = _rows(services, principal, campaign, "", 0)
        return render(request, _page(services, principal, campaign, rows, problem=said_to(request, error)), 422)
    return RedirectResponse(f"/campaigns/{campaign_id}", 303)


@router.post("/campaigns/{campaign_id}/state")
def post_state(
    campaign_id: KeyInPath,
    request: Request,
    principal: Keeper,
    services: WithServices,
    state: Annotated[CampaignState, Form()],
) -> Response:
    """Start, pause or end a campaign."""
    keeping.set_to(services, principal, campaign_id, state, by(request, principal))
    return RedirectResponse(f"/campaigns/{campaign_id}", 303)


@router.post("/campaigns/{campaign_id}/assign")
def post_assign(
    campaign_id: KeyInPath, form: AnyForm, request: Request, principal: Keeper, services: WithServices
) -> Response:
    """Assign numbers: evenly, by the customers' owners, or those that are ticked."""
    order = keeping.Assignment(
        how=str(form.get("how", "")),
        person_ids=tuple(int(str(one)) for one in form.getlist("person_ids") if str(one).isdecimal()),
        lead_ids=tuple(int(str(one)) for one in form.getlist("lead_ids") if str(one).isdecimal()),
        again=form.get("again") == "true",
    )
    count = keeping.assign(services, principal, campaign_id, order, by(request, principal))
    return RedirectResponse(f"/campaigns/{campaign_id}?{urlencode({'assigned': count})}", 303)


@router.get("/campaigns/{campaign_id}/import")
def get_import(campaign_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Show the form that brings numbers in."""
    with services.database.reading() as session:
        get_campaign(session, principal, campaign_id)
    importer = lead_importer(services, campaign_id, translator_of(request)("campaigns.bring"))
    return import_form(request, services, importer)


@router.post("/campaigns/{campaign_id}/import")
def post_import(
    *,
    campaign_id: KeyInPath,
    request: Request,
    principal: Keeper,
    services: WithServices,
    file: Annotated[UploadFile | None, File()] = None,
    token: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Show what a file would bring, or bring it in."""
    with services.database.reading() as session:
        get_campaign(session, principal, campaign_id)
    importer = lead_importer(services, campaign_id, translator_of(request)("campaigns.bring"))
    return import_step(request, services, principal, importer, file=file, token=token)


# -- what is shown -----------------------------------------------------------------------------


def _list(services: Services, principal: Principal, terms: CampaignTerms, problem: str = "") -> CampaignsPage:
    with services.database.reading() as session:
        found = list_campaigns(session, principal)
        return CampaignsPage(
            lines=tuple(CampaignLine(one, progress_of(session, one.id)) for one in found),
            terms=terms,
            teams=teams_to_choose(session, principal),
            modes=MODES,
            may_keep=may(principal, Permission.CAMPAIGNS_KEEP),
            problem=problem,
        )


def _rows(services: Services, principal: Principal, campaign: Campaign, state: str, after: int) -> LeadRows:
    keeps = may(principal, Permission.CAMPAIGNS_KEEP)
    wanted = LeadState(state) if state in {one.value for one in LeadState} else None
    own = None if may(principal, Permission.PHONES_SEE) else principal.person_id
    with services.database.reading() as session:
        leads = list_leads(session, campaign.id, state=wanted, owner_id=own, after=after, limit=ROWS + 1)
        agents = agents_to_choose(session, principal)
    more = len(leads) > ROWS
    query = urlencode({"state": state, "after": leads[ROWS - 1].id}) if more else ""
    return LeadRows(
        campaign=campaign,
        leads=leads[:ROWS],
        following=f"/campaigns/{campaign.id}?{query}" if more else "",
        states=STATES,
        outcomes=OUTCOMES,
        agents=agents,
        may_keep=keeps and campaign.state is not CampaignState.ENDED,
        may_work=may(principal, Permission.CAMPAIGNS_WORK) and campaign.state is CampaignState.RUNNING,
    )


def _page(
    services: Services,
    principal: Principal,
    campaign: Campaign,
    rows: LeadRows,
    *,
    state: str = "",
    told: tuple[str, str] | None = None,
    assigned: str = "",
    problem: str = "",
) -> CampaignPage:
    works = may(principal, Permission.CAMPAIGNS_WORK) and campaign.state is CampaignState.RUNNING
    with services.database.reading() as session:
        progress, teams = progress_of(session, campaign.id), teams_to_choose(session, principal)
    return CampaignPage(
        campaign=campaign,
        progress=progress,
        rows=rows,
        part=lead_part(services, principal) if works else None,
        state=state,
        states=STATES,
        outcomes=OUTCOMES,
        modes=MODES,
        agents=rows.agents,
        teams=teams,
        may_keep=rows.may_keep,
        told=told,
        assigned=assigned if assigned.isdecimal() else "",
        problem=problem,
    )
