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

from callcoach.analysis import ANALYSIS_FILE, load
from callcoach.datapath import CallAnalysis
from callcoach.errors import InputError, NotFoundError
from callcoach.principal import Principal, Role
from callcoach.reports.pdf import render_pdf
from callcoach.reports.view import build_view, facts
from callcoach.reports.wording import DIRECTIONS, EVENTS, Words, unit
from callcoach.review.acts import (
    Acknowledge,
    Act,
    AddNote,
    Appeal,
    CorrectTurn,
    Decide,
    Judge,
    Outcome,
    OverrideDimension,
    Read,
    Reopen,
    Undo,
)
from callcoach.review.stages import Stage, Step
from callcoach.review.wording import STAGES
from callcoach.rights import Permission, may
from callcoach.server.calls.call_contexts import CallPage, CallWork, FindingCard
from callcoach.server.calls.contexts import Choice
from callcoach.server.calls.sheet_of_call import sheet_of
from callcoach.server.calls.wording import STATES
from callcoach.server.exports.answer import attachment
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import address_of, by, require
from callcoach.server.review import bodies
from callcoach.server.review.access import AgentsDesk, ReviewersDesk
from callcoach.server.review.catalogue import added_finding, catalogue_of
from callcoach.server.review.desk import Opened, Place, ReviewDesk
from callcoach.server.review.views import ReviewView, review_view
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.calls import get_call
from callcoach.store.model import CallState, CallSummary
from callcoach.work.curves import curves_of

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
RoundId = Annotated[int | None, Query(alias="round", ge=0, le=2**31 - 1)]
WAITING = (CallState.RECEIVED, CallState.TRANSCRIBED, CallState.JUDGED)
TEXTS = (
    *("one_call.play", "one_call.pause", "one_call.no_sound"),
    *("one_call.level", "one_call.pitch", "one_call.silence", "one_call.talk_over"),
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
    at: Annotated[float, Query(ge=0, le=360_000)] = 0.0,
    round_id: RoundId = None,
) -> Response:
    """Show a call."""
    with services.database.writing() as session:
        call = get_call(session, principal, call_id)
        note(session, "call.see", about=("call", call_id), **by(request, principal))
    desk = ReviewDesk(services, principal, address_of(request))
    work = _work_if_scored(desk, call, Place(call_id, round_id))
    has_sound = (services.desk.folder(call.id) / (call.heard_file or call.sound_file)).is_file()
    t = translator_of(request)
    page = CallPage(
        call=call,
        work=work,
        problem=_problem(call, has_sound=has_sound, has_work=work is not None),
        is_waiting=call.state in WAITING,
        has_sound=has_sound and bool(call.heard_file),
        at_s=at,
        may_retry=call.state is CallState.FAILED and may(principal, Permission.CALLS_RETRY),
        headline=_headline(call),
        direction=DIRECTIONS[call.direction],
        texts={key.partition(".")[2]: t(key) for key in TEXTS},
    )
    return render(request, page)


