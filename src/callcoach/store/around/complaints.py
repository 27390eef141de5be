"""Complaints: recorded, taken along their way, found again. An event is added for everything; none is ever changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.around.complaints import (
    ENDED,
    Actor,
    ComplaintState,
    ComplaintStep,
    Demand,
    Level,
    Standing,
    after,
    level_of,
)
from callcoach.errors import ConflictError, InputError
from callcoach.store.around.complaint_lists import get_complaint, row_of
from callcoach.store.around.complaint_model import FIELDS, Complaint, ComplaintDeed, ComplaintFields, Viewer
from callcoach.store.people import first_team_of, person_by_id
from callcoach.store.tables import ComplaintEventRow, ComplaintRow
from callcoach.store.tables.base import MOST_UNITS

MOST_TEXT = 8000
_PLACES = {"quantity": 3, "amount": 2}
_LENGTHS = {"customer": 120, "number": 64, "order_number": 120, "department": 120, "product": 200}
_KINDS: dict[str, type] = {"happened_on": date, "quantity": Decimal, "amount": Decimal, "demand": Demand}


@dataclass(frozen=True, slots=True)
class Terms:
    """The site's limits, as its settings name them."""

    next_over: Decimal
    head_over: Decimal
    report: timedelta | None
    """None: no incident report is needed."""
    whole: timedelta
    of_step: Mapping[ComplaintState, timedelta]
    """How long the step that a state waits for may take."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The call a complaint was made in, as far as it is known."""

    call_pk: int | None = None
    desk_call_id: int | None = None


def record_complaint(
    session: Session, person_id: int, fields: ComplaintFields, origin: Origin, terms: Terms, *, now: datetime
) -> int:
    """Record a complaint, and return its id.

    Raises:
        InputError: it says nothing, or a field cannot be.
    """
    values = {name: _checked(name, getattr(fields, name)) for name in FIELDS}
    if not values["complaint"]:
        raise InputError(
            "A complaint needs the customer's words. Write what it is about.", "投诉要有客户的原话，请写明投诉什么。"
        )
    row = ComplaintRow(
        state=ComplaintState.RECORDED,
        recorded_at=now,
        recorded_by=person_id,
        team_id=first_team_of(session, person_id),
        level=level_of(fields.amount, terms.next_over, terms.head_over),
        due_at=now + terms.of_step[ComplaintState.RECORDED],
        report_due_at=now + terms.report if terms.report else None,
        deadline_at=now + terms.whole,
        call_pk=origin.call_pk,
        desk_call_id=origin.desk_call_id,
        version=0,
        **values,
    )
    session.add(row)
    session.flush()
    recorded = {name: ["", _plain(value)] for name, value in values.items() if _plain(value)}
    _add_event(session, row, ComplaintStep.RECORD, person_id, now, changes=recorded)
    return row.id


def act(
    session: Session,
    viewer: Viewer,
    complaint_id: int,
    deed: ComplaintDeed,
    terms: Terms,
    *,
    version: int | None,
    now: datetime,
) -> Complaint:
    """Do something about a complaint one may see.

    Args:
        session: a writing transaction.
        viewer: who does it.
        complaint_id: the complaint.
        deed: what is done.
        terms: the site's limits.
        version: the one that was shown; None: whatever it is now.
        now: the time.

    Raises:
        AccessError: the person may not take this step.
        ConflictError: it is not possible now, or somebody else did something meanwhile.
        InputError: something is missing or cannot be.
        NotFoundError: there is none such that one may see.
    """
    row = row_of(session, viewer, complaint_id, lock=True)
    if version is not None and row.version != version:
        raise ConflictError(
            "Somebody else has worked on this complaint meanwhile. Load the page again.",
            "别人刚处理过这件投诉。请重新载入页面。",
        )
    _take(session, row, deed, viewer.actor, terms, now=now)
    return get_complaint(session, viewer, complaint_id)


