"""Reads the audit log: filtered, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callcoach.store.model import AuditFilter, Deed, DeedPage
from callcoach.store.tables import AuditRow, PersonRow

PAGE = 50


def list_deeds(session: Session, wanted: AuditFilter, before: int | None = None, limit: int = PAGE) -> DeedPage:
    """Return a page of deeds; `before` is the page before's `next_before`."""
    query = select(AuditRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == AuditRow.person_id)
    query = query.where(*_conditions(wanted))
    if before is not None:
        query = query.where(AuditRow.id < before)
    rows = session.execute(query.order_by(AuditRow.id.desc()).limit(limit + 1)).all()
    deeds = tuple(_deed(row, name) for row, name in rows[:limit])
    return DeedPage(deeds, deeds[-1].id if len(rows) > limit else None)


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.person_id is not None:
        yield AuditRow.person_id == wanted.person_id
    if wanted.action:
        yield AuditRow.action.startswith(wanted.action, autoescape=True)
    if wanted.object_kind:
        yield AuditRow.object_kind == wanted.object_kind
    if wanted.object_id:
        yield AuditRow.object_id == wanted.object_id
    if wanted.at_from is not None:
        yield AuditRow.at >= wanted.at_from
    if wanted.at_before is not None:
        yield AuditRow.at < wanted.at_before


def _deed(row: AuditRow, name: str | None) -> Deed:
    return Deed(
        row.id, row.at, row.person_id, name or "", row.action, row.object_kind, row.object_id, row.detail, row.address
    )
