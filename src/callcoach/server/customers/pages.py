"""The pages of customers: the list, a card, doubles, tiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.customers.tiers import TIERS_OF, Tier, TierScheme
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.calls.contexts import Heading
from callcoach.server.customers import keeping
from callcoach.server.customers.contexts import CustomerPage, CustomerRows, CustomersPage
from callcoach.server.customers.forms import CardForm, applied, fields_of
from callcoach.server.customers.history import history_of
from callcoach.server.customers.importing import customer_cells, customer_columns, customer_importer
from callcoach.server.customers.query import CustomersQuery, read_query
from callcoach.server.customers.tips import KINDS, TIERS
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.imports.pages import add_import_pages
from callcoach.server.pages.places import KeyInForm, KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.choices import agents_to_choose
from callcoach.store.customers.keeping import give_tiers, merge_customers
from callcoach.store.customers.lists import MAX_LIMIT, customer_tags, customers_called_alike, list_customers
from callcoach.store.customers.model import Customer, CustomerFields, CustomerSort

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CUSTOMERS_SEE))]
Editor = Annotated[Principal, Depends(require(Permission.CUSTOMERS_EDIT))]
Keeper = Annotated[Principal, Depends(require(Permission.CUSTOMERS_KEEP))]
Count = Annotated[str, Query(max_length=12)]
HISTORY = 50


@router.get("/customers")
def get_customers(
    *,
    request: Request,
    principal: Reader,
    services: WithServices,
    added: Count = "",
    changed: Count = "",
    ranked: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show the list; htmx gets its rows alone."""
    query = read_query(request.query_params)
    rows = _rows(services, principal, query)
    if request.headers.get("HX-Target") == "customers":
        return render(request, rows)
    with services.database.reading() as session:
        owners, tags = agents_to_choose(session, principal), customer_tags(session)
    page = CustomersPage(
        rows=rows,
        shown=query.shown,
        tiers=_tiers(services),
        tier_words=TIERS,
        kinds=KINDS,
        owners=owners,
        tags=tags,
        may_edit=may(principal, Permission.CUSTOMERS_EDIT),
        may_keep=may(principal, Permission.CUSTOMERS_KEEP),
        told=(added, changed) if added.isdecimal() and changed.isdecimal() else None,
        ranked=ranked,
    )
    return render(request, page)


