"""One rule: what reviewers said of its findings, and where it was found last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from callcoach.datapath import FindingStatus, Severity
from callcoach.principal import Principal
from callcoach.store.tables import CallRow, FindingRow, JudgedRow, PersonRow
from callcoach.store.trends.counting import ADDED, CONFIRMED, REJECTED
from callcoach.store.trends.reading import TrendFilter
from callcoach.store.visibility import visible_to

EXAMPLES = 30


@dataclass(frozen=True, slots=True)
class RuleName:
    """What a rule was called when it found something last."""

    name_zh: str
    name_en: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Example:
    """A place where a rule was found; `verdict` is empty before a review is finished."""

    call_id: str
    started_at: datetime
    agent: str
    start_s: float
    quote: str
    confidence: float | None
    """None: people found it."""
    verdict: str


def names_of_rules(session: Session, rule_ids: Iterable[str]) -> dict[str, RuleName]:
    """Return the names of rules that the rulebook has no more."""
    names: dict[str, RuleName] = {}
    for rule_id in rule_ids:
        newest = select(FindingRow).where(FindingRow.rule_id == rule_id).order_by(FindingRow.call_pk.desc()).limit(1)
        row = session.scalar(newest)
        if row is not None:
            names[rule_id] = RuleName(row.name_zh, row.name_en, row.severity)
    return names


def verdicts_by_call(
    session: Session, principal: Principal, wanted: TrendFilter, zone: ZoneInfo, rule_id: str
) -> list[tuple[int, int]]:
    """Return, for each call with verdicts on the rule's findings, how many were confirmed, and how many there are."""
    confirmed = func.sum(case((JudgedRow.verdict == CONFIRMED, 1), else_=0))
    query = (
        select(confirmed, func.count())
        .select_from(JudgedRow)
        .join(CallRow, CallRow.pk == JudgedRow.call_pk)
        .where(*_conditions(principal, wanted, zone), JudgedRow.rule_id == rule_id)
        .where(JudgedRow.verdict.in_([CONFIRMED, REJECTED]))
        .group_by(JudgedRow.call_pk)
    )
    return [(int(hits), int(tries)) for hits, tries in session.execute(query)]


def examples_of(
    session: Session, principal: Principal, wanted: TrendFilter, zone: ZoneInfo, rule_id: str
) -> list[Example]:
    """Return the latest places where the rule was found, by the machine or by people alone."""
    conditions = _conditions(principal, wanted, zone)
    who = func.coalesce(PersonRow.name, CallRow.agent)
    call = (CallRow.id, CallRow.started_at, who)
    found = (
        select(*call, FindingRow.start_s, FindingRow.quote, FindingRow.confidence, JudgedRow.verdict)
        .join(FindingRow, FindingRow.call_pk == CallRow.pk)
        .outerjoin(JudgedRow, (JudgedRow.call_pk == FindingRow.call_pk) & (JudgedRow.finding_id == FindingRow.id))
        .outerjoin(PersonRow, PersonRow.id == CallRow.agent_id)
        .where(*conditions, FindingRow.rule_id == rule_id)
        .where((FindingRow.status == FindingStatus.SCORED) | JudgedRow.verdict.is_not(None))
    )
    added = (
        select(*call, JudgedRow.start_s, JudgedRow.quote, JudgedRow.verdict)
        .join(JudgedRow, JudgedRow.call_pk == CallRow.pk)
        .outerjoin(PersonRow, PersonRow.id == CallRow.agent_id)
        .where(*conditions, JudgedRow.rule_id == rule_id, JudgedRow.verdict == ADDED)
    )
    newest = (CallRow.started_at.desc(), CallRow.pk.desc())
    rows = [
        *(Example(*row[:6], row[6] or "") for row in session.execute(found.order_by(*newest).limit(EXAMPLES))),
        *(Example(*row[:5], None, row[5]) for row in session.execute(added.order_by(*newest).limit(EXAMPLES))),
    ]
    return sorted(rows, key=lambda one: (one.started_at, one.call_id, one.start_s), reverse=True)[:EXAMPLES]


def _conditions(principal: Principal, wanted: TrendFilter, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    begin, end = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (wanted.first, wanted.last + timedelta(days=1))
    )
    conditions = [visible_to(principal), CallRow.started_at >= begin, CallRow.started_at < end]
    if wanted.team_id is not None:
        conditions.append(CallRow.team_id == wanted.team_id)
    if wanted.agent_id is not None:
        conditions.append(CallRow.agent_id == wanted.agent_id)
    return conditions
