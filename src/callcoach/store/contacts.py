"""The company's phone book: entries kept by number, found by name, pinyin, initials, department or number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from callcoach.customers.finding import asked_words, search_text, spelled
from callcoach.customers.numbers import number_key, written_digits
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.store.tables import ContactRow

MOST_SORTED_BY = 64
"""Characters of the pinyin that lists are sorted by."""


@dataclass(frozen=True, slots=True)
class ContactFields:
    """What an entry says."""

    number: str
    name: str
    department: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """An entry of the phone book."""

    id: int
    number: str
    name: str
    department: str
    notes: str


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Entries by name; `next_cursor` is empty on the last page."""

    contacts: tuple[Contact, ...]
    next_cursor: str


def search_contacts(session: Session, text: str, limit: int = 20) -> tuple[Contact, ...]:
    """Return the entries that hold every word typed, those first whose name, initials or number begin with it."""
    words = asked_words(text)
    if not words:
        return list_contacts(session, limit=limit).contacts
    first, digits = words[0], number_key(text)
    begins = or_(
        ContactRow.number_key.startswith(digits or first, autoescape=True),
        ContactRow.find.contains(f" {first}", autoescape=True),
    )
    query = select(ContactRow).where(_holds(text)).order_by(case((begins, 0), else_=1), *_ORDER)
    return tuple(_contact(row) for row in session.scalars(query.limit(limit)))


def list_contacts(session: Session, text: str = "", after: str = "", limit: int = 100) -> ContactPage:
    """Return a page of entries by name, which goes on after the cursor of the one before.

    Raises:
        InputError: the cursor is none of ours.
    """
    query = select(ContactRow).order_by(*_ORDER)
    if text.strip():
        query = query.where(_holds(text))
    if after:
        query = query.where(_beyond(after))
    rows = session.scalars(query.limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return ContactPage(tuple(_contact(row) for row in rows[:limit]), f"{last.id}.{last.sort_name}" if last else "")


def contact_of_number(session: Session, number: str) -> Contact | None:
    """Return the entry of a number; None: it is in nobody's."""
    key = number_key(number)
    row = session.scalar(select(ContactRow).where(ContactRow.number_key == key)) if key else None
    return _contact(row) if row else None


def get_contact(session: Session, contact_id: int) -> Contact:
    """Return an entry.

    Raises:
        NotFoundError: there is none of this id.
    """
    return _contact(_row(session, contact_id))


def add_contact(session: Session, fields: ContactFields) -> Contact:
    """Add an entry.

    Raises:
        InputError: it has no name, or a number that is none.
        ConflictError: the number stands in the phone book.
    """
    row = ContactRow()
    _fill(session, row, fields)
    session.add(row)
    session.flush()
    return _contact(row)


def change_contact(session: Session, contact_id: int, fields: ContactFields) -> Contact:
    """Make an entry say something else; errors as of `add_contact`, and NotFoundError."""
    row = _row(session, contact_id)
    _fill(session, row, fields)
    session.flush()
    return _contact(row)


def remove_contact(session: Session, contact_id: int) -> None:
    """Take an entry out of the phone book.

    Raises:
        NotFoundError: there is none of this id.
    """
    session.delete(_row(session, contact_id))


def known_contact_keys(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """Return which of these numbers stand in the phone book."""
    wanted = list(keys)
    found: set[str] = set()
    for first in range(0, len(wanted), 500):
        query = select(ContactRow.number_key).where(ContactRow.number_key.in_(wanted[first : first + 500]))
        found.update(session.scalars(query))
    return frozenset(found)


def put_contacts(session: Session, entries: Sequence[ContactFields]) -> tuple[int, int]:
    """Add entries, or replace those of the same number; return how many were added and how many replaced."""
    keys = {number_key(entry.number): entry for entry in entries}
    rows: dict[str, ContactRow] = {}
    for first in range(0, len(keys), 500):
        part = list(keys)[first : first + 500]
        rows |= {
            row.number_key: row for row in session.scalars(select(ContactRow).where(ContactRow.number_key.in_(part)))
        }
    for key, entry in keys.items():
        row = rows.get(key) or ContactRow()
        _set(row, key, entry)
        session.add(row)
    session.flush()
    return len(keys) - len(rows), len(rows)


_ORDER = (ContactRow.sort_name, ContactRow.id)


def _holds(text: str) -> ColumnElement[bool]:
    words = [ContactRow.find.contains(word, autoescape=True) for word in asked_words(text)]
    digits = number_key(text)
    if digits and not digits.isalpha():
        return or_(and_(*words), ContactRow.number_key.contains(digits, autoescape=True))
    return and_(*words)


def _beyond(cursor: str) -> ColumnElement[bool]:
    contact_id, _, name = cursor.partition(".")
    if not contact_id.isdecimal() or len(contact_id) > 9:
        raise InputError(
            "The cursor does not belong to this list. Start again without `after`.",
            "翻页位置不属于这个列表。请从第一页开始。",
        )
    return or_(ContactRow.sort_name > name, and_(ContactRow.sort_name == name, ContactRow.id > int(contact_id)))


def _fill(session: Session, row: ContactRow, fields: ContactFields) -> None:
    key = number_key(fields.number)
    if not key or not fields.name.strip():
        raise InputError(
            "An entry needs a name, and a number with digits such as 8001 or 010-6500 0000.",
            "联系人要有名称和号码，号码如 8001 或 010-6500 0000。",
        )
    taken = session.scalar(select(ContactRow).where(ContactRow.number_key == key))
    if taken is not None and taken is not row:
        raise ConflictError(
            f"The number {fields.number} is that of {taken.name}. Change that entry.",
            f"号码 {fields.number} 已是{taken.name}的，请改那一条。",
        )
    _set(row, key, fields)


def _set(row: ContactRow, key: str, fields: ContactFields) -> None:
    row.number, row.number_key = fields.number.strip()[:64], key
    row.name, row.department, row.notes = fields.name.strip(), fields.department.strip(), fields.notes.strip()
    row.sort_name = spelled(row.name)[0][:MOST_SORTED_BY]
    row.find = search_text((row.name, row.department), (key, written_digits(row.number), row.number))


def _row(session: Session, contact_id: int) -> ContactRow:
    row = session.get(ContactRow, contact_id)
    if row is None:
        raise NotFoundError(f"The phone book has no entry {contact_id}.", f"通讯录里没有 {contact_id} 号条目。")
    return row


def _contact(row: ContactRow) -> Contact:
    return Contact(row.id, row.number, row.name, row.department, row.notes)


def count_contacts(session: Session) -> int:
    """Return how many entries there are."""
    return session.scalar(select(func.count()).select_from(ContactRow)) or 0
