"""Events told to the outside: written with the deed, delivered at least once, each with an id to know it again by.

A delivery is taken by one server at a time: it moves `next_at` beyond the time a try may take before it tries, so
that a server that dies leaves it due again, and no two try it at once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callcoach.datapath import Severity
from callcoach.errors import NotFoundError
from callcoach.principal import Principal
from callcoach.store.tables import CallRow, DeliveryRow, HookRow, OutEventRow
from callcoach.store.visibility import visible_to


class EventKind(StrEnum):
    """What is told."""

    CALL_ENDED = "call.ended"
    """A call's recording came in."""
    CALL_SCORED = "call.scored"
    CALL_FINDINGS = "call.findings"
    """A scored call has findings; a receiver names the least severity."""
    CALL_FAILED = "call.failed"
    REVIEW_FINISHED = "review.finished"
    APPEAL_FILED = "appeal.filed"
    APPEAL_DECIDED = "appeal.decided"


PAUSES_S = (5, 30, 120, 600, 3600, 10_800, 21_600, 43_200)
"""Pauses before the next tries, about a day in all; after the last one it is given up."""
JITTER = 0.2
LEASE_S = 60
"""A try takes less; a server that died in one leaves the delivery due again after this."""
KEPT_DAYS = 30
MAX_FEED = 200
SHORT = 500
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class OutEvent:
    """An event as it is told."""

    id: int
    at: datetime
    kind: str
    call_id: str
    severity: Severity | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be tried now."""

    delivery_id: int
    url: str
    secret: str
    event: OutEvent


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try. `status` None: nobody answered, `answer` says why."""

    status: int | None
    answer: str
    took_ms: int

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the delivery log."""

    id: int
    event: OutEvent
    attempts: int
    next_at: datetime | None
    last_at: datetime | None
    status: int | None
    answer: str
    took_ms: int | None
    delivered: bool


@dataclass(frozen=True, slots=True)
class Hook:
    """An address that is told."""

    id: int
    url: str
    secret: str
    kinds: frozenset[EventKind]
    least_severity: Severity
    active: bool
    made_at: datetime


def emit(
    session: Session,
    kind: EventKind,
    call_pk: int,
    body: Mapping[str, Any] | None = None,
    *,
    severity: Severity | None = None,
    at: datetime | None = None,
) -> None:
    """Tell an event with the deed that this transaction does; whoever is to be told gets a delivery at once."""
    at = at or datetime.now(UTC)
    row = OutEventRow(at=at, kind=kind.value, call_pk=call_pk, severity=severity, body=dict(body or {}))
    session.add(row)
    session.flush()
    for hook in session.scalars(select(HookRow).where(HookRow.active)):
        if kind.value in hook.kinds and (severity is None or _rank(severity) >= _rank(hook.least_severity)):
            session.add(DeliveryRow(hook_id=hook.id, event_id=row.id, next_at=at))


def feed(session: Session, principal: Principal, after: int, limit: int = MAX_FEED) -> list[OutEvent]:
    """Return the events after an id about calls that the principal may see, in order."""
    query = (
        select(OutEventRow, CallRow.id)
        .join(CallRow, CallRow.pk == OutEventRow.call_pk)
        .where(OutEventRow.id > after, visible_to(principal))
        .order_by(OutEventRow.id)
        .limit(limit)
    )
    return [_event(row, call_id) for row, call_id in session.execute(query)]


def newest_id(session: Session) -> int:
    """Return the id of the newest event; 0: there is none."""
    return session.scalar(select(OutEventRow.id).order_by(OutEventRow.id.desc()).limit(1)) or 0


def take_due(session: Session, now: datetime, limit: int = 20) -> list[Due]:
    """Return deliveries to be tried now; nobody else gets them for `LEASE_S`."""
    due = session.scalars(
        select(DeliveryRow.id).where(DeliveryRow.next_at <= now).order_by(DeliveryRow.next_at).limit(limit)
    ).all()
    taken: list[Due] = []
    for delivery_id in due:
        mine = update(DeliveryRow).where(DeliveryRow.id == delivery_id, DeliveryRow.next_at <= now)
        done = session.execute(mine.values(next_at=now + timedelta(seconds=LEASE_S)))
        if done.rowcount == 1:  # pyright: ignore[reportAttributeAccessIssue] - a cursor's result has it
            taken.append(_due(session, delivery_id))
    return taken


def note_try(session: Session, delivery_id: int, tried: Tried, now: datetime) -> None:
    """Note what came of a try, and when the next one is."""
    row = session.get_one(DeliveryRow, delivery_id)
    row.attempts += 1
    row.last_at, row.status, row.answer, row.took_ms = now, tried.status, tried.answer[:SHORT], tried.took_ms
    row.delivered = tried.delivered
    row.next_at = None if tried.delivered else _next_at(row.attempts, now)


def send_again(session: Session, hook_id: int, delivery_id: int, now: datetime) -> None:
    """Have a delivery tried again from the start.

    Raises:
        NotFoundError: the hook has none of this id.
    """
    row = session.get(DeliveryRow, delivery_id)
    if row is None or row.hook_id != hook_id:
        raise NotFoundError(f"The webhook {hook_id} has no delivery {delivery_id}.")
    row.next_at, row.attempts, row.delivered = now, 0, False


def list_deliveries(session: Session, hook_id: int, limit: int = 100) -> tuple[Delivery, ...]:
    """Return the latest deliveries of a hook, newest first."""
    query = (
        select(DeliveryRow, OutEventRow, CallRow.id)
        .join(OutEventRow, OutEventRow.id == DeliveryRow.event_id)
        .join(CallRow, CallRow.pk == OutEventRow.call_pk)
        .where(DeliveryRow.hook_id == hook_id)
        .order_by(DeliveryRow.id.desc())
        .limit(limit)
    )
    return tuple(
        Delivery(
            row.id,
            _event(event, call_id),
            row.attempts,
            row.next_at,
            row.last_at,
            row.status,
            row.answer,
            row.took_ms,
            row.delivered,
        )
        for row, event, call_id in session.execute(query)
    )


def forget_old(session: Session, now: datetime) -> None:
    """Remove events and deliveries that are older than is kept."""
    session.execute(delete(OutEventRow).where(OutEventRow.at < now - timedelta(days=KEPT_DAYS)))


def _rank(severity: Severity) -> int:
    return tuple(Severity).index(severity)


def _next_at(attempts: int, now: datetime) -> datetime | None:
    if attempts > len(PAUSES_S):
        return None
    pause_s = PAUSES_S[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load
    return now + timedelta(seconds=pause_s)


def _due(session: Session, delivery_id: int) -> Due:
    delivery = session.get_one(DeliveryRow, delivery_id)
    hook = session.get_one(HookRow, delivery.hook_id)
    event = session.get_one(OutEventRow, delivery.event_id)
    call_id = session.scalars(select(CallRow.id).where(CallRow.pk == event.call_pk)).one()
    return Due(delivery_id, hook.url, hook.secret, _event(event, call_id))


def _event(row: OutEventRow, call_id: str) -> OutEvent:
    return OutEvent(row.id, row.at, row.kind, call_id, row.severity, dict(row.body))
