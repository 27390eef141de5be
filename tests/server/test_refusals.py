"""Refusals speak the reader's language: on pages Chinese, or English by the switch; in the API both."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from callcoach import errors
from callcoach.principal import Role
from callcoach.server.faults import FIELDS, told
from callcoach.server.pages.preferences import LANGUAGE_COOKIE
from callcoach.server.review import bodies
from tests.conftest import ROOT
from tests.server.visitors import add, enter

SOURCE = ROOT / "src" / "callcoach"
SHOWN = (
    *(SOURCE / "review").glob("*.py"),
    *(SOURCE / "store" / "reviews").glob("*.py"),
    *(SOURCE / "server" / "calls").glob("*.py"),
    *(SOURCE / "server" / "review").glob("*.py"),
    *(SOURCE / "server" / "reviewing").glob("*.py"),
    SOURCE / "store" / "calls.py",
    SOURCE / "server" / "principal.py",
    SOURCE / "server" / "forgery.py",
    SOURCE / "server" / "body_limit.py",
)
"""Modules whose refusals a page shows."""
OURS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
OURS |= {"StaleReviewError"}


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_refusal_is_said_in_chinese_too(path: Path) -> None:
    made = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OURS
    ]
    english_only = [node.lineno for node in made if len(node.args) < 2]
    assert english_only == []


def test_a_page_refuses_in_the_readers_language(client: TestClient) -> None:
    services = client.app.state.services  # type: ignore[attr-defined]
    enter(client, services, add(services, "806", Role.AGENT))
    wants = {"accept": "text/html"}
    page = client.get("/calls/none", headers=wants).text
    assert "没有找到" in page
    assert "您能看到的通话里没有 none" in page
    assert "Not found" not in page
    assert "There is no call" not in page
    client.cookies.set(LANGUAGE_COOKIE, "en", domain="testserver.local")
    page = client.get("/calls/none", headers=wants).text
    assert '<html lang="en">' in page
    assert "There is no call" in page
    assert "没有" not in page


def test_the_api_refuses_in_both(client: TestClient) -> None:
    services = client.app.state.services  # type: ignore[attr-defined]
    enter(client, services, add(services, "806", Role.AGENT))
    problem = client.get("/api/v1/calls/none").json()
    assert problem["detail"].startswith("There is no call")
    assert problem["detail_zh"].startswith("您能看到的通话里没有")


def test_what_is_wrong_with_a_form_is_named_in_chinese() -> None:
    with pytest.raises(ValueError, match="reason") as caught:
        bodies.ReasonedChange.model_validate({"expected_version": "x", "reason": ""})
    words = told(caught.value.errors(include_url=False))  # type: ignore[attr-defined]
    assert words.zh == "版本：要填整数；理由：没有填"
    assert words.en.startswith("expected_version: ")


def test_every_field_of_a_review_has_a_chinese_name() -> None:
    kinds = [kind for kind in vars(bodies).values() if isinstance(kind, type) and issubclass(kind, bodies.Change)]
    sent = {name for kind in kinds for name in kind.model_fields}
    assert sent - set(FIELDS) == {"confirm_rest", "finding_ids", "dimensions"}, "those are boxes to tick"
