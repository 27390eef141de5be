"""The pages of calls: the list with its filters, its rows as a file, views that are kept, bringing recordings in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.datapath import Direction, Severity
from callcoach.principal import Principal, Role
from callcoach.reports.wording import DIRECTIONS, SEVERITIES, Words
from callcoach.rights import Permission, may
from callcoach.server.calls.contexts import BringPage, CallLine, CallRows, CallsPage, Choice, Heading, Preset
from callcoach.server.calls.page_query import CallsQuery, read_query
from callcoach.server.calls.wording import STATES
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import own_path
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services, WithServices
from callcoach.settings import METADATA_KEYS
from callcoach.store.audit import note
from callcoach.store.call_lists import MAX_LIMIT, list_calls
from callcoach.store.calls import get_call
from callcoach.store.choices import agents_to_choose, tags_to_choose, teams_to_choose, unmapped_agents_to_choose
from callcoach.store.hits import hits_of
from callcoach.store.model import CallState, CallSummary, SortKey
from callcoach.store.saved_views import list_views, remove_view, save_view
from callcoach.store.work import retry
from callcoach.work.metadata import COLUMNS, FILE_COLUMNS
from callcoach.work.rounds import hurry

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
ViewKeeper = Annotated[Principal, Depends(require(Permission.VIEWS))]
Bringer = Annotated[Principal, Depends(require(Permission.CALLS_BRING))]
Retrier = Annotated[Principal, Depends(require(Permission.CALLS_RETRY))]
ViewName = Annotated[str, Form(min_length=1, max_length=80)]
ViewQuery = Annotated[str, Form(max_length=2000)]

RARE = frozenset(
    {"score_min", "score_max", "tag", "number", "minutes_min", "minutes_max", "reviewed", "state", "direction", "agent"}
)
"""Filters that are shown on demand."""
FILTERS = {
    "agent_id": "calls.agent",
    "agent": "calls.unmapped",
    "team_id": "calls.team",
    "direction": "calls.direction",
    "from_day": "calls.from_day",
    "to_day": "calls.to_day",
    "score_min": "calls.score_min",
    "score_max": "calls.score_max",
    "rule": "calls.rule",
    "severity": "calls.severity",
    "tag": "calls.tag",
    "number": "calls.number",
    "minutes_min": "calls.minutes_min",
    "minutes_max": "calls.minutes_max",
    "reviewed": "calls.reviewed",
    "state": "calls.state",
    "text": "calls.find",
    "sort": "calls.order",
    "descending": "calls.order",
}
"""What the filters of the address are called on the page."""


@router.get("/calls")
def get_calls(request: Request, principal: Reader, services: WithServices) -> Response:
    """Show the list; htmx gets its rows alone."""
    query = read_query(request.query_params, _zone(services))
    rows = _rows(services, principal, query)
    if request.headers.get("HX-Target") == "calls":
        return render(request, rows)
    return render(request, _page(services, principal, query, rows))


@router.get("/calls/export")
def get_export(
    request: Request,
    principal: Reader,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give the whole filtered list as a file."""
    query = read_query({**request.query_params, "after": ""}, _zone(services))
    with services.database.writing() as session:
        detail = {"what": "calls", "format": file_format.value, **query.values}
        note(session, "call.export", detail=detail, **by(request, principal))
    t = translator_of(request)
    table = Table(
        name=t("calls.title"),
        headings=tuple(t(key) for key in _COLUMNS),
        rows=_cells(services, principal, query, t.words),
        zone=_zone(services),
    )
    return download(table, file_format)


@router.get("/calls/bring")
def get_bring(request: Request, principal: Bringer, services: WithServices) -> Response:
    """Show the form that brings recordings in."""
    own_only = principal.role is Role.AGENT
    keys = tuple(sorted(METADATA_KEYS))
    most_mb = services.settings.server.max_upload_mb
    return render(request, BringPage(own_only, most_mb, COLUMNS, FILE_COLUMNS, keys))


