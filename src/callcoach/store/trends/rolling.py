"""Keeps the roll-ups true: what a transaction changed is summed up anew before it ends.

Triggers of the database note which calls changed, whatever changed them; `renew` then sums up the day of the agent
from the rows, and from that the day of the team and of all, and the month. Nothing is added to or taken from a sum,
so that no sum can drift. Days begin in the zone the server's settings name; until a server has named it, and for days
from before roll-ups were kept, `build` makes them bit by bit, the newest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Delete, Insert, Table, bindparam, delete, func, insert, literal, select, text
from sqlalchemy.orm import Session

from callcoach.datapath import FindingStatus
from callcoach.store.reviews.judged import judge_again
from callcoach.store.tables import (
    CallRow,
    CallSumsRow,
    FindingRow,
    HourSumsRow,
    JudgedRow,
    Level,
    MeasuresRow,
    RuleSumsRow,
    TrendStaleRow,
    TrendStateRow,
)
from callcoach.store.trends.counting import Cell, CountedCall, Counts, Measured, count

_LOCK = 0x74726E64
"""Key of PostgreSQL's advisory lock on the roll-ups; taken last in a transaction, so that it cannot tie a knot."""
_TABLES: tuple[Any, ...] = (CallSumsRow, RuleSumsRow, HourSumsRow)
_KEYS = {CallSumsRow: (), RuleSumsRow: ("rule_id",), HourSumsRow: ("weekday", "hour")}
_KEPT = {
    Level.MONTH_AGENT: ("team_id", "agent_id"),
    Level.DAY_TEAM: ("team_id",),
    Level.MONTH_TEAM: ("team_id",),
}
"""What a level tells apart; the last one is what changed cells are found by."""
_CELL = ("level", "first", "team_id", "agent_id")
_UNKNOWN = {"synchronize_session": False}
"""No object of a session stands for these rows."""
_STATE = 1
FIRST, LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Calls outside have a clock that is wrong, and belong to no trend."""


_CALLS = select(
    *(CallRow.pk, CallRow.team_id, CallRow.agent_id, CallRow.started_at, CallRow.duration_s, CallRow.score),
    *(CallRow.reviewed, CallRow.reviewed_score, MeasuresRow.call_pk.label("measured")),
    *(MeasuresRow.ring_s, MeasuresRow.silence_s, MeasuresRow.agent_share, MeasuresRow.talk_overs),
).outerjoin(MeasuresRow, MeasuresRow.call_pk == CallRow.pk)


def prepare(session: Session, zone: str) -> None:
    """Have days begin in this zone; where they began in another one, everything is to be built again."""
    state = session.get(TrendStateRow, _STATE)
    if state is not None and state.zone == zone:
        return
    _lock(session)
    for table in (*_TABLES, TrendStaleRow):
        session.execute(delete(table))
    session.merge(TrendStateRow(id=_STATE, zone=zone, built_from=None, complete=False))
    session.flush()


def build(session: Session) -> bool:
    """Build the newest day that is not built yet; return False if there is none left."""
    _lock(session)
    state = session.get(TrendStateRow, _STATE, populate_existing=True)
    if state is None or state.complete:
        return False
    zone = ZoneInfo(state.zone)
    newest = select(func.max(CallRow.started_at)).where(CallRow.started_at >= FIRST, CallRow.started_at < LAST)
    if state.built_from is not None:
        newest = newest.where(CallRow.started_at < _begin(state.built_from, zone))
    at = session.scalar(newest)
    day = at.astimezone(zone).date() if at is not None else None
    if state.built_from is not None and (day is None or _month(day) != _month(state.built_from)):
        _sum_month(session, _month(state.built_from), None)
    if day is None:
        state.complete = True
        return False
    reviewed = select(CallRow.pk).where(*_on(day, zone), CallRow.reviewed)
    for pk in session.scalars(reviewed).all():
        judge_again(session, pk)
    _count_day(session, day, zone, None)
    state.built_from = day
    return True


def built_from(session: Session) -> date | None:
    """Return the day from which on the figures are there, while older ones are still being built; None: all are."""
    state = session.get(TrendStateRow, _STATE)
    if state is None or state.complete:
        return None
    return state.built_from or date.max


def renew(session: Session) -> None:
    """Sum up anew what this transaction has changed; called before it ends."""
    session.flush()
    if session.scalar(select(TrendStaleRow.id).limit(1)) is None or session.get(TrendStateRow, _STATE) is None:
        return
    _lock(session)
    state = session.get_one(TrendStateRow, _STATE, populate_existing=True)
    zone = ZoneInfo(state.zone)
    taken = delete(TrendStaleRow).returning(TrendStaleRow.started_at, TrendStaleRow.team_id, TrendStaleRow.agent_id)
    changed: defaultdict[date, set[Cell]] = defaultdict(set)
    for row in session.execute(taken, execution_options=_UNKNOWN):
        if FIRST <= row.started_at < LAST:
            changed[row.started_at.astimezone(zone).date()].add((row.team_id or 0, row.agent_id or 0))
    for day, cells in changed.items():
        if state.complete or (state.built_from is not None and day >= state.built_from):
            _count_day(session, day, zone, cells)
    for month in {_month(day) for day in changed}:
        _sum_month(session, month, {cell for day in changed if _month(day) == month for cell in changed[day]})


# -- a day from its calls ----------------------------------------------------------------------


def _count_day(session: Session, day: date, zone: ZoneInfo, cells: set[Cell] | None) -> None:
    """Sum up a day, or some cells of it, from the rows."""
    counts = count(_read(session, day, zone, cells), zone)
    for table in _TABLES:
        here = (table.level == Level.DAY_AGENT, table.first == day)
        session.execute(delete(table).where(*here, *_of(table, cells)), execution_options=_UNKNOWN)
        _put(session, table, day, counts)
    _sum(session, (Level.DAY_AGENT, Level.DAY_TEAM), (day, day), cells)
    _sum(session, (Level.DAY_TEAM, Level.DAY_ALL), (day, day), None)


def _read(session: Session, day: date, zone: ZoneInfo, cells: set[Cell] | None) -> Iterable[CountedCall]:
    wanted = [*_on(day, zone), *_of(CallRow, cells)]
    calls: dict[int, CountedCall] = {}
    for row in session.execute(_CALLS.where(*wanted)):
        measured = Measured(row.ring_s, row.silence_s, row.agent_share, row.talk_overs) if row.measured else None
        cell = (row.team_id or 0, row.agent_id or 0)
        own = (row.started_at, row.duration_s, row.score, row.reviewed, row.reviewed_score)
        calls[row.pk] = CountedCall(cell, *own, measured)
    found = select(FindingRow.call_pk, FindingRow.rule_id, FindingRow.severity).join(
        CallRow, CallRow.pk == FindingRow.call_pk
    )
    for row in session.execute(found.where(*wanted, FindingRow.status == FindingStatus.SCORED)):
        calls[row.call_pk].machine.append((row.rule_id, row.severity))
    judged = select(JudgedRow.call_pk, JudgedRow.rule_id, JudgedRow.severity, JudgedRow.verdict)
    for row in session.execute(judged.join(CallRow, CallRow.pk == JudgedRow.call_pk).where(*wanted)):
        calls[row.call_pk].judged.append((row.rule_id, row.severity, row.verdict))
    return calls.values()


def _put(session: Session, table: Any, day: date, counts: Counts) -> None:
    rows: list[dict[str, Any]] = []
    parts: dict[Any, Any] = {CallSumsRow: counts.calls, RuleSumsRow: counts.rules, HourSumsRow: counts.hours}
    for key, sums in parts[table].items():
        (team_id, agent_id), more = (key, ()) if table is CallSumsRow else (key[0], key[1:])
        cell = {"level": Level.DAY_AGENT, "first": day, "team_id": team_id, "agent_id": agent_id}
        rows.append(cell | dict(zip(_KEYS[table], more, strict=True)) | {name: sums[name] for name in _sums_of(table)})
    if rows:
        session.execute(insert(table), rows)


# -- sums of sums ------------------------------------------------------------------------------


def _sum_month(session: Session, month: date, cells: set[Cell] | None) -> None:
    """Sum up a month from its days."""
    days = (month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    _sum(session, (Level.DAY_AGENT, Level.MONTH_AGENT), days, cells)
    _sum(session, (Level.DAY_TEAM, Level.MONTH_TEAM), days, cells)
    _sum(session, (Level.DAY_ALL, Level.MONTH_ALL), days, None)


def _sum(session: Session, levels: tuple[Level, Level], days: tuple[date, date], cells: set[Cell] | None) -> None:
    """Make the rows of a level out of those of a finer one; with cells, only their teams' and agents'."""
    source, target = levels
    given: dict[str, Any] = {"new_first": days[0], "since": days[0], "until": days[1]}
    if cells is not None:
        given["ids"] = sorted({cell[1 if target is Level.MONTH_AGENT else 0] for cell in cells})
    connection = session.connection()
    for table in _TABLES:
        for statement in _statements(table, source, target, is_narrowed=cells is not None):
            connection.execute(statement, given)


@cache
def _statements(row: Any, source: Level, target: Level, *, is_narrowed: bool) -> tuple[Delete, Insert]:
    """Return what makes rows of a level anew; made once, for building a statement takes longer than running it."""
    table: Table = row.__table__
    kept = _KEPT.get(target, ())
    own = table.c[kept[-1]].in_(bindparam("ids", expanding=True)) if is_narrowed else literal(value=True)
    level, first = bindparam("new_level", target, table.c.level.type), bindparam("new_first", type_=table.c.first.type)
    whole = [table.c[name] if name in kept else literal(0) for name in ("team_id", "agent_id")]
    keys, sums = [table.c[name] for name in _KEYS[row]], _sums_of(row)
    query = (
        select(level, first, *whole, *keys, *(func.sum(table.c[name]) for name in sums))
        .where(table.c.level == source, table.c.first.between(bindparam("since"), bindparam("until")), own)
        .group_by(table.c.level, *(table.c[name] for name in kept), *keys)
    )
    remove = delete(table).where(table.c.level == target, table.c.first == first, own)
    return remove, insert(table).from_select([*_CELL, *_KEYS[row], *sums], query)


def _sums_of(table: Any) -> tuple[str, ...]:
    """Return the columns of a table that are sums."""
    return tuple(column.name for column in table.__table__.columns if not column.primary_key)


# -- conditions --------------------------------------------------------------------------------


def _of(table: Any, cells: set[Cell] | None) -> list[ColumnElement[bool]]:
    """Return the condition that rows of calls or of roll-ups are of one of the cells."""
    if cells is None:
        return []
    team, agent = func.coalesce(table.team_id, 0), table.agent_id
    is_any = literal(False)
    for team_id, agent_id in cells:
        is_agent = (agent.is_(None) | (agent == 0)) if agent_id == 0 else agent == agent_id
        is_any |= (team == team_id) & is_agent
    return [is_any]


def _on(day: date, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    return CallRow.started_at >= _begin(day, zone), CallRow.started_at < _begin(day + timedelta(days=1), zone)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _month(day: date) -> date:
    return day.replace(day=1)


def _lock(session: Session) -> None:
    """Let one transaction at a time work on the roll-ups; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
