"""`/api/v1/calls`: what a person may see of them, bringing one in, having one analysed again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from starlette.responses import FileResponse

from callcoach.analysis import ANALYSIS_FILE
from callcoach.errors import NotFoundError
from callcoach.principal import Principal, Role
from callcoach.rights import Permission
from callcoach.server.calls.query import WithCallListQuery
from callcoach.server.calls.views import CallListView, CallView, ReceivedView, call_view, list_view
from callcoach.server.principal import require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.call_lists import list_calls
from callcoach.store.calls import get_call
from callcoach.store.model import CallSummary
from callcoach.store.work import retry
from callcoach.work.metadata import read_document
from callcoach.work.receiving import Sender, discard, receive, stage
from callcoach.work.rounds import hurry

router = APIRouter(prefix="/calls", tags=["calls"])

Reader = Annotated[Principal, Depends(require(Permission.CALLS_SEE))]
Bringer = Annotated[Principal, Depends(require(Permission.CALLS_BRING))]
Retrier = Annotated[Principal, Depends(require(Permission.CALLS_RETRY))]
Recording = Annotated[UploadFile, File(description="The recording; the agent's side where `customer` is sent too.")]
CustomerSide = Annotated[UploadFile | None, File(description="The customer's side, a mono file.")]
MetadataText = Annotated[
    str,
    Form(description="JSON object: id, direction, agent, team, number, customer, started_at, queue, tags, agent_side."),
]


@router.get("")
def get_calls(query: WithCallListQuery, principal: Reader, services: WithServices) -> CallListView:
    """List calls, a page at a time."""
    with services.database.reading() as session:
        return list_view(list_calls(session, principal, query.filter(), query.page()))


@router.post("", status_code=201, responses={200: {"model": ReceivedView, "description": "It had come in before."}})
def post_call(
    *,
    request: Request,
    response: Response,
    principal: Bringer,
    services: WithServices,
    sound: Recording,
    customer: CustomerSide = None,
    metadata: MetadataText = "",
) -> ReceivedView:
    """Bring a recording in; it is analysed when its turn comes. The same sound sent again is the same call."""
    told = read_document(metadata.encode())
    desk = services.desk
    sender = Sender(principal.person_id, principal.role is Role.AGENT, _address(request))
    staged = stage(desk, sound.file, sound.filename or "call")
    try:
        staged_customer = stage(desk, customer.file, customer.filename or "customer") if customer else None
    except Exception:
        discard(staged)
        raise
    received = receive(desk, staged, staged_customer, told, sender)
    hurry(desk)
    if not received.created:
        response.status_code = 200
    return ReceivedView(id=received.call_id, created=received.created, sha256=staged.sha256)


@router.get("/{call_id}")
def get_one_call(call_id: str, principal: Reader, services: WithServices) -> CallView:
    """Return one call."""
    return call_view(_visible(services, principal, call_id))


@router.get("/{call_id}/audio", response_class=FileResponse)
def get_audio(call_id: str, request: Request, principal: Reader, services: WithServices) -> FileResponse:
    """Return the sound, whole or in ranges: agent left, customer right."""
    call = _visible(services, principal, call_id)
    name = call.heard_file or call.sound_file
    path = services.desk.folder(call.id) / name
    if not path.is_file():
        raise NotFoundError(
            f"The recording of call {call_id} is missing from the data folder ({path.parent.name}/{name}). "
            "Restore it from a backup.",
            f"通话 {call_id} 的录音（{path.parent.name}/{name}）不在数据文件夹里。请从备份恢复。",
        )
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):  # the parts that follow are the same hearing
        _note(services, request, principal, "call.hear", call_id)
    return FileResponse(path, headers={"Cache-Control": "private, no-store"})


@router.get("/{call_id}/analysis", response_class=FileResponse)
def get_analysis(call_id: str, request: Request, principal: Reader, services: WithServices) -> FileResponse:
    """Return the whole analysis document; its schema is what `callcoach schema` prints."""
    call = _visible(services, principal, call_id)
    path = services.desk.folder(call.id) / ANALYSIS_FILE
    if not path.is_file():
        why = f" It failed: {call.error}" if call.error else ""
        raise NotFoundError(
            f"The call {call_id} has no analysis; it is {call.state.value}.{why}", f"通话 {call_id} 没有分析结果。"
        )
    _note(services, request, principal, "call.see", call_id)
    return FileResponse(path, media_type="application/json")


@router.post("/{call_id}/retry", status_code=202)
def post_retry(call_id: str, request: Request, principal: Retrier, services: WithServices) -> CallView:
    """Have a call that failed analysed again."""
    _visible(services, principal, call_id)
    with services.database.writing() as session:
        retry(session, call_id)
        about = ("call", call_id)
        note(session, "call.retry", person_id=principal.person_id, about=about, address=_address(request))
    hurry(services.desk)
    return call_view(_visible(services, principal, call_id))


def _visible(services: Services, principal: Principal, call_id: str) -> CallSummary:
    with services.database.reading() as session:
        return get_call(session, principal, call_id)


def _note(services: Services, request: Request, principal: Principal, action: str, call_id: str) -> None:
    with services.database.writing() as session:
        note(session, action, person_id=principal.person_id, about=("call", call_id), address=_address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
