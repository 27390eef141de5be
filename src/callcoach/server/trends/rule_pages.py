"""The page of one rule: how often it is found, with whom, and whether reviewers agree with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from callcoach.confidence import Found, beyond_chance, chance_of, mean_of, rate_of, rate_ratio, share_of
from callcoach.errors import NotFoundError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services, WithServices
from callcoach.server.trends.choosing import chooser_of, period_of
from callcoach.server.trends.contexts import RuleAgentLine, RulePage
from callcoach.server.trends.figures import by_agent, standing_of, total
from callcoach.server.trends.periods import Period
from callcoach.server.trends.rule_lines import known_rules
from callcoach.store.trends.counting import ADDED, CONFIRMED, REJECTED
from callcoach.store.trends.reading import (
    SCORE_SUMS,
    AgentSums,
    RuleSums,
    Sums,
    rule_by_agent,
    rule_by_day,
    sums_by_agent,
    sums_by_day,
    total_of,
)
from callcoach.store.trends.rules import examples_of, verdicts_by_call

router = APIRouter(include_in_schema=False)
api_router = APIRouter(prefix="/trends/rules", tags=["trends"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
RuleId = Annotated[str, Path(max_length=120)]
LEAST_CALLS = 10
"""Agents with fewer calls are not held against the others."""
VERDICTS = {
    CONFIRMED: Words("已确认", "confirmed"),
    REJECTED: Words("已驳回", "rejected"),
    ADDED: Words("人工补充", "added by hand"),
    "": Words("未复核", "not reviewed"),
}


@router.get("/trends/rules/{rule_id}")
def get_rule(rule_id: RuleId, request: Request, principal: Reader, services: WithServices) -> Response:
    """Show a rule."""
    return render(request, _page(services, principal, period_of(request, services), rule_id))


@api_router.get("/{rule_id}", responses={404: {"description": "No rulebook has it, and nothing was found by it."}})
def get_rule_figures(rule_id: RuleId, request: Request, principal: Reader, services: WithServices) -> dict[str, Any]:
    """Return the figures of a rule in a period: in all, before, by day or week, by agent; its latest places.

    The period is named as on the page's address. Rates are finds per scored call that stand after review, with 95 %
    intervals; `precision` is the share of judged finds that reviewers confirmed.
    """
    period = period_of(request, services)
    page = _page(services, principal, period, rule_id)
    return {
        "rule_id": rule_id,
        "from_day": str(period.first),
        "to_day": str(period.last),
        "calls": page.calls,
        "calls_before": page.calls_before,
        "sums": asdict(page.sums),
        "before": asdict(page.before),
        "rate": page.rate and asdict(page.rate),
        "change": page.change and asdict(page.change),
        "precision": page.precision and asdict(page.precision),
        "days": [{"day": str(day), "calls": calls, **asdict(sums)} for day, sums, calls in page.steps],
        "agents": [
            {
                "name": one.name,
                "calls": one.calls,
                "rate": one.rate and asdict(one.rate),
                "stands_out": one.stands_out,
                **asdict(one.sums),
            }
            for one in page.agents
        ],
        "examples": [asdict(one) | {"started_at": one.started_at.isoformat()} for one in page.examples],
    }


def _page(services: Services, principal: Principal, period: Period, rule_id: str) -> RulePage:
    wanted, earlier = period.filter, period.before.filter
    path = f"/trends/rules/{rule_id}"
    with services.database.reading() as session:
        name, severity = known_rules(session, services, [rule_id])[rule_id]
        if severity is None:
            raise NotFoundError(f"There is no rule {rule_id!r}, and no finding of one. The page of trends lists them.")
        chooser = chooser_of(session, services, principal, period, path)
        all_days = sums_by_day(session, principal, wanted)
        days = rule_by_day(session, principal, wanted, rule_id)
        before = sum((one for _, one in rule_by_day(session, principal, earlier, rule_id)), RuleSums())
        calls_before = total_of(session, principal, earlier).scored
        agents = by_agent(sums_by_agent(session, principal, wanted, SCORE_SUMS))
        of_agents = rule_by_agent(session, principal, wanted, rule_id)
        verdicts = verdicts_by_call(session, principal, wanted, period.zone, rule_id)
        examples = examples_of(session, principal, wanted, period.zone, rule_id)
    now, calls = sum((one for _, one in days), RuleSums()), total(sums for _, sums in all_days).scored
    rule = catalogue_of(services).rules.get(rule_id)
    return RulePage(
        chooser=chooser,
        rule_id=rule_id,
        name=name,
        severity=severity,
        advice=Words(rule.advice_zh, rule.advice_en) if rule else Words("", ""),
        sums=now,
        before=before,
        calls=calls,
        calls_before=calls_before,
        rate=rate_of(standing_of(now, calls)),
        change=rate_ratio(standing_of(before, calls_before), standing_of(now, calls)),
        precision=share_of(verdicts),
        steps=tuple(_steps(period, days, all_days)),
        agents=tuple(_agents(agents, of_agents, period, rule_id)),
        examples=tuple(examples),
        verdicts=VERDICTS,
        calls_address=period.address("/calls", rule=rule_id),
    )


def _steps(
    period: Period, days: list[tuple[date, RuleSums]], all_days: list[tuple[date, Sums]]
) -> Iterator[tuple[date, RuleSums, int]]:
    finds, calls = dict.fromkeys(period.steps(), RuleSums()), dict.fromkeys(period.steps(), 0)
    for day, sums in days:
        finds[period.step_of(day)] += sums
    for day, sums in all_days:
        calls[period.step_of(day)] += sums.scored
    yield from ((step, finds[step], calls[step]) for step in finds)


def _agents(
    agents: list[AgentSums], found: dict[int, RuleSums], period: Period, rule_id: str
) -> Iterator[RuleAgentLine]:
    """Yield the agents with whom the rule was found, the highest rate first."""
    if not agents:
        return
    counts = [standing_of(found.get(one.agent_id, RuleSums()), one.sums.scored) for one in agents]
    whole = Found(
        *(sum(column) for column in zip(*((one.calls, one.finds, one.squares) for one in counts), strict=True))
    )
    outstanding = beyond_chance([_chance(one, whole) for one in counts])
    address = period.whoever.address("/calls", rule=rule_id)
    lines = [
        RuleAgentLine(
            agent.name,
            agent.sums.scored,
            found[agent.agent_id],
            rate_of(counts[place]),
            place in outstanding,
            f"{address}&agent_id={agent.agent_id}",
        )
        for place, agent in enumerate(agents)
        if agent.agent_id in found
    ]
    yield from sorted(lines, key=lambda line: (-(line.rate.value if line.rate else 0.0), line.name))


def _chance(one: Found, whole: Found) -> float:
    """Return how likely the agent's finds per call would lie so far above those of all others by chance."""
    own = mean_of(one.calls, one.finds, one.squares)
    rest = mean_of(whole.calls - one.calls, whole.finds - one.finds, whole.squares - one.squares)
    if own is None or rest is None or own.n < LEAST_CALLS or own.value <= rest.value:
        return 1.0
    return chance_of(own, rest)
