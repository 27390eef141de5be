"""Links by which people set their password: valid once, for a while, and only the newest of a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from callcoach.errors import NotFoundError
from callcoach.principal import Role
from callcoach.store.model import NewPerson, Person
from callcoach.store.people import add_person, person_by_id
from callcoach.store.secrets import new_token, sha256
from callcoach.store.tables import IdentityRow, InvitationRow, PasswordRow, PersonRow

FIRST_LOGIN = "admin"
"""Login of the administrator that the first start makes."""


def invite(session: Session, person_id: int, valid_for: timedelta) -> str:
    """Return the token of a new link for a person; links made before are no longer valid.

    Raises:
        NotFoundError: there is no such person.
    """
    now = datetime.now(UTC)
    person = person_by_id(session, person_id)
    mine = update(InvitationRow).where(InvitationRow.person_id == person.id, InvitationRow.used_at.is_(None))
    session.execute(mine.values(used_at=now))
    token = new_token()
    session.add(InvitationRow(person_id=person.id, token_sha256=sha256(token), made_at=now, expires_at=now + valid_for))
    return token


def invited(session: Session, token: str) -> Person:
    """Return whom a link invites.

    Raises:
        NotFoundError: it was used, has expired, is not known, or the person is not active.
    """
    return _open(session, token)[1]


def use_invitation(session: Session, token: str) -> Person:
    """Return whom a link invites, and make it the last time.

    Raises:
        NotFoundError: as `invited`; of two who use it at once, one gets this.
    """
    row, person = _open(session, token)
    unused = update(InvitationRow).where(InvitationRow.id == row.id, InvitationRow.used_at.is_(None))
    if session.execute(unused.values(used_at=datetime.now(UTC))).rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
        raise _no_longer_valid()
    return person


def invite_first_administrator(session: Session, valid_for: timedelta) -> str | None:
    """Return the token of a link for an administrator; None if there is one already who can sign in."""
    proofs = or_(
        exists().where(PasswordRow.person_id == PersonRow.id), exists().where(IdentityRow.person_id == PersonRow.id)
    )
    administrators = select(PersonRow).where(PersonRow.role == Role.ADMINISTRATOR, PersonRow.active)
    if session.scalar(administrators.where(proofs).limit(1)):
        return None
    row = session.scalar(administrators.order_by(PersonRow.id).limit(1))
    person_id = row.id if row else _first_administrator(session)
    return invite(session, person_id, valid_for)


def _first_administrator(session: Session) -> int:
    taken = set(session.scalars(select(PersonRow.login).where(PersonRow.login.startswith(FIRST_LOGIN))))
    free = (f"{FIRST_LOGIN}{number or ''}" for number in range(len(taken) + 1))
    login = next(name for name in free if name not in taken)
    return add_person(session, NewPerson(login, "管理员", Role.ADMINISTRATOR)).id


def _open(session: Session, token: str) -> tuple[InvitationRow, Person]:
    row = session.scalar(select(InvitationRow).where(InvitationRow.token_sha256 == sha256(token)))
    if row is None or row.used_at is not None or row.expires_at <= datetime.now(UTC):
        raise _no_longer_valid()
    person = person_by_id(session, row.person_id)
    if not person.active:
        raise _no_longer_valid()
    return row, person


def _no_longer_valid() -> NotFoundError:
    return NotFoundError("This link was used, has expired or was replaced. Ask an administrator for a new one.")
