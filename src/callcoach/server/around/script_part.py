"""The call script beside a call: `/desk/script` shows the one that fits, each tick is kept at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from callcoach.around.scripts import missing
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.pages import show
from callcoach.server.around.refs import AskedRef, SentRef
from callcoach.server.around.script_contexts import ScriptPart, part_of
from callcoach.server.pages.places import KeyInForm
from callcoach.server.pages.rendering import render
from callcoach.server.principal import require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.around.scripts import fitting_scripts, published_version, run_of, tick
from callcoach.store.keyset import MAX_KEY

router = APIRouter(include_in_schema=False)

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]


@router.get("/desk/script")
def get_script_part(
    request: Request,
    ref: AskedRef,
    principal: Agent,
    services: WithServices,
    script_id: Annotated[int | None, Query(ge=0, le=MAX_KEY)] = None,
) -> Response:
    """Show the script being followed in a call, else the one that fits it best; `script_id` chooses another."""
    return show(request, "scripts.at_desk", _part(services, principal.person_id, ref, script_id))


@router.post("/desk/script/tick")
def post_tick(
    *,
    request: Request,
    ref: SentRef,
    principal: Agent,
    services: WithServices,
    version_id: KeyInForm,
    step: KeyInForm,
    done: Annotated[bool, Form()] = False,
) -> Response:
    """Tick a step, or take the tick back."""
    with services.database.writing() as session:
        run = tick(session, principal.person_id, ref, version_id, step, done=done, now=services.now())
        choices = fitting_scripts(session, principal.person_id, ref)
    return render(request, part_of(ref, choices, run))


def _part(services: Services, person_id: int, ref: CallRef, script_id: int | None) -> ScriptPart:
    with services.database.reading() as session:
        choices = fitting_scripts(session, person_id, ref)
        run = run_of(session, person_id, ref.phone_call_id)
        if run is not None and script_id is None:
            return part_of(ref, choices, run)
        chosen = next((one for one in choices if one.id == script_id), choices[0] if choices else None)
        if chosen is None:
            return ScriptPart(ref, choices, None, "", None, frozenset(), 0)
        version = published_version(session, chosen)
    if run is not None and run.version.id == version.id:
        return part_of(ref, choices, run)
    return ScriptPart(ref, choices, chosen.id, chosen.name, version, frozenset(), missing(version.steps, ()))
