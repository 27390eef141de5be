"""What the pages of call scripts are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from callcoach.around.scripts import Purpose, ScriptStep
from callcoach.datapath import Direction
from callcoach.server.pages.rendering import View
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.around.scripts import Run, Script, Version


@dataclass(frozen=True, slots=True)
class ScriptsPage(View):
    """All scripts."""

    template: ClassVar[str] = "around/scripts.html.j2"

    scripts: tuple[Script, ...]
    told: tuple[str, str] | None
    """How many a file brought, and how many of these were known."""


@dataclass(frozen=True, slots=True)
class ScriptPage(View):
    """One script, or a new one, to be written."""

    template: ClassVar[str] = "around/script.html.j2"

    script: Script | None
    name: str
    purpose: Purpose
    steps: Sequence[ScriptStep]
    """Those written, and some empty ones to go on with."""
    directions: tuple[Direction, ...]
    campaigns: Sequence[tuple[int, str]]
    problem: str


@dataclass(frozen=True, slots=True)
class ScriptPart(View):
    """Beside a call: the steps to tick."""

    template: ClassVar[str] = "around/_script.html.j2"

    ref: CallRef
    choices: tuple[Script, ...]
    """The scripts for this call, what fits best first."""
    chosen: int | None
    """Id of the one that is shown, where it can be chosen."""
    name: str
    version: Version | None
    """None: there is no script for this call."""
    ticked: frozenset[int]
    missing: int


def part_of(ref: CallRef, choices: tuple[Script, ...], run: Run) -> ScriptPart:
    """Return the part of a call in which a step was ticked."""
    chosen = next((one.id for one in choices if one.name == run.name), None)
    return ScriptPart(ref, choices, chosen, run.name, run.version, run.ticked, run.missing)
