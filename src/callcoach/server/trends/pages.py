"""The page of trends, and the same figures over the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.services import Services, WithServices
from callcoach.server.trends.choosing import chooser_of, period_of
from callcoach.server.trends.contexts import AgentLine, FigureLine, Hour, Pattern, TrendsPage
from callcoach.server.trends.figures import (
    BETTER,
    FIGURES,
    Figures,
    by_agent,
    by_step,
    figures_of,
    total,
    values_of,
)
from callcoach.server.trends.periods import Period
from callcoach.server.trends.praise import praised
from callcoach.server.trends.rule_lines import known_rules, rule_lines
from callcoach.store.engine import Session
from callcoach.store.trends.reading import (
    SCORE_SUMS,
    AgentSums,
    HourSums,
    calls_by_hour,
    scores_of,
    sums_by_agent,
    sums_by_day,
    sums_by_rule,
    total_of,
)

router = APIRouter(include_in_schema=False)
api_router = APIRouter(prefix="/trends", tags=["trends"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
PATH = "/trends"
SHADES = 5


@router.get(PATH)
def get_trends(request: Request, principal: Reader, services: WithServices, pattern: str = "") -> Response:
    """Show the figures of a period."""
    period = period_of(request, services)
    return render(request, _page(services, principal, period, by_findings=pattern == "findings"))


@api_router.get("")
def get_figures(request: Request, principal: Reader, services: WithServices) -> dict[str, Any]:
    """Return the figures of a period: over all, by day, by agent, by rule; it is named as on the page's address.

    A period of more than 92 days is told by weeks. `standing` is what stands after review. `complete` is false while
    older days are still being summed up.
    """
    period = period_of(request, services)
    page = _page(services, principal, period)
    return {
        "from_day": str(period.first),
        "to_day": str(period.last),
        "complete": page.chooser.built_from is None,
        "figures": {one.key.partition(".")[2]: {"now": one.now, "before": one.before} for one in page.lines},
        "days": [{"day": str(day), **_plain(figures)} for day, figures in page.steps],
        "agents": [{"agent_id": one.agent_id, "name": one.name, **_plain(one.figures)} for one in page.agent_lines],
        "rules": [
            {
                "rule_id": one.rule_id,
                "findings": one.sums.findings,
                "calls": one.sums.finding_calls,
                "standing": one.sums.standing,
                "confirmed": one.sums.confirmed,
                "rejected": one.sums.rejected,
                "added": one.sums.added,
                "per_100": one.per_100,
            }
            for one in page.rule_lines
        ],
    }


def _page(services: Services, principal: Principal, period: Period, *, by_findings: bool = False) -> TrendsPage:
    wanted, earlier = period.filter, period.before.filter
    with services.database.reading() as session:
        chooser = chooser_of(session, services, principal, period, PATH)
        days = sums_by_day(session, principal, wanted)
        before = total_of(session, principal, earlier)
        agents, agents_before = (
            sums_by_agent(session, principal, wanted),
            sums_by_agent(session, principal, earlier, SCORE_SUMS),
        )
        rules, rules_before = (sums_by_rule(session, principal, one) for one in (wanted, earlier))
        named = known_rules(session, services, rules)
        scores = scores_of(session, principal, wanted)
        pattern = _pattern(session, principal, period, by_findings=by_findings)
    now = total(sums for _, sums in days)
    return TrendsPage(
        chooser=chooser,
        lines=tuple(_lines(figures_of(now), figures_of(before))),
        steps=tuple((day, figures_of(sums)) for day, sums in by_step(days, period)),
        pattern=pattern,
        scores=scores,
        agent_lines=tuple(_agents(by_agent(agents), by_agent(agents_before), period)),
        rule_lines=tuple(rule_lines(period, rules, rules_before, (now.scored, before.scored), named)),
        praise=tuple(praised(agents, agents_before)),
        calls=now.calls,
    )


def _lines(now: Figures, before: Figures) -> Iterator[FigureLine]:
    for key, value, earlier, better in zip(FIGURES, values_of(now), values_of(before), BETTER, strict=True):
        yield FigureLine(key, value, earlier, better)


def _agents(agents: list[AgentSums], before: list[AgentSums], period: Period) -> Iterator[AgentLine]:
    then = {one.agent_id: figures_of(one.sums) for one in before}
    address = period.whoever.address("/calls", sort="score", descending="false")
    for one in agents:
        own = f"{address}&agent_id={one.agent_id}"
        yield AgentLine(one.agent_id, one.name, figures_of(one.sums), then.get(one.agent_id), own)


def _pattern(session: Session, principal: Principal, period: Period, *, by_findings: bool) -> Pattern:
    found = calls_by_hour(session, principal, period.filter)
    hours = [hour for _, hour in found]
    span = range(min(hours), max(hours) + 1) if hours else range(0)
    values = {at: _value(one, by_findings=by_findings) for at, one in found.items()}
    most = max(values.values(), default=0.0) or 1.0
    cells = {at: Hour(value, round(SHADES * value / most)) for at, value in values.items()}
    return Pattern(
        tuple(span),
        tuple(tuple(cells.get((weekday, hour)) for hour in span) for weekday in range(7)),
        by_findings,
        (period.address(PATH), period.address(PATH, pattern="findings")),
    )


def _value(one: HourSums, *, by_findings: bool) -> float:
    if not by_findings:
        return float(one.calls)
    return one.standing / one.scored if one.scored else 0.0


def _plain(figures: Figures) -> dict[str, float | None]:
    return {key.partition(".")[2]: value for key, value in zip(FIGURES, values_of(figures), strict=True)}
