"""People signed in at browsers: the cookie has a random token, we its hash. Idleness, age or sign-out ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from callcoach.principal import Principal
from callcoach.store.people import as_principal, person_by_id
from callcoach.store.secrets import new_token, sha256
from callcoach.store.tables import SessionRow

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last request is remembered; a write for every request would hinder others."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts."""

    idle: timedelta
    """Without a request."""
    whole: timedelta
    """After signing in, whatever happens."""


def begin_session(session: Session, person_id: int, lifetime: Lifetime) -> str:
    """Sign a person in and return the token; sessions that have ended are cleared away."""
    now = datetime.now(UTC)
    ended = or_(SessionRow.begun_at <= now - lifetime.whole, SessionRow.seen_at <= now - lifetime.idle)
    session.execute(delete(SessionRow).where(ended))
    token = new_token()
    session.add(SessionRow(person_id=person_id, token_sha256=sha256(token), begun_at=now, seen_at=now))
    return token


def principal_of_session(session: Session, token: str, lifetime: Lifetime) -> tuple[Principal | None, bool]:
    """Return who a token stands for, and whether `keep_awake` is due; nobody if it has ended or they are not active."""
    now = datetime.now(UTC)
    row = session.scalar(select(SessionRow).where(SessionRow.token_sha256 == sha256(token)))
    if row is None or row.begun_at <= now - lifetime.whole or row.seen_at <= now - lifetime.idle:
        return None, False
    person = person_by_id(session, row.person_id)
    if not person.active:
        return None, False
    return as_principal(person), row.seen_at <= now - SEEN_EVERY


def keep_awake(session: Session, token: str) -> None:
    """Note a request."""
    mine = update(SessionRow).where(SessionRow.token_sha256 == sha256(token))
    session.execute(mine.values(seen_at=datetime.now(UTC)))


def end_session(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(SessionRow).where(SessionRow.token_sha256 == sha256(token)))


def end_sessions_of(session: Session, person_id: int, except_token: str = "") -> None:
    """Sign a person out everywhere, but for the browser with a given token."""
    mine = delete(SessionRow).where(SessionRow.person_id == person_id)
    session.execute(mine.where(SessionRow.token_sha256 != sha256(except_token)) if except_token else mine)
