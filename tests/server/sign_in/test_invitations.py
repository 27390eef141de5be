"""Links by which people set their first password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.store.invitations import invite, invite_first_administrator
from callcoach.store.people import list_people
from tests.server.visitors import PASSWORD, add, enter

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)


def link_for(services: Services, person_id: int, valid_for: timedelta = HOUR) -> str:
    with services.database.writing() as session:
        return f"/invitation/{invite(session, person_id, valid_for)}"


def accept(client: TestClient, link: str, password: str = PASSWORD, again: str = PASSWORD):
    return client.post(link, data={"password": password, "again": again}, follow_redirects=False)


def test_a_link_sets_a_password_once_and_signs_in(client: TestClient, services: Services) -> None:
    link = link_for(services, add(services, "li", password=False).id)
    assert "<b>li</b>" in client.get(link).text
    assert accept(client, link).headers["location"] == "/"
    assert client.get("/api/v1/me").json()["name"] == "li 同事"
    client.cookies.clear()
    assert accept(client, link).status_code == 404
    assert "链接已失效" in client.get(link).text
    signed_in = client.post("/sign-in", data={"login": "li", "password": PASSWORD}, follow_redirects=False)
    assert signed_in.status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "密码太短：至少 10 个字符"),
        ("x" * 201, "x" * 201, "密码太长"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "密码太简单"),
        ("long-li.na-2026", "long-li.na-2026", "密码太简单"),
        (PASSWORD, PASSWORD + "x", "两次输入的密码不同"),
    ],
)
def test_a_password_that_does_not_do_leaves_the_link_valid(
    client: TestClient, services: Services, password: str, again: str, said: str
) -> None:
    link = link_for(services, add(services, "li.na", password=False).id)
    answer = accept(client, link, password, again)
    assert answer.status_code == 422
    assert said in answer.text
    assert accept(client, link).status_code == 303


def test_links_end_by_age_by_a_newer_one_and_with_the_person(client: TestClient, services: Services) -> None:
    person = add(services, "li", password=False)
    old = link_for(services, person.id)
    new = link_for(services, person.id)
    assert [client.get(link).status_code for link in (old, new)] == [404, 200]
    assert client.get(link_for(services, person.id, timedelta(seconds=-1))).status_code == 404
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET active = 0")
    assert client.get(link_for(services, person.id)).status_code == 404


def test_a_new_password_signs_out_other_browsers(client: TestClient, services: Services) -> None:
    person = add(services, "li")
    link = link_for(services, person.id)
    enter(client, services, person)
    thief = dict(client.cookies)
    client.cookies.clear()
    assert accept(client, link).status_code == 303
    client.cookies.clear()
    client.cookies.update(thief)
    assert client.get("/api/v1/me").status_code == 401


def test_the_first_start_makes_an_administrator_and_later_ones_none(client: TestClient, services: Services) -> None:
    add(services, "admin", Role.AGENT, password=False)
    links = []
    for _ in range(2):
        with services.database.writing() as session:
            links.append(f"/invitation/{invite_first_administrator(session, HOUR)}")
    with services.database.reading() as session:
        administrators = [person for person in list_people(session) if person.role is Role.ADMINISTRATOR]
    assert [person.login for person in administrators] == ["admin1"]
    assert [client.get(link).status_code for link in links] == [404, 200]
    assert accept(client, links[1]).status_code == 303
    with services.database.writing() as session:
        assert invite_first_administrator(session, HOUR) is None
