"""Events told to the outside: written with the deed, delivered at least once, each with an id to know it again by.

A delivery is taken by one server at a time: it moves `next_at` beyond the time a try may take before it tries, so
that a server that dies leaves it due again, and no two try it at once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from callcoach.datapath import Severity
from callcoach.errors import ConflictError, NotFoundError
from callcoach.principal import Principal
from callcoach.store.engine import at_the_end
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
MOST_OF_A_HOOK = 2
"""Tries of one hook at once, so that one that answers slowly leaves the others their senders."""
KEPT_DAYS = 30
MAX_FEED = 200
SHORT = 500
"""Characters of an answer that are kept."""
WRITE_LOCK = 0x_CA11_C0AC
"""Key of the advisory lock under which events are written on PostgreSQL; ours alone in the database."""
_PENDING = "callcoach_events"


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
    hook_id: int
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
    key: str = "",
) -> None:
    """Tell an event with the deed that this transaction does; whoever is to be told gets a delivery at once.

    Args:
        session: of `Database.writing`; the event is written as the last thing of its transaction.
        kind: what happened.
        call_pk: to which call.
        body: what is told beside the call.
        severity: the worst of the findings it is about.
        at: when; now if it is not given.
        key: what stands for this one event, where the deed may be done again after a crash; it is told once.
    """
    at = at or datetime.now(UTC)
    row = OutEventRow(
        at=at, kind=kind.value, call_pk=call_pk, severity=severity, body=dict(body or {}), key=key or None
    )
    if _PENDING not in session.info:
        session.info[_PENDING] = []
        at_the_end(session, _write)
    session.info[_PENDING].append(row)


def _write(session: Session) -> None:
    """Write the events of a transaction.

    On PostgreSQL under a lock to the end of it, which is now: ids then come in the order of the commits, and a reader
    who has seen an id misses none below. Nothing is locked after it, so that nobody waits for it in a ring.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.execute(select(func.pg_advisory_xact_lock(WRITE_LOCK)))
    hooks = session.scalars(select(HookRow).where(HookRow.active)).all()
    for row in session.info.pop(_PENDING):
        if row.key and session.scalar(select(OutEventRow.id).where(OutEventRow.key == row.key)):
            continue
        session.add(row)
        session.flush()
        session.add_all(
            DeliveryRow(hook_id=hook.id, event_id=row.id, next_at=row.at) for hook in hooks if _is_for(hook, row)
        )


def _is_for(hook: HookRow, row: OutEventRow) -> bool:
    bad_enough = row.severity is None or _rank(row.severity) >= _rank(hook.least_severity)
    return row.kind in hook.kinds and bad_enough


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


def take_due(session: Session, now: datetime, limit: int = 20, sending: Mapping[int, int] | None = None) -> list[Due]:
    """Return deliveries to be tried now; nobody else gets them for `LEASE_S`.

    `sending` says how many tries of a hook are under way; with those, none gets more than `MOST_OF_A_HOOK`.
    """
    of_hooks = Counter(sending or {})
    taken: list[Due] = []
    while len(taken) < limit:
        busy = [hook_id for hook_id, count in of_hooks.items() if count >= MOST_OF_A_HOOK]
        waits = (DeliveryRow.next_at <= now, DeliveryRow.hook_id.not_in(busy))
        first = session.execute(
            select(DeliveryRow.id, DeliveryRow.hook_id).where(*waits).order_by(DeliveryRow.next_at).limit(1)
        ).one_or_none()
        if first is None:
            break
        mine = update(DeliveryRow).where(DeliveryRow.id == first.id, DeliveryRow.next_at <= now)
        done = session.execute(mine.values(next_at=now + timedelta(seconds=LEASE_S)))
        if done.rowcount == 1:  # pyright: ignore[reportAttributeAccessIssue] - a cursor's result has it
            of_hooks[first.hook_id] += 1
            taken.append(_due(session, first.id))
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
        ConflictError: the hook is switched off.
    """
    row = session.get(DeliveryRow, delivery_id)
    if row is None or row.hook_id != hook_id:
        raise NotFoundError(f"The webhook {hook_id} has no delivery {delivery_id}.")
    if not session.get_one(HookRow, hook_id).active:
        raise ConflictError(f"The webhook {hook_id} is switched off. Switch it on, then send the event again.")
    row.next_at, row.attempts, row.delivered = now, 0, False
    session.flush()


def list_deliveries(session: Session, hook_id: int, limit: int = 100) -> tuple[Delivery, ...]:
    """Return the latest deliveries of a hook, newest first."""
    query = _deliveries().where(DeliveryRow.hook_id == hook_id).order_by(DeliveryRow.id.desc()).limit(limit)
    return tuple(_delivery(*row) for row in session.execute(query))


def get_delivery(session: Session, hook_id: int, delivery_id: int) -> Delivery:
    """Return a delivery.

    Raises:
        NotFoundError: the hook has none of this id.
    """
    query = _deliveries().where(DeliveryRow.hook_id == hook_id, DeliveryRow.id == delivery_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"The webhook {hook_id} has no delivery {delivery_id}.")
    return _delivery(*row)


def _deliveries() -> Select[DeliveryRow, OutEventRow, str]:
    return (
        select(DeliveryRow, OutEventRow, CallRow.id)
        .join(OutEventRow, OutEventRow.id == DeliveryRow.event_id)
        .join(CallRow, CallRow.pk == OutEventRow.call_pk)
    )


def _delivery(row: DeliveryRow, event: OutEventRow, call_id: str) -> Delivery:
    return Delivery(
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
    return Due(delivery_id, hook.id, hook.url, hook.secret, _event(event, call_id))


def _event(row: OutEventRow, call_id: str) -> OutEvent:
    return OutEvent(row.id, row.at, row.kind, call_id, row.severity, dict(row.body))
