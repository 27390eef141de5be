"""The pages of complaints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.around.complaints import (
    BESIDE,
    ENDED,
    NEXT_STEP,
    WAY,
    ComplaintState,
    ComplaintStep,
    Demand,
    Level,
    possible,
)
from callcoach.errors import CallCoachError, InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.refs import direction_of
from callcoach.server.complaints.contexts import (
    ComplaintsPage,
    ComplaintView,
    NewComplaintPage,
    StepForm,
)
from callcoach.server.complaints.forms import read_fields
from callcoach.server.complaints.keeping import ComplaintDesk
from callcoach.server.complaints.lines import complaint_line
from callcoach.server.complaints.terms import viewer_of
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.pages.form_times import read_local
from callcoach.server.pages.list_query import ListQuery, all_pages, read_list_query
from callcoach.server.pages.messages import Translator
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.complaint_lists import count_late, get_complaint, history_of, list_complaints
from callcoach.store.around.complaint_model import Complaint, ComplaintDeed, ComplaintFields, ComplaintFilter
from callcoach.store.around.complaints import standing_of
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.audit import note
from callcoach.store.choices import colleagues, teams_to_choose
from callcoach.store.keyset import MAX_KEY

router = APIRouter(include_in_schema=False)

Recorder = Annotated[Principal, Depends(require(Permission.COMPLAINTS))]
NAMES = ("state", "owner_id", "team_id", "number", "text", "level", "late", "from_day", "to_day")
OPEN, ANY = "", "any"
FILLED = {
    ComplaintStep.ANALYSE: "reason",
    ComplaintStep.PROPOSE: "decision",
    ComplaintStep.CARRY_OUT: "steps",
}
"""The field that a step's text also fills."""
COLUMNS = (
    *("complaints.id", "complaints.state", "complaints.recorded_at", "complaints.recorder", "complaints.owner"),
    *("complaints.due", "complaint_field.customer", "complaint_field.number", "complaint_field.order_number"),
    *(
        "complaint_field.department",
        "complaint_field.happened_on",
        "complaint_field.product",
        "complaint_field.quantity",
    ),
    *(
        "complaint_field.amount",
        "complaint_field.complaint",
        "complaint_field.reason",
        "complaint_field.evidence",
        "complaint_field.demand",
    ),
    *(
        "complaint_field.steps",
        "complaint_field.decision",
        "complaints.deadline",
        "complaints.reported_at",
        "complaints.call",
    ),
)


async def _form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]


@router.get("/complaints")
def get_complaints(request: Request, principal: Recorder, services: WithServices) -> Response:
    """Show the list; without a filter what is open, overdue first."""
    query, now = _query(request, services), services.now()
    viewer = viewer_of(services, principal)
    with services.database.reading() as session:
        page = list_complaints(session, viewer, _filter(query, now), after=query.after)
        late, unreported = count_late(session, viewer, now)
        people, teams = colleagues(session, principal), teams_to_choose(session, principal)
    view = ComplaintsPage(
        lines=tuple(complaint_line(one, now) for one in page.complaints),
        query=query,
        states=tuple(ComplaintState),
        people=people,
        teams=teams,
        levels=tuple(Level),
        first=query.address(after="") if query.after else "",
        following=query.address(after=page.next_cursor) if page.next_cursor else "",
        files=tuple(query.address("/complaints/export", after="", format=one.value) for one in reversed(FileFormat)),
        late=late,
        unreported=unreported,
    )
    return render(request, view)


