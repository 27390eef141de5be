"""`/desk/card`: the card of who is on the line, as a part of the desk's page; changed where it stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from callcoach.customers.tiers import TIERS_OF, TierScheme
from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.customers import keeping
from callcoach.server.customers.contexts import DeskCard
from callcoach.server.customers.crm import crm_link
from callcoach.server.customers.forms import CardForm, applied, fields_of
from callcoach.server.customers.history import history_of
from callcoach.server.customers.tips import KINDS, TIERS
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.campaigns.do_not_call import do_not_call_entry
from callcoach.store.contacts import contact_of_number
from callcoach.store.customers.cards import customers_by_number
from callcoach.store.customers.model import Customer, CustomerFields

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CUSTOMERS_SEE))]
Editor = Annotated[Principal, Depends(require(Permission.CUSTOMERS_EDIT))]
Number = Annotated[str, Query(max_length=200)]
CallId = Annotated[str, Query(max_length=120)]
Direction = Annotated[str, Query(max_length=20)]
SHOWN = 5
"""Things of each kind of history: what one can take in while the telephone rings."""


@router.get("/desk/card")
def get_card(
    *,
    request: Request,
    principal: Reader,
    services: WithServices,
    number: Number = "",
    call_id: CallId = "",
    direction: Direction = "",
    customer_id: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Show who has a number; `customer_id` chooses where several have it."""
    found = keeping.find_by_number(services, number, by(request, principal))
    chosen = next((one for one in found if one.id == customer_id), found[0] if found else None)
    line = _Line(number, call_id, direction)
    return render(request, _card(services, principal, line, chosen, found))


@router.post("/desk/card")
def post_card(
    *,
    form: CardForm,
    request: Request,
    principal: Editor,
    services: WithServices,
    number: Annotated[str, Form(max_length=200)] = "",
    call_id: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Make the card of a new customer who is on the line."""
    fields = applied(form, CustomerFields("", numbers=(number,)))
    if not fields.name:
        raise InputError("The card needs the customer's name.", "请填写客户姓名。")
    customer_id = keeping.add(services, fields, by(request, principal))
    return _again(request, services, principal, customer_id, _Line(number, call_id))


@router.post("/desk/card/{customer_id}")
def post_change(
    *,
    customer_id: KeyInPath,
    form: CardForm,
    request: Request,
    principal: Editor,
    services: WithServices,
    number: Annotated[str, Form(max_length=200)] = "",
    call_id: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Change what the form holds of a card."""
    before = keeping.on_the_line(services, principal, customer_id, number)
    keeping.change(services, before, applied(form, fields_of(before)), by(request, principal))
    return _again(request, services, principal, customer_id, _Line(number, call_id))


@router.post("/desk/card/{customer_id}/notes")
def post_note(
    *,
    customer_id: KeyInPath,
    request: Request,
    principal: Editor,
    services: WithServices,
    text: Annotated[str, Form(max_length=4000)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    call_id: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Note something while talking."""
    customer = keeping.on_the_line(services, principal, customer_id, number)
    keeping.note_on(services, customer.id, text, call_id, by(request, principal))
    return _again(request, services, principal, customer_id, _Line(number, call_id))


class _Line:
    """What is known of the call at which the card is shown."""

    def __init__(self, number: str, call_id: str = "", direction: str = "") -> None:
        self.number, self.call_id, self.direction = number, call_id, direction


def _again(request: Request, services: Services, principal: Principal, customer_id: int, line: _Line) -> Response:
    """Show the card as it is now."""
    with services.database.reading() as session:
        found = customers_by_number(session, line.number)
    chosen = next((one for one in found if one.id == customer_id), None)
    if chosen is None:  # the number was taken off the card
        chosen = keeping.on_the_line(services, principal, customer_id, line.number)
    return render(request, _card(services, principal, line, chosen, found))


def _card(
    services: Services, principal: Principal, line: _Line, chosen: Customer | None, found: tuple[Customer, ...]
) -> DeskCard:
    with services.database.reading() as session:
        contact = None if chosen else contact_of_number(session, line.number)
        refusal = do_not_call_entry(session, line.number, services.now().date())
    until = f" → {refusal.until}" if refusal and refusal.until else ""
    return DeskCard(
        number=line.number,
        call_id=line.call_id,
        customer=chosen,
        others=tuple(one for one in found if chosen is not None and one.id != chosen.id),
        contact=f"{contact.name} {contact.department}".strip() if contact else "",
        items=history_of(services, principal, chosen, SHOWN)[: 2 * SHOWN] if chosen else (),
        do_not_call=f"{refusal.reason}{until}" or "–" if refusal else "",
        crm=crm_link(
            services.settings.desk.crm_url,
            number=line.number,
            call_id=line.call_id,
            agent=principal.name,
            direction=line.direction,
        ),
        tiers=TIERS_OF[TierScheme(services.settings.customers.tier_scheme)],
        tier_words=TIERS,
        kinds=KINDS,
        may_edit=may(principal, Permission.CUSTOMERS_EDIT),
        problem="",
    )
