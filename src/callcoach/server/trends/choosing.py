"""The period of a page of trends: read from its address, with what it can be set to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.server.calls.contexts import Choice
from callcoach.server.services import Services
from callcoach.server.trends.contexts import Chooser
from callcoach.server.trends.periods import Period, read_period
from callcoach.store.choices import agents_to_choose, teams_to_choose
from callcoach.store.engine import Session
from callcoach.store.trends.rolling import built_from

_PRESETS = (("trends.last_7", 7), ("trends.last_30", 30), ("trends.last_90", 90), ("trends.last_365", 365))


def period_of(request: Request, services: Services) -> Period:
    """Return the period that a request asks for."""
    zone = ZoneInfo(services.settings.server.time_zone)
    return read_period(request.query_params, zone, today_of(services))


def today_of(services: Services) -> date:
    """Return today, where the site is."""
    return services.now().astimezone(ZoneInfo(services.settings.server.time_zone)).date()


def chooser_of(
    session: Session, services: Services, principal: Principal, period: Period, path: str, **kept: str
) -> Chooser:
    """Return what the page at a path can be set to; `kept` stays in its address."""
    agents = agents_to_choose(session, principal)
    reaches_to = built_from(session)
    return Chooser(
        period,
        path,
        tuple(Choice(str(known), Words(name, name)) for known, name in agents),
        teams_to_choose(session, principal),
        tuple(_presets(period, today_of(services), path, kept)),
        reaches_to if reaches_to is not None and reaches_to > period.before.first else None,
        tuple(kept.items()),
    )


def _presets(period: Period, today: date, path: str, kept: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    for key, days in _PRESETS:
        one = Period(today - timedelta(days=days - 1), today, period.zone, period.team_id, period.agent_id)
        yield key, one.address(path, **kept), (one.first, one.last) == (period.first, period.last)
