"""Changes of people and teams. Nobody is deleted: who leaves becomes inactive, and the history keeps the name."""

from __future__ import annotations

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from callcoach.errors import ConflictError, NotFoundError
from callcoach.principal import Role
from callcoach.store.model import Person, PersonChange, Team, TeamSize, UnmappedName
from callcoach.store.people import free_email, person_by_id, take_agent_name, team_named
from callcoach.store.tables import AgentNameRow, CallRow, MembershipRow, PersonRow, TeamRow


def change_person(session: Session, person_id: int, change: PersonChange) -> Person:
    """Make a person what the change says. Calls keep the agent and team they came in with.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: an agent name or the e-mail address is somebody else's, or nobody would be left to administer.
    """
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFoundError(f"There is no person {person_id}.")
    if not (change.active and change.role is Role.ADMINISTRATOR):
        _refuse_if_last_administrator(session, row)
    row.name, row.role, row.active = change.name, change.role, change.active
    row.email = free_email(session, change.email, but_for=person_id)
    first_team = _put_into_teams(session, person_id, change.teams)
    _answer_to(session, person_id, change.agent_names, first_team)
    session.flush()
    return person_by_id(session, person_id)


def list_unmapped(session: Session, limit: int = 500) -> tuple[UnmappedName, ...]:
    """Return the agent names of calls that are nobody's, those with the most calls first."""
    count = func.count()
    query = (
        select(CallRow.agent, count, func.max(CallRow.started_at))
        .where(CallRow.agent_id.is_(None), CallRow.agent != "")
        .group_by(CallRow.agent)
        .order_by(count.desc(), CallRow.agent)
        .limit(limit)
    )
    return tuple(UnmappedName(name, calls, last_at) for name, calls, last_at in session.execute(query))


def give_agent_name(session: Session, name: str, person_id: int) -> Person:
    """Give a person a name of the telephone system's, and with it the calls that came in under it.

    Raises:
        NotFoundError: there is no such person, or no call came in under this name.
        ConflictError: the name is somebody's already.
    """
    person = person_by_id(session, person_id)
    nobodys = select(CallRow.pk).where(CallRow.agent == name, CallRow.agent_id.is_(None))
    if not name or session.scalar(nobodys.limit(1)) is None:
        raise NotFoundError(f"There is no call under the agent name {name!r} that is nobody's. Load the page again.")
    take_agent_name(session, name, person_id, min((team.id for team in person.teams), default=None))
    session.flush()
    return person_by_id(session, person_id)


def add_team(session: Session, name: str) -> Team:
    """Add a team.

    Raises:
        ConflictError: there is one of this name.
    """
    _refuse_taken(session, name)
    return team_named(session, name)


def rename_team(session: Session, team_id: int, name: str) -> Team:
    """Give a team another name.

    Raises:
        NotFoundError: there is no such team.
        ConflictError: another team has the name.
    """
    row = session.get(TeamRow, team_id)
    if row is None:
        raise NotFoundError(f"There is no team {team_id}.")
    if row.name != name:
        _refuse_taken(session, name)
        row.name = name
    return Team(row.id, row.name)


def list_team_sizes(session: Session) -> tuple[TeamSize, ...]:
    """Return all teams by name, with how many active people are in them."""
    agents = func.count(case((PersonRow.role == Role.AGENT, 1)))
    supervisors = func.count(case((PersonRow.role == Role.SUPERVISOR, 1)))
    query = (
        select(TeamRow.id, TeamRow.name, agents, supervisors)
        .outerjoin(MembershipRow, MembershipRow.team_id == TeamRow.id)
        .outerjoin(PersonRow, (PersonRow.id == MembershipRow.person_id) & PersonRow.active)
        .group_by(TeamRow.id, TeamRow.name)
        .order_by(TeamRow.name)
    )
    return tuple(TeamSize(*row) for row in session.execute(query))


def _refuse_taken(session: Session, name: str) -> None:
    if session.scalar(select(TeamRow.id).where(TeamRow.name == name)):
        raise ConflictError(f"There is already a team {name!r}. Choose another name.")


def _refuse_if_last_administrator(session: Session, row: PersonRow) -> None:
    if row.role is not Role.ADMINISTRATOR or not row.active:
        return
    others = select(PersonRow.id).where(PersonRow.role == Role.ADMINISTRATOR, PersonRow.active, PersonRow.id != row.id)
    if session.scalar(others.limit(1)) is None:
        raise ConflictError(f"{row.name} is the only administrator. Make somebody else one first.")


def _put_into_teams(session: Session, person_id: int, names: tuple[str, ...]) -> int | None:
    """Make these the person's teams and return the first one's id."""
    teams = {team_named(session, name).id: None for name in names}
    session.execute(delete(MembershipRow).where(MembershipRow.person_id == person_id))
    session.add_all(MembershipRow(person_id=person_id, team_id=team_id) for team_id in teams)
    session.flush()
    return min(teams, default=None)


def _answer_to(session: Session, person_id: int, names: tuple[str, ...], team_id: int | None) -> None:
    """Make these the person's agent names."""
    mine = AgentNameRow.person_id == person_id
    had = set(session.scalars(select(AgentNameRow.name).where(mine)))
    session.execute(delete(AgentNameRow).where(mine, AgentNameRow.name.in_(had - set(names))))
    for name in dict.fromkeys(names):
        if name not in had:
            take_agent_name(session, name, person_id, team_id)
