"""One's own password and tokens."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from callcoach.server.sign_in.cookies import SESSION_COOKIE
from callcoach.store.passwords import matches, password_of
from tests.server.visitors import PASSWORD, add, enter, send

pytestmark = pytest.mark.slow

NEW = "another long 密码 1"


def passwords(current: str = PASSWORD, password: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"current": current, "password": password, "again": again}


def test_a_new_password_needs_the_current_one_and_signs_out_others(client: TestClient, services: Services) -> None:
    person = add(services, "li")
    other = enter(client, services, person)
    enter(client, services, person)
    wrong = send(client, "/account/password", passwords(current="wrong"))
    assert wrong.status_code == 422
    assert "当前密码不对" in wrong.text
    done = send(client, "/account/password", passwords())
    assert done.headers["location"] == "/account?changed=true"
    assert "密码已修改" in client.get("/account?changed=true").text
    client.cookies.set(SESSION_COOKIE, other, domain="testserver.local")
    assert client.get("/api/v1/me").status_code == 401
    with services.database.reading() as session:
        encoded = password_of(session, person.id)
    assert (matches(encoded, NEW), matches(encoded, PASSWORD)) == (True, False)


def test_guessing_at_an_open_browser_is_slow_too(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "li"))
    limit = services.settings.sign_in.failures_per_login
    answers = [send(client, "/account/password", passwords(current="wrong")) for _ in range(limit + 1)]
    assert [answer.status_code for answer in answers] == [422] * limit + [429]
    assert send(client, "/account/password", passwords()).status_code == 429


def test_who_has_no_password_may_set_one(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "li", password=False))
    assert 'name="current"' not in client.get("/account").text
    assert send(client, "/account/password", passwords(current="")).status_code == 303


def test_a_token_is_shown_once_and_does_what_it_says(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "li"))
    page = send(client, "/tokens", {"name": "统计脚本", "scope": ["calls:read"], "days": "30"}, "/tokens")
    token = re.findall(r"ccat_[\w-]+", page.text)[0]
    listed = client.get("/tokens").text
    assert token not in listed
    assert "统计脚本" in listed
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=headers).json()["scopes"] == ["calls:read"]
    assert client.post("/api/v1/calls", headers=headers).status_code == 403
    assert client.get("/tokens", headers=headers).status_code == 403, "a token makes no tokens"


@pytest.mark.parametrize(
    "form", [{"name": "", "scope": ["calls:read"]}, {"name": "x"}, {"name": "x", "scope": ["people"]}]
)
def test_a_token_needs_a_name_and_a_right_one_has(client: TestClient, services: Services, form: dict) -> None:
    enter(client, services, add(services, "li", Role.AGENT))
    answer = send(client, "/tokens", form)
    assert answer.status_code == 422
    assert "请填写用途" in answer.text


def test_a_revoked_token_is_gone_at_once_and_nobody_revokes_anothers(client: TestClient, services: Services) -> None:
    owner = enter(client, services, add(services, "li"))
    page = send(client, "/tokens", {"name": "x", "scope": ["calls:read"]})
    token = re.findall(r"ccat_[\w-]+", page.text)[0]
    revoke = re.findall(r"/tokens/\d+/revoke", page.text)[0]
    headers = {"Authorization": f"Bearer {token}"}
    enter(client, services, add(services, "wang"))
    assert send(client, revoke, {}).status_code == 404
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    client.cookies.set(SESSION_COOKIE, owner, domain="testserver.local")
    assert send(client, revoke, {}).status_code == 303
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert ">x<" not in client.get("/tokens").text
