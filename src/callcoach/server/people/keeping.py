"""Adding, changing and inviting people, each with its line in the audit log; for the pages and the API alike."""

from __future__ import annotations

from datetime import timedelta

from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.invitations import invite
from callcoach.store.model import NewPerson, Person, PersonChange, Team
from callcoach.store.people import add_person
from callcoach.store.people_changes import add_team, change_person, give_agent_name, rename_team
from callcoach.store.sessions import end_sessions_of


def add(services: Services, new: NewPerson, doer: Doer) -> Person:
    """Add a person.

    Raises:
        ConflictError: login, e-mail address or agent name is taken.
    """
    with services.database.writing() as session:
        person = add_person(session, new)
        detail = {"login": person.login, "role": person.role.value}
        note(session, "person.add", about=("person", str(person.id)), detail=detail, **doer)
    return person


def change(services: Services, person_id: int, to: PersonChange, doer: Doer) -> Person:
    """Change a person; one made inactive is signed out.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: e-mail address or agent name is taken, or nobody would be left to administer.
    """
    with services.database.writing() as session:
        person = change_person(session, person_id, to)
        if not person.active:
            end_sessions_of(session, person_id)
        detail = {
            "role": person.role.value,
            "active": person.active,
            "teams": [team.name for team in person.teams],
            "agent_names": list(person.agent_names),
        }
        note(session, "person.change", about=("person", str(person_id)), detail=detail, **doer)
    return person


def map_name(services: Services, name: str, person_id: int, doer: Doer) -> Person:
    """Give a person a name of the telephone system's, with the calls under it.

    Raises:
        NotFoundError: there is no such person, or no such name.
        ConflictError: the name is somebody's already.
    """
    with services.database.writing() as session:
        person = give_agent_name(session, name, person_id)
        detail = {"agent_names": list(person.agent_names), "mapped": name}
        note(session, "person.change", about=("person", str(person_id)), detail=detail, **doer)
    return person


def invite_person(services: Services, person_id: int, doer: Doer) -> str:
    """Return the path of a new invitation link.

    Raises:
        NotFoundError: there is no such person.
    """
    with services.database.writing() as session:
        token = invite(session, person_id, timedelta(hours=services.settings.sign_in.invitation_h))
        note(session, "invitation.make", about=("person", str(person_id)), **doer)
    return f"/invitation/{token}"


def make_team(services: Services, name: str, doer: Doer) -> Team:
    """Add a team.

    Raises:
        ConflictError: the name is taken.
    """
    with services.database.writing() as session:
        team = add_team(session, name)
        note(session, "team.add", about=("team", str(team.id)), detail={"name": name}, **doer)
    return team


def name_team(services: Services, team_id: int, name: str, doer: Doer) -> Team:
    """Rename a team.

    Raises:
        NotFoundError: there is no such team.
        ConflictError: the name is taken.
    """
    with services.database.writing() as session:
        team = rename_team(session, team_id, name)
        note(session, "team.change", about=("team", str(team_id)), detail={"name": name}, **doer)
    return team
