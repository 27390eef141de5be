"""Whatever is sent to the routes of the API's own description: no fault of the server, and answers as described.

Schemathesis makes the requests, such as fit the description and such as do not. `CALLCOACH_API_EXAMPLES=200` makes
more of them of each kind for each route.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
import schemathesis
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
from tests.server.conftest import token_for
from tests.server.test_calls import wav

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("CALLCOACH_API_EXAMPLES", "4"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture
def asked(empty_url: str, tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, str], str]]:
    """A server, the header of an administrator, and the id of a call."""
    work = WorkSettings(calls_at_once=0)
    app = create_app(Settings(data_dir=tmp_path, database_url=empty_url, work=work))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        boss = token_for(app.state.services, "boss", Role.ADMINISTRATOR)
        known = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", wav())}).json()["id"]
        yield client, boss, known


def test_every_answer_is_as_described(asked: tuple[TestClient, dict[str, str], str]) -> None:
    client, boss, known = asked
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    faults: dict[str, str] = {}
    statuses: Counter[int] = Counter()

    def check(case: Case) -> None:
        """Send a request; every other one that names a call names the one there is."""
        if "call_id" in (case.path_parameters or {}) and statuses.total() % 2:
            case.path_parameters["call_id"] = known
        sent = requests.Request(**case.as_transport_kwargs(base_url="http://testserver", headers=boss)).prepare()
        answer = client.request(sent.method or "", sent.url or "", content=sent.body, headers=dict(sent.headers))
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


def _run(check: Callable[[Case], None], cases: SearchStrategy[Case]) -> None:
    """Check some cases; where the description leaves no wrong request to make, there is none."""
    run = settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    with suppress(Unsatisfiable):
        run(given(cases)(check))()
