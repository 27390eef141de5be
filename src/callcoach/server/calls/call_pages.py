"""The page of one call: its sound, words and findings; reviewing, answering and deciding on it; its curves and its PDF.

Every change is one form; what comes back is the part of the page that works on it. What is refused changes nothing,
and what was typed stays in the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from callcoach.errors import NotFoundError
from callcoach.principal import Principal
from callcoach.reports.pdf import render_pdf
from callcoach.reports.wording import DIRECTIONS, Words
from callcoach.review.acts import (
    Acknowledge,
    Act,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Judge,
    OverrideDimension,
    Read,
    Reopen,
    Undo,
)
from callcoach.rights import Permission, may
from callcoach.server.calls.call_contexts import CallPage
from callcoach.server.calls.call_work import analysis_if_scored, work_if_scored, work_of
from callcoach.server.calls.sheet_of_call import sheet_of
from callcoach.server.calls.wording import STATES
from callcoach.server.exports.answer import attachment
from callcoach.server.faults import refused
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import address_of, by, require
from callcoach.server.review import bodies
from callcoach.server.review.access import AgentsDesk, ReadersDesk, ReviewersDesk
from callcoach.server.review.catalogue import added_finding
from callcoach.server.review.desk import Place, ReviewDesk
from callcoach.server.services import WithServices
from callcoach.store.audit import note
from callcoach.store.calls import get_call
from callcoach.store.model import CallState, CallSummary
from callcoach.work.curves import curves_of

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
RoundId = Annotated[int | None, Query(alias="round", ge=0, le=2**31 - 1)]
Seconds = Annotated[float | None, Query(ge=0, le=360_000)]
WAITING = (CallState.RECEIVED, CallState.TRANSCRIBED, CallState.JUDGED)
TEXTS = (
    *("one_call.play", "one_call.pause", "one_call.no_sound"),
    *("one_call.level", "one_call.pitch", "one_call.silence", "one_call.talk_over", "one_call.marked_from"),
)


async def _form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]


@router.get("/calls/{call_id}")
def get_call_page(
    *,
    call_id: str,
    request: Request,
    principal: Reader,
    services: WithServices,
    at: Seconds = None,
    t: Seconds = None,
    round_id: RoundId = None,
) -> Response:
    """Show a call, its sound at a second: `t` in links that people copy, `at` in those of lists."""
    with services.database.writing() as session:
        call = get_call(session, principal, call_id)
        note(session, "call.see", about=("call", call_id), **by(request, principal))
    desk = ReviewDesk(services, principal, address_of(request))
    work = work_if_scored(desk, call, Place(call_id, round_id))
    has_sound = (services.desk.folder(call.id) / (call.heard_file or call.sound_file)).is_file()
    say = translator_of(request)
    page = CallPage(
        call=call,
        work=work,
        problem=_problem(call, has_sound=has_sound, has_work=work is not None),
        is_waiting=call.state in WAITING,
        has_sound=has_sound and bool(call.heard_file),
        at_s=t if t is not None else at or 0.0,
        may_retry=call.state is CallState.FAILED and may(principal, Permission.CALLS_RETRY),
        headline=_headline(call),
        direction=DIRECTIONS[call.direction],
        texts={key.partition(".")[2]: say(key) for key in TEXTS},
    )
    return render(request, page)


@router.get("/calls/{call_id}/work")
def get_work(*, call_id: str, request: Request, desk: ReadersDesk, round_id: RoundId = None) -> Response:
    """Show the part that changes as one works, as it stands now: for who was told that somebody else changed it."""
    place = Place(call_id, round_id)
    work = work_if_scored(desk, desk.open(place).call, place)
    if work is None:
        raise NotFoundError(
            f"The analysis of call {call_id} is missing. Restore the data folder from a backup.",
            f"通话 {call_id} 的分析结果不在数据文件夹里。请从备份恢复。",
        )
    return render(request, work)


@router.get("/calls/{call_id}/curves")
def get_curves(call_id: str, principal: Reader, services: WithServices) -> Response:
    """Give what is drawn of the sound, as JSON."""
    with services.database.reading() as session:
        call = get_call(session, principal, call_id)
    folder = services.desk.folder(call.id)
    if not call.heard_file or not (folder / call.heard_file).is_file():
        raise NotFoundError(
            f"The recording of call {call_id} is missing. Restore the data folder from a backup.",
            f"通话 {call_id} 的录音不在数据文件夹里。请从备份恢复。",
        )
    data = curves_of(folder, call.heard_file, analysis_if_scored(services, call))
    return Response(data, media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@router.get("/calls/{call_id}/report.pdf")
def get_pdf(call_id: str, request: Request, principal: Reader, services: WithServices) -> Response:
    """Give the call with its review as a PDF."""
    with services.database.reading() as session:
        call = get_call(session, principal, call_id)
    desk = ReviewDesk(services, principal, address_of(request))
    work, analysis = work_if_scored(desk, call, Place(call_id)), analysis_if_scored(services, call)
    if work is None or analysis is None:
        raise NotFoundError(
            f"The call {call_id} has no analysis to print; it is {call.state.value}.",
            f"通话 {call_id} 没有分析结果可以导出（{STATES[call.state].zh}）。",
        )
    sheet = sheet_of(work, analysis, translator_of(request), ZoneInfo(services.settings.server.time_zone))
    content = render_pdf(analysis, sheet)
    with services.database.writing() as session:
        note(session, "call.export", about=("call", call_id), detail={"format": "pdf"}, **by(request, principal))
    return attachment(content, f"{call_id}.pdf", "application/pdf")


@router.post("/calls/{call_id}/review/{deed}")
def post_review(
    *, call_id: str, deed: str, request: Request, form: Form, desk: ReviewersDesk, round_id: RoundId = None
) -> Response:
    """Do something in a review."""
    return _do(request, desk, Place(call_id, round_id), deeds=_REVIEWING, name=deed, form=form)


@router.post("/calls/{call_id}/answer/{deed}")
def post_answer(call_id: str, deed: str, request: Request, form: Form, desk: AgentsDesk) -> Response:
    """Answer the review of one's own call."""
    return _do(request, desk, Place(call_id), deeds=_ANSWERING, name=deed, form=form)


