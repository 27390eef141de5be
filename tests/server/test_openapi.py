"""Whatever is sent to the routes of the API's own description: no fault of the server, and answers as described.

Schemathesis makes the requests, such as fit the description and such as do not. `CALLCOACH_API_EXAMPLES=200` makes
more of them of each kind for each route.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import schemathesis
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.app import create_app
from callcoach.settings import Settings, WorkSettings
from tests.peers.postgres import find_programs
from tests.server.conftest import token_for
from tests.server.test_calls import wav

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EXAMPLES = int(os.environ.get("CALLCOACH_API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, the header of its administrator, and the id of a call."""

    client: TestClient
    boss: dict[str, str]
    call_id: str


@contextmanager
def server(folder: Path, url: str) -> Iterator[Asked]:
    work = WorkSettings(calls_at_once=0)
    app = create_app(Settings(data_dir=folder, database_url=url, work=work))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        boss = token_for(app.state.services, "boss", Role.ADMINISTRATOR)
        known = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", wav())}).json()["id"]
        yield Asked(client, boss, known)


@pytest.fixture
def servers(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[Asked]]:
    """A server on SQLite, and one on PostgreSQL where there is one: making a request costs more than sending it."""
    with ExitStack() as stack:
        asked = [stack.enter_context(server(tmp_path / "sqlite", ""))]
        if find_programs() is not None:
            url = request.getfixturevalue("postgres").new_database()
            asked.append(stack.enter_context(server(tmp_path / "postgresql", url)))
        yield asked


def test_every_answer_is_as_described(servers: list[Asked]) -> None:
    schema = schemathesis.openapi.from_dict(servers[0].client.get("/openapi.json").json())
    faults: dict[str, str] = {}
    statuses: Counter[int] = Counter()

    def check(case: Case) -> None:
        """Send a request to each server; every other one that names a call names the one there is."""
        names_a_call = "call_id" in (case.path_parameters or {}) and statuses.total() % 4 < 2
        for asked in servers:
            if names_a_call:
                case.path_parameters["call_id"] = asked.call_id
            answer = _send(asked, case)
            statuses[answer.status_code] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as failures:
                faults.setdefault(f"{case.method} {case.path}", str(failures))

    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        for mode in MODES:
            _run(check, operation.as_strategy(generation_mode=mode))

    assert not faults, "\n\n".join(f"{label}: {fault}" for label, fault in faults.items())
    assert len(operations) > 100
    assert {200, 201, 404, 422} <= statuses.keys()


def _send(asked: Asked, case: Case) -> Response:
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://testserver", headers=asked.boss)).prepare()
    answer = asked.client.request(sent.method or "", sent.url or "", content=sent.body, headers=dict(sent.headers))
    answer.request.read()  # which the checks look at too
    return answer


def _run(check: Callable[[Case], None], cases: SearchStrategy[Case]) -> None:
    """Check some cases; where the description leaves no wrong request to make, there is none."""
    run = settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    with suppress(Unsatisfiable):
        run(given(cases)(check))()
