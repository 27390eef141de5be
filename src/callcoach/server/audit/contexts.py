"""What the page of the audit log is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.audit.query import AuditQuery
from callcoach.server.pages.rendering import View
from callcoach.store.model import Deed, Person


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log in the reader's words."""

    deed: Deed
    action: str
    about: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditRows(View):
    """Rows of the log, and the way to the next ones."""

    template: ClassVar[str] = "audit/_rows.html.j2"

    lines: tuple[Line, ...]
    more: str
    """Address of the next rows; empty: there are none."""


@dataclass(frozen=True, slots=True)
class AuditPage(View):
    """The log with its filters."""

    template: ClassVar[str] = "audit/log.html.j2"

    rows: AuditRows
    query: AuditQuery
    people: tuple[Person, ...]
    actions: tuple[tuple[str, str], ...]
    """Actions to filter by, with their words."""
    exported: str
    """Address of the file with all that is filtered, but for its format."""
