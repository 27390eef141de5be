"""A line that stays open ends with the right to have it open."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from callcoach.line.standing import PhoneStanding, as_plain
from callcoach.line.wire import PROTOCOL, Hello, Standing, encode
from callcoach.principal import Role, Scope
from callcoach.server import admission
from callcoach.server.services import Services
from callcoach.store.sessions import end_session
from callcoach.store.tokens import list_tokens, make_token, revoke_token
from tests.server.visitors import add, enter


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "LOOK_AGAIN_S", 0.05)


def code_of_the_end(line: WebSocketTestSession) -> int:
    while (message := line.receive())["type"] != "websocket.close":
        pass
    return message["code"]


@pytest.mark.parametrize("path", ["/desk/line", "/floor/news", "/api/v1/events"])
def test_a_page_is_told_nothing_more_once_its_person_signed_out(
    client: TestClient, services: Services, path: str
) -> None:
    token = enter(client, services, add(services, "806", Role.SUPERVISOR))
    with client.websocket_connect(path) as line:
        with services.database.writing() as session:
            end_session(session, token)
        assert code_of_the_end(line) == admission.NOT_ALLOWED


@pytest.mark.parametrize("path", ["/api/v1/phone", "/api/v1/events"])
def test_a_program_is_told_nothing_more_once_its_token_is_revoked(
    client: TestClient, services: Services, path: str
) -> None:
    person = add(services, "806")
    with services.database.writing() as session:
        token = make_token(session, person.id, "phone", tuple(Scope))
        (made,) = list_tokens(session, person.id)
    with client.websocket_connect(path, headers={"Authorization": f"Bearer {token}"}) as line:
        if path.endswith("phone"):
            line.send_text(encode(Hello(PROTOCOL, "1", "806", 8000)))
            line.send_text(encode(Standing(as_plain(PhoneStanding()))))
        with services.database.writing() as session:
            revoke_token(session, person.id, made.id)
        assert code_of_the_end(line) == admission.NOT_ALLOWED
    assert services.exchange.find(person.id) is None
