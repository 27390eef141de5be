"""Whatever stands in the bodies that change reviews, no answer is a fault of the server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from callcoach.server.app import create_app
from callcoach.settings import Settings, WorkSettings
from tests.server.review.conftest import Room, make_room

pytestmark = pytest.mark.slow

EXAMPLES = 300
IDS = {"{call_id}": "c1", "{round_id}": "1", "{plan_id}": "1", "{assignment_id}": "1"}
KNOWN: dict[str, Any] = {
    "call_id": "c1",
    "call_ids": ["c1"],
    "finding_id": "f1",
    "finding_ids": ["f1"],
    "turn": 1,
    "at_s": 3.0,
    "start_s": 3.0,
    "end_s": 4.0,
}
"""What the examples name, as this server has it."""
ODD_NUMBERS = (-1, 0, 1, 2, 2**31 - 1, 2**31, 10**30, 0.5, 60.0, 1e308)
ODD_WORDS = ("", "\0", "好\0", "'", "nan", "c1", "f1", "language", "apology.alone")
ODD_TIMES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T00:00:00Z")
ODD = st.sampled_from([None, True, *ODD_NUMBERS, *ODD_WORDS, *ODD_TIMES])
VALUES = st.recursive(
    ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "x"]), inner, max_size=2),
    max_leaves=4,
)


def bodies_of(description: dict[str, Any]) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Path, example and fields of every body of reviews."""
    found = []
    for path, methods in description["paths"].items():
        if "review" not in path or "requestBody" not in methods.get("post", {}):
            continue
        name = methods["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        schema = description["components"]["schemas"][name]
        example = schema["examples"][0]
        example |= {key: value for key, value in KNOWN.items() if key in example}
        found.append((re.sub(r"{\w+}", lambda hole: IDS[hole[0]], path), example, sorted(schema["properties"])))
    return found


def begin_work(room: Room) -> None:
    """A round, a plan and an assignment, each number 1."""
    people = [room.id("boss"), room.id("one")]
    room.post("boss", "/review/rounds", name="r", call_ids=["c1"], reviewer_ids=people)
    plan = {"name": "p", "method": "random", "period": "day", "quota": 3, "reviewer_ids": people}
    room.post("boss", "/review/plans", **plan)
    room.post("boss", "/review/assignments", call_id="c1", person_id=room.id("one"))


def test_no_body_is_answered_by_a_fault(empty_url: str, tmp_path: Path) -> None:
    work = WorkSettings(calls_at_once=0)
    app = create_app(Settings(data_dir=tmp_path, database_url=empty_url, work=work))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        room = make_room(client)
        begin_work(room)
        bodies = bodies_of(client.get("/openapi.json").json())
        people = {"person_id": room.id("trainer"), "reviewer_ids": [room.id("trainer"), room.id("one")]}
        answered: set[int] = set()

        @settings(max_examples=EXAMPLES)
        @given(data=st.data())
        def ask(data: st.DataObject) -> None:
            path, example, fields = data.draw(st.sampled_from(bodies))
            login = data.draw(st.sampled_from(["boss", "one", "trainer", "li"]))
            body = example | {key: value for key, value in people.items() if key in example}
            body |= data.draw(st.dictionaries(st.sampled_from(fields), VALUES, max_size=3))
            if "expected_version" in fields and data.draw(st.booleans()):
                place = path.rsplit("/", 1)[0].removeprefix("/api/v1")
                body["expected_version"] = room.get(login, place).json().get("version", 0)
            answer = room.post(login, path.removeprefix("/api/v1"), **body)
            assert answer.status_code < 500, f"{login} {path} {body}: {answer.text}"
            answered.add(answer.status_code)

        ask()
        assert answered >= {200, 201, 403, 409, 422}