@router.get("/customers/export")
def get_export(
    request: Request,
    principal: Keeper,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give the whole filtered list as a file that can be brought in again."""
    query = read_query({**request.query_params, "after": ""})
    with services.database.writing() as session:
        detail = {"format": file_format.value, **query.values}
        note(session, "customers.export", detail=detail, **by(request, principal))
    headings = tuple(column.names[0] for column in customer_columns(services))
    name = translator_of(request)("customers.title")
    return download(Table(name, headings, _cells(services, principal, query), ZoneInfo("UTC")), file_format)


add_import_pages(router, "/customers/import", Permission.CUSTOMERS_KEEP, customer_importer, "customers.bring")


@router.post("/customers/tiers")
def post_tiers(request: Request, principal: Keeper, services: WithServices) -> Response:
    """Give every customer with sales the tier of the rule."""
    counts = rank(services, request, principal)
    words = translator_of(request).words
    told = " · ".join(f"{words(TIERS[tier])} {counts.get(tier, 0)}" for tier in _tiers(services))
    return RedirectResponse(f"/customers?{urlencode({'ranked': told})}", 303)


def rank(services: Services, request: Request, principal: Principal) -> Mapping[Tier, int]:
    """Give tiers by the site's scheme; return how many customers each has."""
    scheme = TierScheme(services.settings.customers.tier_scheme)
    with services.database.writing() as session:
        counts = give_tiers(session, scheme)
        note(session, "customers.rank", detail={"scheme": scheme.value}, **by(request, principal))
    return counts


@router.get("/customers/new")
def get_new_customer(request: Request, principal: Editor, services: WithServices) -> Response:
    """Show the form of a new card."""
    return render(request, _page(services, principal, None, CustomerFields("")))


@router.post("/customers")
def post_customer(form: CardForm, request: Request, principal: Editor, services: WithServices) -> Response:
    """Add a card."""
    fields = CustomerFields("")
    try:
        fields = applied(form, fields)
        if principal.role.value == "agent":  # who makes it looks after it: otherwise they could not find it again
            fields = replace(fields, owner_id=fields.owner_id or principal.person_id)
        customer_id = keeping.add(services, fields, by(request, principal))
    except CallCoachError as error:
        return render(request, _page(services, principal, None, fields, said_to(request, error)), 422)
    return RedirectResponse(f"/customers/{customer_id}?saved=true", 303)


@router.get("/customers/{customer_id}")
def get_one_customer(
    customer_id: KeyInPath, request: Request, principal: Reader, services: WithServices, *, saved: bool = False
) -> Response:
    """Show one card."""
    customer = keeping.see(services, principal, customer_id, by(request, principal))
    if customer.id != customer_id:  # it was merged into this one
        return RedirectResponse(f"/customers/{customer.id}", 303)
    return render(request, _page(services, principal, customer, fields_of(customer), saved=saved))


@router.post("/customers/{customer_id}")
def post_change(
    customer_id: KeyInPath, form: CardForm, request: Request, principal: Editor, services: WithServices
) -> Response:
    """Change a card."""
    before = keeping.see(services, principal, customer_id, by(request, principal))
    fields = fields_of(before)
    try:
        fields = applied(form, fields)
        keeping.change(services, before, fields, by(request, principal))
    except CallCoachError as error:
        return render(request, _page(services, principal, before, fields, said_to(request, error)), 422)
    return RedirectResponse(f"/customers/{before.id}?saved=true", 303)


@router.post("/customers/{customer_id}/notes")
def post_note(
    customer_id: KeyInPath,
    request: Request,
    principal: Editor,
    services: WithServices,
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Note something."""
    customer = keeping.see(services, principal, customer_id, by(request, principal))
    try:
        keeping.note_on(services, customer.id, text, "", by(request, principal))
    except CallCoachError as error:
        return render(request, _page(services, principal, customer, fields_of(customer), said_to(request, error)), 422)
    return RedirectResponse(f"/customers/{customer.id}", 303)


@router.post("/customers/{customer_id}/merge")
def post_merge(
    customer_id: KeyInPath,
    request: Request,
    principal: Keeper,
    services: WithServices,
    double_id: KeyInForm = 0,
) -> Response:
    """Merge another card into this one."""
    merge(services, request, principal, customer_id, double_id)
    return RedirectResponse(f"/customers/{customer_id}?saved=true", 303)


def merge(services: Services, request: Request, principal: Principal, kept_id: int, double_id: int) -> None:
    """Make one card of two; errors as of the store's `merge_customers`."""
    with services.database.writing() as session:
        merge_customers(session, kept_id, double_id, services.now())
        about, detail = ("customer", str(kept_id)), {"merged": double_id}
        note(session, "customer.merge", about=about, detail=detail, **by(request, principal))


# -- what is shown -----------------------------------------------------------------------------


def masked(number: str) -> str:
    """Return a number as lists show it: whoever looks over a shoulder cannot call it."""
    return f"{number[:3]}****{number[-4:]}" if len(number) > 7 else number


def _rows(services: Services, principal: Principal, query: CustomersQuery) -> CustomerRows:
    with services.database.reading() as session:
        page = list_customers(
            session,
            principal,
            query.filter,
            sort=query.sort,
            descending=query.descending,
            after=query.values.get("after", ""),
        )
    keeps = may(principal, Permission.CUSTOMERS_KEEP)
    return CustomerRows(
        customers=page.customers,
        numbers={one.id: one.numbers if keeps else tuple(map(masked, one.numbers)) for one in page.customers},
        headings={key.value: _heading(query, key) for key in CustomerSort},
        first=query.address(after="") if query.values.get("after") else "",
        following=query.address(after=page.next_cursor) if page.next_cursor else "",
        files=tuple(query.address("/customers/export", after="", format=one.value) for one in reversed(FileFormat))
        if keeps
        else (),
        is_filtered=bool(query.values.keys() - {"sort", "descending", "after"}),
        tier_words=TIERS,
        kinds=KINDS,
    )


def _heading(query: CustomersQuery, key: CustomerSort) -> Heading:
    current = query.sort is key
    turned = "false" if (current and query.descending) or (not current and key is CustomerSort.NAME) else "true"
    sorted_by = ("descending" if query.descending else "ascending") if current else ""
    return Heading(key.value, query.address(sort=key.value, descending=turned, after=""), sorted_by)


def _page(
    services: Services,
    principal: Principal,
    customer: Customer | None,
    fields: CustomerFields,
    problem: str = "",
    *,
    saved: bool = False,
) -> CustomerPage:
    keeps = may(principal, Permission.CUSTOMERS_KEEP)
    with services.database.reading() as session:
        doubles = customers_called_alike(session, customer) if customer and keeps else ()
        owners = agents_to_choose(session, principal)
    return CustomerPage(
        customer=customer,
        fields=fields,
        items=history_of(services, principal, customer, HISTORY) if customer else (),
        doubles=doubles,
        owners=owners,
        tiers=_tiers(services),
        tier_words=TIERS,
        kinds=KINDS,
        may_edit=may(principal, Permission.CUSTOMERS_EDIT),
        saved=saved,
        problem=problem,
    )


def _tiers(services: Services):
    return TIERS_OF[TierScheme(services.settings.customers.tier_scheme)]


def _cells(services: Services, principal: Principal, query: CustomersQuery) -> Iterator[tuple[Cell, ...]]:
    after = ""
    while True:
        with services.database.reading() as session:
            page = list_customers(
                session,
                principal,
                query.filter,
                sort=query.sort,
                descending=query.descending,
                after=after,
                limit=MAX_LIMIT,
            )
        yield from customer_cells(page.customers)
        if not (after := page.next_cursor):
            return
