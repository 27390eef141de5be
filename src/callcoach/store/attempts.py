"""Tries to sign in that failed, counted by login and by network address so that guessing is slow.

The counts are in the database: a restart does not forgive, and several servers count together.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from callcoach.errors import TooManyAttemptsError
from callcoach.store.secrets import sha256
from callcoach.store.tables import SignInAttemptRow


def count_attempt(
    session: Session, login: str, address: str, *, per_login: int, per_address: int, window_s: int
) -> None:
    """Count a try before the password is looked at, so that tries made at once are counted too.

    Args:
        session: a transaction that is kept before the password is checked.
        login: what was typed as login, known or not.
        address: network address of the browser.
        per_login: tries of one login within the window that are looked at.
        per_address: the same for one address.
        window_s: how long a try counts, in seconds.

    Raises:
        TooManyAttemptsError: there were too many; this one is not counted.
    """
    now = datetime.now(UTC)
    begins = now - timedelta(seconds=window_s)
    session.execute(delete(SignInAttemptRow).where(SignInAttemptRow.at <= begins))
    row = SignInAttemptRow(at=now, login_sha256=_login_key(login), address=address_key(address))
    waits = [
        _wait_s(session, SignInAttemptRow.login_sha256 == row.login_sha256, per_login, begins),
        _wait_s(session, SignInAttemptRow.address == row.address, per_address, begins),
    ]
    if any(waits):
        raise TooManyAttemptsError(max(waits))
    session.add(row)


def forget_attempts(session: Session, login: str) -> None:
    """Forgive a login, whose owner has signed in."""
    session.execute(delete(SignInAttemptRow).where(SignInAttemptRow.login_sha256 == _login_key(login)))


def address_key(address: str) -> str:
    """Return what stands for an address: of IPv6 the /64, which one machine owns whole (RFC 4291)."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))


def _wait_s(session: Session, mine: ColumnElement[bool], allowed: int, begins: datetime) -> int:
    """Return the seconds until fewer than `allowed` tries count; 0: now."""
    counted = select(SignInAttemptRow.at).where(mine, SignInAttemptRow.at > begins)
    last_allowed = session.scalar(counted.order_by(SignInAttemptRow.at.desc()).offset(allowed - 1).limit(1))
    return 0 if last_allowed is None else max(1, ceil((last_allowed - begins).total_seconds()))


def _login_key(login: str) -> str:
    return sha256(login.strip().lower())
