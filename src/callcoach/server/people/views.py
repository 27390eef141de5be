"""People and teams as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from callcoach.principal import Role
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.model import NewPerson, Person, PersonChange

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Login = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]{1,120}$")]
AgentName = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]([^\x00-\x1f]{0,118}[^\s\x00-\x1f])?$")]
Email = Annotated[str, StringConstraints(pattern=r"^([^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+)?$", max_length=254)]


class TeamView(BaseModel):
    """A team."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


class TeamBody(BaseModel):
    """A team to be added, or its new name."""

    model_config = ConfigDict(extra="forbid")

    name: Word


class PersonView(BaseModel):
    """A person; `can_sign_in` is false until an invitation was used."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    login: str
    name: str
    email: str
    role: Role
    active: bool
    can_sign_in: bool
    created_at: datetime
    teams: list[TeamView]
    agent_names: list[str]


class NewPersonBody(BaseModel):
    """A person to be added. Teams are named; those that do not exist are made."""

    model_config = ConfigDict(extra="forbid")

    login: Login
    name: Word
    role: Role
    email: Email = ""
    teams: list[Word] = []
    agent_names: list[AgentName] = []

    def as_new(self) -> NewPerson:
        """Return what the store takes."""
        teams, names = tuple(dict.fromkeys(self.teams)), tuple(dict.fromkeys(self.agent_names))
        return NewPerson(self.login, self.name, self.role, teams, names, self.email)


class PersonChangeBody(BaseModel):
    """What changes of a person; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid")

    name: Word | None = None
    role: Role | None = None
    active: bool | None = None
    email: Email | None = None
    teams: list[Word] | None = None
    agent_names: list[AgentName] | None = None

    def applied_to(self, person: Person) -> PersonChange:
        """Return what the person is from now on."""
        return PersonChange(
            name=person.name if self.name is None else self.name,
            role=person.role if self.role is None else self.role,
            active=person.active if self.active is None else self.active,
            teams=tuple(team.name for team in person.teams) if self.teams is None else tuple(self.teams),
            agent_names=person.agent_names if self.agent_names is None else tuple(self.agent_names),
            email=person.email if self.email is None else self.email,
        )


class InvitationView(BaseModel):
    """A link by which the person sets a password: the path behind the server's address."""

    path: str


class UnmappedNameView(BaseModel):
    """A name by which the telephone system knows an agent, and which is nobody's."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    calls: int
    last_at: datetime


class MappingBody(BaseModel):
    """Whose a name is from now on, with the calls that came in under it."""

    model_config = ConfigDict(extra="forbid")

    name: AgentName
    person_id: Annotated[int, Field(ge=0, le=MAX_KEY)]
