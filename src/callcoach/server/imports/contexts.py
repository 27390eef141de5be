"""What the pages that bring rows in are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.imports.columns import Column, Fault
from callcoach.server.imports.sheets import Line
from callcoach.server.pages.rendering import View


@dataclass(frozen=True, slots=True)
class ImportPage(View):
    """Choosing a file; and what is wrong with the one that was sent."""

    template: ClassVar[str] = "imports/form.html.j2"

    title: str
    back: str
    """Address of the list that rows are brought into."""
    action: str
    columns: tuple[Column, ...]
    max_mb: int
    max_rows: int
    problem: str


@dataclass(frozen=True, slots=True)
class PreviewPage(View):
    """What a file would bring, before anything is kept."""

    template: ClassVar[str] = "imports/preview.html.j2"

    title: str
    back: str
    action: str
    token: str
    added: int
    replaced: int
    headings: tuple[str, ...]
    unused: tuple[str, ...]
    sample: tuple[Line, ...]
    faults: tuple[Fault, ...]
