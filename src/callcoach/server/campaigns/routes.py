"""`/api/v1/campaigns` and `/api/v1/leads`: campaigns, their numbers, and an agent's work on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Path, Query, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.campaigns.outcomes import CampaignState, LeadState, Outcome
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.campaigns import keeping, working
from callcoach.server.campaigns.forms import CampaignBody
from callcoach.server.campaigns.importing import lead_importer
from callcoach.server.imports.importing import ImportedView, import_rows
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.campaigns.keeping import campaign_by_id, get_campaign, joined, list_campaigns, progress_of
from callcoach.store.campaigns.leads import list_leads
from callcoach.store.campaigns.model import Campaign, CampaignTerms, Lead, Refusal

router = APIRouter(tags=["campaigns"])

Seer = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_SEE))]
Worker = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_WORK))]
Keeper = Annotated[Principal, Depends(require(Permission.CAMPAIGNS_KEEP))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]
KeyInBody = Annotated[int, Field(ge=0, le=MAX_KEY)]


class CampaignView(BaseModel):
    """A campaign."""

    id: int
    state: CampaignState
    why_paused: str
    team: str
    made_at: datetime
    terms: CampaignBody

    @classmethod
    def of(cls, one: Campaign) -> CampaignView:
        """Return a campaign as the API shows it."""
        terms = {name: getattr(one.terms, name) for name in CampaignBody.model_fields}
        return cls(
            id=one.id,
            state=one.state,
            why_paused=one.why_paused,
            team=one.team,
            made_at=one.made_at,
            terms=CampaignBody.model_construct(**terms),
        )


class LeadView(BaseModel):
    """A number of a campaign's list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    campaign_id: int
    number: str
    name: str
    note: str
    customer_id: int | None
    owner_id: int | None
    state: LeadState
    next_at: datetime
    attempts: int
    held_by: int | None
    held_until: datetime | None
    last_outcome: Outcome | None
    last_at: datetime | None
    result: str
    result_note: str


class AgentProgressView(BaseModel):
    """What one agent has done in a campaign."""

    model_config = ConfigDict(from_attributes=True)

    person_id: int
    name: str
    assigned: int
    attempts: int
    answered: int
    done: int
    works: bool


class ProgressView(BaseModel):
    """How far a campaign is."""

    total: int
    through: int
    states: dict[LeadState, int]
    outcomes: dict[Outcome, int]
    results: dict[str, int]
    agents: list[AgentProgressView]


class StateBody(BaseModel):
    """Start, pause or end."""

    model_config = ConfigDict(extra="forbid")

    state: CampaignState


class AssignBody(BaseModel):
    """How numbers are given to agents."""

    model_config = ConfigDict(extra="forbid")

    how: Literal["even", "owner", "hand"]
    person_ids: list[KeyInBody] = Field(default=[], max_length=500)
    lead_ids: list[KeyInBody] = Field(default=[], max_length=500)
    again: bool = False


class CountView(BaseModel):
    """How many."""

    count: int


class JoinBody(BaseModel):
    """The campaign whose progressive calls the agent takes; null: none any more."""

    model_config = ConfigDict(extra="forbid")

    campaign_id: KeyInBody | None


class CurrentView(BaseModel):
    """What an agent is at."""

    lead: LeadView | None
    joined: int | None


class DialledView(BaseModel):
    """The call that is being placed, or why it may not be."""

    call_id: str = ""
    refused: str = ""
    refused_zh: str = ""


class SkipBody(BaseModel):
    """Why a number is not called."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=400)
    for_good: bool = False


class ResultBody(BaseModel):
    """What came of a call."""

    model_config = ConfigDict(extra="forbid")

    result: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=4000)
    again_at: AwareDatetime | None = None
    do_not_call: bool = False


@router.get("/campaigns")
def get_campaigns(principal: Seer, services: WithServices) -> list[CampaignView]:
    """List the campaigns one may see, running ones first."""
    with services.database.reading() as session:
        return [CampaignView.of(one) for one in list_campaigns(session, principal)]


@router.post("/campaigns", status_code=201)
def post_campaign(body: CampaignBody, request: Request, principal: Keeper, services: WithServices) -> CampaignView:
    """Make a campaign, paused."""
    terms = body.applied_to(CampaignTerms(""))
    campaign_id = keeping.add(services, principal, terms, by(request, principal))
    with services.database.reading() as session:
        return CampaignView.of(campaign_by_id(session, campaign_id))


@router.get("/campaigns/{campaign_id}")
def get_one_campaign(campaign_id: Key, principal: Seer, services: WithServices) -> CampaignView:
    """Return a campaign."""
    with services.database.reading() as session:
        return CampaignView.of(get_campaign(session, principal, campaign_id))


@router.patch("/campaigns/{campaign_id}")
def patch_campaign(
    campaign_id: Key, body: CampaignBody, request: Request, principal: Keeper, services: WithServices
) -> CampaignView:
    """Change a campaign's terms."""
    with services.database.reading() as session:
        before = get_campaign(session, principal, campaign_id)
    keeping.change(services, principal, before, body.applied_to(before.terms), by(request, principal))
    with services.database.reading() as session:
        return CampaignView.of(campaign_by_id(session, campaign_id))


