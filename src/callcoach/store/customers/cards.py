"""One customer's card: read by id or number, made, changed, noted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcoach.customers.finding import search_text, spelled
from callcoach.customers.numbers import number_key, written_digits
from callcoach.errors import InputError, NotFoundError
from callcoach.principal import Principal
from callcoach.store.customers.model import Customer, CustomerFields, CustomerNote
from callcoach.store.customers.visibility import customers_visible_to
from callcoach.store.tables import CustomerNoteRow, CustomerNumberRow, CustomerRow, CustomerTagRow, PersonRow

MOST_SORTED_BY = 64
MOST_NUMBERS, MOST_TAGS = 20, 20
MOST_SALES = 1e15
MOST_DOUBLES = 10


def get_customer(session: Session, principal: Principal, customer_id: int) -> Customer:
    """Return a card; that of a double leads to the one it was merged into.

    Raises:
        NotFoundError: there is none of this id, or the principal may not know of it: the two look alike.
    """
    row = session.get(CustomerRow, customer_id)
    while row is not None and row.merged_into is not None:
        row = session.get(CustomerRow, row.merged_into)
    if row is not None:
        seen = select(CustomerRow.id).where(CustomerRow.id == row.id, customers_visible_to(principal))
        row = row if session.scalar(seen) is not None else None
    if row is None:
        raise NotFoundError(
            f"There is no customer {customer_id} among those you may see.", f"您能看到的客户里没有 {customer_id} 号。"
        )
    return cards_of(session, [row])[0]


def card_by_id(session: Session, customer_id: int) -> Customer:
    """Return a card, whoever may find it.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(CustomerRow, customer_id)
    if row is None:
        raise NotFoundError(f"There is no customer {customer_id}.", f"没有 {customer_id} 号客户。")
    return cards_of(session, [row])[0]


def customers_by_number(session: Session, number: str) -> tuple[Customer, ...]:
    """Return the customers who have a number, the one changed last first."""
    key = number_key(number)
    if not key:
        return ()
    having = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.number_key == key)
    query = select(CustomerRow).where(CustomerRow.id.in_(having), CustomerRow.merged_into.is_(None))
    rows = session.scalars(query.order_by(CustomerRow.changed_at.desc(), CustomerRow.id).limit(MOST_DOUBLES)).all()
    return cards_of(session, rows)


def cards_of(session: Session, rows: Sequence[CustomerRow]) -> tuple[Customer, ...]:
    """Return rows with what belongs to them, in a handful of queries however many they are."""
    ids = [row.id for row in rows]
    numbers: defaultdict[int, list[CustomerNumberRow]] = defaultdict(list)
    for number in session.scalars(
        select(CustomerNumberRow).where(CustomerNumberRow.customer_id.in_(ids)).order_by(CustomerNumberRow.id)
    ):
        numbers[number.customer_id].append(number)
    tags: defaultdict[int, list[str]] = defaultdict(list)
    for tag in session.scalars(
        select(CustomerTagRow).where(CustomerTagRow.customer_id.in_(ids)).order_by(CustomerTagRow.name)
    ):
        tags[tag.customer_id].append(tag.name)
    owners = {row.owner_id for row in rows if row.owner_id is not None}
    named = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(owners)))
    names: dict[int | None, str] = {row.id: row.name for row in named}
    return tuple(_card(row, numbers[row.id], tags[row.id], names.get(row.owner_id, "")) for row in rows)


def add_customer(session: Session, fields: CustomerFields, now: datetime) -> int:
    """Add a card and return its id.

    Raises:
        InputError: it has neither name nor number, or more of something than a card holds.
    """
    return add_customers(session, [fields], now)[0]


def add_customers(session: Session, entries: Sequence[CustomerFields], now: datetime) -> list[int]:
    """Add cards and return their ids, in a handful of statements however many they are; errors as of `add_customer`."""
    checked = [_checked(fields) for fields in entries]
    _check_owners(session, {fields.owner_id for fields in entries if fields.owner_id is not None})
    rows = [CustomerRow(made_at=now, tier_by_hand=fields.tier is not None) for fields in entries]
    for row, fields, (numbers, tags) in zip(rows, entries, checked, strict=True):
        _set(row, fields, numbers, tags, now)
    session.add_all(rows)
    session.flush()
    for row, (numbers, tags) in zip(rows, checked, strict=True):
        _add_parts(session, row.id, numbers, tags)
    session.flush()
    return [row.id for row in rows]


