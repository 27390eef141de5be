"""Reads the roll-ups: sums by day, agent, rule, hour; of whole months where there are any, of days at the edges.

Takes a filter, gives counts that can be added up; what is a mean to a reader is a sum and a count here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from operator import add, attrgetter
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.orm import Session

from callcoach.principal import Principal, Role
from callcoach.store.tables import CallSumsRow, HourSumsRow, Level, PersonRow, RuleSumsRow
from callcoach.store.trends.counting import BINS
from callcoach.store.visibility import sums_visible_to

_BINS = tuple(f"scores_{number}" for number in range(BINS))
_MONTHLY = {
    Level.DAY_AGENT: Level.MONTH_AGENT,
    Level.DAY_TEAM: Level.MONTH_TEAM,
    Level.DAY_ALL: Level.MONTH_ALL,
}


@dataclass(frozen=True, slots=True)
class TrendFilter:
    """Which calls: days of the site's zone, both included."""

    first: date
    last: date
    team_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over calls, by the columns of `CallSumsRow`."""

    calls: int = 0
    scored: int = 0
    score: float = 0.0
    score_squares: float = 0.0
    reviewed: int = 0
    reviewed_score: float = 0.0
    findings: int = 0
    standing: int = 0
    serious_calls: int = 0
    duration_s: float = 0.0
    measured: int = 0
    silence_s: float = 0.0
    rung: int = 0
    ring_s: float = 0.0
    shared: int = 0
    agent_share: float = 0.0
    talk_overs: int = 0

    def __add__(self, other: Sums) -> Sums:
        """Return the sums over both."""
        return Sums(*map(add, _SUM_VALUES(self), _SUM_VALUES(other)))

    @staticmethod
    def over(parts: Iterable[Sums]) -> Sums:
        """Return the sums over all parts."""
        return Sums(*map(sum, zip(*map(_SUM_VALUES, parts), strict=True)))


@dataclass(frozen=True, slots=True)
class AgentSums:
    """Sums over the calls of one agent in one team."""

    agent_id: int
    name: str
    team_id: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class RuleSums:
    """How often a rule was found, by the columns of `RuleSumsRow`."""

    findings: int = 0
    finding_calls: int = 0
    finding_squares: int = 0
    standing: int = 0
    standing_calls: int = 0
    standing_squares: int = 0
    confirmed: int = 0
    rejected: int = 0
    added: int = 0

    def __add__(self, other: RuleSums) -> RuleSums:
        """Return the sums over both."""
        return RuleSums(*map(add, _RULE_VALUES(self), _RULE_VALUES(other)))


@dataclass(frozen=True, slots=True)
class HourSums:
    """Calls of an hour of a weekday."""

    calls: int
    scored: int
    score: float
    standing: int


_SUMS = tuple(one.name for one in fields(Sums))
_RULE_SUMS = tuple(one.name for one in fields(RuleSums))
_SUM_VALUES, _RULE_VALUES = attrgetter(*_SUMS), attrgetter(*_RULE_SUMS)
SCORE_SUMS = ("calls", "scored", "score", "score_squares")
"""What a mean score and its interval are made of."""
_HOUR_SUMS = tuple(one.name for one in fields(HourSums))


def sums_by_day(session: Session, principal: Principal, wanted: TrendFilter) -> list[tuple[date, Sums]]:
    """Return the sums of each day on which there were calls, in order; only of calls the principal may see."""
    level, own = _level(principal, wanted)
    query = select(CallSumsRow.first, *_totals(CallSumsRow, _SUMS)).where(
        CallSumsRow.level == level,
        CallSumsRow.first.between(wanted.first, wanted.last),
        *_whose(CallSumsRow, principal, wanted, own),
    )
    rows = session.execute(query.group_by(CallSumsRow.first).order_by(CallSumsRow.first))
    return [(row.first, Sums(*row[1:])) for row in rows]


def total_of(session: Session, principal: Principal, wanted: TrendFilter) -> Sums:
    """Return the sums over all calls of the filter."""
    parts = _parts(CallSumsRow, principal, wanted, _SUMS)
    return Sums(*session.execute(select(*_totals_of(parts, _SUMS))).one())


def scores_of(session: Session, principal: Principal, wanted: TrendFilter) -> tuple[int, ...]:
    """Return how many machine scores lie in each bin of `BIN_POINTS` points, the lowest first."""
    parts = _parts(CallSumsRow, principal, wanted, _BINS)
    return tuple(session.execute(select(*_totals_of(parts, _BINS))).one())


def sums_by_agent(
    session: Session, principal: Principal, wanted: TrendFilter, names: tuple[str, ...] = _SUMS
) -> list[AgentSums]:
    """Return the sums of each agent who is known, by name; one of two teams stands there twice.

    `names` are the sums that are wanted; the others are 0.
    """
    parts = _parts(CallSumsRow, principal, wanted, ("agent_id", "team_id", *names), by_agent=True)
    keys = (parts.c.agent_id, parts.c.team_id)
    sums = select(*keys, *_totals_of(parts, names)).group_by(*keys).subquery()
    totals = [sums.c[f"sum_{name}"] for name in names]
    query = select(PersonRow.name, sums.c.agent_id, sums.c.team_id, *totals)
    query = query.join(PersonRow, PersonRow.id == sums.c.agent_id)
    rows = session.execute(query.order_by(PersonRow.name, sums.c.agent_id, sums.c.team_id))
    return [
        AgentSums(row.agent_id, row[0], row.team_id, Sums(**dict(zip(names, row[3:], strict=True)))) for row in rows
    ]


def sums_by_rule(session: Session, principal: Principal, wanted: TrendFilter) -> dict[str, RuleSums]:
    """Return how often each rule was found, the most frequent first."""
    parts = _parts(RuleSumsRow, principal, wanted, ("rule_id", *_RULE_SUMS))
    standing = func.sum(parts.c.standing)
    query = select(parts.c.rule_id, *_totals_of(parts, _RULE_SUMS)).group_by(parts.c.rule_id)
    rows = session.execute(query.order_by(standing.desc(), parts.c.rule_id))
    return {row.rule_id: RuleSums(*row[1:]) for row in rows}


def rule_by_day(
    session: Session, principal: Principal, wanted: TrendFilter, rule_id: str
) -> list[tuple[date, RuleSums]]:
    """Return how often a rule was found on each day on which it was."""
    level, own = _level(principal, wanted)
    query = select(RuleSumsRow.first, *_totals(RuleSumsRow, _RULE_SUMS)).where(
        RuleSumsRow.level == level,
        RuleSumsRow.rule_id == rule_id,
        RuleSumsRow.first.between(wanted.first, wanted.last),
        *_whose(RuleSumsRow, principal, wanted, own),
    )
    rows = session.execute(query.group_by(RuleSumsRow.first).order_by(RuleSumsRow.first))
    return [(row.first, RuleSums(*row[1:])) for row in rows]


def rule_by_agent(session: Session, principal: Principal, wanted: TrendFilter, rule_id: str) -> dict[int, RuleSums]:
    """Return how often a rule was found with each agent who is known."""
    parts = _parts(RuleSumsRow, principal, wanted, ("agent_id", *_RULE_SUMS), by_agent=True, rule_id=rule_id)
    query = select(parts.c.agent_id, *_totals_of(parts, _RULE_SUMS)).where(parts.c.agent_id > 0)
    rows = session.execute(query.group_by(parts.c.agent_id))
    return {row.agent_id: RuleSums(*row[1:]) for row in rows}


def calls_by_hour(session: Session, principal: Principal, wanted: TrendFilter) -> dict[tuple[int, int], HourSums]:
    """Return the calls of each weekday (0: Monday) and hour of the site's zone in which there were any."""
    parts = _parts(HourSumsRow, principal, wanted, ("weekday", "hour", *_HOUR_SUMS))
    keys = (parts.c.weekday, parts.c.hour)
    rows = session.execute(select(*keys, *_totals_of(parts, _HOUR_SUMS)).group_by(*keys).order_by(*keys))
    return {(weekday, hour): HourSums(*sums) for weekday, hour, *sums in rows}


