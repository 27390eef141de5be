"""Addresses that are told of events."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callcoach.datapath import Severity
from callcoach.errors import InputError, NotFoundError
from callcoach.store.events import EventKind, Hook
from callcoach.store.tables import DeliveryRow, HookRow

SECRET_BYTES = 24
MAX_URL = 1000
PREFIX = "whsec_"
"""How Standard Webhooks marks a secret."""


def add_hook(
    session: Session, person_id: int, url: str, kinds: Iterable[EventKind], least_severity: Severity, *, now: datetime
) -> Hook:
    """Add an address with a secret of its own.

    Raises:
        InputError: it is no address, or is to be told nothing.
    """
    if not _is_url(url.strip()):
        raise InputError(f"{url[:80]!r} is not an address; expected one such as https://crm.example.com/callcoach.")
    wanted = _wanted(kinds)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    row = HookRow(
        url=url.strip(), secret=secret, kinds=wanted, least_severity=least_severity, made_at=now, made_by=person_id
    )
    session.add(row)
    session.flush()
    return _hook(row)


def list_hooks(session: Session) -> tuple[Hook, ...]:
    """Return all addresses, those told first."""
    rows = session.scalars(select(HookRow).order_by(HookRow.active.desc(), HookRow.id))
    return tuple(_hook(row) for row in rows)


def get_hook(session: Session, hook_id: int) -> Hook:
    """Return an address.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(HookRow, hook_id)
    if row is None:
        raise NotFoundError(f"There is no webhook {hook_id}.")
    return _hook(row)


def change_hook(
    session: Session,
    hook_id: int,
    *,
    active: bool | None = None,
    kinds: Iterable[EventKind] | None = None,
    least_severity: Severity | None = None,
) -> Hook:
    """Change what an address is told; what is None stays.

    Raises:
        NotFoundError: there is none of this id.
        InputError: it is to be told nothing.
    """
    get_hook(session, hook_id)
    row = session.get_one(HookRow, hook_id)
    if kinds is not None:
        row.kinds = _wanted(kinds)
    if least_severity is not None:
        row.least_severity = least_severity
    return _hook(row) if active is None else switch_hook(session, hook_id, active=active)


def switch_hook(session: Session, hook_id: int, *, active: bool) -> Hook:
    """Tell an address from now on, or tell it nothing more; what waits for one that is switched off is dropped.

    Raises:
        NotFoundError: there is none of this id.
    """
    get_hook(session, hook_id)
    session.get_one(HookRow, hook_id).active = active
    if not active:
        session.execute(update(DeliveryRow).where(DeliveryRow.hook_id == hook_id).values(next_at=None))
    return get_hook(session, hook_id)


def remove_hook(session: Session, hook_id: int) -> Hook:
    """Remove an address with its log of deliveries, and return what it was.

    Raises:
        NotFoundError: there is none of this id.
    """
    hook = get_hook(session, hook_id)
    session.execute(delete(DeliveryRow).where(DeliveryRow.hook_id == hook_id))
    session.execute(delete(HookRow).where(HookRow.id == hook_id))
    return hook


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # such as a port that is no number
        return False
    plain = url.isprintable() and not any(character.isspace() for character in url)
    return parts.scheme in ("http", "https") and has_host and plain and len(url) <= MAX_URL


def _wanted(kinds: Iterable[EventKind]) -> list[str]:
    wanted = sorted({kind.value for kind in kinds})
    if not wanted:
        raise InputError("Choose at least one kind of event to tell.")
    return wanted


def _hook(row: HookRow) -> Hook:
    kinds = frozenset(EventKind(kind) for kind in row.kinds)
    return Hook(row.id, row.url, row.secret, kinds, row.least_severity, row.active, row.made_at)
