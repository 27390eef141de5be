"""What is done with customers, the same for pages, desk and API: each deed with its line in the audit log."""

from __future__ import annotations

from callcoach.principal import Principal
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.customers.cards import (
    add_customer,
    add_note,
    change_customer,
    customers_by_number,
    get_customer,
)
from callcoach.store.customers.model import Customer, CustomerFields


def see(services: Services, principal: Principal, customer_id: int, doer: Doer) -> Customer:
    """Return a card, and note who read it.

    Raises:
        NotFoundError: there is none among those the principal may find.
    """
    with services.database.reading() as session:
        customer = get_customer(session, principal, customer_id)
    with services.database.writing() as session:
        note(session, "customer.see", about=("customer", str(customer.id)), **doer)
    return customer


def on_the_line(services: Services, principal: Principal, customer_id: int, number: str) -> Customer:
    """Return the card of a customer who has this number, or whom the principal may find anyway.

    Raises:
        NotFoundError: it is neither.
    """
    with services.database.reading() as session:
        for one in customers_by_number(session, number):
            if one.id == customer_id:
                return one
        return get_customer(session, principal, customer_id)


def find_by_number(services: Services, number: str, doer: Doer) -> tuple[Customer, ...]:
    """Return the customers of a number, the best first, and note who asked for whom."""
    with services.database.reading() as session:
        found = customers_by_number(session, number)
    if found:
        with services.database.writing() as session:
            for one in found:
                note(session, "customer.see", about=("customer", str(one.id)), detail={"number": number}, **doer)
    return found


def add(services: Services, fields: CustomerFields, doer: Doer) -> int:
    """Add a card and return its id; errors as of the store's `add_customer`."""
    with services.database.writing() as session:
        customer_id = add_customer(session, fields, services.now())
        note(session, "customer.add", about=("customer", str(customer_id)), **doer)
    return customer_id


def change(services: Services, before: Customer, fields: CustomerFields, doer: Doer) -> None:
    """Change a card; noted is which fields changed, never what they say."""
    with services.database.writing() as session:
        change_customer(session, before.id, fields, services.now())
        names = [name for name in CustomerFields.__dataclass_fields__ if getattr(before, name) != getattr(fields, name)]
        note(session, "customer.change", about=("customer", str(before.id)), detail={"fields": names}, **doer)


def note_on(services: Services, customer_id: int, text: str, call_id: str, doer: Doer) -> None:
    """Note something of a customer."""
    with services.database.writing() as session:
        add_note(session, customer_id, doer["person_id"], text, call_id=call_id, now=services.now())
        note(session, "customer.note", about=("customer", str(customer_id)), **doer)
