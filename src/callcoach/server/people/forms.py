"""The form of a person: what browsers send, and what the store takes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel, Field, StringConstraints

from callcoach.principal import Role
from callcoach.server.people.contexts import PersonFields
from callcoach.store.model import NewPerson, Person, PersonChange

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]


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
        return "" if all(len(name) <= 120 for name in self.agent_names.split()) else "people.long_agent_name"

    def as_new(self) -> NewPerson:
        """Return the person to be added."""
        names = tuple(dict.fromkeys(self.agent_names.split()))
        return NewPerson(self.login, self.name, self.role, tuple(dict.fromkeys(self.teams)), names, self.email)

    def as_change(self) -> PersonChange:
        """Return what the person is from now on."""
        names = tuple(self.agent_names.split())
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
        " ".join(person.agent_names),
        person.active,
    )


WithPersonForm = Annotated[PersonForm, Form()]
