"""Callbacks: made by hand or out of a promise, and all that is done about them. Steps are only ever added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from callcoach.around.callbacks import ATTEMPTS, CallbackState, CallbackStep, after
from callcoach.around.promises import Promise
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal
from callcoach.store.keyset import beyond, cursor
from callcoach.store.people import first_team_of, person_by_id
from callcoach.store.tables import CallbackRow, CallbackStepRow, CallRow, PersonRow
from callcoach.store.visibility import work_visible_to

MOST_TEXT = 2000
MOST_ROWS = 200
_ENDED = (CallbackState.KEPT, CallbackState.FAILED, CallbackState.DROPPED)
_SAME = (
    *("id", "state", "due_at", "number", "customer", "reason", "owner_id", "team_id", "made_at", "made_by", "turn"),
    *("said", "at_s", "attempts", "escalated_at", "ended_at", "version"),
)


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback as it stands."""

    id: int
    state: CallbackState
    due_at: datetime
    number: str
    customer: str
    reason: str
    owner_id: int | None
    owner: str
    team_id: int | None
    made_at: datetime
    made_by: int | None
    """None: found in what was said."""
    call_id: str
    """The call it was promised in; empty: none, or not handed in yet."""
    turn: int | None
    said: str
    at_s: float | None
    attempts: int
    escalated_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class DoneStep:
    """One thing that was done about a callback."""

    step: CallbackStep
    at: datetime
    person: str
    """Empty: the installation."""
    note: str
    due_at: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class NewCallback:
    """A callback to be made."""

    due_at: datetime
    number: str = ""
    customer: str = ""
    reason: str = ""
    owner_id: int | None = None
    desk_call_id: int | None = None
    call_pk: int | None = None


@dataclass(frozen=True, slots=True)
class CallbackFilter:
    """Which callbacks a list shows; None and empty: any."""

    states: tuple[CallbackState, ...] = ()
    owner_id: int | None = None
    team_id: int | None = None
    number: str = ""
    numbers: tuple[str, ...] = ()
    """One of these, as they are written."""
    due_from: datetime | None = None
    due_before: datetime | None = None
    escalated: bool | None = None
    call_pk: int | None = None


@dataclass(frozen=True, slots=True)
class CallbackPage:
    """A page of the list; `next_cursor` is empty at its end."""

    callbacks: tuple[Callback, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class StepTaken:
    """What somebody does with a callback: see `CallbackStep` for what each needs."""

    step: CallbackStep
    note: str = ""
    due_at: datetime | None = None
    """New time; needed to postpone."""
    owner_id: int | None = None
    """New owner; needed to hand on."""
    number: str | None = None
    reason: str | None = None
    """Put right when a draft is confirmed."""


def add_callback(
    session: Session, person_id: int, new: NewCallback, now: datetime, *, state: CallbackState = CallbackState.OPEN
) -> int:
    """Make a callback, or a draft that its owner has yet to confirm; return its id.

    Raises:
        InputError: it lacks a number, or a text is too long.
        NotFoundError: the owner is not there.
    """
    if not new.number.strip():
        raise InputError("A callback needs the number to call. Give one.", "回电要有号码，请填写。")
    _check_texts(new.number, new.reason, new.customer)
    owner_id = new.owner_id or person_id
    person_by_id(session, owner_id)
    row = CallbackRow(
        state=state,
        due_at=new.due_at,
        number=new.number.strip(),
        customer=new.customer.strip(),
        reason=new.reason.strip(),
        owner_id=owner_id,
        team_id=first_team_of(session, owner_id),
        made_at=now,
        made_by=person_id,
        desk_call_id=new.desk_call_id,
        call_pk=new.call_pk,
    )
    session.add(row)
    session.flush()
    _add_step(session, row, CallbackStep.MAKE, person_id, now)
    return row.id


def put_drafts(session: Session, call_id: str, promises: Sequence[Promise], now: datetime) -> int:
    """Make drafts of a call's promises in place of those found before; return how many were made.

    What somebody has decided about stands: the same words make no second draft.
    """
    call = session.scalars(select(CallRow).where(CallRow.id == call_id)).one()
    found_here = (CallbackRow.call_pk == call.pk, CallbackRow.made_by.is_(None))
    session.execute(delete(CallbackRow).where(*found_here, CallbackRow.state == CallbackState.DRAFT))
    decided = set(session.scalars(select(CallbackRow.said).where(*found_here)))
    wanted = [one for one in promises if one.said not in decided]
    session.add_all(
        CallbackRow(
            state=CallbackState.DRAFT,
            due_at=one.due_at,
            number=call.number,
            customer=call.customer,
            reason="",
            owner_id=call.agent_id,
            team_id=call.team_id,
            made_at=now,
            made_by=None,
            call_pk=call.pk,
            turn=one.turn,
            said=one.said,
            at_s=one.start_s,
        )
        for one in wanted
    )
    session.flush()
    return len(wanted)


def take_step(
    session: Session, principal: Principal, callback_id: int, taken: StepTaken, *, version: int | None, now: datetime
) -> Callback:
    """Do something with a callback one may see.

    Args:
        session: a writing transaction.
        principal: who does it.
        callback_id: the callback.
        taken: what is done.
        version: the one that was shown; None: whatever it is now.
        now: the time.

    Raises:
        ConflictError: the step is not possible now, or somebody else did something meanwhile.
        InputError: something the step needs is missing.
        NotFoundError: there is none such that one may see.
    """
    row = _row(session, principal, callback_id)
    if version is not None and row.version != version:
        raise ConflictError(
            "Somebody else has changed this callback meanwhile. Load the page again.",
            "别人刚改过这条回电。请重新载入页面。",
        )
    _take(session, row, taken, principal.person_id, now)
    return get_callback(session, principal, callback_id)


def get_callback(session: Session, principal: Principal, callback_id: int) -> Callback:
    """Return one callback.

    Raises:
        NotFoundError: there is none such that one may see.
    """
    _row(session, principal, callback_id)
    return _callback(session.execute(_query().where(CallbackRow.id == callback_id)).one())


def steps_of(session: Session, callback_id: int) -> tuple[DoneStep, ...]:
    """Return what was done about a callback, oldest first."""
    doer, owner = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(CallbackStepRow, doer.name, owner.name)
        .outerjoin(doer, doer.id == CallbackStepRow.person_id)
        .outerjoin(owner, owner.id == CallbackStepRow.owner_id)
        .where(CallbackStepRow.callback_id == callback_id)
        .order_by(CallbackStepRow.id)
    )
    return tuple(
        DoneStep(row.step, row.at, name or "", row.note, row.due_at, owned or "")
        for row, name, owned in session.execute(query)
    )


