"""Agents' time in each state of presence, cut to when their telephones were there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.around.presence_time import PresenceChange, Span, seconds_in_states
from callcoach.principal import Principal
from callcoach.store.people import first_team_of
from callcoach.store.presence import PresenceState
from callcoach.store.statistics.model import GroupBy, Key, StatisticsFilter, TimeFigures
from callcoach.store.tables import AttendanceRow, MembershipRow, PresenceRow
from callcoach.store.visibility import people_visible_to


def count_time(
    session: Session, principal: Principal, wanted: StatisticsFilter, by: GroupBy, now: datetime
) -> dict[Key, TimeFigures]:
    """Return the time of the people one may see the work of, by agent, team or day; queues have none of their own."""
    if by is GroupBy.QUEUE:
        return {}
    end = min(wanted.end, now)
    signed_in = _signed_in(session, principal, wanted, end)
    changes = _changes(session, wanted, tuple(signed_in), end)
    found: defaultdict[Key, TimeFigures] = defaultdict(TimeFigures)
    for person_id, spans in signed_in.items():
        team_id = first_team_of(session, person_id) if by is GroupBy.TEAM else None
        for day, within in _stretches(wanted, by, end):
            seconds = seconds_in_states(changes.get(person_id, []), spans, within)
            key: Key = {GroupBy.AGENT: person_id, GroupBy.TEAM: team_id, GroupBy.DAY: day}[by]
            if seconds:
                found[key] += _figures(seconds)
    return dict(found)


def _signed_in(
    session: Session, principal: Principal, wanted: StatisticsFilter, end: datetime
) -> dict[int, list[Span]]:
    query = (
        select(AttendanceRow.person_id, AttendanceRow.from_at, AttendanceRow.until_at)
        .where(AttendanceRow.until_at > wanted.begin, AttendanceRow.from_at < end)
        .where(people_visible_to(principal, AttendanceRow.person_id))
    )
    if wanted.person_id is not None:
        query = query.where(AttendanceRow.person_id == wanted.person_id)
    if wanted.team_id is not None:
        members = select(MembershipRow.person_id).where(MembershipRow.team_id == wanted.team_id)
        query = query.where(AttendanceRow.person_id.in_(members))
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for person_id, from_at, until_at in session.execute(query):
        found[person_id].append(Span(from_at, until_at))
    return dict(found)


def _changes(
    session: Session, wanted: StatisticsFilter, people: tuple[int, ...], end: datetime
) -> dict[int, list[PresenceChange]]:
    """Return what each said in the stretch, after the last that was said before it."""
    earlier = (
        select(func.max(PresenceRow.id))
        .where(PresenceRow.person_id.in_(people), PresenceRow.at < wanted.begin)
        .group_by(PresenceRow.person_id)
    )
    query = (
        select(PresenceRow.person_id, PresenceRow.at, PresenceRow.state, PresenceRow.reason)
        .where(PresenceRow.person_id.in_(people))
        .where(PresenceRow.id.in_(earlier) | ((PresenceRow.at >= wanted.begin) & (PresenceRow.at < end)))
        .order_by(PresenceRow.at, PresenceRow.id)
    )
    found: defaultdict[int, list[PresenceChange]] = defaultdict(list)
    for person_id, at, state, reason in session.execute(query):
        found[person_id].append(PresenceChange(at, state, reason))
    return dict(found)


def _stretches(wanted: StatisticsFilter, by: GroupBy, end: datetime) -> Iterator[tuple[date, Span]]:
    if by is not GroupBy.DAY:
        yield wanted.first, Span(wanted.begin, end)
        return
    for day, begin, until in wanted.days:
        if begin < end:
            yield day, Span(begin, min(until, end))


def _figures(seconds: dict[tuple[str, str], float]) -> TimeFigures:
    states: defaultdict[str, float] = defaultdict(float)
    reasons: defaultdict[str, float] = defaultdict(float)
    for (state, reason), count in seconds.items():
        states[state] += count
        if state == PresenceState.NOT_READY:
            reasons[reason] += count
    return TimeFigures(dict(states), dict(reasons))
