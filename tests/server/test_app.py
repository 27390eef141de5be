from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role, Scope
from callcoach.server.services import Services
from tests.server.conftest import token_for
from tests.store.calls import put_call


def test_health_needs_no_sign_in(client: TestClient) -> None:
    assert client.get("/api/v1/health").json()["schema_revision"] >= "0001"


@pytest.mark.parametrize("authorization", ["", "Basic eDp5", "Bearer wrong", "Bearer"])
def test_without_a_token_in_force_nothing_is_told(client: TestClient, authorization: str) -> None:
    answer = client.get("/api/v1/calls", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["title_zh"] == "请先登录"


def test_a_token_stands_for_its_person(client: TestClient, services: Services) -> None:
    headers = token_for(services, "li", Role.AGENT, (Scope.CALLS_READ,))
    me = client.get("/api/v1/me", headers=headers).json()
    assert (me["name"], me["role"], me["scopes"]) == ("li", "agent", ["calls:read"])


def test_a_token_without_the_scope_is_refused(client: TestClient, services: Services) -> None:
    headers = token_for(services, "li", Role.AGENT, (Scope.EVENTS,))
    answer = client.get("/api/v1/calls", headers=headers)
    assert answer.status_code == 403
    assert "calls:read" in answer.json()["detail"]


def test_an_agent_lists_own_calls(client: TestClient, services: Services) -> None:
    headers = token_for(services, "li", Role.AGENT)
    with services.database.writing() as session:
        put_call(session, 1, agent="li")
        put_call(session, 2, agent="other")
    calls = client.get("/api/v1/calls", headers=headers).json()["calls"]
    assert [call["id"] for call in calls] == ["c1"]
    assert client.get("/api/v1/calls/c1", headers=headers).json()["team"] == "一组"
    assert client.get("/api/v1/calls/c2", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("severity=terrible", "severity"),
        ("started_from=2026-01-01T00:00:00", "started_from"),
        ("colour=red", "colour"),
        ("after=x", "cursor"),
    ],
)
def test_a_wrong_query_is_told(client: TestClient, services: Services, query: str, said: str) -> None:
    answer = client.get(f"/api/v1/calls?{query}", headers=token_for(services, "li", Role.AGENT))
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_browser_gets_a_page_and_a_program_a_problem(client: TestClient) -> None:
    page = client.get("/none", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "没有这个地址" in page.text
    assert client.get("/none").json()["status"] == 404


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    for path in ("/api/v1/health", "/api/v1/calls", "/none", "/openapi.json"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_the_description_lists_the_routes(client: TestClient) -> None:
    assert "/api/v1/calls/{call_id}" in client.get("/openapi.json").json()["paths"]
