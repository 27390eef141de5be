"""Numbers that are not to be called from lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from callcoach.customers.numbers import is_dialable, number_key
from callcoach.errors import InputError, NotFoundError
from callcoach.store.tables import DoNotCallRow, PersonRow

BATCH = 500


@dataclass(frozen=True, slots=True)
class DoNotCall:
    """A number that is not to be called."""

    id: int
    number: str
    reason: str
    until: date | None
    """The last day on which it holds; None: for good."""
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class DoNotCallFields:
    """A number to be put on the list."""

    number: str
    reason: str = ""
    until: date | None = None


def list_do_not_call(session: Session, text: str = "", before: int | None = None, limit: int = 100) -> list[DoNotCall]:
    """Return entries, newest first; `before` is the id of the last one of the page before."""
    query = select(DoNotCallRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == DoNotCallRow.added_by)
    if text.strip():
        key = number_key(text)
        holds: list[ColumnElement[bool]] = [DoNotCallRow.reason.contains(text.strip(), autoescape=True)]
        if any(one.isdigit() for one in key):
            holds.append(DoNotCallRow.number_key.contains(key, autoescape=True))
        query = query.where(or_(*holds))
    if before is not None:
        query = query.where(DoNotCallRow.id < before)
    rows = session.execute(query.order_by(DoNotCallRow.id.desc()).limit(limit))
    return [_entry(row, name) for row, name in rows]


def do_not_call_entry(session: Session, number: str, day: date) -> DoNotCall | None:
    """Return the entry that forbids calling a number on a day; None: it may be called."""
    key = number_key(number)
    query = select(DoNotCallRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == DoNotCallRow.added_by)
    found = session.execute(query.where(DoNotCallRow.number_key == key, holds_on(day))).one_or_none() if key else None
    return _entry(*found) if found else None


def holds_on(day: date) -> ColumnElement[bool]:
    """Return the condition of entries that hold on a day."""
    return or_(DoNotCallRow.until.is_(None), DoNotCallRow.until >= day)


def put_do_not_call(
    session: Session, entries: Sequence[DoNotCallFields], person_id: int | None, now: datetime
) -> tuple[int, int]:
    """Put numbers on the list; one that is there gets the new reason and day. Return how many are new, how many not.

    Raises:
        InputError: a number is none.
    """
    wanted: dict[str, DoNotCallFields] = {}
    for entry in entries:
        if not is_dialable(entry.number):
            raise InputError(
                f"{entry.number[:40]!r} is not a telephone number.", f"{entry.number[:40]!r} 不是电话号码。"
            )
        wanted[number_key(entry.number)] = entry
    known = {row.number_key: row for row in _rows(session, wanted)}
    for key, entry in wanted.items():
        row = known.get(key)
        if row is None:
            row = DoNotCallRow(number_key=key)
            session.add(row)
        row.number, row.reason, row.until = entry.number.strip()[:64], entry.reason.strip()[:400], entry.until
        row.added_by, row.added_at = person_id, now
    session.flush()
    return len(wanted) - len(known), len(known)


def known_do_not_call(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """Return which of these numbers are on the list."""
    return frozenset(row.number_key for row in _rows(session, dict.fromkeys(keys)))


def remove_do_not_call(session: Session, entry_id: int) -> DoNotCall:
    """Take a number off the list, and return what it was.

    Raises:
        NotFoundError: there is no entry of this id.
    """
    row = session.get(DoNotCallRow, entry_id)
    if row is None:
        raise NotFoundError(f"The do-not-call list has no entry {entry_id}.", f"免打扰名单里没有 {entry_id} 号条目。")
    session.delete(row)
    return _entry(row, "")


def _rows(session: Session, keys: Iterable[str]) -> list[DoNotCallRow]:
    wanted = list(keys)
    found: list[DoNotCallRow] = []
    for first in range(0, len(wanted), BATCH):
        query = select(DoNotCallRow).where(DoNotCallRow.number_key.in_(wanted[first : first + BATCH]))
        found += session.scalars(query)
    return found


def _entry(row: DoNotCallRow, name: str | None) -> DoNotCall:
    return DoNotCall(row.id, row.number, row.reason, row.until, name or "", row.added_at)
