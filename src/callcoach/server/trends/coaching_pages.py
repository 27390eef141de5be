"""The page of coaching: sessions that were held, and what came of each."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError, InputError, NotFoundError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission, may
from callcoach.server.calls.contexts import Choice
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services, WithServices
from callcoach.server.trends.choosing import today_of
from callcoach.server.trends.contexts import CoachingLine, CoachingPage
from callcoach.server.trends.outcome import COACHED_DAYS, outcome_of
from callcoach.store.audit import note
from callcoach.store.choices import agents_to_choose
from callcoach.store.coaching import add_coaching, list_coaching

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Coach = Annotated[Principal, Depends(require(Permission.COACH))]


async def _form(request: Request) -> FormData:
    return await request.form()


AnyForm = Annotated[FormData, Depends(_form)]


@router.get("/coaching")
def get_coaching(request: Request, principal: Reader, services: WithServices) -> Response:
    """Show coaching sessions and what came of each."""
    return render(request, _page(services, principal, None))


@router.post("/coaching")
def post_coaching(request: Request, principal: Coach, services: WithServices, form: AnyForm) -> Response:
    """Note a coaching session."""
    agent_id = str(form.get("agent_id", ""))
    try:
        with services.database.writing() as session:
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
        return render(request, _page(services, principal, _told(error), form), 422)
    return RedirectResponse("/coaching", 303)


def _told(error: CallCoachError) -> Words:
    if isinstance(error, NotFoundError):
        return Words("没有这位坐席，或不在您的团队里。请在“坐席”一栏重新选择。", str(error))
    if isinstance(error, InputError):
        return Words("请至少选一条规则：辅导的效果按这些规则前后出现的次数来看。", str(error))
    return Words(f"没有保存：{error}", str(error))


def _held_at(day: str, services: Services) -> datetime:
    """Return noon of a day of the site's zone; of today, if it is no day or one to come."""
    zone = ZoneInfo(services.settings.server.time_zone)
    now = services.now().astimezone(zone)
    try:
        held = datetime.combine(date.fromisoformat(day), time(12), zone)
    except ValueError:
        return now
    return min(held, now)


def _page(
    services: Services, principal: Principal, problem: Words | None, form: FormData | None = None
) -> CoachingPage:
    rules = catalogue_of(services).rules
    named = {rule.id: Words(rule.name_zh, rule.name_en) for rule in rules.values()}
    zone, today = ZoneInfo(services.settings.server.time_zone), today_of(services)
    with services.database.reading() as session:
        agents = agents_to_choose(session, principal)
        lines = tuple(
            CoachingLine(
                one,
                tuple((rule_id, named.get(rule_id, Words(rule_id, rule_id))) for rule_id in one.rule_ids),
                outcome_of(session, one.agent_id, one.rule_ids, one.at.astimezone(zone).date(), today),
            )
            for one in list_coaching(session, principal)
        )
    return CoachingPage(
        lines=lines,
        agents=tuple(Choice(str(known), Words(name, name)) for known, name in agents),
        rules=tuple(Choice(rule_id, words) for rule_id, words in named.items()),
        may_coach=may(principal, Permission.COACH),
        days=COACHED_DAYS,
        problem=problem,
        sent={name: str(form.get(name, "")) if form else "" for name in ("agent_id", "day", "goal", "call_ids")},
        sent_rules=tuple(str(one) for one in form.getlist("rule_ids")) if form else (),
    )
