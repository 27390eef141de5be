"""Trends over calls: sums by half hour, by agent, by rule. Takes a filter, gives counts that can be added up.

Nothing here knows days or time zones: whoever shows them folds the half hours into days of the site's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, case, cast, func, select
from sqlalchemy.orm import Session

from callcoach.datapath import FindingStatus, Severity
from callcoach.principal import Principal
from callcoach.store.tables import CallRow, FindingRow, MeasuresRow, PersonRow
from callcoach.store.visibility import visible_to

HALF_HOUR_S = 1800


@dataclass(frozen=True, slots=True)
class TrendFilter:
    """Which calls; the time is half-open."""

    started_from: datetime
    started_before: datetime
    team_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over calls; what is a mean to a reader is a sum and a count here."""

    calls: int = 0
    scored: int = 0
    score: float = 0.0
    score_squares: float = 0.0
    reviewed: int = 0
    reviewed_score: float = 0.0
    findings: int = 0
    serious_calls: int = 0
    duration_s: float = 0.0
    measured: int = 0
    silence_s: float = 0.0
    rung: int = 0
    ring_s: float = 0.0
    shared: int = 0
    agent_share: float = 0.0
    talk_overs: int = 0
    hold_s: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        """Return the sums over both."""
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class AgentSums:
    """Sums over the calls of one agent."""

    agent_id: int
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class RuleSums:
    """How often a rule was found."""

    rule_id: str
    name_zh: str
    name_en: str
    severity: Severity
    findings: int
    calls: int


def sums_by_half_hour(session: Session, principal: Principal, wanted: TrendFilter) -> list[tuple[datetime, Sums]]:
    """Return the sums of each half hour in which calls began, in order; only of calls the principal may see."""
    seconds = _epoch(session)
    slot = cast(func.floor(seconds / HALF_HOUR_S), Integer).label("slot")
    rows = session.execute(_sums(slot).where(*_conditions(principal, wanted)).group_by("slot").order_by("slot"))
    return [(datetime.fromtimestamp(row.slot * HALF_HOUR_S, UTC), _read(row)) for row in rows]


def sums_by_agent(session: Session, principal: Principal, wanted: TrendFilter) -> list[AgentSums]:
    """Return the sums of each agent who is known, by name."""
    query = _sums(CallRow.agent_id.label("agent_id"), PersonRow.name.label("name"))
    query = query.join(PersonRow, PersonRow.id == CallRow.agent_id).where(*_conditions(principal, wanted))
    rows = session.execute(query.group_by(CallRow.agent_id, PersonRow.name).order_by(PersonRow.name))
    return [AgentSums(row.agent_id, row.name, _read(row)) for row in rows]


def sums_by_rule(session: Session, principal: Principal, wanted: TrendFilter) -> list[RuleSums]:
    """Return how often each rule took points, the most frequent first."""
    found = func.count().label("findings")
    query = (
        select(
            FindingRow.rule_id,
            func.max(FindingRow.name_zh).label("name_zh"),
            func.max(FindingRow.name_en).label("name_en"),
            func.max(FindingRow.severity).label("severity"),
            found,
            func.count(FindingRow.call_pk.distinct()).label("calls"),
        )
        .join(CallRow, CallRow.pk == FindingRow.call_pk)
        .where(*_conditions(principal, wanted), FindingRow.status == FindingStatus.SCORED)
        .group_by(FindingRow.rule_id)
        .order_by(found.desc(), FindingRow.rule_id)
    )
    return [RuleSums(*row) for row in session.execute(query)]


def count_findings(
    session: Session, principal: Principal, wanted: TrendFilter, rule_ids: Sequence[str]
) -> tuple[int, int]:
    """Return how often the rules took points, and in how many scored calls that could be."""
    conditions = _conditions(principal, wanted)
    found = (
        select(func.count())
        .select_from(FindingRow)
        .join(CallRow, CallRow.pk == FindingRow.call_pk)
        .where(*conditions, FindingRow.status == FindingStatus.SCORED, FindingRow.rule_id.in_(list(rule_ids)))
    )
    calls = select(func.count(CallRow.score)).where(*conditions)
    return session.scalar(found) or 0, session.scalar(calls) or 0


def _conditions(principal: Principal, wanted: TrendFilter) -> list[ColumnElement[bool]]:
    conditions = [
        visible_to(principal),
        CallRow.started_at >= wanted.started_from,
        CallRow.started_at < wanted.started_before,
    ]
    if wanted.team_id is not None:
        conditions.append(CallRow.team_id == wanted.team_id)
    if wanted.agent_id is not None:
        conditions.append(CallRow.agent_id == wanted.agent_id)
    return conditions


def _epoch(session: Session) -> ColumnElement[Any]:
    """Return when a call began, in seconds since 1970."""
    if session.get_bind().dialect.name == "sqlite":
        return cast(func.strftime("%s", CallRow.started_at), Integer) * 1.0
    return func.extract("epoch", CallRow.started_at)


def _sums(*keys: ColumnElement[Any]) -> Select[Any]:
    """Return the query of sums, grouped by nothing yet."""
    serious = case((CallRow.worst_severity >= Severity.SERIOUS, 1), else_=0)
    return select(
        *keys,
        func.count(CallRow.pk),
        func.count(CallRow.score),
        func.coalesce(func.sum(CallRow.score), 0.0),
        func.coalesce(func.sum(CallRow.score * CallRow.score), 0.0),
        func.count(CallRow.reviewed_score),
        func.coalesce(func.sum(CallRow.reviewed_score), 0.0),
        func.coalesce(func.sum(CallRow.finding_count), 0),
        func.coalesce(func.sum(serious), 0),
        func.coalesce(func.sum(CallRow.duration_s), 0.0),
        func.count(MeasuresRow.call_pk),
        func.coalesce(func.sum(MeasuresRow.silence_s), 0.0),
        func.count(MeasuresRow.ring_s),
        func.coalesce(func.sum(MeasuresRow.ring_s), 0.0),
        func.count(MeasuresRow.agent_share),
        func.coalesce(func.sum(MeasuresRow.agent_share), 0.0),
        func.coalesce(func.sum(MeasuresRow.talk_overs), 0),
        func.coalesce(func.sum(MeasuresRow.hold_s), 0.0),
    ).outerjoin(MeasuresRow, MeasuresRow.call_pk == CallRow.pk)


def _read(row: Row[Any]) -> Sums:
    return Sums(*row[-len(fields(Sums)) :])