def change_customer(session: Session, customer_id: int, fields: CustomerFields, now: datetime) -> None:
    """Make a card say something else; another tier than it had is one set by hand.

    Raises:
        NotFoundError: there is none of this id.
        InputError: as of `add_customer`.
    """
    row = session.get(CustomerRow, customer_id)
    if row is None:
        raise NotFoundError(f"There is no customer {customer_id}.", f"没有 {customer_id} 号客户。")
    if fields.tier is not row.tier:
        row.tier_by_hand = fields.tier is not None
    numbers, tags = _checked(fields)
    _check_owners(session, {fields.owner_id} - {None})
    _set(row, fields, numbers, tags, now)
    session.execute(delete(CustomerNumberRow).where(CustomerNumberRow.customer_id == row.id))
    session.execute(delete(CustomerTagRow).where(CustomerTagRow.customer_id == row.id))
    _add_parts(session, row.id, numbers, tags)
    session.flush()


def add_note(
    session: Session, customer_id: int, person_id: int, text: str, *, call_id: str = "", now: datetime
) -> None:
    """Note something of a customer.

    Raises:
        InputError: it says nothing.
    """
    if not text.strip():
        raise InputError("The note is empty. Write what is to be remembered.", "备注是空的，请写要记住的内容。")
    session.add(
        CustomerNoteRow(customer_id=customer_id, person_id=person_id, at=now, call_id=call_id, text=text.strip())
    )


def notes_of(session: Session, customer_id: int, limit: int = 50) -> tuple[CustomerNote, ...]:
    """Return what was noted, newest first."""
    query = (
        select(CustomerNoteRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == CustomerNoteRow.person_id)
        .where(CustomerNoteRow.customer_id == customer_id)
        .order_by(CustomerNoteRow.at.desc(), CustomerNoteRow.id.desc())
        .limit(limit)
    )
    return tuple(CustomerNote(row.id, row.at, name, row.call_id, row.text) for row, name in session.execute(query))


def _checked(fields: CustomerFields) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return numbers by their keys, and tags, each once."""
    numbers = _distinct(fields.numbers)
    tags = tuple(dict.fromkeys(tag.strip()[:80] for tag in fields.tags if tag.strip()))
    if not fields.name.strip() and not numbers:
        raise InputError("A card needs a name or a number.", "客户卡要有姓名或号码。")
    if len(numbers) > MOST_NUMBERS or len(tags) > MOST_TAGS:
        raise InputError(
            f"A card holds at most {MOST_NUMBERS} numbers and {MOST_TAGS} tags.",
            f"一张客户卡最多 {MOST_NUMBERS} 个号码、{MOST_TAGS} 个标签。",
        )
    if fields.sales is not None and not -MOST_SALES < fields.sales < MOST_SALES:
        raise InputError(
            f"The sales are {fields.sales}; expected yuan, less than {MOST_SALES:.0e}.",
            f"销售额是 {fields.sales}，应为小于 {MOST_SALES:.0e} 的元数。",
        )
    return numbers, tags


def _check_owners(session: Session, owner_ids: set[int | None]) -> None:
    for owner_id in owner_ids:
        if session.get(PersonRow, owner_id) is None:
            raise InputError(
                f"There is no person {owner_id} who could be the owner. Choose another one.",
                f"没有可以作归属人的 {owner_id} 号人员，请另选。",
            )


def _set(
    row: CustomerRow, fields: CustomerFields, numbers: dict[str, str], tags: tuple[str, ...], now: datetime
) -> None:
    row.name, row.company = fields.name.strip() or next(iter(numbers.values())), fields.company.strip()
    row.tier, row.kind, row.sales = fields.tier, fields.kind, fields.sales
    row.owner_id, row.notes, row.changed_at = fields.owner_id, fields.notes.strip(), now
    row.sort_name = spelled(row.name)[0][:MOST_SORTED_BY]
    row.find = search_text((row.name, row.company, *tags), (*numbers, *map(written_digits, numbers.values())))


def _add_parts(session: Session, customer_id: int, numbers: dict[str, str], tags: tuple[str, ...]) -> None:
    session.add_all(
        CustomerNumberRow(customer_id=customer_id, number=number, number_key=key) for key, number in numbers.items()
    )
    session.add_all(CustomerTagRow(customer_id=customer_id, name=tag) for tag in tags)


def _distinct(numbers: Iterable[str]) -> dict[str, str]:
    """Return the numbers as they were written, by their keys."""
    found: dict[str, str] = {}
    for number in numbers:
        key = number_key(number)
        if key:
            found.setdefault(key, number.strip()[:64])
    return found


def _card(row: CustomerRow, numbers: Sequence[CustomerNumberRow], tags: Sequence[str], owner: str) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        company=row.company,
        numbers=tuple(one.number for one in numbers),
        number_keys=tuple(one.number_key for one in numbers),
        tier=row.tier,
        tier_by_hand=row.tier_by_hand,
        kind=row.kind,
        sales=row.sales,
        owner_id=row.owner_id,
        owner=owner,
        notes=row.notes,
        tags=tuple(tags),
        made_at=row.made_at,
        changed_at=row.changed_at,
    )
