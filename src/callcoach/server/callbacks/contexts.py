"""What the pages of callbacks are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from callcoach.around.callbacks import CallbackState
from callcoach.server.complaints.contexts import ComplaintLine
from callcoach.server.pages.list_query import ListQuery
from callcoach.server.pages.rendering import View
from callcoach.store.around.callbacks import Callback, DoneStep
from callcoach.store.model import Team


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """A callback in a list."""

    callback: Callback
    is_late: bool
    due: str
    """Its time as a field shows it."""


@dataclass(frozen=True, slots=True)
class CallbacksPage(View):
    """The list."""

    template: ClassVar[str] = "callbacks/list.html.j2"

    lines: tuple[CallbackLine, ...]
    query: ListQuery
    states: tuple[CallbackState, ...]
    people: Sequence[tuple[int, str]]
    teams: tuple[Team, ...]
    first: str
    following: str
    files: tuple[str, ...]
    escalated: int
    """How many are overdue for so long that the supervisor was told."""
    due: str
    """The time a new one is due at first."""


@dataclass(frozen=True, slots=True)
class CallbackPage(View):
    """One callback with all that was done about it."""

    template: ClassVar[str] = "callbacks/callback.html.j2"

    callback: Callback
    is_late: bool
    steps: tuple[DoneStep, ...]
    can: frozenset[str]
    """Names of the steps that are possible now."""
    people: Sequence[tuple[int, str]]
    due: str
    problem: str


@dataclass(frozen=True, slots=True)
class DuePart(View):
    """At the desk: drafts to confirm, and what is due."""

    template: ClassVar[str] = "callbacks/_due.html.j2"

    drafts: tuple[CallbackLine, ...]
    open: tuple[CallbackLine, ...]
    complaints: tuple[ComplaintLine, ...]
    """Those the person owns whose next step is due."""