# -- what is done ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Deed:
    """A form: the body it is checked as, and the act it is."""

    body: type[bodies.Change]
    act: Callable[[ReviewDesk, Place, Any], Act]


_REVIEWING: Mapping[str, _Deed] = {
    "judge": _Deed(bodies.VerdictBody, lambda _d, _p, body: Judge(body.finding_id, body.verdict)),
    "add": _Deed(bodies.FindingBody, lambda desk, _p, body: added_finding(desk.services, body)),
    "correct": _Deed(bodies.CorrectionBody, lambda _d, _p, body: CorrectTurn(body.turn, body.text, "")),
    "override": _Deed(bodies.OverrideBody, lambda _d, _p, body: OverrideDimension(body.dimension, body.points)),
    "note": _Deed(bodies.NoteBody, lambda _d, _p, body: AddNote(body.at_s, body.text)),
    "undo": _Deed(bodies.UndoBody, lambda _d, _p, body: Undo(body.number)),
    "finish": _Deed(bodies.FinishBody, lambda desk, place, _b: desk.finish(place)),
    "reopen": _Deed(bodies.ReasonedChange, lambda _d, _p, _b: Reopen()),
    "decide": _Deed(bodies.DecisionBody, lambda _d, _p, body: Decide(body.outcome)),
}
_ANSWERING: Mapping[str, _Deed] = {
    "read": _Deed(bodies.Change, lambda _d, _p, _b: Read()),
    "acknowledge": _Deed(bodies.Change, lambda _d, _p, _b: Acknowledge()),
    "appeal": _Deed(bodies.AppealBody, lambda _d, _p, body: Appeal(tuple(body.finding_ids), tuple(body.dimensions))),
}
_LISTS = ("finding_ids", "dimensions")


def _do(
    request: Request, desk: ReviewDesk, place: Place, *, deeds: Mapping[str, _Deed], name: str, form: FormData
) -> Response:
    deed = deeds.get(name)
    if deed is None:
        raise NotFoundError(
            f"There is no deed {name!r}. Expected one of {', '.join(deeds)}.", f"没有“{name}”这种操作，请重新载入页面。"
        )
    body = _body(deed.body, form)
    opened = desk.act(place, deed.act(desk, place, body), body)
    return render(request, work_of(desk, opened, place))


def _body(kind: type[bodies.Change], form: FormData) -> bodies.Change:
    """Return a form as the body of the same route of the API.

    Raises:
        InputError: it does not fit; every fault is named.
    """
    plain: dict[str, object] = {
        name: form.getlist(name) if name in _LISTS else form.get(name)
        for name in kind.model_fields
        if name in form and form.get(name) != ""
    }
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        raise refused(error) from error


# -- what is shown -----------------------------------------------------------------------------


def _problem(call: CallSummary, *, has_sound: bool, has_work: bool) -> Words | None:
    if call.state is CallState.FAILED:
        return Words(f"分析失败：{call.error}", f"The analysis failed: {call.error}")
    if not has_sound:
        return Words(
            "录音文件不在数据文件夹里，无法播放；请从备份恢复。文字、评分和复核照常可用。",
            "The recording is missing and cannot be played: restore the data folder from a backup. All else works.",
        )
    if call.state is CallState.SCORED and not has_work:
        return Words(
            "分析结果文件缺失，请从备份恢复。",
            "The analysis is missing: restore the data folder from a backup.",
        )
    return None if call.state is CallState.SCORED else STATES[call.state]


def _headline(call: CallSummary) -> tuple[Words, ...]:
    who = f"{call.agent or '–'}{f'（{call.team}）' if call.team else ''}"
    other = f"{call.customer} {call.number}".strip() or "–"
    return (Words(who, who.replace("（", " (").replace("）", ")")), Words(other, other))
