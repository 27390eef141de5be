"""What the pages of complaints are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from callcoach.around.complaints import ComplaintState, ComplaintStep, Demand, Level
from callcoach.server.pages.list_query import ListQuery
from callcoach.server.pages.rendering import View
from callcoach.store.around.complaint_model import Complaint, ComplaintEvent, ComplaintFields
from callcoach.store.model import Team


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """A complaint in the list."""

    complaint: Complaint
    is_late: bool
    lacks_report: bool
    """Whether its incident report is overdue."""
    waits_for: ComplaintStep | None


@dataclass(frozen=True, slots=True)
class ComplaintsPage(View):
    """The list."""

    template: ClassVar[str] = "complaints/list.html.j2"

    lines: tuple[ComplaintLine, ...]
    query: ListQuery
    states: tuple[ComplaintState, ...]
    people: Sequence[tuple[int, str]]
    teams: tuple[Team, ...]
    levels: tuple[Level, ...]
    first: str
    following: str
    files: tuple[str, ...]
    late: int
    unreported: int


@dataclass(frozen=True, slots=True)
class NewComplaintPage(View):
    """Recording a complaint."""

    template: ClassVar[str] = "complaints/new.html.j2"

    fields: ComplaintFields
    demands: tuple[Demand, ...]
    call_id: str
    """The call it was made in; empty: none."""
    sent: Mapping[str, str]
    """What was typed, when it could not be taken."""
    problem: str


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that can be taken now, and what its form asks for."""

    step: ComplaintStep
    needs_text: bool
    needs_owner: bool
    field: str
    """The field that the step's text also fills; empty: none."""
    starts_deadline: bool
    is_next: bool
    """Whether it is what the complaint waits for."""


@dataclass(frozen=True, slots=True)
class ComplaintView(View):
    """One complaint with its way and its history."""

    template: ClassVar[str] = "complaints/complaint.html.j2"

    one: Complaint
    fields: ComplaintFields
    line: ComplaintLine
    way: tuple[tuple[ComplaintState, bool], ...]
    """The states of the way and whether each has been reached."""
    forms: tuple[StepForm, ...]
    may_change: bool
    history: tuple[ComplaintEvent, ...]
    people: Sequence[tuple[int, str]]
    demands: tuple[Demand, ...]
    problem: str
