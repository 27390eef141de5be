"""What the pages of people and teams are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.principal import Role
from callcoach.server.pages.rendering import View
from callcoach.store.model import Person, Team, TeamSize, UnmappedName


@dataclass(frozen=True, slots=True)
class PeopleTable(View):
    """The rows of the list of people."""

    template: ClassVar[str] = "people/_table.html.j2"

    people: tuple[Person, ...]
    """By login."""


@dataclass(frozen=True, slots=True)
class PeoplePage(View):
    """Everybody who may sign in, or those a filter leaves."""

    template: ClassVar[str] = "people/list.html.j2"

    table: PeopleTable
    teams: tuple[Team, ...]
    roles: tuple[Role, ...]
    text: str
    """What login, name or agent name must contain."""
    role: str
    team_id: int | None


@dataclass(frozen=True, slots=True)
class UnmappedPage(View):
    """Agent names that calls came in under and that are nobody's."""

    template: ClassVar[str] = "people/unmapped.html.j2"

    names: tuple[UnmappedName, ...]
    people: tuple[Person, ...]
    """Who may be meant: those who are active, agents first."""
    mapped: str
    """What was just given to whom; empty: nothing."""
    problem: str


@dataclass(frozen=True, slots=True)
class PersonFields:
    """What the form of a person holds."""

    login: str = ""
    name: str = ""
    email: str = ""
    role: str = Role.AGENT.value
    teams: frozenset[str] = frozenset()
    """Names of the teams."""
    agent_names: str = ""
    """With spaces between."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class PersonPage(View):
    """One person to be added or changed."""

    template: ClassVar[str] = "people/person.html.j2"

    person: Person | None
    """None: to be added."""
    fields: PersonFields
    teams: tuple[Team, ...]
    roles: tuple[Role, ...]
    problem: str = ""
    saved: bool = False
    link: str = ""
    """An invitation link just made, shown this once."""
    link_hours: int = 0


@dataclass(frozen=True, slots=True)
class TeamsPage(View):
    """All teams."""

    template: ClassVar[str] = "people/teams.html.j2"

    teams: tuple[TeamSize, ...]
    problem: str = ""