# -- which rows --------------------------------------------------------------------------------


def _level(principal: Principal, wanted: TrendFilter, *, by_agent: bool = False) -> tuple[Level, bool]:
    """Return the coarsest level of days that tells the calls apart, and whether it knows agents."""
    if by_agent or wanted.agent_id is not None or principal.role is Role.AGENT:
        return Level.DAY_AGENT, True
    if wanted.team_id is not None or principal.role is Role.SUPERVISOR:
        return Level.DAY_TEAM, False
    return Level.DAY_ALL, False


def _whose(table: Any, principal: Principal, wanted: TrendFilter, knows_agents: bool) -> list[ColumnElement[bool]]:
    conditions = [sums_visible_to(principal, table)]
    if wanted.team_id is not None:
        conditions.append(table.team_id == wanted.team_id)
    if wanted.agent_id is not None and knows_agents:
        conditions.append(table.agent_id == wanted.agent_id)
    return conditions


def _parts(
    table: Any,
    principal: Principal,
    wanted: TrendFilter,
    columns: tuple[str, ...],
    *,
    by_agent: bool = False,
    rule_id: str | None = None,
) -> Any:
    """Return the rows of whole months, and of the days before and after them, as one table to be summed up."""
    level, knows_agents = _level(principal, wanted, by_agent=by_agent)
    whose = _whose(table, principal, wanted, knows_agents)
    if rule_id is not None:
        whose.append(table.rule_id == rule_id)
    chosen = [getattr(table, name) for name in columns]

    def rows(level: Level, first: date, last: date) -> Any:
        return select(*chosen).where(table.level == level, table.first.between(first, last), *whose)

    parts = [
        rows(_MONTHLY[level] if monthly else level, first, last)
        for first, last, monthly in stretches(wanted.first, wanted.last)
    ]
    return union_all(*parts).subquery()


def stretches(first: date, last: date) -> list[tuple[date, date, bool]]:
    """Return days, whole months (by their first days) and days again, that together are the days from `first` on."""
    month = first if first.day == 1 else (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    after = (last + timedelta(days=1)).replace(day=1)
    if month >= after:
        return [(first, last, False)]
    found = [(month, (after - timedelta(days=1)).replace(day=1), True)]
    if first < month:
        found.insert(0, (first, month - timedelta(days=1), False))
    if after <= last:
        found.append((after, last, False))
    return found


def _totals(table: Any, names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    return [func.coalesce(func.sum(getattr(table, name)), 0).label(f"sum_{name}") for name in names]


def _totals_of(parts: Any, names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    return _totals(parts.c, names)
