"""`/api/v1/desk/…` and what is kept of a call: for the desk's scripts, and for a CRM."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.datapath import Direction
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.around.record import around_part
from callcoach.server.around.refs import AskedRef
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.around.dispositions import Disposition, DispositionTerms, list_dispositions, put_disposition
from callcoach.store.around.notes import Note, read_note, save_note
from callcoach.store.audit import note
from callcoach.store.keyset import MAX_KEY

router = APIRouter(tags=["around the call"])

Agent = Annotated[Principal, Depends(require(Permission.AROUND_CALL))]
Keeper = Annotated[Principal, Depends(require(Permission.CALL_TEXTS))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]


class Body(BaseModel):
    """Body of a request: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class NotesBody(Body):
    """All of a notepad."""

    call_id: str = Field(min_length=1, max_length=120, description="The softphone's id of the call, or the call's.")
    number: str = Field(default="", max_length=64)
    direction: Direction = Direction.UNKNOWN
    queue: str = Field(default="", max_length=120)
    text: str = Field(max_length=20_000)
    version: int = Field(ge=0, le=MAX_KEY, description="The version the writer began from; 0: none.")


class NotesView(BaseModel):
    """A notepad as it stands."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    version: int
    changed_at: datetime | None


class DispositionBody(Body):
    """An outcome."""

    name_zh: str = Field(min_length=1, max_length=80)
    name_en: str = Field(default="", max_length=80)
    parent_id: int | None = Field(default=None, ge=0, le=MAX_KEY)
    needs_callback: bool = False
    needs_complaint: bool = False
    active: bool = True
    place: int = Field(default=0, ge=-1000, le=1000, description="Order among its siblings.")

    def terms(self) -> DispositionTerms:
        """Return it as the store takes it."""
        return DispositionTerms(**self.model_dump())


class DispositionView(DispositionBody):
    """An outcome with its place in the tree."""

    id: int
    path_zh: list[str]
    is_leaf: bool
    in_use: bool

    @classmethod
    def of(cls, one: Disposition) -> DispositionView:
        """Return an outcome as the API shows it."""
        terms = {name: getattr(one.terms, name) for name in DispositionBody.model_fields}
        return cls(id=one.id, path_zh=list(one.path_zh), is_leaf=one.is_leaf, in_use=one.in_use, **terms)


class RecordView(BaseModel):
    """What one person kept of a call."""

    person: str
    at: datetime
    notes: str
    disposition_id: int | None
    disposition: list[str]
    follow_up: str


class AroundView(BaseModel):
    """What was kept of a call."""

    records: list[RecordView]
    callback_ids: list[int]
    complaint_ids: list[int]
    follow_up_ids: list[int]


@router.get("/desk/notes")
def get_notes(ref: AskedRef, principal: Agent, services: WithServices) -> NotesView:
    """Return one's own notes of a call."""
    with services.database.reading() as session:
        return _view(read_note(session, principal.person_id, ref.phone_call_id))


@router.put("/desk/notes")
def put_notes(body: NotesBody, principal: Agent, services: WithServices) -> NotesView:
    """Keep one's notes of a call; 409: another page changed them meanwhile."""
    ref = CallRef(body.call_id, body.number, body.direction, body.queue)
    with services.database.writing() as session:
        return _view(save_note(session, principal.person_id, ref, body.text, body.version, now=services.now()))


@router.get("/dispositions")
def get_dispositions(_: Agent, services: WithServices) -> list[DispositionView]:
    """Return the tree of outcomes, each after the one it stands below."""
    with services.database.reading() as session:
        return [DispositionView.of(one) for one in list_dispositions(session)]


@router.post("/dispositions", status_code=201)
def post_disposition(
    body: DispositionBody, request: Request, principal: Keeper, services: WithServices
) -> DispositionView:
    """Add an outcome."""
    with services.database.writing() as session:
        made = put_disposition(session, body.terms())
        detail = {"name": made.terms.name_zh}
        note(session, "disposition.add", about=("disposition", str(made.id)), detail=detail, **by(request, principal))
    return DispositionView.of(made)


@router.put("/dispositions/{disposition_id}")
def put_one_disposition(
    disposition_id: Key, body: DispositionBody, request: Request, principal: Keeper, services: WithServices
) -> DispositionView:
    """Change an outcome."""
    with services.database.writing() as session:
        made = put_disposition(session, body.terms(), disposition_id)
        detail = {"name": made.terms.name_zh}
        note(
            session, "disposition.change", about=("disposition", str(made.id)), detail=detail, **by(request, principal)
        )
    return DispositionView.of(made)


@router.get("/calls/{call_id}/around")
def get_around(
    call_id: str, principal: Annotated[Principal, Depends(require(Permission.CALLS_SEE))], services: WithServices
) -> AroundView:
    """Return what was noted, chosen and promised in a call."""
    part = around_part(services, principal, call_id)
    records = [
        RecordView(
            person=one.person,
            at=one.at,
            notes=one.note.text,
            disposition_id=one.wrap_up.disposition.id if one.wrap_up else None,
            disposition=list(one.wrap_up.disposition.path_zh) if one.wrap_up else [],
            follow_up=one.wrap_up.follow_up if one.wrap_up else "",
        )
        for one in part.records
    ]
    return AroundView(
        records=records,
        callback_ids=[one.id for one in part.callbacks],
        complaint_ids=[one.id for one in part.complaints],
        follow_up_ids=[one.id for one, _ in part.follow_ups],
    )


def _view(kept: Note) -> NotesView:
    return NotesView.model_validate(kept)
