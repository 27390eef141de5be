"""A number is one agent's at a time: taken, held for a while, given back; what expires is found again.

Two servers never take the same one. The row is locked while it is taken (PostgreSQL passes over locked rows, SQLite
has one writer anyway), its state is changed on the condition that it still waits, and the number itself is held by a
key of its own, so that it is not called from two campaigns either. All is in the database: a crash leaves a hold that
ends by itself.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Select, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from callcoach.around.follow_ups import FollowUpState
from callcoach.campaigns.outcomes import LeadState, Outcome
from callcoach.errors import ConflictError, NotFoundError
from callcoach.store.campaigns.attempts import end_attempt
from callcoach.store.campaigns.do_not_call import holds_on
from callcoach.store.campaigns.leads import WAITING, get_lead
from callcoach.store.campaigns.model import Lead
from callcoach.store.tables import AttemptRow, DoNotCallRow, FollowUpRow, LeadRow, NumberHoldRow

LOOKED_AT = 20
"""Numbers that are tried one after the other where others hold them or the do-not-call list has them."""
DO_NOT_CALL = "do_not_call"
"""Result of a number that the do-not-call list has."""


def take_next(
    session: Session, campaign_id: int, person_id: int, *, now: datetime, hold_s: float, today: date
) -> Lead | None:
    """Take the next number for an agent: what is due again first, then their own, then nobody's; None: none is due."""
    free_expired(session, now)
    due = (
        select(LeadRow.id, LeadRow.number_key)
        .where(
            LeadRow.campaign_id == campaign_id,
            LeadRow.state.in_(WAITING),
            LeadRow.next_at <= now,
            or_(LeadRow.owner_id == person_id, LeadRow.owner_id.is_(None)),
            LeadRow.number_key.not_in(select(NumberHoldRow.number_key).where(NumberHoldRow.until > now)),
            ~_asks_after_own(person_id),
        )
        .order_by(case((LeadRow.state == LeadState.LATER, 0), else_=1), LeadRow.owner_id.is_(None), LeadRow.next_at)
        .order_by(LeadRow.id)
        .limit(LOOKED_AT)
        .with_for_update(skip_locked=True, of=LeadRow)
    )
    for lead_id, key in session.execute(due).all():
        if _is_forbidden(session, lead_id, key, today, now):
            continue
        if _take(session, lead_id, key, person_id, now=now, hold_s=hold_s):
            return get_lead(session, lead_id)
    return None


def take_this(session: Session, lead_id: int, person_id: int, *, now: datetime, hold_s: float, today: date) -> Lead:
    """Take a certain number for an agent, before its time too.

    Raises:
        NotFoundError: there is none of this id.
        ConflictError: it does not wait, or somebody else has it.
    """
    free_expired(session, now)
    lead = get_lead(session, lead_id)
    if _is_forbidden(session, lead_id, lead.number_key, today, now):
        return get_lead(session, lead_id)
    if lead.owner_id not in (None, person_id):
        raise ConflictError(
            f"The number is {lead.owner}'s. Ask your supervisor to assign it anew.",
            f"这个号码分给了{lead.owner}。请主管重新分配。",
        )
    if not _take(session, lead_id, lead.number_key, person_id, now=now, hold_s=hold_s):
        raise ConflictError(
            "The number is not free: somebody has it, or it is called no more. Load the list again.",
            "这个号码现在拿不到：有人在处理，或不再拨打。请重新载入名单。",
        )
    return get_lead(session, lead_id)


def held_lead(session: Session, person_id: int, now: datetime) -> Lead | None:
    """Return the number an agent has before them: taken, being called, or waiting for its result."""
    query = (
        select(LeadRow.id)
        .where(
            LeadRow.held_by == person_id,
            or_(LeadRow.state == LeadState.CALLED, (LeadRow.state == LeadState.RESERVED) & (LeadRow.held_until > now)),
        )
        .order_by(LeadRow.last_at.desc(), LeadRow.id.desc())
        .limit(1)
    )
    lead_id = session.scalar(query)
    return None if lead_id is None else get_lead(session, lead_id)


def renew(session: Session, lead_id: int, person_id: int, *, now: datetime, hold_s: float) -> datetime:
    """Let an agent who still looks at a taken number have it for longer; return until when.

    Raises:
        NotFoundError: there is none of this id.
        ConflictError: the agent has it no more.
    """
    row, until = held_row(session, lead_id, person_id, now), now + timedelta(seconds=hold_s)
    if row.held_until is None or row.held_until < until:
        row.held_until = until
        hold(session, row.number_key, lead_id, until, now)
        session.flush()
    return row.held_until


