"""A webhook is removed, on its page and over the API, with its log of deliveries; the audit log keeps its address."""

from __future__ import annotations

from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from tests.server.conftest import token_for


def test_a_webhook_is_removed(client: TestClient, services: Services) -> None:
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    body = {"url": "https://crm.example.com/hook", "kinds": ["call.scored"], "least_severity": "serious"}
    first, second = (client.post("/api/v1/webhooks", headers=boss, json=body).json()["id"] for _ in range(2))
    assert f'action="/hooks/{first}/remove"' in client.get(f"/hooks/{first}", headers=boss).text

    assert client.post(f"/hooks/{first}/remove", headers=boss, follow_redirects=False).status_code == 303
    assert client.delete(f"/api/v1/webhooks/{second}", headers=boss).status_code == 204

    assert client.get("/api/v1/webhooks", headers=boss).json() == []
    assert client.delete(f"/api/v1/webhooks/{second}", headers=boss).status_code == 404
    noted = client.get("/api/v1/audit", headers=boss, params={"action": "hook.remove"}).json()["deeds"]
    assert [one["detail"]["name"] for one in noted] == [body["url"]] * 2
