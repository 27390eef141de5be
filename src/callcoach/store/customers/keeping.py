"""Many customers at once: brought in from a file, doubles merged, tiers given by the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from callcoach.customers.numbers import number_key
from callcoach.customers.tiers import Tier, TierScheme, tiers_by_sales
from callcoach.errors import ConflictError, NotFoundError
from callcoach.store.customers.cards import add_customers, cards_of, change_customer
from callcoach.store.customers.model import Customer, CustomerFields
from callcoach.store.tables import CustomerNoteRow, CustomerNumberRow, CustomerRow, LeadRow

BATCH = 500


def owners_of_numbers(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """Return the customer of each of these numbers that has one; the oldest where several have it."""
    wanted = [key for key in dict.fromkeys(keys) if key]
    found: dict[str, int] = {}
    for first in range(0, len(wanted), BATCH):
        query = (
            select(CustomerNumberRow.number_key, func.min(CustomerRow.id))
            .join(CustomerRow, CustomerRow.id == CustomerNumberRow.customer_id)
            .where(CustomerNumberRow.number_key.in_(wanted[first : first + BATCH]), CustomerRow.merged_into.is_(None))
            .group_by(CustomerNumberRow.number_key)
        )
        found |= {row.number_key: row[1] for row in session.execute(query)}
    return found


def put_customers(session: Session, entries: Sequence[CustomerFields], now: datetime) -> tuple[int, int]:
    """Add customers, or fill in those who have one of the numbers; return how many were added and how many changed.

    What an entry leaves empty stays as it was on the card; numbers and tags are added to those it has.
    """
    known = owners_of_numbers(session, (number_key(one) for entry in entries for one in entry.numbers))
    fresh: list[CustomerFields] = []
    places: dict[str, int] = {}
    changed: set[int] = set()
    for entry in entries:
        keys = [key for key in map(number_key, entry.numbers) if key]
        customer_id = next((known[key] for key in keys if key in known), None)
        place = next((places[key] for key in keys if key in places), None)
        if customer_id is not None:
            card = cards_of(session, [session.get_one(CustomerRow, customer_id)])[0]
            change_customer(session, customer_id, filled_in(card, entry), now)
            changed.add(customer_id)
            known |= dict.fromkeys(keys, customer_id)
        elif place is not None:
            fresh[place] = filled_in(fresh[place], entry)
            places |= dict.fromkeys(keys, place)
        else:
            places |= dict.fromkeys(keys, len(fresh))
            fresh.append(entry)
    for first in range(0, len(fresh), BATCH):
        add_customers(session, fresh[first : first + BATCH], now)
    return len(fresh), len(changed)


def filled_in(card: Customer | CustomerFields, entry: CustomerFields) -> CustomerFields:
    """Return what a card says once an entry has filled it in."""
    return CustomerFields(
        name=entry.name or card.name,
        company=entry.company or card.company,
        numbers=(*card.numbers, *entry.numbers),
        tier=entry.tier or card.tier,
        kind=entry.kind or card.kind,
        sales=card.sales if entry.sales is None else entry.sales,
        owner_id=entry.owner_id or card.owner_id,
        notes="\n".join(dict.fromkeys(filter(None, (card.notes, entry.notes)))),
        tags=(*card.tags, *entry.tags),
    )


def merge_customers(session: Session, kept_id: int, double_id: int, now: datetime) -> None:
    """Make one card of two: the kept one gets the other's numbers, tags, notes and lists, and what it lacked.

    Raises:
        NotFoundError: there is no card of one of the ids.
        ConflictError: they are the same card, or one has been merged already.
    """
    rows = [session.get(CustomerRow, one) for one in (kept_id, double_id)]
    kept, double = rows
    if kept is None or double is None:
        raise NotFoundError(
            f"There is no customer {kept_id if kept is None else double_id}.",
            f"没有 {kept_id if kept is None else double_id} 号客户。",
        )
    if kept_id == double_id or kept.merged_into or double.merged_into:
        raise ConflictError("These are one card already. Load the page again.", "这两张已是同一张卡。请重新载入页面。")
    card, other = cards_of(session, [kept, double])
    # What the kept card says wins; its numbers come first.
    fields = replace(
        filled_in(other, _fields(card)), numbers=(*card.numbers, *other.numbers), tags=(*card.tags, *other.tags)
    )
    fields = replace(fields, notes="\n".join(dict.fromkeys(filter(None, (card.notes, other.notes)))))
    by_hand = kept.tier_by_hand if card.tier else double.tier_by_hand
    change_customer(session, kept_id, fields, now)
    kept.tier_by_hand = by_hand
    for table in (CustomerNoteRow, LeadRow):
        session.execute(update(table).where(table.customer_id == double_id).values(customer_id=kept_id))
    session.execute(delete(CustomerNumberRow).where(CustomerNumberRow.customer_id == double_id))
    double.merged_into, double.changed_at = kept_id, now
    session.flush()


def give_tiers(session: Session, scheme: TierScheme) -> Mapping[Tier, int]:
    """Give every customer with sales the tier of the rule, but for those set by hand; return how many each has."""
    having = select(CustomerRow.id, CustomerRow.sales).where(
        CustomerRow.sales.is_not(None), CustomerRow.merged_into.is_(None)
    )
    sales = {customer_id: value for customer_id, value in session.execute(having) if value is not None}
    tiers = tiers_by_sales(sales, scheme)
    for tier in Tier:
        ids = [customer_id for customer_id, given in tiers.items() if given is tier]
        for first in range(0, len(ids), BATCH):
            mine = update(CustomerRow).where(
                CustomerRow.id.in_(ids[first : first + BATCH]), CustomerRow.tier_by_hand.is_(False)
            )
            session.execute(mine.values(tier=tier, changed_at=CustomerRow.changed_at))
    counted = select(CustomerRow.tier, func.count()).where(CustomerRow.merged_into.is_(None)).group_by(CustomerRow.tier)
    return {tier: count for tier, count in session.execute(counted) if tier is not None}


def _fields(card: Customer) -> CustomerFields:
    return CustomerFields(
        card.name, card.company, card.numbers, card.tier, card.kind, card.sales, card.owner_id, card.notes, card.tags
    )
