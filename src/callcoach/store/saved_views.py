"""Views of the list of calls that people keep: a name for a query string, own or shared with everybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, NotFoundError
from callcoach.store.model import SavedView
from callcoach.store.tables import SavedViewRow

MOST = 200
"""Views one person may keep: a list that is longer is no help."""


def list_views(session: Session, person_id: int) -> tuple[SavedView, ...]:
    """Return a person's own views and those that others share, by name."""
    wanted = or_(SavedViewRow.person_id == person_id, SavedViewRow.shared)
    rows = session.scalars(select(SavedViewRow).where(wanted).order_by(SavedViewRow.name, SavedViewRow.id))
    return tuple(SavedView(row.id, row.name, row.query, row.shared, row.person_id == person_id) for row in rows)


def save_view(session: Session, person_id: int, name: str, query: str, *, shared: bool, now: datetime) -> SavedView:
    """Keep a view; one's own of the same name is replaced.

    Raises:
        ConflictError: the person keeps too many.
    """
    own = session.scalars(select(SavedViewRow).where(SavedViewRow.person_id == person_id)).all()
    row = next((one for one in own if one.name == name), None)
    if row is None:
        if len(own) >= MOST:
            raise ConflictError(f"There are {len(own)} views already, expected at most {MOST}. Remove one first.")
        row = SavedViewRow(person_id=person_id, name=name, made_at=now)
        session.add(row)
    row.query, row.shared = query, shared
    session.flush()
    return SavedView(row.id, row.name, row.query, row.shared, is_own=True)


def remove_view(session: Session, person_id: int, view_id: int) -> None:
    """Remove one's own view.

    Raises:
        NotFoundError: there is none of this id that is one's own.
    """
    row = session.get(SavedViewRow, view_id)
    if row is None or row.person_id != person_id:
        raise NotFoundError(f"You keep no view {view_id}.")
    session.delete(row)
