"""API tokens: made once, shown once, kept as a hash."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.errors import NotFoundError
from callcoach.principal import Principal, Scope
from callcoach.store.model import ApiToken
from callcoach.store.people import as_principal, person_by_id
from callcoach.store.secrets import new_token, sha256
from callcoach.store.tables import ApiTokenRow

PREFIX = "ccat_"
"""What every token begins with, so that one that leaked is recognised as ours."""


def make_token(
    session: Session, person_id: int, name: str, scopes: Iterable[Scope], expires_at: datetime | None = None
) -> str:
    """Make a token for a person and return it; it cannot be read again."""
    token = new_token(PREFIX)
    row = ApiTokenRow(
        person_id=person_by_id(session, person_id).id,
        name=name,
        token_sha256=sha256(token),
        scopes=" ".join(sorted(set(scopes))),
        created_at=datetime.now(UTC),
        expires_at=expires_at,
    )
    session.add(row)
    return token


def renew_token(session: Session, person_id: int, name: str, scopes: Iterable[Scope]) -> str:
    """Make a token for a person in place of those of the same name, which end now."""
    living = select(ApiTokenRow).where(
        ApiTokenRow.person_id == person_id, ApiTokenRow.name == name, ApiTokenRow.revoked_at.is_(None)
    )
    for row in session.scalars(living):
        row.revoked_at = datetime.now(UTC)
    return make_token(session, person_id, name, scopes)


def principal_of_token(session: Session, token: str) -> Principal | None:
    """Return who a token stands for; None if it is not known, revoked or expired, or its person not active."""
    row = session.scalar(select(ApiTokenRow).where(ApiTokenRow.token_sha256 == sha256(token)))
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        return None
    person = person_by_id(session, row.person_id)
    return as_principal(person, _scopes(row), row.id) if person.active else None


def list_tokens(session: Session, person_id: int) -> tuple[ApiToken, ...]:
    """Return a person's tokens, oldest first."""
    rows = session.scalars(select(ApiTokenRow).where(ApiTokenRow.person_id == person_id).order_by(ApiTokenRow.id))
    return tuple(map(_token, rows))


def token_by_id(session: Session, person_id: int, token_id: int) -> ApiToken:
    """Return a token of a person.

    Raises:
        NotFoundError: the person has no such token.
    """
    return _token(_row(session, person_id, token_id))


def token_made(session: Session, token: str) -> ApiToken:
    """Return a token that was just made."""
    return _token(session.scalars(select(ApiTokenRow).where(ApiTokenRow.token_sha256 == sha256(token))).one())


def revoke_token(session: Session, person_id: int, token_id: int) -> None:
    """End a token of a person; ending it twice changes nothing.

    Raises:
        NotFoundError: the person has no such token.
    """
    row = _row(session, person_id, token_id)
    row.revoked_at = row.revoked_at or datetime.now(UTC)


def _row(session: Session, person_id: int, token_id: int) -> ApiTokenRow:
    row = session.get(ApiTokenRow, token_id)
    if row is None or row.person_id != person_id:
        raise NotFoundError(f"Person {person_id} has no token {token_id}.")
    return row


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(row.id, row.name, _scopes(row), row.created_at, row.expires_at, row.revoked_at)


def _scopes(row: ApiTokenRow) -> frozenset[Scope]:
    known = {scope.value for scope in Scope}
    return frozenset(Scope(name) for name in row.scopes.split() if name in known)
