"""Views of the list by the API."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role, Scope
from callcoach.server.services import Services
from tests.server.conftest import token_for

pytestmark = pytest.mark.slow


def test_views_are_kept_shared_replaced_and_removed(client: TestClient, services: Services) -> None:
    boss, li = token_for(services, "boss", Role.ADMINISTRATOR), token_for(services, "li", Role.AGENT)
    body = {"name": " 严重 ", "query": "?severity=serious&sort=score&descending=false&agent_id=", "shared": False}
    made = client.post("/api/v1/views", json=body, headers=boss)
    assert made.status_code == 201
    assert made.json()["query"] == "severity=serious&sort=score&descending=false"
    assert client.get("/api/v1/views", headers=li).json() == []
    again = client.post("/api/v1/views", json={**body, "name": "严重", "shared": True}, headers=boss).json()
    assert again["id"] == made.json()["id"]
    assert client.get("/api/v1/views", headers=li).json() == [{**again, "is_own": False}]
    path = f"/api/v1/views/{again['id']}"
    assert client.delete(path, headers=li).status_code == 404
    assert client.delete(path, headers=boss).status_code == 204
    assert client.get("/api/v1/views", headers=boss).json() == []


@pytest.mark.parametrize("query", ["colour=red", "severity=bad", "from_day=31.1.2026", "severity=serious&after=x"])
def test_a_view_that_cannot_be_is_refused(client: TestClient, services: Services, query: str) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    answer = client.post("/api/v1/views", json={"name": "x", "query": query}, headers=boss)
    assert answer.status_code == 422
    assert client.get("/api/v1/views", headers=boss).json() == []


def test_a_reading_token_reads_views_and_keeps_none(client: TestClient, services: Services) -> None:
    reader = token_for(services, "boss", Role.ADMINISTRATOR, (Scope.CALLS_READ,))
    assert client.get("/api/v1/views", headers=reader).status_code == 200
    assert client.post("/api/v1/views", json={"name": "x", "query": ""}, headers=reader).status_code == 403
