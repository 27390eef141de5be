"""The pages of trends and coaching, their tables as files, and the same figures over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.confidence import rate_ratio
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.reports.wording import SEVERITIES, Words
from callcoach.rights import Permission, may
from callcoach.server.calls.contexts import Choice
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services, WithServices
from callcoach.server.trends.contexts import (
    AgentLine,
    CoachingLine,
    CoachingPage,
    FigureLine,
    RuleLine,
    TrendsPage,
)
from callcoach.server.trends.figures import Figures, by_day, by_hour, figures_of, praised, total
from callcoach.server.trends.periods import Period, read_period
from callcoach.store.audit import note
from callcoach.store.choices import agents_to_choose, teams_to_choose
from callcoach.store.coaching import Coaching, add_coaching, list_coaching
from callcoach.store.trends import TrendFilter, count_findings, sums_by_agent, sums_by_half_hour, sums_by_rule

router = APIRouter(include_in_schema=False)
api_router = APIRouter(prefix="/trends", tags=["trends"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Coach = Annotated[Principal, Depends(require(Permission.COACH))]
COACHED_DAYS = 30
"""Days before and after a coaching session that are compared."""
_NAMES = {"days": "trends.days", "agents": "trends.agents", "rules": "trends.rules", "hours": "trends.hours"}
FIGURES = (
    *("trends.calls", "trends.score", "trends.reviewed_score", "trends.findings_per_call", "trends.serious_share"),
    *("trends.silence_s", "trends.ring_s", "trends.agent_share", "trends.talk_overs", "trends.duration_s"),
)
BETTER = ("", "up", "up", "down", "down", "down", "down", "", "down", "")


async def _form(request: Request) -> FormData:
    return await request.form()


AnyForm = Annotated[FormData, Depends(_form)]


@router.get("/trends")
def get_trends(request: Request, principal: Reader, services: WithServices) -> Response:
    """Show the figures of a period."""
    period = _period(request, services)
    return render(request, _page(services, principal, period))


@router.get("/trends/export")
def get_export(
    request: Request,
    principal: Reader,
    services: WithServices,
    what: Annotated[str, Query(pattern="^(days|agents|rules|hours)$")] = "agents",
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give one of the tables as a file."""
    period = _period(request, services)
    with services.database.writing() as session:
        detail = {"what": f"trends.{what}", "format": file_format.value, "from": str(period.first)}
        note(session, "call.export", detail=detail, **by(request, principal))
    page = _page(services, principal, period)
    t = translator_of(request)
    keys, rows = _file_rows(page, what, t.words)
    return download(Table(t(_NAMES[what]), tuple(t(key) for key in keys), rows, period.zone), file_format)


@api_router.get("")
def get_figures(request: Request, principal: Reader, services: WithServices) -> dict[str, Any]:
    """Return the figures of a period: over all, by day, by agent, by rule; it is named as on the page's address."""
    page = _page(services, principal, _period(request, services))
    return {
        "from_day": str(page.period.first),
        "to_day": str(page.period.last),
        "figures": {one.key.partition(".")[2]: {"now": one.now, "before": one.before} for one in page.lines},
        "days": [{"day": str(day), **_plain(figures)} for day, figures in page.days],
        "agents": [{"agent_id": one.agent_id, "name": one.name, **_plain(one.figures)} for one in page.agent_lines],
        "rules": [
            {
                "rule_id": one.rule.rule_id,
                "findings": one.rule.findings,
                "calls": one.rule.calls,
                "per_100": one.per_100,
            }
            for one in page.rule_lines
        ],
    }


@router.get("/coaching")
def get_coaching(request: Request, principal: Reader, services: WithServices) -> Response:
    """Show coaching sessions and what came of each."""
    return render(request, _coaching(services, principal))


@router.post("/coaching")
def post_coaching(request: Request, principal: Coach, services: WithServices, form: AnyForm) -> Response:
    """Note a coaching session."""
    try:
        with services.database.writing() as session:
            agent_id = str(form.get("agent_id", ""))
            add_coaching(
                session,
                principal,
                int(agent_id) if agent_id.isdecimal() and len(agent_id) < 10 else -1,
                at=_held_at(str(form.get("day", "")), services),
                rule_ids=tuple(str(one) for one in form.getlist("rule_ids")),
                call_ids=tuple(str(form.get("call_ids", "")).split()),
                goal=str(form.get("goal", "")).strip()[:2000],
            )
            note(session, "coaching.add", about=("person", agent_id), **by(request, principal))
    except CallCoachError as error:
        return render(request, _coaching(services, principal, str(error)), 422)
    return RedirectResponse("/coaching", 303)


# -- what is shown -----------------------------------------------------------------------------


def _period(request: Request, services: Services) -> Period:
    zone = ZoneInfo(services.settings.server.time_zone)
    return read_period(request.query_params, zone, services.now().astimezone(zone).date())


