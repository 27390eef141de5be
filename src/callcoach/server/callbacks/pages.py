"""The pages of callbacks, and their part at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.around.callbacks import STEPS, CallbackState, CallbackStep
from callcoach.errors import CallCoachError, InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.pages import show
from callcoach.server.callbacks.contexts import CallbackPage, CallbacksPage, DuePart
from callcoach.server.callbacks.lines import callback_line, is_late
from callcoach.server.complaints.lines import complaint_line
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.pages.form_times import as_local, read_local
from callcoach.server.pages.list_query import ListQuery, all_pages, read_list_query
from callcoach.server.pages.messages import Translator
from callcoach.server.pages.places import KeyInForm, KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.callbacks import (
    Callback,
    CallbackFilter,
    NewCallback,
    StepTaken,
    add_callback,
    count_escalated,
    drafts_of,
    due_callbacks,
    get_callback,
    list_callbacks,
    steps_of,
    take_step,
)
from callcoach.store.around.complaint_lists import due_for
from callcoach.store.audit import note
from callcoach.store.choices import colleagues, teams_to_choose

router = APIRouter(include_in_schema=False)

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
NAMES = ("state", "owner_id", "team_id", "number", "from_day", "to_day", "escalated")
ENDED = "ended"
AHEAD = timedelta(hours=16)
"""How far the desk looks ahead: to the end of the shift."""
COLUMNS = (
    *("callbacks.due", "callbacks.state", "callbacks.number", "callbacks.customer", "callbacks.reason"),
    *("callbacks.owner", "callbacks.attempts", "callbacks.made", "callbacks.said", "callbacks.call"),
)
Text = Annotated[str, Form(max_length=2000)]
TimeText = Annotated[str, Form(max_length=40)]


@router.get("/callbacks")
def get_callbacks(request: Request, principal: Agent, services: WithServices) -> Response:
    """Show the list; without a filter what is open, the most urgent first."""
    query = _query(request, services)
    now = services.now()
    with services.database.reading() as session:
        page = list_callbacks(session, principal, _filter(query), after=query.after)
        people, teams = colleagues(session, principal), teams_to_choose(session, principal)
        escalated = count_escalated(session, principal)
    zone = _zone(services)
    view = CallbacksPage(
        lines=tuple(callback_line(one, now, zone) for one in page.callbacks),
        query=query,
        states=tuple(CallbackState),
        people=people,
        teams=teams,
        first=query.address(after="") if query.after else "",
        following=query.address(after=page.next_cursor) if page.next_cursor else "",
        files=tuple(query.address("/callbacks/export", after="", format=one.value) for one in reversed(FileFormat)),
        escalated=escalated,
        due=as_local(now + timedelta(hours=services.settings.callbacks.usual_h), zone),
    )
    return render(request, view)


@router.get("/callbacks/export")
def get_export(
    request: Request,
    principal: Agent,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give the whole filtered list as a file."""
    query = _query(request, services)
    with services.database.writing() as session:
        detail = {"what": "callbacks", "format": file_format.value, **query.values}
        note(session, "page.export", detail=detail, **by(request, principal))
    t = translator_of(request)
    rows = _cells(services, principal, query, t)
    headings = tuple(t(key) for key in COLUMNS)
    return download(Table(t("callbacks.title"), headings, rows, _zone(services)), file_format)


