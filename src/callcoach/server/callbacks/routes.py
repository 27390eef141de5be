"""`/api/v1/callbacks`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.around.callbacks import CallbackState, CallbackStep
from callcoach.errors import InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.calls.query import as_utc
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.around.callbacks import (
    CallbackFilter,
    NewCallback,
    StepTaken,
    add_callback,
    get_callback,
    list_callbacks,
    steps_of,
    take_step,
)
from callcoach.store.audit import note
from callcoach.store.keyset import MAX_KEY

router = APIRouter(prefix="/callbacks", tags=["callbacks"])

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
Key = Annotated[int, Field(ge=0, le=MAX_KEY)]
KeyInPath = Annotated[int, Path(ge=0, le=MAX_KEY)]


class CallbacksQuery(BaseModel):
    """Which callbacks."""

    model_config = ConfigDict(extra="forbid")

    state: CallbackState | None = None
    owner_id: Key | None = None
    team_id: Key | None = None
    number: str = Field(default="", max_length=64, description="How the number begins.")
    due_from: AwareDatetime | None = None
    due_before: AwareDatetime | None = None
    escalated: bool | None = None
    after: str = Field(default="", max_length=400, description="`next_cursor` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)


class NewCallbackBody(BaseModel):
    """A callback to be made."""

    model_config = ConfigDict(extra="forbid")

    due_at: AwareDatetime
    number: str = Field(min_length=1, max_length=64)
    customer: str = Field(default="", max_length=120)
    reason: str = Field(default="", max_length=2000)
    owner_id: Key | None = Field(default=None, description="None: oneself.")


class StepBody(BaseModel):
    """What is done about a callback."""

    model_config = ConfigDict(extra="forbid")

    step: CallbackStep
    note: str = Field(default="", max_length=2000)
    due_at: AwareDatetime | None = Field(default=None, description="New time; needed to postpone or reopen.")
    owner_id: Key | None = Field(default=None, description="New owner; needed to hand on.")
    version: Key | None = Field(default=None, description="The one that was read; 409 if there is a newer one.")


class CallbackView(BaseModel):
    """A callback as it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    state: CallbackState
    due_at: datetime
    number: str
    customer: str
    reason: str
    owner_id: int | None
    owner: str
    team_id: int | None
    made_at: datetime
    made_by: int | None
    call_id: str
    turn: int | None
    said: str
    attempts: int
    escalated_at: datetime | None
    ended_at: datetime | None
    version: int


class StepView(BaseModel):
    """One thing that was done."""

    model_config = ConfigDict(from_attributes=True)

    step: CallbackStep
    at: datetime
    person: str
    note: str
    due_at: datetime
    owner: str


class WholeCallbackView(CallbackView):
    """A callback with its history."""

    steps: list[StepView]


class CallbackPageView(BaseModel):
    """A page of the list."""

    callbacks: list[CallbackView]
    next_cursor: str


@router.get("")
def get_callbacks(
    query: Annotated[CallbacksQuery, Query()], principal: Agent, services: WithServices
) -> CallbackPageView:
    """List callbacks, what is due first."""
    wanted = CallbackFilter(
        states=(query.state,) if query.state else (),
        owner_id=query.owner_id,
        team_id=query.team_id,
        number=query.number,
        due_from=as_utc(query.due_from),
        due_before=as_utc(query.due_before),
        escalated=query.escalated,
    )
    with services.database.reading() as session:
        page = list_callbacks(session, principal, wanted, after=query.after, limit=query.limit)
    shown = [CallbackView.model_validate(one) for one in page.callbacks]
    return CallbackPageView(callbacks=shown, next_cursor=page.next_cursor)


@router.post("", status_code=201)
def post_callback(
    body: NewCallbackBody, request: Request, principal: Agent, services: WithServices
) -> WholeCallbackView:
    """Make a callback."""
    due_at = as_utc(body.due_at)
    assert due_at is not None  # noqa: S101 - the body has one
    with services.database.writing() as session:
        new = NewCallback(due_at, body.number, body.customer, body.reason, body.owner_id)
        callback_id = add_callback(session, principal.person_id, new, services.now())
        note(session, "callback.make", about=("callback", str(callback_id)), **by(request, principal))
    return _whole(services, principal, callback_id)


@router.get("/{callback_id}")
def get_one(callback_id: KeyInPath, principal: Agent, services: WithServices) -> WholeCallbackView:
    """Return a callback with its history."""
    return _whole(services, principal, callback_id)


@router.post("/{callback_id}/steps")
def post_step(
    callback_id: KeyInPath, body: StepBody, request: Request, principal: Agent, services: WithServices
) -> WholeCallbackView:
    """Do something about a callback."""
    if body.step in (CallbackStep.MAKE, CallbackStep.ESCALATE):
        raise InputError(f"{body.step.value!r} is not done by hand.", "这一步由系统自动做，不能手动做。")
    taken = StepTaken(body.step, body.note, as_utc(body.due_at), body.owner_id)
    with services.database.writing() as session:
        take_step(session, principal, callback_id, taken, version=body.version, now=services.now())
        about = ("callback", str(callback_id))
        note(session, "callback.step", about=about, detail={"step": body.step.value}, **by(request, principal))
    return _whole(services, principal, callback_id)


def _whole(services: WithServices, principal: Principal, callback_id: int) -> WholeCallbackView:
    with services.database.reading() as session:
        one = get_callback(session, principal, callback_id)
        steps = [StepView.model_validate(step) for step in steps_of(session, callback_id)]
    return WholeCallbackView(**CallbackView.model_validate(one).model_dump(), steps=steps)