@router.get("/calls/{call_id}/curves")
def get_curves(call_id: str, principal: Reader, services: WithServices) -> Response:
    """Give what is drawn of the sound, as JSON."""
    with services.database.reading() as session:
        call = get_call(session, principal, call_id)
    folder = services.desk.folder(call.id)
    if not call.heard_file or not (folder / call.heard_file).is_file():
        raise NotFoundError(f"The recording of call {call_id} is missing. Restore the data folder from a backup.")
    data = curves_of(folder, call.heard_file, _analysis(services, call))
    return Response(data, media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@router.get("/calls/{call_id}/report.pdf")
def get_pdf(call_id: str, request: Request, principal: Reader, services: WithServices) -> Response:
    """Give the call with its review as a PDF."""
    with services.database.writing() as session:
        call = get_call(session, principal, call_id)
        note(session, "call.export", about=("call", call_id), detail={"format": "pdf"}, **by(request, principal))
    desk = ReviewDesk(services, principal, address_of(request))
    work, analysis = _work_if_scored(desk, call, Place(call_id)), _analysis(services, call)
    if work is None or analysis is None:
        raise NotFoundError(f"The call {call_id} has no analysis to print; it is {call.state.value}.")
    sheet = sheet_of(work, analysis, translator_of(request), ZoneInfo(services.settings.server.time_zone))
    return attachment(render_pdf(analysis, sheet), f"{call_id}.pdf", "application/pdf")


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
    "add": _Deed(bodies.FindingBody, lambda desk, _p, body: added_finding(desk.services.settings.rules, body)),
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
_OUTCOMES = {
    Outcome.UPHELD: "one_call.granted",
    Outcome.PARTLY: "one_call.partly",
    Outcome.REJECTED: "one_call.refused",
}
_LISTS = ("finding_ids", "dimensions")


def _do(
    request: Request, desk: ReviewDesk, place: Place, *, deeds: Mapping[str, _Deed], name: str, form: FormData
) -> Response:
    deed = deeds.get(name)
    if deed is None:
        raise NotFoundError(f"There is no deed {name!r}. Expected one of {', '.join(deeds)}.")
    body = _body(deed.body, form)
    opened = desk.act(place, deed.act(desk, place, body), body)
    return render(request, _work(desk, opened, place))


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
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)]
        raise InputError("; ".join(faults)) from error


# -- what is shown -----------------------------------------------------------------------------


def _work_if_scored(desk: ReviewDesk, call: CallSummary, place: Place) -> CallWork | None:
    has_analysis = (desk.services.desk.folder(call.id) / ANALYSIS_FILE).is_file()
    return _work(desk, desk.open(place), place) if call.state is CallState.SCORED and has_analysis else None


def _work(desk: ReviewDesk, opened: Opened, place: Place) -> CallWork:
    call, principal = opened.call, desk.principal
    analysis = load(desk.services.desk.folder(call.id) / ANALYSIS_FILE)
    review = review_view(opened, to_agent=principal.role is Role.AGENT)
    steps = set(review.possible_steps)
    is_own = call.agent_id == principal.person_id
    reviews = may(principal, Permission.REVIEW) and not is_own
    rules = catalogue_of(desk.services.settings.rules).rules.values()
    return CallWork(
        call=call,
        view=build_view(analysis),
        review=review,
        findings=tuple(_cards(analysis, review)),
        corrections={one.turn: one for one in review.corrections},
        event_words={kind.value: words for kind, words in EVENTS.items()},
        stage=Words(*STAGES[review.stage]),
        outcome_key=_OUTCOMES[review.appeal.outcome] if review.appeal and review.appeal.outcome else "",
        rules=tuple(Choice(rule.id, Words(rule.name_zh, rule.name_en)) for rule in rules),
        facts=tuple(facts(analysis)),
        may_review=reviews and Step.EDIT in steps,
        may_answer=is_own and may(principal, Permission.REVIEW_ANSWER) and Step.APPEAL in steps,
        may_decide=reviews
        and review.stage is Stage.APPEALED
        and principal.person_id not in opened.sheet.review.reviewer_ids,
        round_id=place.round_id,
    )


def _cards(analysis: CallAnalysis, review: ReviewView) -> list[FindingCard]:
    machine = {one.id: one for one in analysis.rules.findings}
    score = review.reviewed or review.machine
    taken: dict[str, float] = {}
    for one in score.deductions:
        taken[one.finding_id] = taken.get(one.finding_id, 0.0) + one.points
    contested = set(review.appeal.finding_ids) if review.appeal else set[str]()
    return [
        FindingCard(
            shown=one,
            machine=machine.get(one.id),
            unit=unit(machine[one.id].unit) if one.id in machine else Words("", ""),
            points=taken.get(one.id, 0.0),
            contested=one.id in contested,
        )
        for one in review.findings
    ]


def _analysis(services: Services, call: CallSummary) -> CallAnalysis | None:
    path = services.desk.folder(call.id) / ANALYSIS_FILE
    return load(path) if call.state is CallState.SCORED and path.is_file() else None


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
