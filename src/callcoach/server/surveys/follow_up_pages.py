"""The pages of follow-ups: the list, and one with its questions; what the form sends, at the desk too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.around.follow_ups import FollowUpState
from callcoach.around.surveys import MOST_QUESTIONS, QuestionKind
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission, may
from callcoach.server.campaigns.lead_part import lead_part
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.pages.list_query import ListQuery, all_pages, read_list_query
from callcoach.server.pages.messages import Translator
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.server.surveys.asking import AskingPart, answer, not_answered
from callcoach.server.surveys.contexts import FollowUpLine, FollowUpPage, FollowUpsPage
from callcoach.server.surveys.history import said_in
from callcoach.store.around.follow_up_plans import list_follow_up_plans
from callcoach.store.around.follow_ups import (
    FollowUpFilter,
    asked_version,
    get_follow_up,
    list_follow_ups,
    responses_of,
)
from callcoach.store.around.follow_ups import (
    Response as Answered,
)
from callcoach.store.audit import note
from callcoach.store.campaigns.leads import WAITING, get_lead
from callcoach.store.choices import agents_to_choose

router = APIRouter(include_in_schema=False)

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
NAMES = ("state", "plan_id", "agent_id", "from_day", "to_day")


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=4 * MOST_QUESTIONS)


Sent = Annotated[FormData, Depends(_form)]


@router.get("/follow-ups")
def get_follow_ups(request: Request, principal: Agent, services: WithServices) -> Response:
    """Show the list; without a filter what is open."""
    query = _query(request, services)
    with services.database.reading() as session:
        page = list_follow_ups(session, principal, _filter(query), after=query.after)
        answers = responses_of(session, [one.id for one in page.follow_ups])
        plans = [(one.id, one.terms.name) for one in list_follow_up_plans(session, principal)]
        agents = agents_to_choose(session, principal)
    view = FollowUpsPage(
        lines=tuple(FollowUpLine(one, next(iter(answers.get(one.id, ())), None)) for one in page.follow_ups),
        query=query,
        states=tuple(FollowUpState),
        plans=plans,
        agents=agents,
        first=query.address(after="") if query.after else "",
        following=query.address(after=page.next_cursor) if page.next_cursor else "",
        files=tuple(query.address("/follow-ups/export", after="", format=one.value) for one in reversed(FileFormat)),
    )
    return render(request, view)


@router.get("/follow-ups/export")
def get_export(
    request: Request,
    principal: Agent,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give the whole filtered list with the answers as a file."""
    query = _query(request, services)
    with services.database.writing() as session:
        detail = {"what": "follow-ups", "format": file_format.value, **query.values}
        note(session, "page.export", detail=detail, **by(request, principal))
    t = translator_of(request)
    headings = (
        *(t("follow_ups.due"), t("follow_ups.state"), t("follow_ups.plan"), t("follow_ups.survey")),
        *(t("follow_ups.customer"), t("follow_ups.number"), t("follow_ups.agent"), t("follow_ups.queue")),
        *(t("follow_ups.call"), t("follow_ups.asker"), t("follow_ups.answered")),
        *(t("question_kind.rating_5"), t("question_kind.rating_10"), t("follow_ups.answers"), t("follow_ups.remark")),
    )
    zone = ZoneInfo(services.settings.server.time_zone)
    rows = _cells(services, principal, query, t)
    return download(Table(t("follow_ups.title"), headings, rows, zone), file_format)


@router.get("/follow-ups/{follow_up_id}")
def get_one(follow_up_id: KeyInPath, request: Request, principal: Agent, services: WithServices) -> Response:
    """Show a follow-up with its questions."""
    return render(request, _page(services, principal, follow_up_id))


@router.post("/follow-ups/{follow_up_id}/answers")
def post_answers(
    follow_up_id: KeyInPath, request: Request, principal: Agent, services: WithServices, form: Sent
) -> Response:
    """Keep what the customer answered; at the desk the part with the number comes again."""
    given = _given(form)
    version_id = _key(form.get("version_id"))
    at_desk = "HX-Request" in request.headers
    try:
        kept = answer(
            services, principal, follow_up_id, version_id=version_id, given=given, doer=by(request, principal)
        )
    except CallCoachError as error:
        if at_desk:
            raise
        return render(request, _page(services, principal, follow_up_id, given, said_to(request, error)), 422)
    if at_desk:
        return render(request, lead_part(services, principal, _told(kept)))
    return RedirectResponse(f"/follow-ups/{follow_up_id}", 303)