def list_callbacks(
    session: Session, principal: Principal, wanted: CallbackFilter, *, after: str = "", limit: int = 50
) -> CallbackPage:
    """Return a page of the callbacks one may see, what is due first."""
    query = _query().where(_visible(principal), *_conditions(wanted))
    if after:
        query = query.where(beyond(after, CallbackRow.due_at, CallbackRow.id))
    limit = min(max(limit, 1), MOST_ROWS)
    rows = session.execute(query.order_by(CallbackRow.due_at, CallbackRow.id).limit(limit + 1)).all()
    shown = tuple(_callback(row) for row in rows[:limit])
    return CallbackPage(shown, cursor(shown[-1].due_at, shown[-1].id) if len(rows) > limit else "")


def due_callbacks(session: Session, person_id: int, until: datetime) -> tuple[Callback, ...]:
    """Return a person's own callbacks that are due by a time, the oldest first."""
    mine = (CallbackRow.owner_id == person_id, CallbackRow.state == CallbackState.OPEN, CallbackRow.due_at <= until)
    return tuple(
        _callback(row) for row in session.execute(_query().where(*mine).order_by(CallbackRow.due_at).limit(50))
    )


def callbacks_of_desk_call(session: Session, desk_call_id: int) -> tuple[Callback, ...]:
    """Return the callbacks that were made while a call was wrapped up."""
    rows = session.execute(_query().where(CallbackRow.desk_call_id == desk_call_id).order_by(CallbackRow.id))
    return tuple(_callback(row) for row in rows)


def drafts_of(session: Session, person_id: int) -> tuple[Callback, ...]:
    """Return the drafts that wait for a person, the newest first."""
    mine = (CallbackRow.owner_id == person_id, CallbackRow.state == CallbackState.DRAFT)
    rows = session.execute(_query().where(*mine).order_by(CallbackRow.id.desc()).limit(20))
    return tuple(_callback(row) for row in rows)


def count_escalated(session: Session, principal: Principal) -> int:
    """Return how many callbacks one may see are overdue for so long that the supervisor was told."""
    open_ones = (CallbackRow.state == CallbackState.OPEN, CallbackRow.escalated_at.is_not(None))
    return session.scalar(select(func.count()).where(_visible(principal), *open_ones)) or 0


def escalate_overdue(session: Session, now: datetime, patience: timedelta) -> tuple[int, ...]:
    """Tell supervisors of what has been overdue for too long, once each; return their ids."""
    late = select(CallbackRow).where(
        CallbackRow.state == CallbackState.OPEN,
        CallbackRow.due_at <= now - patience,
        CallbackRow.escalated_at.is_(None),
    )
    rows = session.scalars(late.order_by(CallbackRow.id).limit(500).with_for_update(skip_locked=True)).all()
    for row in rows:
        _take(session, row, StepTaken(CallbackStep.ESCALATE), None, now)
    return tuple(row.id for row in rows)


