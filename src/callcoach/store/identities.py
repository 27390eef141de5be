"""People as OpenID Connect providers know them: by issuer and subject, found the first time by e-mail address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.store.model import Person
from callcoach.store.people import person_by_id
from callcoach.store.tables import IdentityRow, PersonRow


def person_of_identity(session: Session, issuer: str, subject: str) -> Person | None:
    """Return the active person of an identity; None for nobody."""
    row = session.get(IdentityRow, (issuer, subject))
    if row is None:
        return None
    person = person_by_id(session, row.person_id)
    return person if person.active else None


def link_by_email(session: Session, issuer: str, subject: str, email: str) -> Person | None:
    """Give an identity to the active person with an e-mail address, and return them.

    None if nobody has the address, or whoever has it is already known to the provider under another subject: an
    address that was passed on to somebody new must not carry the old account with it.
    """
    mine = select(PersonRow.id).where(PersonRow.email == email.strip().lower(), PersonRow.active)
    person_id = session.scalar(mine)
    if not email.strip() or person_id is None or session.get(IdentityRow, (issuer, subject)):
        return None
    linked = select(IdentityRow).where(IdentityRow.issuer == issuer, IdentityRow.person_id == person_id)
    if session.scalar(linked):
        return None
    session.add(IdentityRow(issuer=issuer, subject=subject, person_id=person_id))
    return person_by_id(session, person_id)
