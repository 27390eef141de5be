"""The pages of drills."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from callcoach.errors import CallCoachError, InputError, NotFoundError
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.rights import Permission, may
from callcoach.server.calls.contexts import Choice
from callcoach.server.drills import keeping
from callcoach.server.drills.contexts import DrillLine, DrillPage, DrillsPage, NewDrillPage
from callcoach.server.drills.hearing import MAX_BYTES
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.choices import agents_to_choose
from callcoach.store.drills import DrillTerms, ItemRef, get_drill, list_drills, moments_of
from callcoach.store.model import DrillMode

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Coach = Annotated[Principal, Depends(require(Permission.COACH))]
Agent = Annotated[Principal, Depends(require(Permission.REVIEW_ANSWER))]
Sound = Annotated[UploadFile, File()]


async def _form(request: Request) -> FormData:
    return await request.form()


AnyForm = Annotated[FormData, Depends(_form)]


@router.get("/drills")
def get_drills(request: Request, principal: Reader, services: WithServices) -> Response:
    """Show the drills of the agent, or of one's agents."""
    today = services.now().astimezone(ZoneInfo(services.settings.server.time_zone)).date()
    with services.database.reading() as session:
        found = list_drills(session, principal)
    lines = tuple(
        DrillLine(
            one,
            _name(services, one.terms.rule_id),
            one.is_open and one.terms.due_on is not None and one.terms.due_on < today,
        )
        for one in found
    )
    return render(request, DrillsPage(lines, may(principal, Permission.COACH)))


@router.get("/drills/new")
def get_new(
    request: Request,
    principal: Coach,
    services: WithServices,
    agent_id: Annotated[str, Query(max_length=10)] = "",
    rule_id: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Show the form; with an agent and a rule, the moments it can be made of."""
    return render(request, _new(services, principal, agent_id, rule_id))


@router.post("/drills")
def post_drill(request: Request, principal: Coach, services: WithServices, form: AnyForm) -> Response:
    """Set a drill; what was typed stands in the form again if it is refused."""
    agent_id, rule_id = str(form.get("agent_id", "")), str(form.get("rule_id", ""))[:120]
    keys = [str(one) for one in form.getlist("moments")]
    better = {key: str(form.get(f"better:{key}", ""))[:500] for key in keys}
    try:
        terms = DrillTerms(
            int(agent_id) if agent_id.isdecimal() and len(agent_id) < 10 else -1,
            rule_id,
            _mode(str(form.get("mode", ""))),
            str(form.get("goal", "")).strip()[:2000],
            _day(str(form.get("due_on", ""))),
        )
        made = keeping.set_drill(services, principal, terms, better, by(request, principal))
    except CallCoachError as error:
        page = _new(services, principal, agent_id, rule_id, form=form, chosen=better, problem=said_to(request, error))
        return render(request, page, 422)
    return RedirectResponse(f"/drills/{made.id}", 303)


@router.get("/drills/{drill_id}")
def get_one(drill_id: KeyInPath, request: Request, principal: Reader, services: WithServices) -> Response:
    """Show a drill."""
    return render(request, _page(services, principal, drill_id))


@router.post("/drills/{drill_id}/items/{number}")
def post_answer(
    *,
    drill_id: KeyInPath,
    number: KeyInPath,
    request: Request,
    principal: Agent,
    services: WithServices,
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take an answer that was chosen or typed."""
    try:
        keeping.answer(services, principal, ItemRef(drill_id, number), text, by(request, principal))
    except InputError as error:
        return render(
            request, _page(services, principal, drill_id, problem=said_to(request, error), at=number, typed=text), 422
        )
    return RedirectResponse(f"/drills/{drill_id}#item-{number}", 303)


@router.post("/drills/{drill_id}/items/{number}/spoken")
def post_spoken(
    *, drill_id: KeyInPath, number: KeyInPath, request: Request, principal: Agent, services: WithServices, sound: Sound
) -> Response:
    """Take an answer that was spoken."""
    data = sound.file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError("The recording is too large.", "录音太大，请说短一些。")
    keeping.answer_spoken(services, principal, ItemRef(drill_id, number), data, by(request, principal))
    return RedirectResponse(f"/drills/{drill_id}#item-{number}", 303)


@router.get("/drills/{drill_id}/answers/{answer_id}/sound")
def get_sound(drill_id: KeyInPath, answer_id: KeyInPath, principal: Reader, services: WithServices) -> FileResponse:
    """Return what was spoken."""
    with services.database.reading() as session:
        drill = get_drill(session, principal, drill_id)
    files = {one.id: one.sound_file for item in drill.items for one in item.answers}
    path = keeping.folder_of(services) / files.get(answer_id, "")
    if not files.get(answer_id) or not path.is_file():
        raise NotFoundError("There is no sound of this answer.", "这次回答没有录音，或录音已不在数据文件夹里。")
    return FileResponse(path, media_type="audio/webm", headers={"Cache-Control": "private, no-store"})


@router.post("/drills/{drill_id}/end")
def post_end(drill_id: KeyInPath, request: Request, principal: Coach, services: WithServices) -> Response:
    """Take a drill back."""
    keeping.take_back(services, principal, drill_id, by(request, principal))
    return RedirectResponse("/drills", 303)


def _page(
    services: Services, principal: Principal, drill_id: int, *, problem: str = "", at: int = 0, typed: str = ""
) -> DrillPage:
    with services.database.reading() as session:
        drill = get_drill(session, principal, drill_id)
    rule = services.desk.rules.rulebook.rule(drill.terms.rule_id)
    return DrillPage(
        drill=drill,
        rule=_name(services, drill.terms.rule_id),
        advice=Words(rule.advice_zh, rule.advice_en) if rule is not None else Words("", ""),
        is_mine=drill.terms.agent_id == principal.person_id and drill.ended_at is None,
        may_end=may(principal, Permission.COACH) and drill.is_open,
        problem=problem,
        at=at,
        typed=typed,
    )


def _new(
    services: Services,
    principal: Principal,
    agent_id: str,
    rule_id: str,
    *,
    form: FormData | None = None,
    chosen: dict[str, str] | None = None,
    problem: str = "",
) -> NewDrillPage:
    book = services.desk.rules.rulebook
    rule = book.rule(rule_id)
    key = int(agent_id) if agent_id.isdecimal() and len(agent_id) < 10 else None
    with services.database.reading() as session:
        agents = agents_to_choose(session, principal)
        moments = moments_of(session, principal, key, rule_id) if key is not None and rule is not None else None
    return NewDrillPage(
        agents=tuple(Choice(str(known), Words(name, name)) for known, name in agents),
        rules=tuple(Choice(one.id, Words(one.name_zh, one.name_en)) for one in book.rules),
        agent_id=agent_id,
        rule_id=rule_id,
        moments=None if moments is None else tuple((keeping.moment_key(one), one) for one in moments),
        advice=rule.advice_zh if rule is not None else "",
        chosen=chosen or {},
        mode=_mode(str(form.get("mode", ""))) if form is not None else DrillMode.SAY,
        goal=str(form.get("goal", "")) if form is not None else "",
        due_on=str(form.get("due_on", "")) if form is not None else "",
        problem=problem,
    )


def _name(services: Services, rule_id: str) -> Words:
    rule = services.desk.rules.rulebook.rule(rule_id)
    return Words(rule.name_zh, rule.name_en) if rule is not None else Words(rule_id, rule_id)


def _mode(text: str) -> DrillMode:
    return DrillMode.CHOOSE if text == DrillMode.CHOOSE.value else DrillMode.SAY


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
