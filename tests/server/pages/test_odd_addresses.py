"""No address of a page, however odd, is a fault of the server."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from tests.server.conftest import token_for
from tests.server.routes import WEBSOCKET, all_routes

pytestmark = pytest.mark.slow

PAGES = [pair for pair in all_routes() if "{" in pair[1] and not pair[1].startswith("/api/") and pair[0] != WEBSOCKET]
ODD = ("99999999999999999999", "-1", "0", "%00", "..%2F..", "x" * 300, "一")


@pytest.fixture(scope="module")
def tokens(shared_client: TestClient) -> dict[Role, dict[str, str]]:
    services = shared_client.app.state.services  # type: ignore[attr-defined]
    return {role: token_for(services, role.value, role) for role in (Role.ADMINISTRATOR, Role.AGENT)}


@pytest.mark.parametrize(("method", "path"), PAGES, ids=[f"{method} {path}" for method, path in PAGES])
def test_a_place_in_an_address_may_hold_anything(
    shared_client: TestClient, tokens: dict[Role, dict[str, str]], method: str, path: str
) -> None:
    headers = {"accept": "text/html"}
    for role, token in tokens.items():
        for odd in ODD:
            answer = shared_client.request(method, re.sub(r"\{[^}]*\}", odd, path), headers=headers | token)
            assert answer.status_code < 500, f"{role} {odd}: {answer.text[:300]}"


@pytest.mark.parametrize(
    "query", ["plan=1&day=9999-12-31", "plan=1&day=0001-01-01", "plan=99999999999999999999", "day=x"]
)
def test_a_day_beyond_the_calendar_breaks_no_preview(client: TestClient, services: Services, query: str) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    body = {"name": "p", "method": "random", "period": "month", "quota": 1, "reviewer_ids": [1]}
    assert client.post("/api/v1/review/plans", json=body, headers=boss).status_code == 201
    assert client.get(f"/plans?{query}", headers=boss).status_code < 500
