"""The connection of an open desk, without a browser."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from tests.server.visitors import add, enter


@pytest.mark.parametrize(("path", "role"), [("/desk/line", Role.AGENT), ("/floor/news", Role.SUPERVISOR)])
def test_a_line_without_news_is_not_silent(client: TestClient, services: Services, path: str, role: Role) -> None:
    enter(client, services, add(services, "806", role))
    with client.websocket_connect(path) as line:
        assert line.receive_json()["kind"] == "snapshot"
        assert [line.receive_json() for _ in range(2)] == [{"kind": "beat"}] * 2
