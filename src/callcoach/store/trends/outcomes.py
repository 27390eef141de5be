"""Counts around a coaching session: of the agent's calls, and of the other calls of the agent's team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.store.tables import CallSumsRow, Level, RuleSumsRow
from callcoach.store.trends.reading import RuleSums


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often each of some rules was found, in so many scored calls."""

    scored: int
    rules: tuple[RuleSums, ...]


def counts_around(
    session: Session, agent_id: int, rule_ids: Sequence[str], first: date, last: date
) -> tuple[RuleCount, RuleCount]:
    """Return the counts of the agent's calls of some days, and of those of the others in the agent's teams."""
    days = (CallSumsRow.first >= first, CallSumsRow.first <= last)
    mine = (CallSumsRow.level == Level.DAY_AGENT, CallSumsRow.agent_id == agent_id, *days)
    teams = set(session.scalars(select(CallSumsRow.team_id).where(*mine).distinct()))
    whole = (CallSumsRow.level == Level.DAY_TEAM, CallSumsRow.team_id.in_(teams), *days)
    own, all_of_them = (
        session.scalar(select(func.coalesce(func.sum(CallSumsRow.scored), 0)).where(*of)) or 0 for of in (mine, whole)
    )
    days = (RuleSumsRow.first >= first, RuleSumsRow.first <= last, RuleSumsRow.rule_id.in_(rule_ids))
    my_rules = _rules(session, RuleSumsRow.level == Level.DAY_AGENT, RuleSumsRow.agent_id == agent_id, *days)
    their_rules = _rules(session, RuleSumsRow.level == Level.DAY_TEAM, RuleSumsRow.team_id.in_(teams), *days)
    rest = tuple(_less(whole, my_rules.get(rule, RuleSums())) for rule, whole in their_rules.items())
    return RuleCount(own, tuple(my_rules.values())), RuleCount(all_of_them - own, rest)


def _rules(session: Session, *conditions: Any) -> dict[str, RuleSums]:
    sums = [func.sum(getattr(RuleSumsRow, one.name)) for one in fields(RuleSums)]
    rows = session.execute(select(RuleSumsRow.rule_id, *sums).where(*conditions).group_by(RuleSumsRow.rule_id))
    return {row.rule_id: RuleSums(*row[1:]) for row in rows}


def _less(whole: RuleSums, part: RuleSums) -> RuleSums:
    return RuleSums(*(getattr(whole, one.name) - getattr(part, one.name) for one in fields(RuleSums)))
