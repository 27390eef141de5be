"""People, their teams and the agent names they answer to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, NotFoundError
from callcoach.principal import Principal, Scope
from callcoach.store.model import NewPerson, Person, Team
from callcoach.store.tables import AgentNameRow, CallRow, MembershipRow, PersonRow, TeamRow


def add_person(session: Session, new: NewPerson) -> Person:
    """Add a person; calls that came in under one of the agent names and had no agent yet become theirs.

    Raises:
        ConflictError: the login or an agent name is taken.
    """
    if session.scalar(select(PersonRow.id).where(PersonRow.login == new.login)):
        raise ConflictError(f"There is already a person with the login {new.login!r}. Choose another login.")
    row = PersonRow(login=new.login, name=new.name, role=new.role, active=True, created_at=datetime.now(UTC))
    session.add(row)
    session.flush()
    teams = [team_named(session, name) for name in new.teams]
    session.add_all(MembershipRow(person_id=row.id, team_id=team.id) for team in teams)
    session.flush()
    for name in new.agent_names:
        _take_agent_name(session, name, row, teams[0].id if teams else None)
    return person_by_id(session, row.id)


def team_named(session: Session, name: str) -> Team:
    """Return the team of a name, made now if there is none."""
    row = session.scalar(select(TeamRow).where(TeamRow.name == name))
    if row is None:
        row = TeamRow(name=name)
        session.add(row)
        session.flush()
    return Team(row.id, row.name)


def list_teams(session: Session) -> tuple[Team, ...]:
    """Return all teams by name."""
    return tuple(Team(row.id, row.name) for row in session.scalars(select(TeamRow).order_by(TeamRow.name)))


def person_by_id(session: Session, person_id: int) -> Person:
    """Return a person.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFoundError(f"There is no person {person_id}.")
    return _person(session, row)


def person_by_login(session: Session, login: str) -> Person:
    """Return a person.

    Raises:
        NotFoundError: nobody has this login.
    """
    row = session.scalar(select(PersonRow).where(PersonRow.login == login))
    if row is None:
        raise NotFoundError(f"Nobody has the login {login!r}. `callcoach people list` shows who is there.")
    return _person(session, row)


def list_people(session: Session) -> tuple[Person, ...]:
    """Return everybody, by login."""
    return tuple(_person(session, row) for row in session.scalars(select(PersonRow).order_by(PersonRow.login)))


def as_principal(person: Person, scopes: Iterable[Scope] | None = None) -> Principal:
    """Return the person with the rights a request of theirs has; `scopes` are those of the token it came with."""
    teams = frozenset(team.id for team in person.teams)
    if scopes is None:
        return Principal(person.id, person.name, person.role, teams)
    return Principal(person.id, person.name, person.role, teams, frozenset(scopes), by_token=True)


def agent_called(session: Session, name: str) -> tuple[int | None, int | None]:
    """Return the ids of the person an agent name belongs to and of their first team; None for what is not known."""
    if not name:
        return None, None
    person_id = session.scalar(select(AgentNameRow.person_id).where(AgentNameRow.name == name))
    if person_id is None:
        return None, None
    return person_id, first_team_of(session, person_id)


def first_team_of(session: Session, person_id: int) -> int | None:
    """Return the first of a person's teams; None without any."""
    teams = select(MembershipRow.team_id).where(MembershipRow.person_id == person_id).order_by(MembershipRow.team_id)
    return session.scalar(teams.limit(1))


def _take_agent_name(session: Session, name: str, row: PersonRow, team_id: int | None) -> None:
    taken = session.get(AgentNameRow, name)
    if taken is not None:
        raise ConflictError(f"The agent name {name!r} already belongs to person {taken.person_id}.")
    session.add(AgentNameRow(name=name, person_id=row.id))
    unknown = update(CallRow).where(CallRow.agent == name, CallRow.agent_id.is_(None))
    session.execute(unknown.values(agent_id=row.id))
    if team_id is not None:
        mine = update(CallRow).where(CallRow.agent_id == row.id, CallRow.team_id.is_(None))
        session.execute(mine.values(team_id=team_id))


def _person(session: Session, row: PersonRow) -> Person:
    teams = select(TeamRow).join(MembershipRow).where(MembershipRow.person_id == row.id).order_by(TeamRow.id)
    names = select(AgentNameRow.name).where(AgentNameRow.person_id == row.id).order_by(AgentNameRow.name)
    return Person(
        row.id,
        row.login,
        row.name,
        row.role,
        row.active,
        row.created_at,
        tuple(Team(team.id, team.name) for team in session.scalars(teams)),
        tuple(session.scalars(names)),
    )
