"""Lists of customers: found, filtered, sorted, a page at a time by key; a customer's calls."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from callcoach.customers.finding import asked_words
from callcoach.customers.numbers import number_key
from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.store.calls import summaries, summaries_of
from callcoach.store.customers.cards import cards_of
from callcoach.store.customers.model import Customer, CustomerFilter, CustomerPage, CustomerSort
from callcoach.store.customers.visibility import customers_visible_to
from callcoach.store.model import CallSummary
from callcoach.store.tables import CallRow, CustomerNumberRow, CustomerRow, CustomerTagRow
from callcoach.store.tables.customers import NO_SALES, SALES_TO_SORT_BY
from callcoach.store.visibility import visible_to

MAX_LIMIT = 200
MAX_KEY = 2**31 - 1
LEAST_DIGITS = 3
"""Digits from which on numbers are looked for by a piece of them."""
_SORTED_BY: dict[CustomerSort, ColumnElement[Any]] = {
    CustomerSort.CHANGED: CustomerRow.changed_at.expression,
    CustomerSort.NAME: CustomerRow.sort_name.expression,
    CustomerSort.SALES: SALES_TO_SORT_BY,
}


def list_customers(
    session: Session,
    principal: Principal,
    wanted: CustomerFilter,
    *,
    sort: CustomerSort = CustomerSort.CHANGED,
    descending: bool = True,
    after: str = "",
    limit: int = 50,
) -> CustomerPage:
    """Return a page of the customers that the principal may find and the filter admits.

    Raises:
        InputError: the cursor is not one of ours, or from a list sorted otherwise.
    """
    column = _SORTED_BY[sort]
    query = select(CustomerRow).where(
        CustomerRow.merged_into.is_(None), customers_visible_to(principal), *_conditions(wanted)
    )
    if after:
        query = query.where(_beyond(column, after, sort, descending=descending))
    order = (column.desc(), CustomerRow.id.desc()) if descending else (column.asc(), CustomerRow.id.asc())
    limit = min(max(limit, 1), MAX_LIMIT)
    rows = session.scalars(query.order_by(*order).limit(limit + 1)).all()
    cursor = _cursor(rows[limit - 1], sort) if len(rows) > limit else ""
    return CustomerPage(cards_of(session, rows[:limit]), cursor)


def customers_called_alike(session: Session, customer: Customer, limit: int = 10) -> tuple[Customer, ...]:
    """Return cards that may be the same customer: one of the same number, or of the same name and company."""
    by_number = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.number_key.in_(customer.number_keys))
    same_name = and_(
        CustomerRow.sort_name == select(CustomerRow.sort_name).where(CustomerRow.id == customer.id).scalar_subquery(),
        CustomerRow.name == customer.name,
        CustomerRow.company == customer.company,
    )
    query = select(CustomerRow).where(
        CustomerRow.id != customer.id, CustomerRow.merged_into.is_(None), or_(CustomerRow.id.in_(by_number), same_name)
    )
    return cards_of(session, session.scalars(query.order_by(CustomerRow.id).limit(limit)).all())


def calls_with(
    session: Session, principal: Principal, number_keys: Sequence[str], limit: int = 20
) -> tuple[CallSummary, ...]:
    """Return the latest calls with these numbers that the principal may see, newest first."""
    known = [key for key in number_keys if key]
    if not known:
        return ()
    query = summaries().where(CallRow.number_key.in_(known), visible_to(principal))
    rows = session.execute(query.order_by(CallRow.started_at.desc(), CallRow.pk.desc()).limit(limit)).all()
    return tuple(summaries_of(session, rows))


def customer_tags(session: Session, limit: int = 300) -> tuple[str, ...]:
    """Return the tags that customers carry, the commonest first."""
    query = select(CustomerTagRow.name).group_by(CustomerTagRow.name)
    return tuple(session.scalars(query.order_by(func.count().desc(), CustomerTagRow.name).limit(limit)))


def _conditions(wanted: CustomerFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.text.strip():
        yield _holds(wanted.text)
    same = {
        CustomerRow.tier: wanted.tier,
        CustomerRow.kind: wanted.kind,
        CustomerRow.owner_id: wanted.owner_id,
    }
    yield from (column == value for column, value in same.items() if value is not None)
    if wanted.tag:
        yield CustomerRow.id.in_(select(CustomerTagRow.customer_id).where(CustomerTagRow.name == wanted.tag))


def _holds(text: str) -> ColumnElement[bool]:
    words = and_(*(CustomerRow.find.contains(word, autoescape=True) for word in asked_words(text)))
    digits = number_key(text)
    if sum(one.isdigit() for one in digits) < LEAST_DIGITS:
        return words
    # A number that was typed with signs between its digits is found too, by the index when it is whole.
    having = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.number_key == digits)
    return or_(words, CustomerRow.id.in_(having))


def _beyond(column: ColumnElement[Any], cursor: str, sort: CustomerSort, *, descending: bool) -> ColumnElement[bool]:
    value, key = _read_cursor(cursor, sort)
    if descending:
        return or_(column < value, and_(column == value, CustomerRow.id < key))
    return or_(column > value, and_(column == value, CustomerRow.id > key))


def _cursor(last: CustomerRow, sort: CustomerSort) -> str:
    value = {
        CustomerSort.CHANGED: last.changed_at.isoformat(),
        CustomerSort.NAME: last.sort_name,
        CustomerSort.SALES: NO_SALES if last.sales is None else last.sales,
    }[sort]
    return base64.urlsafe_b64encode(json.dumps([sort.value, value, last.id]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, sort: CustomerSort) -> tuple[datetime | str | float, int]:
    foreign = InputError(
        "The cursor does not belong to this list. Start again without `after`.",
        "翻页位置不属于这个列表。请从第一页开始。",
    )
    try:
        name, value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = {
            CustomerSort.CHANGED: lambda: datetime.fromisoformat(value),
            CustomerSort.NAME: lambda: str(value),
            CustomerSort.SALES: lambda: float(value),
        }[sort]()
        key = int(key)
    except (ValueError, TypeError, OverflowError) as error:
        raise foreign from error
    if name != sort.value or not 0 <= key <= MAX_KEY or (isinstance(read, datetime) and read.tzinfo is None):
        raise foreign
    return read, key