# -- steps -------------------------------------------------------------------------------------


def _take(session: Session, row: CallbackRow, taken: StepTaken, person_id: int | None, now: datetime) -> None:
    state = after(row.state, taken.step)
    _check_texts(taken.note, taken.number or "", taken.reason or "")
    _check_needs(taken, now)
    if taken.owner_id is not None:
        person_by_id(session, taken.owner_id)
        row.owner_id, row.team_id = taken.owner_id, first_team_of(session, taken.owner_id)
    if taken.due_at is not None:
        row.due_at, row.escalated_at = taken.due_at, None
    row.number = row.number if taken.number is None else taken.number.strip()[:64]
    row.reason = row.reason if taken.reason is None else taken.reason.strip()
    if state is CallbackState.OPEN and not row.number:
        raise InputError("A callback needs the number to call. Give one.", "回电要有号码，请填写。")
    if state is CallbackState.OPEN and row.owner_id is None:
        row.owner_id, row.team_id = person_id, row.team_id
    row.attempts += taken.step in ATTEMPTS
    if taken.step is CallbackStep.ESCALATE:
        row.escalated_at = now
    row.ended_at = now if state in _ENDED else None
    row.state, row.version = state, row.version + 1
    session.flush()
    _add_step(session, row, taken.step, person_id, now, text=taken.note)


def _check_needs(taken: StepTaken, now: datetime) -> None:
    if taken.step in (CallbackStep.POSTPONE, CallbackStep.REOPEN) and taken.due_at is None:
        raise InputError(f"To {taken.step.value} a callback needs its new time.", "改期或重开要填新的时间。")
    if taken.due_at is not None and taken.due_at <= now:
        raise InputError(
            f"The new time {taken.due_at:%Y-%m-%d %H:%M} is past. Choose a later one.",
            "新的时间已经过去，请选以后的时间。",
        )
    if taken.step is CallbackStep.HAND_ON and taken.owner_id is None:
        raise InputError("To hand a callback on, say to whom.", "转交要写明交给谁。")


def _check_texts(*texts: str) -> None:
    longest = max(map(len, texts))
    if longest > MOST_TEXT:
        raise InputError(
            f"A text has {longest} characters, expected at most {MOST_TEXT}.",
            f"有一段文字有 {longest} 个字，最多 {MOST_TEXT} 个。",
        )


def _add_step(
    session: Session, row: CallbackRow, step: CallbackStep, person_id: int | None, now: datetime, *, text: str = ""
) -> None:
    session.add(
        CallbackStepRow(
            callback_id=row.id,
            step=step,
            at=now,
            person_id=person_id,
            note=text,
            due_at=row.due_at,
            owner_id=row.owner_id,
        )
    )
    session.flush()


# -- queries -----------------------------------------------------------------------------------


def _query() -> Select[CallbackRow, str, str]:
    return (
        select(CallbackRow, PersonRow.name, CallRow.id)
        .outerjoin(PersonRow, PersonRow.id == CallbackRow.owner_id)
        .outerjoin(CallRow, CallRow.pk == CallbackRow.call_pk)
    )


def _callback(found: Row[CallbackRow, str, str]) -> Callback:
    row, owner, call_id = found
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return Callback(owner=owner or "", call_id=call_id or "", **same)


def _visible(principal: Principal) -> ColumnElement[bool]:
    return work_visible_to(principal, (CallbackRow.owner_id,), CallbackRow.team_id)


def _row(session: Session, principal: Principal, callback_id: int) -> CallbackRow:
    row = session.scalar(select(CallbackRow).where(CallbackRow.id == callback_id, _visible(principal)))
    if row is None:
        raise NotFoundError(
            f"There is no callback {callback_id} among those you may see.", f"您能看到的回电里没有 {callback_id} 号。"
        )
    return row


def _conditions(wanted: CallbackFilter) -> Iterator[ColumnElement[bool]]:
    same = {
        CallbackRow.owner_id: wanted.owner_id,
        CallbackRow.team_id: wanted.team_id,
        CallbackRow.call_pk: wanted.call_pk,
    }
    yield from (column == value for column, value in same.items() if value is not None)
    if wanted.states:
        yield CallbackRow.state.in_(wanted.states)
    if wanted.number:
        yield and_(CallbackRow.number >= wanted.number, CallbackRow.number < wanted.number + "\U0010fffd")
    if wanted.numbers:
        yield CallbackRow.number.in_(wanted.numbers)
    if wanted.due_from is not None:
        yield CallbackRow.due_at >= wanted.due_from
    if wanted.due_before is not None:
        yield CallbackRow.due_at < wanted.due_before
    if wanted.escalated is not None:
        yield CallbackRow.escalated_at.is_not(None) if wanted.escalated else CallbackRow.escalated_at.is_(None)
