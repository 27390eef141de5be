"""The page of statistics, and the same figures over the API."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from callcoach.around.complaints import Demand
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.services import Services, WithServices
from callcoach.server.statistics.contexts import StatisticsPage
from callcoach.server.statistics.figures import (
    HOUR_S,
    StatisticsLine,
    disposition_lines,
    lines_of,
    question_lines,
    total_of,
)
from callcoach.server.trends.choosing import chooser_of, period_of
from callcoach.server.trends.periods import Period
from callcoach.store.statistics.model import GroupBy, StatisticsFilter
from callcoach.store.statistics.opinions import count_follow_ups, count_questions
from callcoach.store.statistics.work import count_callbacks, count_campaigns, count_complaints, count_scripts

router = APIRouter(include_in_schema=False)
api_router = APIRouter(prefix="/statistics", tags=["statistics"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
PATH = "/statistics"


@router.get(PATH)
def get_statistics(request: Request, principal: Reader, services: WithServices, by: str = "") -> Response:
    """Show the figures of a period."""
    return render(request, _page(services, principal, period_of(request, services), _grouping(by)))


@api_router.get("")
def get_figures(
    request: Request,
    principal: Reader,
    services: WithServices,
    by: Annotated[GroupBy, Query(description="What each line is about.")] = GroupBy.AGENT,
) -> dict[str, Any]:
    """Return the figures of a period of those whose work one may see; it is named as on the page's address.

    Times are seconds. `nps` and `csat` come with the number of answers they rest on; of each follow-up the newest
    answers count. Of calls of which no telephone told, such as recordings that were brought in, ringing is known as
    far as the recording tells it, and misses are not.
    """
    page = _page(services, principal, period_of(request, services), by)
    period = page.chooser.period
    return {
        "from_day": str(period.first),
        "to_day": str(period.last),
        "by": by.value,
        "lines": [_plain(one) for one in page.lines],
        "total": _plain(page.total),
        "not_ready_s": {reason: hours * HOUR_S for reason, hours in page.reasons.items()},
        "dispositions": [{"path": list(one.path_zh), "calls": one.count} for one in page.dispositions],
        "campaigns": [asdict(one) for one in page.campaigns],
        "callbacks": asdict(page.callbacks),
        "complaints": asdict(page.complaints),
        "scripts": [
            {
                "name": one.name,
                "version": one.version,
                "runs": one.runs,
                "complete": one.complete,
                "steps": [
                    {"title": title, "optional": optional, "ticked": ticked} for title, optional, ticked in one.steps
                ],
            }
            for one in page.scripts
        ],
        "follow_ups": asdict(page.follow_ups),
        "questions": [
            {**asdict(one.figures), "score": one.satisfaction.score, "answers": one.satisfaction.count}
            for one in page.questions
        ],
    }


def _grouping(text: str) -> GroupBy:
    return GroupBy(text) if text in {one.value for one in GroupBy} else GroupBy.AGENT


def _page(services: Services, principal: Principal, period: Period, by: GroupBy) -> StatisticsPage:
    wanted = StatisticsFilter(period.first, period.last, period.zone, period.team_id, period.agent_id)
    now = services.now()
    with services.database.reading() as session:
        chooser = chooser_of(session, services, principal, period, PATH, by=by.value)
        lines = lines_of(session, principal, wanted, by, now)
        timed = lines if by is not GroupBy.QUEUE else lines_of(session, principal, wanted, GroupBy.AGENT, now)
        total = replace(total_of(lines), time=total_of(timed).time)
        return StatisticsPage(
            chooser=replace(chooser, built_from=None),
            by=by,
            groupings=tuple((one, period.address(PATH, by=one.value)) for one in GroupBy),
            lines=lines,
            total=total,
            reasons=_longest_first(total.time.reasons),
            dispositions=disposition_lines(session, principal, wanted),
            campaigns=count_campaigns(session, principal, wanted),
            callbacks=count_callbacks(session, principal, wanted, now),
            complaints=count_complaints(session, principal, wanted, now),
            demands=tuple(Demand),
            scripts=count_scripts(session, principal, wanted),
            follow_ups=count_follow_ups(session, principal, wanted),
            questions=question_lines(count_questions(session, principal, wanted)),
        )


def _longest_first(reasons: dict[str, float]) -> dict[str, float]:
    return {name: seconds / HOUR_S for name, seconds in sorted(reasons.items(), key=lambda pair: -pair[1])}


def _plain(one: StatisticsLine) -> dict[str, Any]:
    return {
        "key": one.key if isinstance(one.key, int) or one.key is None else str(one.key),
        "name": one.name,
        "calls": {**asdict(one.calls), "answer_rate": one.calls.answer_rate},
        "time_s": {**one.time.states, "signed_in": one.time.signed_in_s},
        "occupancy": one.occupancy,
        "wrapped": one.wrapped,
        "csat": {"score": one.csat.score, "answers": one.csat.count},
        "nps": {"score": one.nps.score, "answers": one.nps.count},
    }
