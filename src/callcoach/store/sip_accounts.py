"""Agents' accounts at the PBX. Passwords are sealed: only who starts a softphone opens one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.store.people import person_by_id
from callcoach.store.sealing import Seal
from callcoach.store.tables import PersonRow, SipAccountRow

EXTENSION = r"[A-Za-z0-9_.+\-]{1,120}"


@dataclass(frozen=True, slots=True)
class SipAccount:
    """A person's account, without its password."""

    person_id: int
    extension: str
    auth_user: str
    registrar: str
    display_name: str
    starts: bool
    """Whether the server runs this person's softphone."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SipAccountChange:
    """What an account is to be. An empty password leaves it as it is."""

    extension: str
    password: str = ""
    auth_user: str = ""
    registrar: str = ""
    display_name: str = ""
    starts: bool = False


def put_account(session: Session, person_id: int, to: SipAccountChange, seal: Seal, *, now: datetime) -> SipAccount:
    """Give a person an account, or change it.

    Raises:
        NotFoundError: there is no such person.
        InputError: the extension is none, or a new account has no password.
        ConflictError: the extension is another's at the same registrar.
    """
    person_by_id(session, person_id)
    if not re.fullmatch(EXTENSION, to.extension):
        raise InputError(
            f"{to.extension[:40]!r} is no extension; expected letters, digits and . _ - + without spaces.",
            f"{to.extension[:40]} 不是分机号，只能用字母、数字和 . _ - +，不能有空格。",
        )
    others = select(SipAccountRow).where(
        SipAccountRow.extension == to.extension,
        SipAccountRow.registrar == to.registrar,
        SipAccountRow.person_id != person_id,
    )
    if other := session.scalar(others):
        name = person_by_id(session, other.person_id).name
        raise ConflictError(
            f"Extension {to.extension} is that of {name}. Two softphones of one extension disturb it.",
            f"分机 {to.extension} 是 {name} 的；一个分机用两个软电话会互相干扰。",
        )
    row = session.get(SipAccountRow, person_id)
    if row is None:
        if not to.password:
            raise InputError("Enter the password of the extension.", "请填写分机的密码。")
        row = SipAccountRow(person_id=person_id, password="")
        session.add(row)
    if to.password:
        row.password = seal.seal(to.password, _belongs_to(person_id))
    row.extension, row.auth_user = to.extension, to.auth_user
    row.registrar, row.display_name = to.registrar, to.display_name
    row.starts, row.changed_at = to.starts, now
    session.flush()
    return _account(row)


def remove_account(session: Session, person_id: int) -> None:
    """Take a person's account away; taking it twice changes nothing."""
    row = session.get(SipAccountRow, person_id)
    if row is not None:
        session.delete(row)
        session.flush()


def find_account(session: Session, person_id: int) -> SipAccount | None:
    """Return a person's account; None: there is none."""
    row = session.get(SipAccountRow, person_id)
    return _account(row) if row else None


def list_accounts(session: Session) -> tuple[SipAccount, ...]:
    """Return all accounts, by extension."""
    return tuple(_account(row) for row in session.scalars(select(SipAccountRow).order_by(SipAccountRow.extension)))


def accounts_to_start(session: Session) -> tuple[SipAccount, ...]:
    """Return the accounts of active people whose softphone the server runs."""
    rows = session.scalars(
        select(SipAccountRow)
        .join(PersonRow, PersonRow.id == SipAccountRow.person_id)
        .where(SipAccountRow.starts, PersonRow.active)
        .order_by(SipAccountRow.person_id)
    )
    return tuple(_account(row) for row in rows)


def password_of(session: Session, person_id: int, seal: Seal) -> str:
    """Return the password of a person's account.

    Raises:
        NotFoundError: the person has no account.
        StoreError: it was sealed with another key.
    """
    row = session.get(SipAccountRow, person_id)
    if row is None:
        raise NotFoundError(f"Person {person_id} has no SIP account.")
    return seal.open(row.password, _belongs_to(person_id))


def _belongs_to(person_id: int) -> str:
    return f"the SIP account of person {person_id}"


def _account(row: SipAccountRow) -> SipAccount:
    return SipAccount(
        row.person_id, row.extension, row.auth_user, row.registrar, row.display_name, row.starts, row.changed_at
    )
