"""The form of a person: what browsers send, and what the store takes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel, Field, StringConstraints

from callcoach.principal import Role
from callcoach.server.people.contexts import PersonFields
from callcoach.store.model import NewPerson, Person, PersonChange

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]


_NAME = re.compile(r'"\s*([^"]*[^"\s])\s*"|(\S+)')


def names_in(text: str) -> tuple[str, ...]:
    """Return the agent names that were typed, spaces between them; one that holds spaces stands in quotes."""
    return tuple(dict.fromkeys(quoted or plain for quoted, plain in _NAME.findall(text)))


def names_as_typed(names: Sequence[str]) -> str:
    """Return agent names as `names_in` reads them."""
    return " ".join(f'"{name}"' if any(map(str.isspace, name)) else name for name in names)


class PersonForm(BaseModel):
    """What the form sends. A box that is not ticked is not sent."""

    login: Word = ""
    name: Word = ""
    email: Email = ""
    role: Role = Role.AGENT
    teams: list[Word] = Field(default_factory=list)
    agent_names: Annotated[str, StringConstraints(max_length=1000)] = ""
    active: bool = False

    def problem(self, *, is_new: bool) -> str:
        """Return the key of the message that says what lacks; empty: nothing."""
        if is_new and (not self.login or any(character.isspace() for character in self.login)):
            return "people.wrong_login"
        if not self.name:
            return "people.no_name"
        if self.email and "@" not in self.email[1:-1]:
            return "people.wrong_email"
        return "" if all(len(name) <= 120 for name in names_in(self.agent_names)) else "people.long_agent_name"

    def as_new(self) -> NewPerson:
        """Return the person to be added."""
        names = names_in(self.agent_names)
        return NewPerson(self.login, self.name, self.role, tuple(dict.fromkeys(self.teams)), names, self.email)

    def as_change(self) -> PersonChange:
        """Return what the person is from now on."""
        names = names_in(self.agent_names)
        return PersonChange(self.name, self.role, self.active, tuple(self.teams), names, self.email)

    def fields(self) -> PersonFields:
        """Return the form as it was filled in."""
        return PersonFields(
            self.login, self.name, self.email, self.role.value, frozenset(self.teams), self.agent_names, self.active
        )


def fields_of(person: Person) -> PersonFields:
    """Return the form as a person fills it."""
    return PersonFields(
        person.login,
        person.name,
        person.email,
        person.role.value,
        frozenset(team.name for team in person.teams),
        names_as_typed(person.agent_names),
        person.active,
    )


WithPersonForm = Annotated[PersonForm, Form()]
