"""The parts beside a call: notepad and outcome, by htmx at the desk or as pages of their own; and those of a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.contexts import AlonePage, NotesPart, WrapUpPart
from callcoach.server.around.record import around_part
from callcoach.server.around.refs import AskedRef, SentRef
from callcoach.server.pages.form_times import as_local, read_local
from callcoach.server.pages.places import KeyInForm
from callcoach.server.pages.rendering import View, render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.callbacks import NewCallback, add_callback, callbacks_of_desk_call
from callcoach.store.around.desk_calls import CallRef, desk_call, find_desk_call
from callcoach.store.around.dispositions import Disposition, list_dispositions
from callcoach.store.around.notes import read_note
from callcoach.store.around.wrap_ups import read_wrap_up, wrap_up
from callcoach.store.audit import note

router = APIRouter(include_in_schema=False)

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
TEXTS = (
    *("around.typing", "around.saved", "around.not_saved", "around.changed_elsewhere"),
    *("around.keep_both", "around.take_other", "around.too_long"),
)
Text = Annotated[str, Form(max_length=4000)]


@router.get("/desk/notes")
def get_notes(request: Request, ref: AskedRef, principal: Agent, services: WithServices) -> Response:
    """Show the notepad of a call."""
    with services.database.reading() as session:
        kept = read_note(session, principal.person_id, ref.phone_call_id)
    t = translator_of(request)
    texts = {key.partition(".")[2].replace("_", "-"): t(key) for key in TEXTS}
    return show(request, "around.notes", NotesPart(ref, kept, texts))


@router.get("/desk/wrap-up")
def get_wrap_up(request: Request, ref: AskedRef, principal: Agent, services: WithServices) -> Response:
    """Show the outcome of a call, or the form for it."""
    return show(request, "around.wrap_up", _wrap_up_part(request, services, principal, ref))


@router.post("/desk/wrap-up")
def post_wrap_up(
    *,
    request: Request,
    ref: SentRef,
    principal: Agent,
    services: WithServices,
    disposition_id: KeyInForm,
    follow_up: Text = "",
    version: KeyInForm = 0,
    callback_due: Annotated[str, Form(max_length=40)] = "",
    callback_reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep the outcome; one that needs a callback makes it in the same breath."""
    now, person_id = services.now(), principal.person_id
    due_at = read_local(callback_due, ZoneInfo(services.settings.server.time_zone))
    with services.database.writing() as session:
        done = wrap_up(session, person_id, ref, disposition_id, follow_up.strip(), version=version, now=now)
        kept = desk_call(session, person_id, ref, now)
        if due_at is not None or (
            done.disposition.terms.needs_callback and not callbacks_of_desk_call(session, kept.id)
        ):
            if due_at is None:
                raise InputError(
                    "This outcome needs a callback: say when, then finish.",
                    "这个结果需要回电：请先填回电时间，再完成。",
                )
            new = NewCallback(
                due_at, kept.number, "", callback_reason.strip() or follow_up.strip(), None, kept.id, kept.call_pk
            )
            callback_id = add_callback(session, person_id, new, now)
            note(session, "callback.make", about=("callback", str(callback_id)), **by(request, principal))
        detail = {"outcome": " / ".join(done.disposition.path_zh)}
        note(session, "call.dispose", about=("call", ref.phone_call_id), detail=detail, **by(request, principal))
    answer = show(request, "around.wrap_up", _wrap_up_part(request, services, principal, ref))
    answer.headers["HX-Trigger"] = "wrapped-up"
    return answer


@router.get("/calls/{call_id}/around")
def get_around(call_id: str, request: Request, principal: Reader, services: WithServices) -> Response:
    """Show what was noted, chosen and promised in a call."""
    return render(request, around_part(services, principal, call_id))


def show(request: Request, title_key: str, part: View) -> Response:
    """Answer htmx with a part; whoever opens its address, with a page that holds it."""
    return render(request, part if "HX-Request" in request.headers else AlonePage(title_key, part))


def _wrap_up_part(request: Request, services: Services, principal: Principal, ref: CallRef) -> WrapUpPart:
    with services.database.reading() as session:
        done = read_wrap_up(session, principal.person_id, ref.phone_call_id)
        kept = find_desk_call(session, principal.person_id, ref.phone_call_id)
        tree = list_dispositions(session, active_only=True)
        callbacks = callbacks_of_desk_call(session, kept.id) if kept else ()
    settings = services.settings
    due = services.now() + timedelta(hours=settings.callbacks.usual_h)
    zone = ZoneInfo(settings.server.time_zone)
    in_chinese = translator_of(request).language.value == "zh"
    return WrapUpPart(ref, done, _groups(tree, in_chinese=in_chinese), as_local(due, zone), callbacks)


def _groups(
    tree: tuple[Disposition, ...], *, in_chinese: bool
) -> list[tuple[str, tuple[tuple[Disposition, str], ...]]]:
    """Return the outcomes that can be chosen under the names of those above them."""
    groups: dict[str, list[tuple[Disposition, str]]] = {}
    for one in tree:
        path = one.path_zh if in_chinese else one.path_en
        if one.is_leaf:
            groups.setdefault(" / ".join(path[:-1]), []).append((one, path[-1]))
    return [(name, tuple(members)) for name, members in groups.items()]
