"""Tokens by the API: none gets beyond the one that makes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role, Scope
from callcoach.server.forgery import HEADER, forgery_token
from callcoach.server.services import Services
from callcoach.store.people import person_by_login
from callcoach.store.tokens import make_token
from tests.server.conftest import token_for
from tests.server.visitors import add, enter

pytestmark = pytest.mark.slow


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_made_listed_and_revoked(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    made = client.post("/api/v1/tokens", json={"name": "CRM", "scopes": ["calls:read"], "days": 90}, headers=boss)
    assert made.status_code == 201
    mine = bearer(made.json()["token"])
    assert client.get("/api/v1/calls", headers=mine).status_code == 200
    assert client.get("/api/v1/tokens", headers=mine).status_code == 403
    listed = client.get("/api/v1/tokens", headers=boss).json()
    assert [one["name"] for one in listed] == ["test", "CRM"]
    assert all("token" not in one for one in listed)
    assert client.delete(f"/api/v1/tokens/{made.json()['id']}", headers=boss).status_code == 204
    assert client.get("/api/v1/calls", headers=mine).status_code == 401
    other = token_for(services, "li", Role.AGENT)
    assert client.delete(f"/api/v1/tokens/{listed[0]['id']}", headers=other).status_code == 404


def test_a_token_makes_none_that_may_more_or_lasts_longer(client: TestClient, services: Services) -> None:
    token_for(services, "boss", Role.ADMINISTRATOR)
    ends = datetime.now(UTC) + timedelta(days=3)
    with services.database.writing() as session:
        person_id = person_by_login(session, "boss").id
        weak = bearer(make_token(session, person_id, "weak", (Scope.TOKENS, Scope.CALLS_READ), ends))
    stronger = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["people"]}, headers=weak)
    assert stronger.status_code == 403
    assert "people" in stronger.json()["detail"]
    same = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["calls:read"], "days": 365}, headers=weak)
    assert datetime.fromisoformat(same.json()["expires_at"]) == ends


def test_an_agent_has_no_scope_of_an_administrator_to_give(client: TestClient, services: Services) -> None:
    session = enter(client, services, add(services, "li"))
    headers = {HEADER: forgery_token(session)}
    answer = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["hooks"]}, headers=headers)
    assert answer.status_code == 403
    own = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["calls:read"]}, headers=headers)
    assert own.status_code == 201
    assert client.post("/api/v1/tokens", json={"name": "x", "scopes": ["calls:read"]}).status_code == 403, "forged"
