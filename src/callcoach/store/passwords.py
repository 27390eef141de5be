"""Passwords: kept as Argon2id hashes, and checked so that nobody learns which logins there are."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.store.tables import PasswordRow, PersonRow

MAX_LENGTH = 200
"""Longer passwords are refused: hashing costs time by length."""
_HASHER = PasswordHasher()
"""argon2-cffi's defaults are the low-memory profile of RFC 9106, section 4: 3 passes over 64 MiB, 4 lanes."""
_AT_ONCE = BoundedSemaphore(2)
"""Hashes at work at once: 64 MiB each, whatever number of people sign in together."""


def hash_password(password: str) -> str:
    """Return the encoded hash of a password. Takes tens of milliseconds on purpose: call it outside transactions."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(encoded: str | None, password: str) -> bool:
    """Whether a password is the one of a hash; None, for nobody's, takes as long and is False."""
    known = _nobodys() if encoded is None else encoded
    try:
        with _AT_ONCE:
            _HASHER.verify(known, password[: MAX_LENGTH + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return encoded is not None


def is_outdated(encoded: str) -> bool:
    """Whether a hash was made with parameters we no longer use."""
    return _HASHER.check_needs_rehash(encoded)


def put_password(session: Session, person_id: int, encoded: str) -> None:
    """Set a person's password to the one of a hash."""
    row = session.get(PasswordRow, person_id)
    if row is None:
        row = PasswordRow(person_id=person_id)
        session.add(row)
    row.password_hash = encoded
    row.changed_at = datetime.now(UTC)


def password_of(session: Session, person_id: int) -> str | None:
    """Return the hash of a person's password; None if there is none."""
    return session.scalar(select(PasswordRow.password_hash).where(PasswordRow.person_id == person_id))


def active_person_for(session: Session, login: str) -> int | None:
    """Return the id of the active person with a login or e-mail address, in any case of letters; None for nobody."""
    name = login.strip().lower()
    found = select(PersonRow.id).where(PersonRow.active).order_by(PersonRow.id).limit(2)
    by_login = session.scalars(found.where(func.lower(PersonRow.login) == name)).all()
    if len(by_login) == 1:
        return by_login[0]
    # Two logins that differ in case only are told apart by it.
    exact = session.scalar(found.where(PersonRow.login == login.strip()))
    return exact or session.scalar(found.where(PersonRow.email == name))


@cache
def _nobodys() -> str:
    return hash_password("nobody has this password")