def give_back(
    session: Session, lead_id: int, person_id: int, reason: str, now: datetime, *, again_at: datetime | None
) -> None:
    """Give a taken number back uncalled; it waits until `again_at`, None: it is called no more.

    Raises:
        ConflictError: it is not the person's, or is being called.
    """
    row = held_row(session, lead_id, person_id, now)
    if session.scalar(going_on(lead_id)) is not None:
        raise ConflictError("The number is being called. Hang up first.", "这个号码正在拨打，请先挂断。")
    row.state = LeadState.FAILED if again_at is None else LeadState.LATER
    row.next_at = again_at or row.next_at
    row.result, row.result_note = ("skipped", reason.strip()[:400]) if again_at is None else (row.result, reason[:400])
    release(session, row)


def free_expired(session: Session, now: datetime) -> int:
    """Let go what was taken and neither called nor given back in time; return how many numbers.

    A number whose call was begun and never told of again, as after a crash, has had its attempt: it waits as one that
    nobody answered, so that nobody is called twice in a row.
    """
    query = select(LeadRow).where(LeadRow.state == LeadState.RESERVED, LeadRow.held_until <= now)
    rows = session.scalars(query.with_for_update(skip_locked=True).limit(200)).all()
    for row in rows:
        attempt_id = session.scalar(going_on(row.id))
        if attempt_id is not None:
            end_attempt(session, attempt_id, Outcome.LOST, now, detail="the server stopped in between")
        else:
            row.state = LeadState.OPEN if row.attempts == 0 else LeadState.LATER
            release(session, row)
    return len(rows)


def release(session: Session, row: LeadRow) -> None:
    """Let go of a number; who had it last is remembered where its result is theirs."""
    row.held_until = None
    if row.state in WAITING:
        row.held_by = None
    session.execute(delete(NumberHoldRow).where(NumberHoldRow.lead_id == row.id))
    session.flush()


def held_row(session: Session, lead_id: int, person_id: int, now: datetime) -> LeadRow:
    """Return the row of a number that an agent has taken, locked.

    Raises:
        NotFoundError: there is none of this id.
        ConflictError: the agent has it no more.
    """
    row = session.scalar(select(LeadRow).where(LeadRow.id == lead_id).with_for_update())
    if row is None:
        raise NotFoundError(f"There is no number {lead_id} on any list.", f"名单里没有 {lead_id} 号条目。")
    in_time = row.held_until is not None and row.held_until > now
    if row.state is not LeadState.RESERVED or row.held_by != person_id or not in_time:
        raise ConflictError(
            "You no longer have this number: your time for it is over. Take the next one.",
            "这个号码的占用时间已过，不再是您的。请取下一个。",
        )
    return row


def hold(session: Session, key: str, lead_id: int, until: datetime, now: datetime) -> bool:
    """Hold a number over all campaigns; False: another list has it now."""
    kind = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    put = kind(NumberHoldRow).values(number_key=key, lead_id=lead_id, until=until)
    free = or_(NumberHoldRow.until <= now, NumberHoldRow.lead_id == lead_id)
    again = put.on_conflict_do_update(
        index_elements=[NumberHoldRow.number_key], set_={"lead_id": lead_id, "until": until}, where=free
    )
    return session.execute(again.returning(NumberHoldRow.lead_id)).first() is not None


def going_on(lead_id: int) -> Select[int]:
    """Return the query of the attempt that goes on."""
    return select(AttemptRow.id).where(AttemptRow.lead_id == lead_id, AttemptRow.outcome == Outcome.DIALLING)


def _asks_after_own(person_id: int) -> ColumnElement[bool]:
    """Whether a number is to be asked how it was served by this person: that is somebody else's to ask."""
    own = (FollowUpRow.lead_id == LeadRow.id, FollowUpRow.state == FollowUpState.OPEN)
    return select(FollowUpRow.id).where(*own, FollowUpRow.agent_id == person_id).exists()


def _take(session: Session, lead_id: int, key: str, person_id: int, *, now: datetime, hold_s: float) -> bool:
    until = now + timedelta(seconds=hold_s)
    if not hold(session, key, lead_id, until, now):
        return False
    mine = update(LeadRow).where(LeadRow.id == lead_id, LeadRow.state.in_(WAITING))
    taken = _changed(session.execute(mine.values(state=LeadState.RESERVED, held_by=person_id, held_until=until)))
    session.expire_all()
    return taken


def _is_forbidden(session: Session, lead_id: int, key: str, today: date, now: datetime) -> bool:
    entry = session.scalar(select(DoNotCallRow).where(DoNotCallRow.number_key == key, holds_on(today)))
    if entry is None:
        return False
    mine = update(LeadRow).where(LeadRow.id == lead_id, LeadRow.state.in_(WAITING))
    session.execute(mine.values(state=LeadState.FAILED, result=DO_NOT_CALL, result_note=entry.reason, last_at=now))
    session.expire_all()
    return True


def _changed(result: object) -> bool:
    assert isinstance(result, CursorResult)  # noqa: S101 - of an INSERT or UPDATE
    return result.rowcount == 1
