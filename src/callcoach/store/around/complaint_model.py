"""Complaints as plain data: what is recorded, what is shown, what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from callcoach.around.complaints import Actor, ComplaintState, ComplaintStep, Demand, Level
from callcoach.principal import Principal


class ComplaintField(StrEnum):
    """What is recorded of a complaint, by name."""

    CUSTOMER = "customer"
    NUMBER = "number"
    ORDER_NUMBER = "order_number"
    DEPARTMENT = "department"
    HAPPENED_ON = "happened_on"
    PRODUCT = "product"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    COMPLAINT = "complaint"
    REASON = "reason"
    EVIDENCE = "evidence"
    DEMAND = "demand"
    STEPS = "steps"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class ComplaintFields:
    """What is recorded of a complaint (guidelines E). Money in yuan, exact."""

    customer: str = ""
    number: str = ""
    order_number: str = ""
    department: str = ""
    happened_on: date | None = None
    product: str = ""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    complaint: str = ""
    reason: str = ""
    evidence: str = ""
    demand: Demand = Demand.OTHER
    steps: str = ""
    decision: str = ""


FIELDS = tuple(one.value for one in ComplaintField)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as it stands."""

    id: int
    state: ComplaintState
    version: int
    fields: ComplaintFields
    recorded_at: datetime
    recorded_by: int
    recorder: str
    team_id: int | None
    owner_id: int | None
    owner: str
    proposed_by: int | None
    level: Level
    due_at: datetime
    late_told_at: datetime | None
    report_due_at: datetime | None
    reported_at: datetime | None
    ended_at: datetime | None
    deadline_at: datetime
    call_id: str


@dataclass(frozen=True, slots=True)
class ComplaintEvent:
    """One thing that was done; `changes` holds each changed field's text before and since."""

    number: int
    at: datetime
    person: str
    step: ComplaintStep
    state: ComplaintState
    text: str
    changes: dict[str, list[str]]
    owner: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at complaints: what they see, and what they decide."""

    principal: Principal
    actor: Actor


@dataclass(frozen=True, slots=True)
class ComplaintDeed:
    """What somebody does about a complaint."""

    step: ComplaintStep
    text: str = ""
    owner_id: int | None = None
    due_at: datetime | None = None
    """Another deadline of the next step than the usual one."""
    changes: dict[str, Any] = field(default_factory=dict[str, Any])
    """New values of fields, for CHANGE; and with any other step."""


@dataclass(frozen=True, slots=True)
class ComplaintFilter:
    """Which complaints a list shows; None and empty: any."""

    is_open: bool | None = None
    state: ComplaintState | None = None
    owner_id: int | None = None
    team_id: int | None = None
    number: str = ""
    numbers: tuple[str, ...] = ()
    """One of these, as they are written."""
    text: str = ""
    """Part of the customer's name, the order number or the product."""
    late_at: datetime | None = None
    """Those whose step is late at this time."""
    level: Level | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    call_pk: int | None = None


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """A page of the list; `next_cursor` is empty at its end."""

    complaints: tuple[Complaint, ...]
    next_cursor: str
