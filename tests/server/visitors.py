"""People at browsers: they sign in, and send the forms that pages show them."""

from __future__ import annotations

import re
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.server.sign_in.cookies import SESSION_COOKIE, lifetime_of
from callcoach.store.model import NewPerson, Person
from callcoach.store.passwords import hash_password, put_password
from callcoach.store.people import add_person
from callcoach.store.sessions import begin_session

PASSWORD = "correct horse 电池"
HASH = hash_password(PASSWORD)


def add(services: Services, login: str, role: Role = Role.AGENT, *, email: str = "", password: bool = True) -> Person:
    """Add a person of team 一组 whose agent name is the login."""
    with services.database.writing() as session:
        person = add_person(session, NewPerson(login, f"{login} 同事", role, ("一组",), (login,), email))
        if password:
            put_password(session, person.id, HASH)
    return person


def enter(client: TestClient, services: Services, person: Person) -> str:
    """Sign a person in without the page; return the session's token."""
    with services.database.writing() as session:
        token = begin_session(session, person.id, lifetime_of(services.settings))
    client.cookies.set(SESSION_COOKIE, token, domain="testserver.local")
    return token


def forgery_token(page: str) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="forgery_token" value="([0-9a-f]*)"', page)
    assert found is not None
    return found[1]


def send(client: TestClient, path: str, data: dict[str, Any], shown_on: str = "/account") -> Response:
    """Send a form that a page of the same session shows."""
    token = forgery_token(client.get(shown_on).text)
    return client.post(path, data={**data, "forgery_token": token}, follow_redirects=False)
