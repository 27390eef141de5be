"""Calls counted: what telephones told, and recordings of calls of which no telephone told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from callcoach.datapath import Direction
from callcoach.principal import Principal
from callcoach.store.statistics.model import CallFigures, GroupBy, Key, StatisticsFilter
from callcoach.store.tables import CallRow, MeasuresRow, PhoneCallRow
from callcoach.store.visibility import people_visible_to, visible_to

_IN, _OUT = PhoneCallRow.direction == Direction.INBOUND, PhoneCallRow.direction == Direction.OUTBOUND
_ANSWERED = or_(PhoneCallRow.answered_at.is_not(None), CallRow.pk.is_not(None))
_TALK_S = func.coalesce(PhoneCallRow.talk_s, func.nullif(CallRow.duration_s, 0.0))
_UNTOLD = and_(CallRow.id == PhoneCallRow.phone_call_id, PhoneCallRow.talk_s.is_(None))
"""The recording of a call whose answer or end nobody was told of: it was answered, and as long as it is."""


def count_calls(
    session: Session, principal: Principal, wanted: StatisticsFilter, by: GroupBy
) -> dict[Key, CallFigures]:
    """Return the calls of those one may see the calls of, by agent, team, queue or day."""
    found: defaultdict[Key, CallFigures] = defaultdict(CallFigures)
    for key, figures in (*_told(session, principal, wanted, by), *_recorded(session, principal, wanted, by)):
        found[key] += figures
    return dict(found)


def _told(
    session: Session, principal: Principal, wanted: StatisticsFilter, by: GroupBy
) -> Iterator[tuple[Key, CallFigures]]:
    key: Any = {
        GroupBy.AGENT: PhoneCallRow.person_id,
        GroupBy.TEAM: PhoneCallRow.team_id,
        GroupBy.QUEUE: PhoneCallRow.queue,
        GroupBy.DAY: PhoneCallRow.day,
    }[by]
    rung = and_(_IN, _ANSWERED, PhoneCallRow.ring_s.is_not(None))
    sums = {
        "inbound": _count(_IN),
        "outbound": _count(_OUT),
        "answered_in": _count(and_(_IN, _ANSWERED)),
        "answered_out": _count(and_(_OUT, _ANSWERED)),
        "missed": _count(and_(_IN, ~_ANSWERED, PhoneCallRow.ended_at.is_not(None))),
        "turned_away": _count(PhoneCallRow.turned_away),
        "ring_s": func.coalesce(func.sum(case((rung, PhoneCallRow.ring_s), else_=0.0)), 0.0),
        "rung": _count(rung),
        "talk_s": func.coalesce(func.sum(_TALK_S), 0.0),
        "talked": func.count(_TALK_S),
        "told_in": _count(_IN),
    }
    query = (
        select(key, *(value.label(name) for name, value in sums.items()))
        .select_from(PhoneCallRow)
        .outerjoin(CallRow, _UNTOLD)
        .where(PhoneCallRow.day >= wanted.first, PhoneCallRow.day <= wanted.last)
        .where(people_visible_to(principal, PhoneCallRow.person_id))
        .group_by(key)
    )
    if wanted.team_id is not None:
        query = query.where(PhoneCallRow.team_id == wanted.team_id)
    if wanted.person_id is not None:
        query = query.where(PhoneCallRow.person_id == wanted.person_id)
    for own, *counts in session.execute(query):
        figures: dict[str, Any] = dict(zip(sums, counts, strict=True))
        yield own, CallFigures(**figures)


def _recorded(
    session: Session, principal: Principal, wanted: StatisticsFilter, by: GroupBy
) -> Iterator[tuple[Key, CallFigures]]:
    """Yield the calls that came in as recordings alone: they were answered, by whoever spoke."""
    told = select(PhoneCallRow.id).where(PhoneCallRow.phone_call_id == CallRow.id).exists()
    sums = (
        *(func.count(), func.coalesce(func.sum(CallRow.duration_s), 0.0), _count(CallRow.duration_s > 0)),
        *(func.coalesce(func.sum(MeasuresRow.ring_s), 0.0), func.count(MeasuresRow.ring_s)),
    )
    query = (
        select(CallRow.direction, *sums)
        .outerjoin(MeasuresRow, MeasuresRow.call_pk == CallRow.pk)
        .where(visible_to(principal), ~told)
        .group_by(CallRow.direction)
    )
    if wanted.team_id is not None:
        query = query.where(CallRow.team_id == wanted.team_id)
    if wanted.person_id is not None:
        query = query.where(CallRow.agent_id == wanted.person_id)
    if by is GroupBy.DAY:  # days of the site's zone are no days of the database's
        for day, begin, end in wanted.days:
            started = (CallRow.started_at >= begin, CallRow.started_at < end)
            yield from ((day, _figures(*row)) for row in session.execute(query.where(*started)))
        return
    key: Any = {GroupBy.AGENT: CallRow.agent_id, GroupBy.TEAM: CallRow.team_id, GroupBy.QUEUE: CallRow.queue}[by]
    started = (CallRow.started_at >= wanted.begin, CallRow.started_at < wanted.end)
    for *row, own in session.execute(query.where(*started).add_columns(key).group_by(key)):
        yield own, _figures(*row)


def _figures(direction: Direction, *sums: Any) -> CallFigures:
    calls, talk_s, talked, ring_s, rung = sums
    if direction is Direction.INBOUND:
        return CallFigures(inbound=calls, answered_in=calls, ring_s=ring_s, rung=rung, talk_s=talk_s, talked=talked)
    if direction is Direction.OUTBOUND:
        return CallFigures(outbound=calls, answered_out=calls, talk_s=talk_s, talked=talked)
    return CallFigures(other=calls, talk_s=talk_s, talked=talked)


def _count(condition: ColumnElement[bool] | Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
