"""Attempts, sessions, invitations and identities, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from callcoach.errors import ConflictError, NotFoundError, TooManyAttemptsError
from callcoach.principal import Role
from callcoach.store.attempts import count_attempt, forget_attempts
from callcoach.store.engine import Database
from callcoach.store.identities import link_by_email, person_of_identity
from callcoach.store.invitations import invite, invite_first_administrator, use_invitation
from callcoach.store.model import NewPerson, Person, PersonChange, TeamSize
from callcoach.store.passwords import active_person_for
from callcoach.store.people import add_person, list_people
from callcoach.store.people_changes import change_person, list_team_sizes
from callcoach.store.sessions import Lifetime, begin_session, end_sessions_of, keep_awake, principal_of_session

LIFETIME = Lifetime(timedelta(minutes=30), timedelta(hours=8))
ISSUER = "https://sso.example.com"


def add(database: Database, login: str = "li", email: str = "", role: Role = Role.AGENT) -> Person:
    with database.writing() as session:
        return add_person(session, NewPerson(login, login, role, ("一组",), (login,), email))


def attempt(database: Database, login: str, address: str = "192.0.2.1") -> bool:
    try:
        with database.writing() as session:
            count_attempt(session, login, address, per_login=2, per_address=4, window_s=60)
    except TooManyAttemptsError as error:
        return not 0 < error.wait_s <= 60
    return True


def age(database: Database, table: str, column: str, minutes: int) -> None:
    """Move times of a table into the past."""
    past = f"datetime({column}, '-{minutes} minutes')" if database.is_sqlite else f"{column} - interval '{minutes} min'"
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = {past}"))


def test_attempts_count_by_login_and_by_address_until_they_are_old(database: Database) -> None:
    assert [attempt(database, "li", f"192.0.2.{n}") for n in range(3)] == [True, True, False]
    assert [attempt(database, f"x{n}", "192.0.2.9") for n in range(5)] == [True, True, True, True, False]
    with database.writing() as session:
        forget_attempts(session, " LI")
    assert attempt(database, "li")
    age(database, "sign_in_attempts", "at", 2)
    assert attempt(database, "x9", "192.0.2.9")


def test_a_session_stands_for_its_person_until_it_ends(database: Database) -> None:
    person = add(database)
    with database.writing() as session:
        token, other = (begin_session(session, person.id, LIFETIME) for _ in range(2))
    age(database, "sessions", "seen_at", 20)
    with database.writing() as session:
        found, is_due = principal_of_session(session, token, LIFETIME)
        assert (found.person_id if found else None, is_due) == (person.id, True)
        keep_awake(session, token)
        assert principal_of_session(session, token, LIFETIME) == (found, False)
        end_sessions_of(session, person.id, except_token=token)
        assert principal_of_session(session, other, LIFETIME) == (None, False)
    age(database, "sessions", "begun_at", 500)
    with database.writing() as session:
        assert principal_of_session(session, token, LIFETIME) == (None, False)
        begin_session(session, person.id, LIFETIME)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar_one() == 1, "ended ones are cleared"


def test_an_invitation_is_used_once(database: Database) -> None:
    person = add(database)
    with database.writing() as session:
        token = invite(session, person.id, timedelta(hours=1))
    with database.writing() as session:
        assert use_invitation(session, token).id == person.id
    with pytest.raises(NotFoundError, match="was used"), database.writing() as session:
        use_invitation(session, token)


def test_the_first_administrator_is_made_once(database: Database) -> None:
    with database.writing() as session:
        assert invite_first_administrator(session, timedelta(hours=1))
    with database.writing() as session:
        assert invite_first_administrator(session, timedelta(hours=1))
        assert [(person.login, person.role) for person in list_people(session)] == [("admin", Role.ADMINISTRATOR)]
        link_by_email(session, ISSUER, "1", "")
        change_person(session, 1, PersonChange("管", Role.ADMINISTRATOR, True, (), (), "a@example.com"))
        assert link_by_email(session, ISSUER, "1", "A@example.com ")
        session.flush()
        assert invite_first_administrator(session, timedelta(hours=1)) is None, "who has an identity can sign in"
        found = person_of_identity(session, ISSUER, "1")
        assert found is not None
        assert found.can_sign_in


def test_logins_that_differ_in_case_are_told_apart_by_it(database: Database) -> None:
    small, large = add(database, "li"), add(database, "LI")
    other = add(database, "wang", email="wang@example.com")
    with database.reading() as session:
        assert active_person_for(session, "li ") == small.id
        assert active_person_for(session, "LI") == large.id
        assert active_person_for(session, "Li") is None
        assert active_person_for(session, "WANG") == other.id
        assert active_person_for(session, "Wang@Example.com") == other.id
        assert active_person_for(session, "") is None


def test_a_change_takes_teams_names_and_address(database: Database) -> None:
    li, wang = add(database, "li", "li@example.com"), add(database, "wang", role=Role.SUPERVISOR)
    change = PersonChange("李", Role.AGENT, True, ("二组", "一组", "二组"), ("801", "801"), "")
    with database.writing() as session:
        changed = change_person(session, li.id, change)
        assert [team.name for team in changed.teams] == ["一组", "二组"]
        assert (changed.agent_names, changed.email) == (("801",), "")
        assert list_team_sizes(session) == (TeamSize(1, "一组", 1, 1), TeamSize(2, "二组", 1, 0))
    taken = PersonChange("王", Role.SUPERVISOR, True, (), ("801",), "")
    with pytest.raises(ConflictError, match="801"), database.writing() as session:
        change_person(session, wang.id, taken)
    with pytest.raises(NotFoundError), database.writing() as session:
        change_person(session, 99, taken)
