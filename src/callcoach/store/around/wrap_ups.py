"""What came of a call, chosen in after-call work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, InputError
from callcoach.principal import Principal
from callcoach.store.around.desk_calls import CallRef, desk_call, find_desk_call
from callcoach.store.around.dispositions import Disposition, get_disposition
from callcoach.store.tables import DeskCallRow, MembershipRow, WrapUpRow
from callcoach.store.visibility import people_visible_to

MOST = 4000


@dataclass(frozen=True, slots=True)
class WrapUp:
    """The outcome of a call as its agent gave it."""

    disposition: Disposition
    follow_up: str
    done_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, half-open, and whose work in it."""

    begin: datetime
    end: datetime
    team_id: int | None = None
    person_id: int | None = None


def read_wrap_up(session: Session, person_id: int, phone_call_id: str) -> WrapUp | None:
    """Return the outcome a person gave a call; None: none yet.

    Raises:
        NotFoundError: it is somebody else's call.
    """
    call = find_desk_call(session, person_id, phone_call_id)
    return wrap_up_of(session, call.id) if call else None


def wrap_up_of(session: Session, desk_call_id: int) -> WrapUp | None:
    """Return the outcome kept with a desk's call; None: none yet."""
    row = session.get(WrapUpRow, desk_call_id)
    if row is None:
        return None
    return WrapUp(get_disposition(session, row.disposition_id), row.follow_up, row.done_at, row.version)


def wrap_up(
    session: Session,
    person_id: int,
    ref: CallRef,
    disposition_id: int,
    follow_up: str,
    *,
    version: int,
    now: datetime,
) -> WrapUp:
    """Keep the outcome of a call, or change it.

    Args:
        session: a writing transaction.
        person_id: who took the call.
        ref: the call.
        disposition_id: the outcome.
        follow_up: what is to be done, in words.
        version: of the outcome that was shown; 0: none.
        now: the time.

    Raises:
        ConflictError: another page gave an outcome meanwhile.
        InputError: the outcome cannot be chosen.
        NotFoundError: there is no such outcome, or it is somebody else's call.
    """
    chosen = get_disposition(session, disposition_id)
    if not chosen.in_use or not chosen.is_leaf:
        raise InputError(
            f"The outcome {' / '.join(chosen.path_zh)} cannot be chosen: expected one without any below.",
            f"“{' / '.join(chosen.path_zh)}”不能选：请选最下一级、在用的结果。",
        )
    if len(follow_up) > MOST:
        raise InputError(
            f"The text has {len(follow_up)} characters, expected at most {MOST}.",
            f"文字有 {len(follow_up)} 个字，最多 {MOST} 个。",
        )
    call = desk_call(session, person_id, ref, now)
    row = session.get(WrapUpRow, call.id)
    if (row.version if row else 0) != version:
        raise ConflictError(
            "The outcome was given on another page meanwhile. Load the page again.",
            "另一个页面刚填过结果。请重新载入页面。",
        )
    if row is None:
        row = WrapUpRow(desk_call_id=call.id, version=0)
        session.add(row)
    row.disposition_id, row.follow_up, row.done_at, row.version = disposition_id, follow_up, now, version + 1
    session.flush()
    return WrapUp(chosen, follow_up, now, row.version)


def count_dispositions(session: Session, principal: Principal, within: Stretch) -> dict[int, int]:
    """Return how many calls had each outcome, by its id; only those of people one may see the work of."""
    query = (
        select(WrapUpRow.disposition_id, func.count())
        .join(DeskCallRow, DeskCallRow.id == WrapUpRow.desk_call_id)
        .where(*_within(principal, within))
        .group_by(WrapUpRow.disposition_id)
    )
    return dict(session.execute(query).all())


def count_by_person(session: Session, principal: Principal, within: Stretch) -> dict[int, int]:
    """Return how many calls each person gave an outcome."""
    query = (
        select(DeskCallRow.person_id, func.count())
        .join(WrapUpRow, DeskCallRow.id == WrapUpRow.desk_call_id)
        .where(*_within(principal, within))
        .group_by(DeskCallRow.person_id)
    )
    return dict(session.execute(query).all())


def _within(principal: Principal, within: Stretch) -> list[ColumnElement[bool]]:
    conditions = [
        WrapUpRow.done_at >= within.begin,
        WrapUpRow.done_at < within.end,
        people_visible_to(principal, DeskCallRow.person_id),
    ]
    if within.person_id is not None:
        conditions.append(DeskCallRow.person_id == within.person_id)
    if within.team_id is not None:
        members = select(MembershipRow.person_id).where(MembershipRow.team_id == within.team_id)
        conditions.append(DeskCallRow.person_id.in_(members))
    return conditions
