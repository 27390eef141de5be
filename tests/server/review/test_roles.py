"""Each role and route of reviews: let in, or turned away."""

from __future__ import annotations

from typing import Any

import pytest

from callcoach.principal import Role, Scope
from callcoach.store.tokens import make_token
from tests.server.review.conftest import Room

pytestmark = pytest.mark.slow

REVIEWING = {"one", "trainer", "boss"}
EVERYBODY = {"li", *REVIEWING}
VERSION = {"expected_version": 0}
ON_CALL = "/calls/c1/review"
PLAN = {"name": "p", "method": "random", "period": "day", "quota": 1}

ROUTES: list[tuple[str, str, dict[str, Any] | None, set[str]]] = [
    ("GET", ON_CALL, None, EVERYBODY),
    ("POST", f"{ON_CALL}/verdicts", {**VERSION, "finding_id": "f1", "verdict": "confirmed"}, REVIEWING),
    (
        "POST",
        f"{ON_CALL}/findings",
        {**VERSION, "rule_id": "apology.alone", "speaker": "agent", "start_s": 1, "end_s": 2},
        REVIEWING,
    ),
    ("POST", f"{ON_CALL}/corrections", {**VERSION, "turn": 0, "text": "x"}, REVIEWING),
    ("POST", f"{ON_CALL}/overrides", {**VERSION, "dimension": "language", "points": 1, "reason": "x"}, REVIEWING),
    ("POST", f"{ON_CALL}/notes", {**VERSION, "at_s": 1, "text": "x"}, REVIEWING),
    ("POST", f"{ON_CALL}/undo", {**VERSION, "number": 1}, REVIEWING),
    ("POST", f"{ON_CALL}/finish", {**VERSION}, REVIEWING),
    ("POST", f"{ON_CALL}/reopen", {**VERSION, "reason": "x"}, REVIEWING),
    ("POST", f"{ON_CALL}/decision", {**VERSION, "outcome": "upheld", "reason": "x"}, REVIEWING),
    ("POST", f"{ON_CALL}/read", None, {"li"}),
    ("POST", f"{ON_CALL}/acknowledge", {**VERSION}, {"li"}),
    ("POST", f"{ON_CALL}/appeal", {**VERSION, "finding_ids": ["f1"], "reason": "x"}, {"li"}),
    ("GET", "/review/rules", None, REVIEWING),
    ("GET", "/review/queue", None, REVIEWING),
    ("GET", "/review/appeals", None, REVIEWING),
    ("GET", "/review/appeals/decided", None, REVIEWING),
    ("GET", "/review/results", None, {"li", "wang"}),
    ("GET", "/review/assignments", None, REVIEWING),
    ("POST", "/review/assignments", {"call_id": "c1", "person_id": 999}, REVIEWING),
    ("POST", "/review/assignments/1/hand-on", {"person_id": 1, "reason": "x"}, REVIEWING),
    ("POST", "/review/assignments/1/skip", {"reason": "x"}, REVIEWING),
    ("GET", "/review/plans", None, REVIEWING),
    ("POST", "/review/plans", {**PLAN, "reviewer_ids": [999]}, REVIEWING),
    ("POST", "/review/plans/preview?day=2026-01-05", {"method": "random", "period": "day", "quota": 1}, REVIEWING),
    ("GET", "/review/plans/1", None, REVIEWING),
    ("POST", "/review/plans/1/end", None, REVIEWING),
    ("GET", "/review/plans/1/preview?day=2026-01-05", None, REVIEWING),
    ("GET", "/review/rounds", None, REVIEWING),
    ("POST", "/review/rounds", {"name": "r", "call_ids": ["c1"], "reviewer_ids": [998, 999]}, REVIEWING),
    ("GET", "/review/rounds/1", None, REVIEWING),
    ("POST", "/review/rounds/1/close", None, REVIEWING),
    ("GET", "/review/rounds/1/result", None, REVIEWING),
    ("GET", "/review/rounds/1/calls/c1", None, REVIEWING),
    (
        "POST",
        "/review/rounds/1/calls/c1/verdicts",
        {**VERSION, "finding_id": "f1", "verdict": "confirmed"},
        REVIEWING,
    ),
    (
        "POST",
        "/review/rounds/1/calls/c1/findings",
        {**VERSION, "rule_id": "apology.alone", "speaker": "agent", "start_s": 1, "end_s": 2},
        REVIEWING,
    ),
    (
        "POST",
        "/review/rounds/1/calls/c1/overrides",
        {**VERSION, "dimension": "language", "points": 1, "reason": "x"},
        REVIEWING,
    ),
    ("POST", "/review/rounds/1/calls/c1/notes", {**VERSION, "at_s": 1, "text": "x"}, REVIEWING),
    ("POST", "/review/rounds/1/calls/c1/undo", {**VERSION, "number": 1}, REVIEWING),
    ("POST", "/review/rounds/1/calls/c1/finish", {**VERSION}, REVIEWING),
    ("POST", "/review/rounds/1/calls/c1/reopen", {**VERSION, "reason": "x"}, REVIEWING),
]
ROLE_REFUSED = "The role"
SCOPE_REFUSED = "lacks the scope"