@router.post("/callbacks")
def post_callback(
    *,
    request: Request,
    principal: Agent,
    services: WithServices,
    number: Annotated[str, Form(max_length=64)],
    due: TimeText,
    customer: Annotated[str, Form(max_length=120)] = "",
    reason: Text = "",
    owner_id: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make a callback."""
    due_at = read_local(due, _zone(services))
    if due_at is None:
        raise InputError("A callback needs a time. Give one.", "回电要有时间，请填写。")
    new = NewCallback(due_at, number, customer, reason, _owner(services, principal, owner_id))
    with services.database.writing() as session:
        callback_id = add_callback(session, principal.person_id, new, services.now())
        note(session, "callback.make", about=("callback", str(callback_id)), **by(request, principal))
    return RedirectResponse(f"/callbacks/{callback_id}", 303)


@router.get("/callbacks/{callback_id}")
def get_one(callback_id: KeyInPath, request: Request, principal: Agent, services: WithServices) -> Response:
    """Show a callback with its history."""
    return render(request, _page(services, principal, callback_id))


@router.post("/callbacks/{callback_id}/{step}")
def post_step(
    *,
    callback_id: KeyInPath,
    step: CallbackStep,
    request: Request,
    principal: Agent,
    services: WithServices,
    version: KeyInForm,
    text: Text = "",
    due: TimeText = "",
    owner_id: Annotated[str, Form(max_length=10)] = "",
    number: Annotated[str | None, Form(max_length=64)] = None,
    reason: Annotated[str | None, Form(max_length=2000)] = None,
) -> Response:
    """Do something with a callback; at the desk the part comes again, on its page the page."""
    at_desk = "HX-Request" in request.headers
    try:
        if step in (CallbackStep.MAKE, CallbackStep.ESCALATE):
            raise InputError(f"{step.value!r} is not done by hand.", "这一步由系统自动做，不能手动做。")
        owner = _owner(services, principal, owner_id)
        taken = StepTaken(step, text, read_local(due, _zone(services)), owner, number, reason)
        with services.database.writing() as session:
            take_step(session, principal, callback_id, taken, version=version, now=services.now())
            detail = {"step": step.value}
            about = ("callback", str(callback_id))
            note(session, "callback.step", about=about, detail=detail, **by(request, principal))
    except CallCoachError as error:
        if at_desk:
            raise
        return render(request, _page(services, principal, callback_id, said_to(request, error)), 422)
    if at_desk:
        return render(request, _due_part(services, principal))
    return RedirectResponse(f"/callbacks/{callback_id}", 303)


@router.get("/desk/callbacks")
def get_desk_part(request: Request, principal: Agent, services: WithServices) -> Response:
    """Show one's own drafts, and what is due or will be in this shift."""
    return show(request, "callbacks.mine", _due_part(services, principal))


@router.get("/desk/callbacks/due")
def get_due(principal: Agent, services: WithServices) -> dict[str, Any]:
    """Return what the desk reminds of, as JSON."""
    now = services.now()
    until = now + timedelta(minutes=services.settings.callbacks.remind_min)
    with services.database.reading() as session:
        due, drafts = due_callbacks(session, principal.person_id, until), drafts_of(session, principal.person_id)
        complaints = due_for(session, principal.person_id, until)
        escalated = count_escalated(session, principal)
    return {
        "due": [
            {
                "id": one.id,
                "number": one.number,
                "customer": one.customer,
                "reason": one.reason,
                "due_at": one.due_at.isoformat(),
                "is_late": one.due_at <= now,
                "url": f"/callbacks/{one.id}",
            }
            for one in due
        ],
        "complaints": [
            {
                "id": one.id,
                "customer": one.fields.customer or one.fields.number,
                "complaint": one.fields.complaint[:60],
                "due_at": one.due_at.isoformat(),
                "is_late": one.due_at <= now,
                "url": f"/complaints/{one.id}",
            }
            for one in complaints
        ],
        "drafts": len(drafts),
        "escalated": escalated,
    }


# -- what is shown -----------------------------------------------------------------------------


def _query(request: Request, services: Services) -> ListQuery:
    return read_list_query("/callbacks", NAMES, request.query_params, _zone(services))


def _filter(query: ListQuery) -> CallbackFilter:
    state = query.choice("state", CallbackState)
    chosen = {"": (CallbackState.OPEN,), "any": ()}.get(
        query.text("state"), (state,) if state else (CallbackState.OPEN,)
    )
    return CallbackFilter(
        states=chosen,
        owner_id=query.key("owner_id"),
        team_id=query.key("team_id"),
        number=query.text("number"),
        due_from=query.day_begins("from_day"),
        due_before=query.day_ends("to_day"),
        escalated=True if query.text("escalated") else None,
    )


def _page(services: Services, principal: Principal, callback_id: int, problem: str = "") -> CallbackPage:
    with services.database.reading() as session:
        one = get_callback(session, principal, callback_id)
        steps, people = steps_of(session, callback_id), colleagues(session, principal)
    now = services.now()
    can = frozenset(step.value for state, step in STEPS if state is one.state and step is not CallbackStep.ESCALATE)
    due = as_local(max(one.due_at, now + timedelta(hours=1)), _zone(services))
    return CallbackPage(one, is_late(one, now), steps, can, people, due, problem)


def _due_part(services: Services, principal: Principal) -> DuePart:
    now, zone = services.now(), _zone(services)
    with services.database.reading() as session:
        drafts = drafts_of(session, principal.person_id)
        due = due_callbacks(session, principal.person_id, now + AHEAD)
        complaints = due_for(session, principal.person_id, now + AHEAD)
    return DuePart(
        drafts=tuple(callback_line(one, now, zone) for one in drafts),
        open=tuple(callback_line(one, now, zone) for one in due),
        complaints=tuple(complaint_line(one, now) for one in complaints),
    )


def _owner(services: Services, principal: Principal, text: str) -> int | None:
    """Return the colleague a form names.

    Raises:
        InputError: it is none.
    """
    if not text:
        return None
    with services.database.reading() as session:
        found = [person_id for person_id, _ in colleagues(session, principal) if str(person_id) == text]
    if not found:
        raise InputError(
            "A callback is handed on to a colleague of one's own teams. Choose one.",
            "回电只能转给自己团队的同事，请重新选择。",
        )
    return found[0]


def _cells(services: Services, principal: Principal, query: ListQuery, t: Translator) -> Iterator[tuple[Cell, ...]]:
    def read(after: str) -> tuple[tuple[Callback, ...], str]:
        with services.database.reading() as session:
            page = list_callbacks(session, principal, _filter(query), after=after, limit=200)
        return page.callbacks, page.next_cursor

    for one in all_pages(read):
        yield (
            *(one.due_at, t(f"callback_state.{one.state.value}"), one.number, one.customer, one.reason, one.owner),
            *(one.attempts, one.made_at, one.said, one.call_id),
        )


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.settings.server.time_zone)
