"""`/api/v1/complaints`. Amounts and quantities travel as decimal text: no float ever holds money."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.around.complaints import ComplaintState, ComplaintStep, Demand, Level, possible
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.calls.query import as_utc
from callcoach.server.complaints.keeping import ComplaintDesk
from callcoach.server.complaints.terms import viewer_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.around.complaint_lists import get_complaint, history_of, list_complaints
from callcoach.store.around.complaint_model import Complaint, ComplaintDeed, ComplaintFilter
from callcoach.store.around.complaints import standing_of
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.keyset import MAX_KEY

router = APIRouter(prefix="/complaints", tags=["complaints"])

Recorder = Annotated[Principal, Depends(require(Permission.COMPLAINTS))]
Key = Annotated[int, Field(ge=0, le=MAX_KEY)]
KeyInPath = Annotated[int, Path(ge=0, le=MAX_KEY)]
Amount = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=15, description='In yuan: "1234.50".')]
Quantity = Annotated[Decimal, Field(ge=0, decimal_places=3, max_digits=15)]
Text = Annotated[str, Field(max_length=8000)]


class FieldsBody(BaseModel):
    """What is recorded; with a change only what is sent."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field(default="", max_length=120)
    number: str = Field(default="", max_length=64)
    order_number: str = Field(default="", max_length=120)
    department: str = Field(default="", max_length=120)
    happened_on: date | None = None
    product: str = Field(default="", max_length=200)
    quantity: Quantity | None = None
    amount: Amount | None = None
    complaint: Text = ""
    reason: Text = ""
    evidence: Text = ""
    demand: Demand = Demand.OTHER
    steps: Text = ""
    decision: Text = ""


class NewComplaintBody(FieldsBody):
    """A complaint to be recorded."""

    call_id: str = Field(
        default="", max_length=120, description="The call it was made in, or the softphone's id of it."
    )


class DeedBody(BaseModel):
    """What is done about a complaint."""

    model_config = ConfigDict(extra="forbid")

    step: ComplaintStep
    text: Text = ""
    owner_id: Key | None = None
    due_at: AwareDatetime | None = Field(default=None, description="Another deadline of the next step than the usual.")
    changes: FieldsBody = Field(default_factory=FieldsBody, description="Fields to set; those not sent stay.")
    version: Key | None = Field(default=None, description="The one that was read; 409 if there is a newer one.")


class ComplaintView(FieldsBody):
    """A complaint as it stands."""

    id: int
    state: ComplaintState
    version: int
    recorded_at: datetime
    recorder: str
    owner_id: int | None
    owner: str
    team_id: int | None
    level: Level
    due_at: datetime
    report_due_at: datetime | None
    reported_at: datetime | None
    ended_at: datetime | None
    deadline_at: datetime
    call_id: str

    @classmethod
    def of(cls, one: Complaint) -> ComplaintView:
        """Return a complaint as the API shows it."""
        fields = {name: getattr(one.fields, name) for name in FieldsBody.model_fields}
        rest = {name: getattr(one, name) for name in cls.model_fields if name not in fields}
        return cls(**fields, **rest)


class EventView(BaseModel):
    """One thing that was done."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: datetime
    person: str
    step: ComplaintStep
    state: ComplaintState
    text: str
    changes: dict[str, list[str]]
    owner: str
    due_at: datetime


class WholeComplaintView(BaseModel):
    """A complaint with its history, and what one may do now."""

    complaint: ComplaintView
    history: list[EventView]
    possible_steps: list[ComplaintStep]


class ComplaintPageView(BaseModel):
    """A page of the list."""

    complaints: list[ComplaintView]
    next_cursor: str


class ComplaintsQuery(BaseModel):
    """Which complaints."""

    model_config = ConfigDict(extra="forbid")

    state: ComplaintState | None = None
    is_open: bool | None = None
    owner_id: Key | None = None
    team_id: Key | None = None
    number: str = Field(default="", max_length=64, description="How the number begins.")
    text: str = Field(default="", max_length=120, description="Part of customer, order number or product.")
    late: bool = False
    recorded_from: AwareDatetime | None = None
    recorded_before: AwareDatetime | None = None
    after: str = Field(default="", max_length=400)
    limit: int = Field(default=50, ge=1, le=200)


@router.get("")
def get_complaints(
    query: Annotated[ComplaintsQuery, Query()], principal: Recorder, services: WithServices
) -> ComplaintPageView:
    """List complaints, what is overdue first."""
    wanted = ComplaintFilter(
        is_open=query.is_open,
        state=query.state,
        owner_id=query.owner_id,
        team_id=query.team_id,
        number=query.number,
        text=query.text,
        late_at=services.now() if query.late else None,
        recorded_from=as_utc(query.recorded_from),
        recorded_before=as_utc(query.recorded_before),
    )
    viewer = viewer_of(services, principal)
    with services.database.reading() as session:
        page = list_complaints(session, viewer, wanted, after=query.after, limit=query.limit)
    shown = [ComplaintView.of(one) for one in page.complaints]
    return ComplaintPageView(complaints=shown, next_cursor=page.next_cursor)


@router.post("", status_code=201)
def post_complaint(
    body: NewComplaintBody, request: Request, principal: Recorder, services: WithServices
) -> WholeComplaintView:
    """Record a complaint."""
    desk = ComplaintDesk(services, principal, by(request, principal))
    values = body.model_dump(exclude={"call_id"})
    return _whole(services, principal, desk.record(values, CallRef(body.call_id, body.number)))


@router.get("/{complaint_id}")
def get_one(complaint_id: KeyInPath, principal: Recorder, services: WithServices) -> WholeComplaintView:
    """Return a complaint with its history."""
    return _whole(services, principal, complaint_id)


@router.post("/{complaint_id}/steps")
def post_step(
    complaint_id: KeyInPath, body: DeedBody, request: Request, principal: Recorder, services: WithServices
) -> WholeComplaintView:
    """Take a step of the way, or put something right."""
    desk = ComplaintDesk(services, principal, by(request, principal))
    changes = body.changes.model_dump(include=body.changes.model_fields_set)
    deed = ComplaintDeed(body.step, body.text, body.owner_id, as_utc(body.due_at), changes)
    desk.act(complaint_id, deed, body.version)
    return _whole(services, principal, complaint_id)


def _whole(services: Services, principal: Principal, complaint_id: int) -> WholeComplaintView:
    viewer = viewer_of(services, principal)
    with services.database.reading() as session:
        one = get_complaint(session, viewer, complaint_id)
        history = [EventView.model_validate(event) for event in history_of(session, complaint_id)]
    steps = sorted(possible(standing_of(one), viewer.actor))
    return WholeComplaintView(complaint=ComplaintView.of(one), history=history, possible_steps=steps)