@router.get("/complaints/export")
def get_export(
    request: Request,
    principal: Recorder,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give the whole filtered list as a file."""
    query, t = _query(request, services), translator_of(request)
    with services.database.writing() as session:
        detail = {"what": "complaints", "format": file_format.value, **query.values}
        note(session, "page.export", detail=detail, **by(request, principal))
    headings = tuple(t(key) for key in COLUMNS)
    table = Table(t("complaints.title"), headings, _cells(services, principal, query, t), _zone(services))
    return download(table, file_format)


@router.get("/complaints/new")
def get_new(
    *,
    request: Request,
    principal: Recorder,
    services: WithServices,
    call_id: Annotated[str, Query(max_length=120)] = "",
    number: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the form of a complaint, filled with what the call tells."""
    desk = ComplaintDesk(services, principal, by(request, principal))
    fields = desk.prefilled(CallRef(call_id, number))
    return render(request, NewComplaintPage(fields, tuple(Demand), call_id, {}, ""))


@router.post("/complaints")
def post_complaint(request: Request, principal: Recorder, services: WithServices, form: Form) -> Response:
    """Record a complaint."""
    desk = ComplaintDesk(services, principal, by(request, principal))
    sent = {name: str(value) for name, value in form.items()}
    ref = CallRef(sent.get("call_id", "")[:120], sent.get("number", "")[:64], direction_of(""))
    try:
        complaint_id = desk.record(read_fields(sent), ref)
    except CallCoachError as error:
        page = NewComplaintPage(ComplaintFields(), tuple(Demand), ref.phone_call_id, sent, said_to(request, error))
        return render(request, page, 422)
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


@router.get("/complaints/{complaint_id}")
def get_one(complaint_id: KeyInPath, request: Request, principal: Recorder, services: WithServices) -> Response:
    """Show a complaint with its way and its history."""
    return render(request, _page(services, principal, complaint_id))


@router.post("/complaints/{complaint_id}/{step}")
def post_step(
    *,
    complaint_id: KeyInPath,
    step: ComplaintStep,
    request: Request,
    principal: Recorder,
    services: WithServices,
    form: Form,
) -> Response:
    """Take a step."""
    desk = ComplaintDesk(services, principal, by(request, principal))
    try:
        desk.act(complaint_id, _deed(services, principal, step, form), _key(form, "version"))
    except InputError as error:
        return render(request, _page(services, principal, complaint_id, said_to(request, error)), 422)
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


# -- what is done ------------------------------------------------------------------------------


def _deed(services: Services, principal: Principal, step: ComplaintStep, form: FormData) -> ComplaintDeed:
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    text, owner_id = sent.get("step_text", ""), _key(form, "owner_id")
    with services.database.reading() as session:
        if owner_id is not None and owner_id not in dict(colleagues(session, principal)):
            raise InputError(
                "The owner is a colleague of one's own teams. Choose one.", "负责人应是自己团队的同事，请重新选择。"
            )
    changes = read_fields(sent)
    if step in FILLED and text.strip():
        changes[FILLED[step]] = text
    due_at = read_local(sent.get("due", ""), _zone(services))
    return ComplaintDeed(step, text, owner_id, due_at, changes)


def _key(form: FormData, name: str) -> int | None:
    text = str(form.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= MAX_KEY else None


# -- what is shown -----------------------------------------------------------------------------


def _page(services: Services, principal: Principal, complaint_id: int, problem: str = "") -> ComplaintView:
    viewer, now = viewer_of(services, principal), services.now()
    with services.database.reading() as session:
        one = get_complaint(session, viewer, complaint_id)
        history, people = history_of(session, complaint_id), colleagues(session, principal)
    steps = possible(standing_of(one), viewer.actor)
    return ComplaintView(
        one=one,
        fields=one.fields,
        line=complaint_line(one, now),
        way=_way(one),
        forms=tuple(_forms(one, steps)),
        may_change=ComplaintStep.CHANGE in steps,
        history=history,
        people=people,
        demands=tuple(Demand),
        problem=problem,
    )


def _way(one: Complaint) -> tuple[tuple[ComplaintState, bool], ...]:
    if one.state is ComplaintState.DISMISSED:
        return ((ComplaintState.RECORDED, True), (ComplaintState.DISMISSED, True))
    order = [*NEXT_STEP, ComplaintState.EVALUATED]
    return tuple((state, order.index(state) <= order.index(one.state)) for state in order)


def _forms(one: Complaint, steps: frozenset[ComplaintStep]) -> Iterator[StepForm]:
    for transition in WAY:
        if transition.begin is one.state and transition.step in steps:
            yield StepForm(
                step=transition.step,
                needs_text="text" in transition.needs,
                needs_owner="owner" in transition.needs,
                field=FILLED.get(transition.step, ""),
                starts_deadline=transition.end not in ENDED,
                is_next=NEXT_STEP.get(one.state) is transition.step,
            )
    for step, (_, needs) in BESIDE.items():
        hidden = step in (ComplaintStep.CHANGE, ComplaintStep.LATE)
        done = step is ComplaintStep.REPORT and one.reported_at is not None
        if step in steps and not hidden and not done:
            yield StepForm(step, "text" in needs, "owner" in needs, "", starts_deadline=False, is_next=False)


def _query(request: Request, services: Services) -> ListQuery:
    return read_list_query("/complaints", NAMES, request.query_params, _zone(services))


def _filter(query: ListQuery, now: datetime) -> ComplaintFilter:
    state = query.choice("state", ComplaintState)
    level = query.key("level")
    return ComplaintFilter(
        is_open=None if state or query.text("state") == ANY else True,
        state=state,
        owner_id=query.key("owner_id"),
        team_id=query.key("team_id"),
        number=query.text("number"),
        text=query.text("text"),
        late_at=now if query.text("late") else None,
        level=Level(level) if level is not None and level <= max(Level) else None,
        recorded_from=query.day_begins("from_day"),
        recorded_before=query.day_ends("to_day"),
    )


def _cells(services: Services, principal: Principal, query: ListQuery, t: Translator) -> Iterator[tuple[Cell, ...]]:
    viewer, now = viewer_of(services, principal), services.now()

    def read(after: str) -> tuple[tuple[Complaint, ...], str]:
        with services.database.reading() as session:
            page = list_complaints(session, viewer, _filter(query, now), after=after, limit=200)
        return page.complaints, page.next_cursor

    for one in all_pages(read):
        own = one.fields
        yield (
            *(one.id, t(f"complaint_state.{one.state.value}"), one.recorded_at, one.recorder, one.owner, one.due_at),
            *(own.customer, own.number, own.order_number, own.department, _text(own.happened_on), own.product),
            *(_text(own.quantity), _text(own.amount), own.complaint, own.reason, own.evidence),
            *(t(f"demand.{own.demand.value}"), own.steps, own.decision, one.deadline_at, one.reported_at, one.call_id),
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.settings.server.time_zone)
