"""Whatever is sent to the routes that the API's own description lists, no answer is a fault of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.server.app import create_app
from callcoach.settings import Settings, WorkSettings
from tests.server.conftest import token_for
from tests.server.test_calls import wav

pytestmark = pytest.mark.slow

EXAMPLES = 150
ODD = st.sampled_from(
    ["", "\0", "-1", "0", "1e999", "nan", "99999999999999999999", "2026-01-01T00:00:00Z", "%", "'", "发票"]
)
VALUES = ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.integers().map(str)


def fitting(schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return values a parameter's schema names, as far as it does; those get past the first checks."""
    options = [schema, *schema.get("anyOf", [])]
    options = [components[option["$ref"].rsplit("/", 1)[1]] if "$ref" in option else option for option in options]
    named = [value for option in options for value in option.get("enum", [])]
    kinds = {option.get("type") for option in options}
    if "boolean" in kinds:
        named += ["true", "false"]
    dates = st.datetimes().map(lambda value: f"{value.isoformat()}Z")
    wide = {"integer": st.integers(0, 2**31 - 1).map(str), "number": st.floats().map(str), "string": dates | VALUES}
    strategies = [st.sampled_from(named)] if named else [wide[kind] for kind in kinds if kind in wide]
    return st.one_of(*strategies) if strategies else VALUES


def test_no_request_is_answered_by_a_fault(empty_url: str, tmp_path: Path) -> None:
    work = WorkSettings(calls_at_once=0)
    app = create_app(Settings(data_dir=tmp_path, database_url=empty_url, work=work))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        boss = token_for(app.state.services, "boss", Role.ADMINISTRATOR)
        known = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", wav())}).json()["id"]
        description = client.get("/openapi.json").json()
        components = description["components"]["schemas"]
        routes = [(path, method, route) for path, on in description["paths"].items() for method, route in on.items()]
        assert len(routes) >= 8

        @settings(max_examples=EXAMPLES)
        @given(data=st.data())
        def ask(data: st.DataObject) -> None:
            path, method, route = data.draw(st.sampled_from(routes))
            query: dict[str, str] = {}
            for parameter in route.get("parameters", []):
                value = data.draw(fitting(parameter["schema"], components) | VALUES)
                if parameter["in"] == "path":
                    path = path.replace(
                        f"{{{parameter['name']}}}", data.draw(st.sampled_from([known, quote(value, "")]))
                    )
                elif data.draw(st.booleans()):
                    query[parameter["name"]] = value
            form = {"metadata": data.draw(VALUES)} if "requestBody" in route else None
            files = {"sound": (data.draw(VALUES) or "a", b"x")} if form else None
            answer = client.request(method, path, params=query, headers=boss, data=form, files=files)
            assert answer.status_code < 500, f"{method} {path} {query} {form}: {answer.text}"

        ask()
