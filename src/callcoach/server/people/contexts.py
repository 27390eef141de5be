"""What the pages of people and teams are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View
from callcoach.store.model import Person


@dataclass(frozen=True, slots=True)
class PeopleTable(View):
    """The rows of the list of people."""

    template: ClassVar[str] = "people/_table.html.j2"

    people: tuple[Person, ...]
    """By login."""


@dataclass(frozen=True, slots=True)
class PeoplePage(View):
    """Everybody who may sign in."""

    template: ClassVar[str] = "people/list.html.j2"

    table: PeopleTable