@router.post("/calls/views")
def post_view(
    *,
    principal: ViewKeeper,
    services: WithServices,
    name: ViewName,
    query: ViewQuery = "",
    shared: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the list as it is under a name."""
    with services.database.writing() as session:
        save_view(session, principal.person_id, name.strip() or name, query, shared=shared, now=services.now())
    return RedirectResponse(f"/calls?{query}" if query else "/calls", 303)


@router.post("/calls/views/{view_id}/remove")
def post_view_removal(view_id: KeyInPath, principal: ViewKeeper, services: WithServices) -> Response:
    """Remove one's own view."""
    with services.database.writing() as session:
        remove_view(session, principal.person_id, view_id)
    return RedirectResponse("/calls", 303)


@router.post("/calls/{call_id}/retry")
def post_retry(
    call_id: str, request: Request, principal: Retrier, services: WithServices, back: Annotated[str, Form()] = "/calls"
) -> Response:
    """Have a call that failed analysed again, and come back to the page."""
    with services.database.writing() as session:
        get_call(session, principal, call_id)
        retry(session, call_id)
        note(session, "call.retry", about=("call", call_id), **by(request, principal))
    hurry(services.desk)
    return RedirectResponse(own_path(back), 303)


# -- what is shown -----------------------------------------------------------------------------


def _rows(services: Services, principal: Principal, query: CallsQuery) -> CallRows:
    with services.database.reading() as session:
        page = list_calls(session, principal, query.filter, query.page)
        hits = hits_of(session, [call.pk for call in page.calls], query.query.text)
    may_retry = may(principal, Permission.CALLS_RETRY)
    return CallRows(
        lines=tuple(
            CallLine(
                call,
                DIRECTIONS[call.direction],
                STATES[call.state],
                hits.get(call.pk),
                may_retry and call.state is CallState.FAILED,
            )
            for call in page.calls
        ),
        headings={key.value: _heading(query, key) for key in SortKey},
        presets=tuple(_presets(query, services.now().astimezone(_zone(services)).date())),
        sort=query.shown["sort"],
        descending=query.shown["descending"],
        view_query=query.address(after="").partition("?")[2],
        wrong=tuple(dict.fromkeys(FILTERS[name] for name in query.wrong if name != "after")),
        place_gone="after" in query.wrong,
        first=query.address(after="") if query.query.after else "",
        following=query.address(after=page.next_cursor) if page.next_cursor else "",
        files=tuple(query.address("/calls/export", after="", format=one.value) for one in reversed(FileFormat)),
        is_filtered=bool(query.values.keys() - {"sort", "descending", "after"}),
        may_bring=may(principal, Permission.CALLS_BRING),
    )


def _heading(query: CallsQuery, key: SortKey) -> Heading:
    current = query.query.sort is key
    descending = query.query.descending
    turned = "false" if current and descending else "true"
    sorted_by = ("descending" if descending else "ascending") if current else ""
    return Heading(key.value, query.address(sort=key.value, descending=turned, after=""), sorted_by)


def _page(services: Services, principal: Principal, query: CallsQuery, rows: CallRows) -> CallsPage:
    with services.database.reading() as session:
        agents = agents_to_choose(session, principal)
        teams = teams_to_choose(session, principal)
        tags = tags_to_choose(session, principal)
        unmapped = unmapped_agents_to_choose(session, principal)
        views = list_views(session, principal.person_id)
    rules = catalogue_of(services).rules.values()
    return CallsPage(
        rows=rows,
        query=query,
        agents=tuple(Choice(str(person_id), Words(name, name)) for person_id, name in agents),
        teams=teams,
        rules=tuple(Choice(rule.id, Words(rule.name_zh, rule.name_en)) for rule in rules),
        tags=tags,
        directions=tuple(Choice(one.value, DIRECTIONS[one]) for one in (Direction.INBOUND, Direction.OUTBOUND)),
        grades=tuple(Choice(one.value, SEVERITIES[one].words) for one in Severity),
        states=tuple(
            Choice(one.value, STATES[one]) for one in (CallState.RECEIVED, CallState.SCORED, CallState.FAILED)
        ),
        unmapped=unmapped,
        views=views,
        more_open=bool(RARE & query.values.keys()),
    )


def _presets(query: CallsQuery, today: date) -> Iterator[Preset]:
    """Yield the usual ranges of days."""
    monday = today - timedelta(days=today.weekday())
    ranges = {
        "calls.all_days": ("", ""),
        "calls.today": (today, today),
        "calls.yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "calls.this_week": (monday, today),
        "calls.last_30_days": (today - timedelta(days=29), today),
    }
    now = (query.values.get("from_day", ""), query.values.get("to_day", ""))
    for key, (first, last) in ranges.items():
        days = (str(first), str(last))
        yield Preset(key, query.address(from_day=days[0], to_day=days[1], after=""), days == now)


_COLUMNS = (
    *(
        "calls.id",
        "calls.started",
        "calls.agent",
        "calls.team",
        "calls.direction",
        "calls.number",
        "calls.customer",
        "calls.queue",
        "calls.duration",
        "calls.score",
    ),
    *("calls.reviewed_score", "calls.findings", "calls.worst", "calls.tags", "calls.state", "calls.error"),
)


Say = Callable[[Words], str]
"""Says a pair of words in the reader's language."""


def _cells(services: Services, principal: Principal, query: CallsQuery, words: Say) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of the file, read a page at a time."""
    page = replace(query.page, limit=MAX_LIMIT, after="")
    while True:
        with services.database.reading() as session:
            found = list_calls(session, principal, query.filter, page)
        for call in found.calls:
            yield _row(call, words)
        if not found.next_cursor:
            return
        page = replace(page, after=found.next_cursor)


def _row(call: CallSummary, words: Say) -> tuple[Cell, ...]:
    worst = words(SEVERITIES[call.worst_severity].words) if call.worst_severity else ""
    return (
        *(
            call.id,
            call.started_at,
            call.agent,
            call.team,
            words(DIRECTIONS[call.direction]),
            call.number,
            call.customer,
        ),
        *(call.queue, round(call.duration_s, 1), call.score, call.reviewed_score, call.finding_count, worst),
        *(", ".join(call.tags), words(STATES[call.state]), call.error),
    )


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.settings.server.time_zone)