def ask(room: Room, token: str | None, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = room.client.request(method, f"/api/v1{path}", headers=headers, json=body)
    return answer.status_code, answer.text


def test_each_role_at_each_route(room: Room) -> None:
    for method, path, body, admitted in ROUTES:
        for login in sorted(EVERYBODY):
            status, words = ask(room, room.tokens[login], method, path, body)
            refused = status == 403 and ROLE_REFUSED in words
            assert refused is (login not in admitted), f"{login} {method} {path}: {status} {words}"
            assert status < 500, f"{login} {method} {path}: {words}"


def test_nobody_gets_in_without_a_token_or_scope(room: Room) -> None:
    with room.services.database.writing() as session:
        bare = make_token(session, room.id("boss"), "bare", (Scope.EVENTS,))
    for method, path, body, _ in ROUTES:
        assert ask(room, None, method, path, body)[0] == 401, f"{method} {path}"
        status, words = ask(room, bare, method, path, body)
        assert (status, SCOPE_REFUSED in words or ROLE_REFUSED in words) == (403, True), f"{method} {path}: {words}"


def test_reading_needs_no_right_to_review(room: Room) -> None:
    with room.services.database.writing() as session:
        reading = make_token(session, room.id("one"), "reading", (Scope.CALLS_READ,))
    assert ask(room, reading, "GET", ON_CALL, None)[0] == 200
    assert ask(room, reading, "POST", f"{ON_CALL}/notes", {**VERSION, "at_s": 1, "text": "x"})[0] == 403


@pytest.mark.parametrize("login", ["wang", "two"])
def test_calls_of_others_do_not_exist(room: Room, login: str) -> None:
    admitted = "wang" if room.people[login].role is Role.AGENT else "one"
    for method, path, body, roles in ROUTES:
        if path.startswith(ON_CALL) and (admitted in roles or (admitted == "wang" and "li" in roles)):
            assert ask(room, room.tokens[login], method, path, body)[0] == 404, f"{login} {method} {path}"
    assert room.get(login, "/calls/c1/review").status_code == 404


def test_the_table_names_every_route_of_reviews(room: Room) -> None:
    described = {
        (method.upper(), path)
        for path, methods in room.client.get("/openapi.json").json()["paths"].items()
        for method in methods
        if "review" in path
    }
    names = {"{call_id}": "c1", "{round_id}": "1", "{plan_id}": "1", "{assignment_id}": "1"}
    listed = {(method, path.split("?")[0]) for method, path, _, _ in ROUTES}
    for method, path in described:
        plain = path.removeprefix("/api/v1")
        for name, value in names.items():
            plain = plain.replace(name, value)
        assert (method, plain) in listed, f"{method} {path} has no line in ROUTES"
    assert len(described) == len(listed)


def test_every_route_and_body_is_described_with_an_example(room: Room) -> None:
    document = room.client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        if "review" not in path:
            continue
        for operation in methods.values():
            assert operation["description"]
            if "requestBody" in operation:
                name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
                schema = document["components"]["schemas"][name]
                assert schema["description"], name
                assert schema["examples"], name
