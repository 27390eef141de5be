"""Complaints found: one, its history, lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from callcoach.around.complaints import ENDED, Level
from callcoach.errors import NotFoundError
from callcoach.store.around.complaint_model import (
    FIELDS,
    Complaint,
    ComplaintEvent,
    ComplaintFields,
    ComplaintFilter,
    ComplaintPage,
    Viewer,
)
from callcoach.store.keyset import beyond, cursor
from callcoach.store.tables import CallRow, ComplaintEventRow, ComplaintRow, PersonRow
from callcoach.store.visibility import work_visible_to

MOST_ROWS = 200
_OWNER, _RECORDER = aliased(PersonRow), aliased(PersonRow)
_SAME = (
    *("id", "state", "version", "recorded_at", "recorded_by", "team_id", "owner_id", "proposed_by", "due_at"),
    *("late_told_at", "report_due_at", "reported_at", "ended_at", "deadline_at"),
)


def get_complaint(session: Session, viewer: Viewer, complaint_id: int) -> Complaint:
    """Return one complaint.

    Raises:
        NotFoundError: there is none such that one may see.
    """
    row_of(session, viewer, complaint_id)
    return _complaint(session.execute(_query().where(ComplaintRow.id == complaint_id)).one())


def row_of(session: Session, viewer: Viewer, complaint_id: int, *, lock: bool = False) -> ComplaintRow:
    """Return the row of a complaint one may see; `lock`: nobody else works on it until the transaction ends.

    Raises:
        NotFoundError: there is none such.
    """
    query = select(ComplaintRow).where(ComplaintRow.id == complaint_id, _visible(viewer))
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFoundError(
            f"There is no complaint {complaint_id} among those you may see.",
            f"您能看到的投诉里没有 {complaint_id} 号。",
        )
    return row


def history_of(session: Session, complaint_id: int) -> tuple[ComplaintEvent, ...]:
    """Return all that was done about a complaint, oldest first."""
    query = (
        select(ComplaintEventRow, _RECORDER.name, _OWNER.name)
        .outerjoin(_RECORDER, _RECORDER.id == ComplaintEventRow.person_id)
        .outerjoin(_OWNER, _OWNER.id == ComplaintEventRow.owner_id)
        .where(ComplaintEventRow.complaint_id == complaint_id)
        .order_by(ComplaintEventRow.number)
    )
    return tuple(
        ComplaintEvent(
            row.number, row.at, person or "", row.step, row.state, row.text, row.changes, owner or "", row.due_at
        )
        for row, person, owner in session.execute(query)
    )


def list_complaints(
    session: Session, viewer: Viewer, wanted: ComplaintFilter, *, after: str = "", limit: int = 50
) -> ComplaintPage:
    """Return a page of the complaints one may see, what is overdue longest first."""
    query = _query().where(_visible(viewer), *_conditions(wanted))
    if after:
        query = query.where(beyond(after, ComplaintRow.due_at, ComplaintRow.id))
    limit = min(max(limit, 1), MOST_ROWS)
    rows = session.execute(query.order_by(ComplaintRow.due_at, ComplaintRow.id).limit(limit + 1)).all()
    shown = tuple(_complaint(row) for row in rows[:limit])
    return ComplaintPage(shown, cursor(shown[-1].due_at, shown[-1].id) if len(rows) > limit else "")


def count_late(session: Session, viewer: Viewer, now: datetime) -> tuple[int, int]:
    """Return how many open complaints one may see have a late step, and how many lack a report that is due."""
    is_open = (ComplaintRow.state.not_in(ENDED), _visible(viewer))
    late = select(func.count()).select_from(ComplaintRow).where(*is_open, ComplaintRow.due_at <= now)
    unreported = (ComplaintRow.report_due_at <= now, ComplaintRow.reported_at.is_(None))
    without = select(func.count()).select_from(ComplaintRow).where(*is_open, *unreported)
    return session.scalar(late) or 0, session.scalar(without) or 0


def due_for(session: Session, person_id: int, until: datetime) -> tuple[Complaint, ...]:
    """Return the open complaints a person owns whose step is due by a time."""
    mine = (ComplaintRow.owner_id == person_id, ComplaintRow.state.not_in(ENDED), ComplaintRow.due_at <= until)
    rows = session.execute(_query().where(*mine).order_by(ComplaintRow.due_at).limit(50))
    return tuple(_complaint(row) for row in rows)


def _query() -> Select[ComplaintRow, str, str, str]:
    return (
        select(ComplaintRow, _OWNER.name, _RECORDER.name, CallRow.id)
        .outerjoin(_OWNER, _OWNER.id == ComplaintRow.owner_id)
        .outerjoin(_RECORDER, _RECORDER.id == ComplaintRow.recorded_by)
        .outerjoin(CallRow, CallRow.pk == ComplaintRow.call_pk)
    )


def _complaint(found: Row[ComplaintRow, str, str, str]) -> Complaint:
    row, owner, recorder, call_id = found
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    fields = ComplaintFields(**{name: getattr(row, name) for name in FIELDS})
    return Complaint(
        fields=fields,
        level=Level(row.level),
        owner=owner or "",
        recorder=recorder or "",
        call_id=call_id or "",
        **same,
    )


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """One's own, one's teams', and those whose amount one approves beyond the team."""
    own = work_visible_to(viewer.principal, (ComplaintRow.owner_id, ComplaintRow.recorded_by), ComplaintRow.team_id)
    above = sorted(int(level) for level in viewer.actor.levels if level is not Level.TEAM)
    return or_(own, ComplaintRow.level.in_(above)) if above else own


def _conditions(wanted: ComplaintFilter) -> Iterator[ColumnElement[bool]]:
    same = {
        ComplaintRow.state: wanted.state,
        ComplaintRow.owner_id: wanted.owner_id,
        ComplaintRow.team_id: wanted.team_id,
        ComplaintRow.level: wanted.level,
        ComplaintRow.call_pk: wanted.call_pk,
    }
    yield from (column == value for column, value in same.items() if value is not None)
    if wanted.is_open is not None:
        yield ComplaintRow.state.not_in(ENDED) if wanted.is_open else ComplaintRow.state.in_(ENDED)
    if wanted.late_at is not None:
        yield and_(ComplaintRow.due_at <= wanted.late_at, ComplaintRow.state.not_in(ENDED))
    if wanted.number:
        yield and_(ComplaintRow.number >= wanted.number, ComplaintRow.number < wanted.number + "\U0010fffd")
    if wanted.numbers:
        yield ComplaintRow.number.in_(wanted.numbers)
    if wanted.text:
        columns = (ComplaintRow.customer, ComplaintRow.order_number, ComplaintRow.product)
        yield or_(*(column.contains(wanted.text, autoescape=True) for column in columns))
    if wanted.recorded_from is not None:
        yield ComplaintRow.recorded_at >= wanted.recorded_from
    if wanted.recorded_before is not None:
        yield ComplaintRow.recorded_at < wanted.recorded_before