def _page(services: Services, principal: Principal, period: Period) -> TrendsPage:
    with services.database.reading() as session:
        slots = sums_by_half_hour(session, principal, period.filter)
        earlier = total(sums for _, sums in sums_by_half_hour(session, principal, period.before.filter))
        agents = sums_by_agent(session, principal, period.filter)
        agents_before = sums_by_agent(session, principal, period.before.filter)
        rules = sums_by_rule(session, principal, period.filter)
        rules_before = sums_by_rule(session, principal, period.before.filter)
        choices, teams = agents_to_choose(session, principal), teams_to_choose(session, principal)
    now = total(sums for _, sums in slots)
    then = {one.agent_id: figures_of(one.sums) for one in agents_before}
    found_before = {one.rule_id: one.findings for one in rules_before}
    return TrendsPage(
        period=period,
        agents=tuple(Choice(str(known), Words(name, name)) for known, name in choices),
        teams=teams,
        lines=tuple(_lines(figures_of(now), figures_of(earlier))),
        days=tuple((day, figures_of(sums)) for day, sums in by_day(slots, period)),
        hours=tuple((hour, figures_of(sums)) for hour, sums in by_hour(slots, period)),
        agent_lines=tuple(
            AgentLine(
                one.agent_id,
                one.name,
                figures_of(one.sums),
                then.get(one.agent_id),
                period.address("/calls", agent_id=str(one.agent_id), sort="score", descending="false"),
            )
            for one in agents
        ),
        rule_lines=tuple(
            RuleLine(
                one,
                100.0 * one.findings / now.scored if now.scored else None,
                100.0 * found_before.get(one.rule_id, 0) / earlier.scored if earlier.scored else None,
                period.address("/calls", rule=one.rule_id),
            )
            for one in rules
        ),
        praise=tuple(praised(agents, agents_before)),
        calls=now.calls,
        presets=tuple(_presets(period, services)),
    )


def _presets(period: Period, services: Services) -> Iterator[tuple[str, str]]:
    today = services.now().astimezone(period.zone).date()
    for key, days in (("trends.last_7", 7), ("trends.last_30", 30), ("trends.last_90", 90)):
        first = today - timedelta(days=days - 1)
        yield key, Period(first, today, period.zone, period.team_id, period.agent_id).address("/trends")


def _values(figures: Figures) -> tuple[float | None, ...]:
    return (
        float(figures.calls),
        figures.score.value if figures.score else None,
        figures.reviewed_score,
        figures.findings_per_call,
        figures.serious_share,
        figures.silence_s,
        figures.ring_s,
        figures.agent_share,
        figures.talk_overs,
        figures.duration_s,
    )


def _lines(now: Figures, before: Figures) -> Iterator[FigureLine]:
    for key, value, earlier, better in zip(FIGURES, _values(now), _values(before), BETTER, strict=True):
        yield FigureLine(key, value, earlier, better)


def _plain(figures: Figures) -> dict[str, float | None]:
    return {key.partition(".")[2]: value for key, value in zip(FIGURES, _values(figures), strict=True)}


def _file_rows(
    page: TrendsPage, what: str, words: Callable[[Words], str]
) -> tuple[Sequence[str], list[tuple[Cell, ...]]]:
    if what == "rules":
        keys = (
            *("trends.rule", "calls.severity", "trends.findings", "trends.calls"),
            *("trends.per_100", "trends.per_100_before"),
        )
        return keys, [
            (
                words(Words(one.rule.name_zh, one.rule.name_en)),
                words(SEVERITIES[one.rule.severity].words),
                one.rule.findings,
                one.rule.calls,
                _rounded(one.per_100),
                _rounded(one.before_per_100),
            )
            for one in page.rule_lines
        ]
    first = {"days": "trends.day", "agents": "calls.agent", "hours": "trends.hour"}[what]
    named: dict[str, list[tuple[Cell, Figures]]] = {
        "days": [(str(day), figures) for day, figures in page.days],
        "agents": [(one.name, one.figures) for one in page.agent_lines],
        "hours": [(hour, figures) for hour, figures in page.hours],
    }
    return (first, *FIGURES), [(name, *map(_rounded, _values(figures))) for name, figures in named[what]]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _held_at(day: str, services: Services) -> datetime:
    """Return noon of a day of the site's zone; of today, if it is no day or one to come."""
    zone = ZoneInfo(services.settings.server.time_zone)
    now = services.now().astimezone(zone)
    try:
        held = datetime.combine(date.fromisoformat(day), time(12), zone)
    except ValueError:
        return now
    return min(held, now)


def _coaching(services: Services, principal: Principal, problem: str = "") -> CoachingPage:
    rules = catalogue_of(services.settings.rules).rules
    with services.database.reading() as session:
        found = list_coaching(session, principal)
        agents = agents_to_choose(session, principal)
    named = {rule.id: Words(rule.name_zh, rule.name_en) for rule in rules.values()}
    return CoachingPage(
        lines=tuple(_outcome(services, principal, one, named) for one in found),
        agents=tuple(Choice(str(known), Words(name, name)) for known, name in agents),
        rules=tuple(Choice(rule_id, words) for rule_id, words in named.items()),
        may_coach=may(principal, Permission.COACH),
        days=COACHED_DAYS,
        problem=problem,
    )


def _outcome(services: Services, principal: Principal, one: Coaching, named: dict[str, Words]) -> CoachingLine:
    stretch = timedelta(days=COACHED_DAYS)
    with services.database.reading() as session:
        before, after = (
            count_findings(session, principal, TrendFilter(start, end, agent_id=one.agent_id), one.rule_ids)
            for start, end in ((one.at - stretch, one.at), (one.at, one.at + stretch))
        )
    rules = tuple(named.get(rule_id, Words(rule_id, rule_id)) for rule_id in one.rule_ids)
    return CoachingLine(one, rules, before, after, rate_ratio(*before, *after))
