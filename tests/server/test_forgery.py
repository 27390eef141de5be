"""No page of another site can make a browser change anything here."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.forgery import HEADER, SAFE_METHODS, check_forgery, forgery_token
from callcoach.server.services import Services
from tests.server.conftest import token_for
from tests.server.routes import WEBSOCKET, all_routes, contexts, filled
from tests.server.visitors import PASSWORD, add, enter

pytestmark = pytest.mark.slow

CHANGES = [(method, path) for method, path in all_routes() if method not in {*SAFE_METHODS, WEBSOCKET}]
FORMS = {"data": {"x": "1"}, "files": {"x": b"1"}, "json": {"x": 1}}


def test_there_are_changes() -> None:
    assert ("POST", "/people") in CHANGES


@pytest.fixture(scope="module")
def administrator(shared_client: TestClient) -> TestClient:
    """A browser in which the administrator is signed in."""
    services = shared_client.app.state.services  # type: ignore[attr-defined]
    enter(shared_client, services, add(services, "admin", Role.ADMINISTRATOR))
    return shared_client


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("kind", FORMS)
def test_no_change_passes_without_the_token_of_the_session(
    administrator: TestClient, method: str, path: str, kind: str
) -> None:
    answer = administrator.request(method, filled(path), **{kind: FORMS[kind]})
    assert answer.status_code == 403
    assert answer.json()["title_zh"] == "页面已失效"


def test_a_token_of_another_session_does_not_do(client: TestClient, services: Services) -> None:
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    wrong = {HEADER: forgery_token("another session")}
    assert client.post("/teams", data={"name": "二组"}, headers=wrong).status_code == 403
    assert client.post("/teams", data={"name": "二组", "forgery_token": wrong[HEADER]}).status_code == 403
    assert client.post("/teams", data={"forgery_token": ""}).status_code == 403


def test_header_and_field_do(client: TestClient, services: Services) -> None:
    right = forgery_token(enter(client, services, add(services, "admin", Role.ADMINISTRATOR)))
    one = client.post("/teams", data={"name": "二组"}, headers={HEADER: right}, follow_redirects=False)
    two = client.post("/teams", data={"name": "三组", "forgery_token": right}, follow_redirects=False)
    api = client.post("/api/v1/teams", json={"name": "四组"}, headers={HEADER: right})
    assert [one.status_code, two.status_code, api.status_code] == [303, 303, 201]


def test_an_api_token_needs_none_and_another_kind_of_sign_in_does(client: TestClient, services: Services) -> None:
    bearer = token_for(services, "program", Role.ADMINISTRATOR)
    enter(client, services, add(services, "admin", Role.ADMINISTRATOR))
    assert client.post("/api/v1/teams", json={"name": "二组"}, headers=bearer).status_code == 201
    basic = {"Authorization": "Basic eDp5"}  # a browser sends this by itself
    assert client.post("/api/v1/teams", json={"name": "三组"}, headers=basic).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://testserver"}, 303),
        ({}, 303),
    ],
)
def test_nobody_is_signed_in_by_another_site(
    client: TestClient, services: Services, headers: dict[str, str], status: int
) -> None:
    add(services, "li")
    data = {"login": "li", "password": PASSWORD}
    assert client.post("/sign-in", data=data, headers=headers, follow_redirects=False).status_code == status


def test_the_check_is_on_every_route() -> None:
    for context in contexts():
        assert check_forgery in {part.call for part in context.dependant.dependencies}, context.path
