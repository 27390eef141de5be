"""People, their teams and the agent names they answer to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, NotFoundError
from callcoach.principal import Principal, Scope
from callcoach.store.model import NewPerson, Person, Team
from callcoach.store.tables import (
    AgentNameRow,
    CallRow,
    IdentityRow,
    MembershipRow,
    PasswordRow,
    PersonRow,
    TeamRow,
)


def add_person(session: Session, new: NewPerson) -> Person:
    """Add a person; calls that came in under one of the agent names and had no agent yet become theirs.

    Raises:
        ConflictError: the login, the e-mail address or an agent name is taken.
    """
    if session.scalar(select(PersonRow.id).where(PersonRow.login == new.login)):
        raise ConflictError(
            f"There is already a person with the login {new.login!r}. Choose another login.",
            f"登录名 {new.login} 已有人使用，请换一个。",
        )
    row = PersonRow(login=new.login, name=new.name, role=new.role, active=True, created_at=datetime.now(UTC))
    row.email = free_email(session, new.email)
    session.add(row)
    session.flush()
    teams = [team_named(session, name) for name in new.teams]
    session.add_all(MembershipRow(person_id=row.id, team_id=team.id) for team in teams)
    session.flush()
    for name in new.agent_names:
        take_agent_name(session, name, row.id, teams[0].id if teams else None)
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
        raise NotFoundError(f"There is no person {person_id}.", f"没有 {person_id} 号人员。")
    return _people(session, [row])[0]


def person_by_login(session: Session, login: str) -> Person:
    """Return a person.

    Raises:
        NotFoundError: nobody has this login.
    """
    row = session.scalar(select(PersonRow).where(PersonRow.login == login))
    if row is None:
        raise NotFoundError(f"Nobody has the login {login!r}. `callcoach people list` shows who is there.")
    return _people(session, [row])[0]


def list_people(session: Session) -> tuple[Person, ...]:
    """Return everybody, by login."""
    return _people(session, session.scalars(select(PersonRow).order_by(PersonRow.login)).all())


def as_principal(person: Person, scopes: Iterable[Scope] | None = None, token_id: int | None = None) -> Principal:
    """Return the person with the rights a request of theirs has; `scopes` are those of the token it came with."""
    teams = frozenset(team.id for team in person.teams)
    if scopes is None:
        return Principal(person.id, person.name, person.role, teams)
    return Principal(person.id, person.name, person.role, teams, frozenset(scopes), by_token=True, token_id=token_id)


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


def free_email(session: Session, email: str, but_for: int | None = None) -> str | None:
    """Return an address as it is kept; None for an empty one.

    Raises:
        ConflictError: somebody else than `but_for` has it.
    """
    kept = email.strip().lower() or None
    owner = session.scalar(select(PersonRow.id).where(PersonRow.email == kept)) if kept else None
    if owner is not None and owner != but_for:
        raise ConflictError(
            f"The e-mail address {kept} already belongs to person {owner}.", f"邮箱 {kept} 已属于 {owner} 号人员。"
        )
    return kept


def take_agent_name(session: Session, name: str, person_id: int, team_id: int | None) -> None:
    """Give a person an agent name, and with it the calls that came in under it and had no agent yet.

    Raises:
        ConflictError: somebody else has it.
    """
    taken = session.get(AgentNameRow, name)
    if taken is not None:
        raise ConflictError(
            f"The agent name {name!r} already belongs to person {taken.person_id}.",
            f"坐席名 {name} 已属于 {taken.person_id} 号人员。",
        )
    session.add(AgentNameRow(name=name, person_id=person_id))
    unknown = update(CallRow).where(CallRow.agent == name, CallRow.agent_id.is_(None))
    session.execute(unknown.values(agent_id=person_id))
    if team_id is not None:
        mine = update(CallRow).where(CallRow.agent_id == person_id, CallRow.team_id.is_(None))
        session.execute(mine.values(team_id=team_id))


def _people(session: Session, rows: Sequence[PersonRow]) -> tuple[Person, ...]:
    """Return people with what belongs to them, in a handful of queries however many they are."""
    ids = [row.id for row in rows]
    memberships = select(MembershipRow.person_id, TeamRow).join(TeamRow, TeamRow.id == MembershipRow.team_id)
    teams: defaultdict[int, list[Team]] = defaultdict(list)
    for person_id, team in session.execute(memberships.where(MembershipRow.person_id.in_(ids)).order_by(TeamRow.id)):
        teams[person_id].append(Team(team.id, team.name))
    names: defaultdict[int, list[str]] = defaultdict(list)
    owned = select(AgentNameRow).where(AgentNameRow.person_id.in_(ids)).order_by(AgentNameRow.name)
    for agent_name in session.scalars(owned):
        names[agent_name.person_id].append(agent_name.name)
    proofs = {
        person_id
        for kind in (PasswordRow, IdentityRow)
        for person_id in session.scalars(select(kind.person_id).where(kind.person_id.in_(ids)))
    }
    return tuple(
        Person(
            row.id,
            row.login,
            row.name,
            row.role,
            row.active,
            row.created_at,
            tuple(teams[row.id]),
            tuple(names[row.id]),
            row.email or "",
            row.id in proofs,
        )
        for row in rows
    )
