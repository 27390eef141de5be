"""Numbers of a campaign's list: brought in, assigned, listed; the tries made of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import cycle

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from callcoach.campaigns.outcomes import LeadState
from callcoach.customers.numbers import number_key
from callcoach.errors import InputError, NotFoundError
from callcoach.store.campaigns.model import Attempt, Lead, LeadFields
from callcoach.store.customers.keeping import owners_of_numbers
from callcoach.store.tables import AttemptRow, CustomerRow, LeadRow, PersonRow

BATCH = 500
WAITING = (LeadState.OPEN, LeadState.LATER)
"""States in which a number can be assigned and taken."""


def get_lead(session: Session, lead_id: int) -> Lead:
    """Return a number of a list.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = session.execute(_query().where(LeadRow.id == lead_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"There is no number {lead_id} on any list.", f"名单里没有 {lead_id} 号条目。")
    return lead_of(*found)


def list_leads(
    session: Session,
    campaign_id: int,
    *,
    state: LeadState | None = None,
    owner_id: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> tuple[Lead, ...]:
    """Return numbers of a list in the order in which they came in, after the id of the last one of the page before."""
    query = _query().where(LeadRow.campaign_id == campaign_id, LeadRow.id > after)
    if state is not None:
        query = query.where(LeadRow.state == state)
    if owner_id is not None:
        query = query.where(LeadRow.owner_id == owner_id)
    return tuple(lead_of(row, name) for row, name in session.execute(query.order_by(LeadRow.id).limit(limit)))


def attempts_of(session: Session, lead_id: int, limit: int = 20) -> tuple[Attempt, ...]:
    """Return the tries to call a number, newest first."""
    query = (
        select(AttemptRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == AttemptRow.person_id)
        .where(AttemptRow.lead_id == lead_id)
        .order_by(AttemptRow.id.desc())
        .limit(limit)
    )
    return tuple(attempt_of(row, name) for row, name in session.execute(query))


def known_numbers(session: Session, campaign_id: int, keys: Iterable[str]) -> frozenset[str]:
    """Return which of these numbers are on the campaign's list."""
    wanted = list(dict.fromkeys(keys))
    found: set[str] = set()
    for first in range(0, len(wanted), BATCH):
        query = select(LeadRow.number_key).where(
            LeadRow.campaign_id == campaign_id, LeadRow.number_key.in_(wanted[first : first + BATCH])
        )
        found.update(session.scalars(query))
    return frozenset(found)


def put_leads(session: Session, campaign_id: int, entries: Sequence[LeadFields], now: datetime) -> tuple[int, int]:
    """Put numbers on a list; one that is there already stays as it is. Return how many are new, how many were there.

    A number of a known customer leads to their card, and gets their name where it has none.
    """
    wanted: dict[str, LeadFields] = {}
    for entry in entries:
        wanted.setdefault(number_key(entry.number), entry)
    wanted.pop("", None)
    known = known_numbers(session, campaign_id, wanted)
    owners = owners_of_numbers(session, wanted)
    names = _names(session, owners.values())
    session.add_all(
        LeadRow(
            campaign_id=campaign_id,
            number=entry.number.strip()[:64],
            number_key=key,
            name=(entry.name.strip() or names.get(owners.get(key, 0), ""))[:120],
            note=entry.note.strip(),
            customer_id=owners.get(key),
            owner_id=entry.owner_id,
            state=LeadState.OPEN,
            next_at=now,
        )
        for key, entry in wanted.items()
        if key not in known
    )
    session.flush()
    return len(wanted) - len(known), len(known)


def assign_evenly(session: Session, campaign_id: int, person_ids: Sequence[int], *, again: bool = False) -> int:
    """Give numbers that wait and have nobody to these agents in turn; `again`: all that wait. Return how many.

    Raises:
        InputError: there is nobody to give them to.
    """
    if not person_ids:
        raise InputError("Choose at least one agent.", "请至少选一位坐席。")
    waiting = select(LeadRow.id).where(LeadRow.campaign_id == campaign_id, LeadRow.state.in_(WAITING))
    if not again:
        waiting = waiting.where(LeadRow.owner_id.is_(None))
    turns = list(zip(session.scalars(waiting.order_by(LeadRow.id)), cycle(person_ids), strict=False))
    for person_id in person_ids:
        _give(session, [lead_id for lead_id, whose in turns if whose == person_id], person_id)
    return len(turns)


def assign_to(session: Session, campaign_id: int, lead_ids: Sequence[int], person_id: int | None) -> int:
    """Give these numbers to an agent; None: to whoever comes first. Return how many still waited."""
    known = select(LeadRow.id).where(
        LeadRow.campaign_id == campaign_id, LeadRow.state.in_(WAITING), LeadRow.id.in_(list(lead_ids)[:BATCH])
    )
    found = list(session.scalars(known))
    _give(session, found, person_id)
    return len(found)


def assign_by_owner(session: Session, campaign_id: int) -> int:
    """Give numbers of customers to the customers' owners; return how many have one."""
    owned = (
        select(LeadRow.id, CustomerRow.owner_id)
        .join(CustomerRow, CustomerRow.id == LeadRow.customer_id)
        .where(LeadRow.campaign_id == campaign_id, LeadRow.state.in_(WAITING), CustomerRow.owner_id.is_not(None))
    )
    pairs = [(row.id, row.owner_id) for row in session.execute(owned)]
    for person_id in {whose for _, whose in pairs}:
        _give(session, [lead_id for lead_id, whose in pairs if whose == person_id], person_id)
    return len(pairs)


def count_waiting(session: Session, campaign_id: int) -> int:
    """Return how many numbers wait to be called, now or later."""
    waiting = select(func.count()).where(LeadRow.campaign_id == campaign_id, LeadRow.state.in_(WAITING))
    return session.scalar(waiting) or 0


def lead_of(row: LeadRow, owner: str | None) -> Lead:
    """Return a row as plain data."""
    return Lead(**{name: getattr(row, name) for name in _SAME}, owner=owner or "")


def attempt_of(row: AttemptRow, person: str) -> Attempt:
    """Return a row as plain data."""
    return Attempt(**{name: getattr(row, name) for name in _TRIED}, person=person)


_SAME = (
    *("id", "campaign_id", "number", "number_key", "name", "note", "customer_id", "owner_id", "state", "next_at"),
    *("attempts", "held_by", "held_until", "last_outcome", "last_at", "result", "result_note"),
)
_TRIED = (
    *("id", "lead_id", "campaign_id", "person_id", "at", "call_id", "outcome", "answered_at", "ended_at"),
    *("code", "detail"),
)


def _query() -> Select[LeadRow, str]:
    return select(LeadRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == LeadRow.owner_id)


def _names(session: Session, customer_ids: Iterable[int]) -> dict[int, str]:
    wanted = list(set(customer_ids))
    found: dict[int, str] = {}
    for first in range(0, len(wanted), BATCH):
        query = select(CustomerRow.id, CustomerRow.name).where(CustomerRow.id.in_(wanted[first : first + BATCH]))
        found |= {row.id: row.name for row in session.execute(query)}
    return found


def _give(session: Session, lead_ids: Sequence[int], person_id: int | None) -> None:
    if person_id is not None and session.get(PersonRow, person_id) is None:
        raise InputError(f"There is no person {person_id}.", f"没有 {person_id} 号人员。")
    for first in range(0, len(lead_ids), BATCH):
        mine = update(LeadRow).where(LeadRow.id.in_(lead_ids[first : first + BATCH]))
        session.execute(mine.values(owner_id=person_id))