def tell_late(session: Session, now: datetime) -> tuple[int, ...]:
    """Note which open complaints' steps have run out of time, once each; return their ids."""
    late = select(ComplaintRow).where(
        ComplaintRow.state.not_in(ENDED), ComplaintRow.due_at <= now, ComplaintRow.late_told_at.is_(None)
    )
    rows = session.scalars(late.order_by(ComplaintRow.id).limit(500).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.late_told_at = now
        _add_event(session, row, ComplaintStep.LATE, None, now)
    return tuple(row.id for row in rows)


def standing_of(complaint: Complaint) -> Standing:
    """Return what of a complaint decides which steps are legal."""
    return Standing(complaint.state, complaint.owner_id, complaint.proposed_by, complaint.level)


def _take(
    session: Session, row: ComplaintRow, deed: ComplaintDeed, actor: Actor, terms: Terms, *, now: datetime
) -> None:
    text = deed.text.strip()
    given = frozenset(name for name, value in (("text", text), ("owner", deed.owner_id)) if value)
    standing = Standing(row.state, row.owner_id, row.proposed_by, Level(row.level))
    state = after(standing, deed.step, actor, given)
    if len(text) > MOST_TEXT:
        raise InputError(
            f"The text has {len(text)} characters, expected at most {MOST_TEXT}.",
            f"文字有 {len(text)} 个字，最多 {MOST_TEXT} 个。",
        )
    changes = _change(row, deed, state)
    if deed.step is ComplaintStep.CHANGE and not changes:
        raise InputError("Nothing was changed.", "没有改动。")
    if deed.owner_id is not None:
        person_by_id(session, deed.owner_id)
        row.owner_id = deed.owner_id
    _set_times(row, deed, state, terms, now)
    row.level = level_of(row.amount, terms.next_over, terms.head_over)
    if deed.step is ComplaintStep.PROPOSE:
        row.proposed_by = actor.person_id
    row.state = state
    _add_event(session, row, deed.step, actor.person_id, now, text=text, changes=changes)


def _set_times(row: ComplaintRow, deed: ComplaintDeed, state: ComplaintState, terms: Terms, now: datetime) -> None:
    if deed.due_at is not None and deed.due_at <= now:
        raise InputError(
            f"The deadline {deed.due_at:%Y-%m-%d %H:%M} is past. Choose a later one.", "期限已经过去，请选以后的时间。"
        )
    if deed.step is ComplaintStep.REPORT:
        row.reported_at = row.reported_at or now
    if state in ENDED:
        row.ended_at, row.late_told_at = now, None
    elif state is not row.state or deed.due_at is not None:
        row.due_at, row.late_told_at, row.ended_at = deed.due_at or now + terms.of_step[state], None, None


def _change(row: ComplaintRow, deed: ComplaintDeed, state: ComplaintState) -> dict[str, list[str]]:
    """Set fields, and return what each held before and holds since; a proposal's decision stands once approved."""
    if set(deed.changes) - set(FIELDS):
        raise InputError(
            f"There are no fields {sorted(set(deed.changes) - set(FIELDS))}.",
            f"没有这些栏目：{sorted(set(deed.changes) - set(FIELDS))}。",
        )
    changes: dict[str, list[str]] = {}
    for name, new in deed.changes.items():
        value, before = _checked(name, new), getattr(row, name)
        if value != before:
            changes[name] = [_plain(before), _plain(value)]
            setattr(row, name, value)
    settled = (ComplaintState.APPROVED, ComplaintState.CARRIED_OUT, ComplaintState.FOLLOWED_UP)
    if {"amount", "decision"} & changes.keys() and state in settled:
        raise ConflictError(
            "The decision and its amount are approved: they stand. Let the customer's answer reopen it.",
            "处理决定和金额已批准，不能再改。客户有异议时请重开。",
        )
    return changes


def _checked(name: str, value: Any) -> Any:
    """Return a field's value as it is kept.

    Raises:
        InputError: it cannot be.
    """
    kind = _KINDS.get(name, str)
    if value is None and kind in (date, Decimal):
        return None
    if not isinstance(value, kind):
        raise InputError(
            f"The field {name} holds {value!r}, expected a {kind.__name__}.", f"栏目 {name} 填的 {value!r} 不合要求。"
        )
    if isinstance(value, Decimal):
        return _checked_number(name, value)
    if isinstance(value, str) and not isinstance(value, Demand):
        value, most = value.strip(), _LENGTHS.get(name, MOST_TEXT)
        if len(value) > most:
            raise InputError(
                f"The field {name} has {len(value)} characters, expected at most {most}.",
                f"栏目 {name} 有 {len(value)} 个字，最多 {most} 个。",
            )
    return value


def _checked_number(name: str, value: Decimal) -> Decimal:
    places = _PLACES[name]
    if not value.is_finite() or value < 0 or value.scaleb(places) > MOST_UNITS:
        raise InputError(
            f"The field {name} holds {value}, expected a number from 0.",
            f"栏目 {name} 填的是 {value}，应为不小于 0 的数。",
        )
    if value != round(value, places):
        raise InputError(
            f"The field {name} holds {value}, expected at most {places} decimal places.",
            f"栏目 {name} 填的是 {value}，最多 {places} 位小数。",
        )
    return round(value, places)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _add_event(
    session: Session,
    row: ComplaintRow,
    step: ComplaintStep,
    person_id: int | None,
    now: datetime,
    *,
    text: str = "",
    changes: dict[str, list[str]] | None = None,
) -> None:
    row.version += 1
    session.add(
        ComplaintEventRow(
            complaint_id=row.id,
            number=row.version,
            at=now,
            person_id=person_id,
            step=step,
            state=row.state,
            text=text,
            changes=changes or {},
            owner_id=row.owner_id,
            due_at=row.due_at,
        )
    )
    session.flush()
