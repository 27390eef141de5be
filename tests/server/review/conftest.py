from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from callcoach.analysis import save
from callcoach.principal import Principal, Scope
from callcoach.server.services import Services
from callcoach.store.people import add_person, as_principal
from callcoach.store.tokens import make_token
from tests.review.builders import NOON
from tests.store.reviews.floor import PEOPLE, analysis_of, put_scored


@dataclass
class Room:
    """A server with people who have tokens, the scored call c1 of 李, and a clock to set."""

    client: TestClient
    services: Services
    people: dict[str, Principal]
    tokens: dict[str, str]
    time: datetime = NOON

    def id(self, login: str) -> int:
        return self.people[login].person_id

    def get(self, login: str, path: str, **query: Any) -> Response:
        return self.client.get(f"/api/v1{path}", headers=self._headers(login), params=query)

    def post(self, login: str, path: str, **body: Any) -> Response:
        return self.client.post(f"/api/v1{path}", headers=self._headers(login), json=body or None)

    def review(self, login: str, what: str, version: int, **body: Any) -> Response:
        """Change the review of c1."""
        return self.post(login, f"/calls/c1/review/{what}", expected_version=version, **body)

    def add_call(self, call_id: str, agent: str = "806", **more: Any) -> None:
        with self.services.database.writing() as session:
            call = put_scored(session, call_id, agent, **more)
        folder = self.services.desk.folder(call_id)
        folder.mkdir(parents=True)
        save(analysis_of(call), folder)

    def finished(self) -> int:
        """Finish the review of c1 and return its version."""
        self.review("one", "verdicts", 0, finding_id="f3", verdict="confirmed")
        answer = self.review("one", "finish", 1, confirm_rest=True)
        assert answer.status_code == 200, answer.text
        return answer.json()["version"]

    def _headers(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[login]}"}


def make_room(client: TestClient) -> Room:
    """Fill a server's database."""
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    with services.database.writing() as session:
        people = {login: as_principal(add_person(session, person)) for login, person in PEOPLE.items()}
        tokens = {
            login: make_token(session, one.person_id, "test", tuple(Scope), NOON + timedelta(days=36500))
            for login, one in people.items()
        }
    made = Room(client, services, people, tokens)
    made.services = replace(services, now=lambda: made.time)
    client.app.state.services = made.services  # type: ignore[attr-defined]
    made.add_call("c1")
    return made


@pytest.fixture
def room(client: TestClient) -> Room:
    return make_room(client)
