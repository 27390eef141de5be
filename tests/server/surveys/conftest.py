"""People, a survey in force, and calls that were handed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from callcoach.calling_settings import DiallingSettings
from callcoach.settings import Settings, WorkSettings
from tests.server.around.conftest import hand_in, li, liu, wang, zhao

__all__ = ["hand_in", "li", "liu", "wang", "zhao"]

QUESTIONS = [
    {"text": "对服务满意吗", "kind": "rating_5", "low": 2},
    {"text": "会推荐我们吗", "kind": "rating_10", "optional": True},
    {"text": "问题解决了吗", "kind": "yes_no"},
    {"text": "还有什么建议", "kind": "text", "optional": True},
]


@pytest.fixture
def settings(new_dir) -> Settings:
    """A site at which customers may be called at any hour."""
    dialling = DiallingSettings(calling_hours=("mon-sun 00:00-24:00",))
    return Settings(data_dir=new_dir, work=WorkSettings(calls_at_once=0), dialling=dialling)


@pytest.fixture
def survey(client: TestClient, liu: dict[str, str]) -> Callable[..., int]:
    """Write a survey, put it in force unless told otherwise, and return its id."""

    def do(name: str = "售后满意度", *, in_force: bool = True) -> int:
        body = {"name": name, "opening": "您好，想问您几个问题。", "questions": QUESTIONS}
        made = client.post("/api/v1/surveys", headers=liu, json=body)
        assert made.status_code == 201, made.text
        if in_force:
            client.post(f"/api/v1/surveys/{made.json()['id']}/in-force", headers=liu, json={"in_force": True})
        return made.json()["id"]

    return do
