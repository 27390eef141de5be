"""What the pages of drills are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from callcoach.reports.wording import Words
from callcoach.server.calls.contexts import Choice
from callcoach.server.pages.rendering import View
from callcoach.store.drills import Drill, Moment
from callcoach.store.model import DrillMode


@dataclass(frozen=True, slots=True)
class DrillLine:
    """A drill in a list."""

    one: Drill
    rule: Words
    is_late: bool


@dataclass(frozen=True, slots=True)
class DrillsPage(View):
    """Drills: one's own, or those of one's agents."""

    template: ClassVar[str] = "drills/drills.html.j2"

    lines: tuple[DrillLine, ...]
    may_set: bool


@dataclass(frozen=True, slots=True)
class DrillPage(View):
    """A drill: to be practised by its agent, to be looked at by others."""

    template: ClassVar[str] = "drills/drill.html.j2"

    drill: Drill
    rule: Words
    advice: Words
    is_mine: bool
    may_end: bool
    problem: str
    at: int
    """The moment whose answer was refused; 0: none."""
    typed: str
    """What was typed there."""


@dataclass(frozen=True, slots=True)
class NewDrillPage(View):
    """The form of a new drill: whom, which rule, which moments."""

    template: ClassVar[str] = "drills/new.html.j2"

    agents: tuple[Choice, ...]
    rules: tuple[Choice, ...]
    agent_id: str
    rule_id: str
    moments: tuple[tuple[str, Moment], ...] | None
    """Key and moment; None: agent and rule are not chosen yet."""
    advice: str
    chosen: Mapping[str, str]
    """By key, what was typed for the moments that were ticked."""
    mode: DrillMode
    goal: str
    due_on: str
    problem: str