@router.post("/campaigns/{campaign_id}/state")
def post_state(
    campaign_id: Key, body: StateBody, request: Request, principal: Keeper, services: WithServices
) -> CampaignView:
    """Start, pause or end a campaign."""
    keeping.set_to(services, principal, campaign_id, body.state, by(request, principal))
    with services.database.reading() as session:
        return CampaignView.of(campaign_by_id(session, campaign_id))


@router.get("/campaigns/{campaign_id}/progress")
def get_progress(campaign_id: Key, principal: Seer, services: WithServices) -> ProgressView:
    """Return how far a campaign is."""
    with services.database.reading() as session:
        get_campaign(session, principal, campaign_id)
        found = progress_of(session, campaign_id)
    return ProgressView(
        total=found.total,
        through=found.through,
        states=dict(found.states),
        outcomes=dict(found.outcomes),
        results=dict(found.results),
        agents=[AgentProgressView.model_validate(one) for one in found.agents],
    )


@router.get("/campaigns/{campaign_id}/leads")
def get_leads(
    *,
    campaign_id: Key,
    principal: Seer,
    services: WithServices,
    state: LeadState | None = None,
    after: Annotated[int, Query(ge=0, le=MAX_KEY)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[LeadView]:
    """List a campaign's numbers, after the id of the last one known; agents get those assigned to them."""
    own = None if may(principal, Permission.PHONES_SEE) else principal.person_id
    with services.database.reading() as session:
        get_campaign(session, principal, campaign_id)
        found = list_leads(session, campaign_id, state=state, owner_id=own, after=after, limit=limit)
    return [LeadView.model_validate(one) for one in found]


@router.post("/campaigns/{campaign_id}/leads/import")
def post_import(
    *,
    campaign_id: Key,
    request: Request,
    principal: Keeper,
    services: WithServices,
    file: Annotated[UploadFile, File(description="CSV or XLSX; the first row names the columns.")],
    dry_run: Annotated[bool, Query(description="Only tell what would come.")] = False,
) -> ImportedView:
    """Bring numbers in; one that is on the list stays as it is."""
    with services.database.reading() as session:
        get_campaign(session, principal, campaign_id)
    return import_rows(services, request, principal, lead_importer(services, campaign_id, ""), file, dry_run=dry_run)


@router.post("/campaigns/{campaign_id}/assign")
def post_assign(
    campaign_id: Key, body: AssignBody, request: Request, principal: Keeper, services: WithServices
) -> CountView:
    """Give numbers to agents: evenly, by the customers' owners, or by hand."""
    order = keeping.Assignment(body.how, tuple(body.person_ids), tuple(body.lead_ids), body.again)
    count = keeping.assign(services, principal, campaign_id, order, by(request, principal))
    return CountView(count=count)


@router.post("/campaigns/{campaign_id}/next")
def post_next(campaign_id: Key, principal: Worker, services: WithServices) -> CurrentView:
    """Take the campaign's next number, which is one's own for a while; one that is held is returned first."""
    lead = working.next_lead(services, principal, campaign_id)
    with services.database.reading() as session:
        return _current(lead, joined(session, principal.person_id))


@router.get("/leads/current")
def get_current(principal: Worker, services: WithServices) -> CurrentView:
    """Return the number one has, and the campaign whose progressive calls one takes."""
    lead = working.current(services, principal)
    with services.database.reading() as session:
        return _current(lead, joined(session, principal.person_id))


@router.post("/leads/progressive")
def post_progressive(body: JoinBody, request: Request, principal: Worker, services: WithServices) -> CurrentView:
    """Take a campaign's progressive calls, or none any more."""
    working.switch_progressive(services, principal, by(request, principal), body.campaign_id)
    return get_current(principal, services)


@router.post("/leads/{lead_id}/take")
def post_take(lead_id: Key, principal: Worker, services: WithServices) -> LeadView:
    """Take a certain number."""
    return LeadView.model_validate(working.take(services, principal, lead_id))


@router.post("/leads/{lead_id}/dial", status_code=202)
async def post_dial(lead_id: Key, request: Request, principal: Worker, services: WithServices) -> DialledView:
    """Have one's own phone call the number one has taken."""
    done = await working.call(services, working.dialler_of(request), by(request, principal), lead_id)
    if isinstance(done, Refusal):
        return DialledView(refused=done.en, refused_zh=done.zh)
    return DialledView(call_id=done)


@router.post("/leads/{lead_id}/skip", status_code=204)
def post_skip(lead_id: Key, body: SkipBody, request: Request, principal: Worker, services: WithServices) -> None:
    """Give the number back uncalled."""
    working.skip(services, by(request, principal), lead_id, body.reason, for_good=body.for_good)


@router.post("/leads/{lead_id}/result", status_code=204)
def post_result(lead_id: Key, body: ResultBody, request: Request, principal: Worker, services: WithServices) -> None:
    """Note what came of the call."""
    told = working.Result(body.result, body.note, body.again_at, body.do_not_call)
    working.finish(services, by(request, principal), lead_id, told)


def _current(lead: Lead | None, campaign_id: int | None) -> CurrentView:
    return CurrentView(lead=LeadView.model_validate(lead) if lead else None, joined=campaign_id)
