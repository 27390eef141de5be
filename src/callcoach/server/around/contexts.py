"""What the parts beside a call are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View
from callcoach.store.around.callbacks import Callback
from callcoach.store.around.complaint_model import Complaint
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.around.dispositions import Disposition
from callcoach.store.around.follow_ups import FollowUp, Response
from callcoach.store.around.kept import DeskRecord
from callcoach.store.around.notes import Note
from callcoach.store.around.wrap_ups import WrapUp


@dataclass(frozen=True, slots=True)
class NotesPart(View):
    """The notepad beside a call."""

    template: ClassVar[str] = "around/_notes.html.j2"

    ref: CallRef
    note: Note
    texts: Mapping[str, str]
    """What the script says."""


@dataclass(frozen=True, slots=True)
class WrapUpPart(View):
    """The outcome of a call, and what follows from it."""

    template: ClassVar[str] = "around/_wrap_up.html.j2"

    ref: CallRef
    done: WrapUp | None
    groups: Sequence[tuple[str, tuple[tuple[Disposition, str], ...]]]
    """Outcomes to choose from, each with its name, under the names of those above."""
    due: str
    """When a callback would be due, as a field shows it."""
    callbacks: tuple[Callback, ...]
    """Those made of this call."""


@dataclass(frozen=True, slots=True)
class AlonePage(View):
    """A part of the desk as a page of its own."""

    template: ClassVar[str] = "around/alone.html.j2"

    title_key: str
    part: View


@dataclass(frozen=True, slots=True)
class AroundPart(View):
    """On the page of a call: what was noted, chosen and promised."""

    template: ClassVar[str] = "around/_call.html.j2"

    call_id: str
    records: tuple[DeskRecord, ...]
    callbacks: tuple[Callback, ...]
    complaints: tuple[Complaint, ...]
    follow_ups: tuple[tuple[FollowUp, Response | None], ...]
    """Who was asked after it, with the answers that count."""


@dataclass(frozen=True, slots=True)
class DispositionsPage(View):
    """The tree of outcomes, and the form of one."""

    template: ClassVar[str] = "around/dispositions.html.j2"

    tree: tuple[Disposition, ...]
    chosen: Disposition | None
    """What the form changes; None: it adds one."""
    problem: str
