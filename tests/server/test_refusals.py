"""Refusals speak the reader's language: on pages Chinese, or English by the switch; in the API both."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from callcoach import errors
from callcoach.line.wire import PROTOCOL, Answer, Hello, decode, encode
from callcoach.principal import Principal, Role
from callcoach.server.faults import FIELDS, told
from callcoach.server.pages.preferences import LANGUAGE_COOKIE
from callcoach.server.phones.phone import Phone
from callcoach.server.review import bodies
from callcoach.sip.addresses import dial_uri
from tests.conftest import ROOT
from tests.server.visitors import add, enter

SOURCE = ROOT / "src" / "callcoach"
AROUND_THE_CALL = (
    *("around", "callbacks", "complaints", "contacts", "customers", "campaigns", "dialling", "imports"),
    *("desk", "floor"),
)
SHOWN = (
    *(SOURCE / "review").glob("*.py"),
    *(SOURCE / "store" / "reviews").glob("*.py"),
    *(SOURCE / "server" / "calls").glob("*.py"),
    *(SOURCE / "server" / "review").glob("*.py"),
    *(SOURCE / "server" / "reviewing").glob("*.py"),
    *(SOURCE / "around").glob("*.py"),
    *(SOURCE / "customers").glob("*.py"),
    *(SOURCE / "campaigns").glob("*.py"),
    *(SOURCE / "sip").rglob("*.py"),
    *(path for name in AROUND_THE_CALL for path in (SOURCE / "server" / name).glob("*.py")),
    *(path for name in ("around", "campaigns", "customers") for path in (SOURCE / "store" / name).glob("*.py")),
    *(SOURCE / "line" / name for name in ("wire.py", "client.py")),
    *(SOURCE / "server" / "phones" / name for name in ("exchange.py", "phone.py")),
    SOURCE / "store" / "contacts.py",
    SOURCE / "store" / "keyset.py",
    SOURCE / "server" / "pages" / "form_times.py",
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


def asked(line: WebSocketTestSession, command: str, **arguments: object) -> str:
    """Have an open desk or floor ask for something; return what went wrong."""
    line.send_json({"ask": 1, "command": command, "arguments": arguments})
    while (news := line.receive_json())["kind"] != "answer":
        pass
    return news["data"]["error"]


def test_an_open_desk_and_floor_refuse_in_the_readers_language(client: TestClient) -> None:
    services = client.app.state.services  # type: ignore[attr-defined]
    enter(client, services, add(services, "801", Role.SUPERVISOR))
    for path, command, zh, en in (
        ("/desk/line", "dial", "没有连上软电话", "No softphone is connected"),
        ("/desk/line", "presence", "没看懂", "Not understood"),
        ("/floor/news", "message", "消息有 0 个字", "A message of 0 characters"),
    ):
        arguments = {"person_id": 1, "text": ""} if command == "message" else {}
        client.cookies.delete(LANGUAGE_COOKIE)
        with client.websocket_connect(path) as line:
            assert asked(line, command, **arguments).startswith(zh)
        client.cookies.set(LANGUAGE_COOKIE, "en", domain="testserver.local")
        with client.websocket_connect(path) as line:
            assert asked(line, command, **arguments).startswith(en)


def test_what_a_phone_refuses_reaches_the_desk_in_both_languages() -> None:
    async def refused() -> errors.LineError:
        phone = Phone(Principal(1, "806", Role.AGENT), Hello(PROTOCOL, "1", "806", 8000))
        waiting = asyncio.create_task(phone.ask("dial", {"target": "?"}))
        await asyncio.sleep(0)
        with pytest.raises(errors.SipError) as at_the_phone:
            dial_uri("?", "")
        phone.take(decode(encode(Answer(1, error=str(at_the_phone.value), error_zh=at_the_phone.value.zh))))
        with pytest.raises(errors.LineError) as at_the_server:
            await waiting
        return at_the_server.value

    caught = asyncio.run(refused())
    assert caught.zh.startswith("无法呼叫 '?'")
    assert str(caught).startswith("Cannot dial '?'")


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
