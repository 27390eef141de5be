"""Agents, supervisors and trainers with tokens, and calls that their phones hand in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.services import Services
from tests.server.conftest import token_for
from tests.server.test_calls import wav

HandIn = Callable[..., str]


@pytest.fixture
def li(services: Services) -> dict[str, str]:
    """An agent."""
    return token_for(services, "li", Role.AGENT)


@pytest.fixture
def zhao(services: Services) -> dict[str, str]:
    """Another agent of the same team."""
    return token_for(services, "zhao", Role.AGENT)


@pytest.fixture
def wang(services: Services) -> dict[str, str]:
    """Their supervisor."""
    return token_for(services, "wang", Role.SUPERVISOR)


@pytest.fixture
def liu(services: Services) -> dict[str, str]:
    """A trainer."""
    return token_for(services, "liu", Role.TRAINER)


@pytest.fixture
def hand_in(client: TestClient) -> HandIn:
    """Hand a recording in as a softphone does; return the id that the server gave it."""

    def do(who: dict[str, str], call_id: str, seed: int = 0) -> str:
        call = {
            "id": call_id,
            "direction": "inbound",
            "remote_number": "13800000020",
            "started_at": datetime.now(UTC).isoformat(),
        }
        record = {"recorder_version": "1", "call": call}
        files = {"sound": ("a.wav", wav(seed))}
        answer = client.post("/api/v1/calls", headers=who, data={"metadata": json.dumps(record)}, files=files)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["id"]

    return do
