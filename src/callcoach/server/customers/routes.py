"""`/api/v1/customers`: cards by number and id, lists, changes, notes, doubles, tiers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Path, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.customers import keeping
from callcoach.server.customers.forms import fields_of
from callcoach.server.customers.history import history_of
from callcoach.server.customers.importing import customer_importer
from callcoach.server.customers.pages import merge, rank
from callcoach.server.imports.importing import ImportedView, import_rows
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.customers.cards import card_by_id
from callcoach.store.customers.lists import MAX_LIMIT, list_customers
from callcoach.store.customers.model import Customer, CustomerFields, CustomerFilter, CustomerSort

router = APIRouter(prefix="/customers", tags=["customers"])

Reader = Annotated[Principal, Depends(require(Permission.CUSTOMERS_SEE))]
Editor = Annotated[Principal, Depends(require(Permission.CUSTOMERS_EDIT))]
Keeper = Annotated[Principal, Depends(require(Permission.CUSTOMERS_KEEP))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]
Number = Annotated[str, Field(max_length=64)]
Tag = Annotated[str, Field(max_length=80)]


class CustomerView(BaseModel):
    """A customer's card."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    company: str
    numbers: list[str]
    tier: Tier | None
    tier_by_hand: bool
    kind: CustomerKind | None
    sales: float | None
    owner_id: int | None
    owner: str
    notes: str
    tags: list[str]
    made_at: datetime
    changed_at: datetime


class CustomerListView(BaseModel):
    """A page of customers; `next_cursor` is empty on the last one."""

    customers: list[CustomerView]
    next_cursor: str


class HistoryView(BaseModel):
    """Something that was, or is still open, with a customer."""

    at: datetime
    kind: str
    text: str
    person: str
    address: str
    score: float | None
    is_open: bool


class CustomerBody(BaseModel):
    """What a card says; on a change, what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=120)
    company: str = Field(default="", max_length=120)
    numbers: list[Number] = Field(default=[], max_length=20)
    tier: Tier | None = None
    kind: CustomerKind | None = None
    sales: float | None = Field(default=None, gt=-1e15, lt=1e15)
    owner_id: int | None = Field(default=None, ge=0, le=MAX_KEY)
    notes: str = Field(default="", max_length=4000)
    tags: list[Tag] = Field(default=[], max_length=20)

    def applied_to(self, before: CustomerFields) -> CustomerFields:
        """Return what a card says from now on."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        whole = {name: getattr(before, name) for name in CustomerFields.__dataclass_fields__} | sent
        return CustomerFields(**{**whole, "numbers": tuple(whole["numbers"]), "tags": tuple(whole["tags"])})


class NoteBody(BaseModel):
    """Something to be noted."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=4000)
    call_id: str = Field(default="", max_length=120)


class MergeBody(BaseModel):
    """The card that is merged into this one."""

    model_config = ConfigDict(extra="forbid")

    double_id: int = Field(ge=0, le=MAX_KEY)


@router.get("")
def get_customers(
    *,
    principal: Reader,
    services: WithServices,
    text: Annotated[str, Query(max_length=200)] = "",
    tier: Tier | None = None,
    kind: CustomerKind | None = None,
    owner_id: Annotated[int | None, Query(ge=0, le=MAX_KEY)] = None,
    tag: Annotated[str, Query(max_length=80)] = "",
    sort: CustomerSort = CustomerSort.CHANGED,
    descending: bool = True,
    after: Annotated[str, Query(max_length=400)] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> CustomerListView:
    """List the customers one may find, a page at a time."""
    wanted = CustomerFilter(text, tier, kind, owner_id, tag)
    with services.database.reading() as session:
        page = list_customers(session, principal, wanted, sort=sort, descending=descending, after=after, limit=limit)
    return CustomerListView(
        customers=[CustomerView.model_validate(one) for one in page.customers], next_cursor=page.next_cursor
    )


@router.get("/by-number/{number}")
def get_by_number(
    number: Annotated[str, Path(max_length=200)], request: Request, principal: Reader, services: WithServices
) -> list[CustomerView]:
    """Return who has a number, however it is written, the card changed last first; an empty list: nobody."""
    return [
        CustomerView.model_validate(one) for one in keeping.find_by_number(services, number, by(request, principal))
    ]


@router.post("", status_code=201)
def post_customer(body: CustomerBody, request: Request, principal: Editor, services: WithServices) -> CustomerView:
    """Add a card."""
    doer = by(request, principal)
    customer_id = keeping.add(services, body.applied_to(CustomerFields("")), doer)
    return CustomerView.model_validate(_of(services, customer_id))


@router.post("/import")
def post_import(
    *,
    request: Request,
    principal: Keeper,
    services: WithServices,
    file: Annotated[UploadFile, File(description="CSV or XLSX; the first row names the columns.")],
    dry_run: Annotated[bool, Query(description="Only tell what would come.")] = False,
) -> ImportedView:
    """Bring customers in; a row with a number that is known fills in that customer's card."""
    return import_rows(services, request, principal, customer_importer(services, ""), file, dry_run=dry_run)


@router.post("/tiers")
def post_tiers(request: Request, principal: Keeper, services: WithServices) -> dict[Tier, int]:
    """Give every customer with sales the tier of the site's rule; return how many each tier has."""
    return dict(rank(services, request, principal))


@router.get("/{customer_id}")
def get_customer(customer_id: Key, request: Request, principal: Reader, services: WithServices) -> CustomerView:
    """Return a card; that of a double leads to the one it was merged into."""
    return CustomerView.model_validate(keeping.see(services, principal, customer_id, by(request, principal)))


@router.patch("/{customer_id}")
def patch_customer(
    customer_id: Key, body: CustomerBody, request: Request, principal: Editor, services: WithServices
) -> CustomerView:
    """Change a card."""
    doer = by(request, principal)
    before = keeping.see(services, principal, customer_id, doer)
    keeping.change(services, before, body.applied_to(fields_of(before)), doer)
    return CustomerView.model_validate(_of(services, before.id))


@router.get("/{customer_id}/history")
def get_history(customer_id: Key, request: Request, principal: Reader, services: WithServices) -> list[HistoryView]:
    """Return what was with a customer, as far as one may know of it: open things first, then the newest."""
    customer = keeping.see(services, principal, customer_id, by(request, principal))
    return [
        HistoryView(
            at=one.at,
            kind=one.kind.en,
            text=one.text or one.words.en,
            person=one.person,
            address=one.address,
            score=one.score,
            is_open=one.is_open,
        )
        for one in history_of(services, principal, customer, 50)
    ]


@router.post("/{customer_id}/notes", status_code=204)
def post_note(customer_id: Key, body: NoteBody, request: Request, principal: Editor, services: WithServices) -> None:
    """Note something of a customer, in a call or beside it."""
    customer = keeping.see(services, principal, customer_id, by(request, principal))
    keeping.note_on(services, customer.id, body.text, body.call_id, by(request, principal))


@router.post("/{customer_id}/merge")
def post_merge(
    customer_id: Key, body: MergeBody, request: Request, principal: Keeper, services: WithServices
) -> CustomerView:
    """Merge a double into this card."""
    merge(services, request, principal, customer_id, body.double_id)
    return CustomerView.model_validate(_of(services, customer_id))


def _of(services: Services, customer_id: int) -> Customer:
    with services.database.reading() as session:
        return card_by_id(session, customer_id)