@router.post("/follow-ups/{follow_up_id}/decline")
def post_decline(
    follow_up_id: KeyInPath,
    request: Request,
    principal: Agent,
    services: WithServices,
    remark: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Note that the customer does not answer."""
    not_answered(services, principal, follow_up_id, remark, by(request, principal))
    if "HX-Request" in request.headers:
        told = Words("已记录：不愿回答。", "Noted: they do not answer.")
        return render(request, lead_part(services, principal, told))
    return RedirectResponse(f"/follow-ups/{follow_up_id}", 303)


# -- what is shown -----------------------------------------------------------------------------


def _told(kept: Answered) -> Words:
    if kept.is_dissatisfied:
        return Words(
            "已保存回答；客户不满意，已为主管建立回拨草稿。",
            "Kept. The customer is dissatisfied: the supervisor got a draft of a callback.",
        )
    return Words("已保存回答。", "The answers are kept.")


def _given(form: FormData) -> dict[int, str]:
    texts = {name.removeprefix("answer_"): value for name, value in form.items() if isinstance(value, str)}
    return {
        int(name): value
        for name, value in texts.items()
        if name.isascii() and name.isdecimal() and len(name) < 3 and value.strip()
    }


def _key(value: object) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10 else 0


def _query(request: Request, services: Services) -> ListQuery:
    zone = ZoneInfo(services.settings.server.time_zone)
    return read_list_query("/follow-ups", NAMES, request.query_params, zone)


def _filter(query: ListQuery) -> FollowUpFilter:
    state = query.choice("state", FollowUpState)
    states = () if query.text("state") == "any" else (state or FollowUpState.OPEN,)
    return FollowUpFilter(
        states=states,
        plan_id=query.key("plan_id"),
        agent_id=query.key("agent_id"),
        due_from=query.day_begins("from_day"),
        due_before=query.day_ends("to_day"),
    )


def _page(
    services: Services,
    principal: Principal,
    follow_up_id: int,
    given: Mapping[int, str] | None = None,
    problem: str = "",
) -> FollowUpPage:
    works = may(principal, Permission.CAMPAIGNS_WORK)
    with services.database.reading() as session:
        one = get_follow_up(session, principal, follow_up_id)
        responses = responses_of(session, (one.id,)).get(one.id, ())
        version = asked_version(session, one)
        lead = get_lead(session, one.lead_id) if one.lead_id is not None else None
    asking = AskingPart(one, version, at_desk=False, given=given or {}) if version else None
    waits = works and one.state is FollowUpState.OPEN and lead is not None and lead.state in WAITING
    part = lead_part(services, principal) if works and one.state is FollowUpState.OPEN else None
    if part is not None and part.asking is not None and part.asking.follow_up.id == one.id:
        asking = None  # it is asked in the part with the number
    return FollowUpPage(one, responses, asking, part, waits, problem)


def _cells(services: Services, principal: Principal, query: ListQuery, t: Translator) -> Iterator[tuple[Cell, ...]]:
    def read(after: str) -> tuple[list[FollowUpLine], str]:
        with services.database.reading() as session:
            page = list_follow_ups(session, principal, _filter(query), after=after, limit=200)
            answers = responses_of(session, [one.id for one in page.follow_ups])
        lines = [FollowUpLine(one, next(iter(answers.get(one.id, ())), None)) for one in page.follow_ups]
        return lines, page.next_cursor

    for line in all_pages(read):
        one, kept = line.follow_up, line.response
        yield (
            *(one.due_at, t(f"follow_up_state.{one.state.value}"), one.plan, one.survey, one.customer, one.number),
            *(one.agent, one.queue, one.call_id, one.asker, kept.at if kept else None),
            *(_first(kept, QuestionKind.RATING_5), _first(kept, QuestionKind.RATING_10)),
            *(said_in(kept) if kept else "", one.remark),
        )


def _first(kept: Answered | None, kind: QuestionKind) -> int | None:
    return next((one.value for one in kept.answers if one.kind is kind), None) if kept else None
