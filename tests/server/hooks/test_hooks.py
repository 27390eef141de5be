"""Events reach the outside: signed, at least once, also after a crash; and those who may see the calls, by the feed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from callcoach.datapath import Severity
from callcoach.principal import Role, Scope
from callcoach.server.hooks.courier import send
from callcoach.server.hooks.signing import signature
from callcoach.server.services import Services
from callcoach.settings import HookSettings, Settings, WorkSettings
from callcoach.store.calls import get_call
from callcoach.store.engine import Database
from callcoach.store.events import (
    LEASE_S,
    PAUSES_S,
    EventKind,
    emit,
    feed,
    list_deliveries,
    note_try,
    send_again,
    take_due,
)
from callcoach.store.hooks import add_hook, switch_hook
from callcoach.store.model import CallState
from callcoach.store.work import fail, retry, work_item
from tests.peers.process import free_port, wait_until
from tests.server.conftest import token_for
from tests.server.hooks.receiver import Receiver
from tests.store.reviews.floor import Floor, make_floor, put_scored

NOW = datetime(2026, 2, 1, 4, tzinfo=UTC)
ALL = tuple(EventKind)
LOOPBACK_TOO = HookSettings(allow_networks=("127.0.0.0/8",))


@pytest.fixture
def settings(new_dir: Path) -> Settings:
    """Settings of a server whose receivers stand on this machine."""
    return Settings(data_dir=new_dir, work=WorkSettings(calls_at_once=0), hooks=LOOPBACK_TOO)


@pytest.fixture
def floor(database: Database) -> Floor:
    return make_floor(database)


def hooked(floor: Floor, url: str, *kinds: EventKind, least: Severity = Severity.NOTICE) -> int:
    with floor.database.writing() as session:
        return add_hook(session, floor["boss"].person_id, url, kinds or ALL, least, now=NOW).id


def due(floor: Floor, now: datetime = NOW):
    with floor.database.writing() as session:
        return take_due(session, now)


def test_the_signature_is_that_of_standard_webhooks():
    # The example of the specification's own libraries.
    secret, message_id, timestamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, message_id, timestamp, b'{"test": 2432232314}') == expected


def test_an_event_is_told_with_its_deed_or_not_at_all(floor):
    hook = hooked(floor, "http://192.0.2.1/")

    def crash() -> None:
        with floor.database.writing() as session:
            fail(session, "c1", "broken")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    with floor.database.reading() as session:
        assert list_deliveries(session, hook) == ()
    with floor.database.writing() as session:
        fail(session, "c1", "broken")
    with floor.database.reading() as session:
        (delivery,) = list_deliveries(session, hook)
    assert (delivery.event.kind, delivery.event.call_id, delivery.event.body) == (
        "call.failed",
        "c1",
        {"error": "broken"},
    )


def test_a_receiver_says_which_events_and_how_bad(floor):
    mild = hooked(floor, "http://192.0.2.1/", EventKind.CALL_FINDINGS)
    strict = hooked(floor, "http://192.0.2.1/", EventKind.CALL_FINDINGS, least=Severity.FATAL)
    with floor.database.writing() as session:
        emit(session, EventKind.CALL_FINDINGS, floor.pk("c1"), {}, severity=Severity.SERIOUS)
        emit(session, EventKind.CALL_FAILED, floor.pk("c1"))
    with floor.database.reading() as session:
        assert len(list_deliveries(session, mild)) == 1
        assert list_deliveries(session, strict) == ()


def test_a_delivery_is_taken_by_one_and_due_again_when_that_one_dies(floor):
    hooked(floor, "http://192.0.2.1/")
    with floor.database.writing() as session:
        emit(session, EventKind.CALL_FAILED, floor.pk("c1"), at=NOW)
    assert len(due(floor)) == 1
    assert due(floor) == []
    assert len(due(floor, NOW + timedelta(seconds=LEASE_S + 1))) == 1


def test_a_refused_event_is_tried_for_a_day_then_given_up_and_can_be_sent_again(floor):
    with Receiver(*[503] * (len(PAUSES_S) + 1)) as receiver:
        hook = hooked(floor, receiver.url)
        with floor.database.writing() as session:
            emit(session, EventKind.CALL_FAILED, floor.pk("c1"), at=NOW)
        at = NOW
        for _ in range(len(PAUSES_S) + 1):
            (one,) = due(floor, at)
            with floor.database.writing() as session:
                note_try(session, one.delivery_id, send(one, LOOPBACK_TOO), at)
            at += timedelta(days=1)
        assert due(floor, at) == []
        with floor.database.reading() as session:
            (delivery,) = list_deliveries(session, hook)
        assert (delivery.status, delivery.attempts, delivery.next_at) == (503, len(PAUSES_S) + 1, None)
        with floor.database.writing() as session:
            send_again(session, hook, delivery.id, at)
        (one,) = due(floor, at)
        assert send(one, LOOPBACK_TOO).delivered
    ids = {message.headers["webhook-id"] for message in receiver.messages}
    assert len(ids) == 1, "the same event keeps its id"


def test_redirects_are_not_followed_and_nobody_there_is_said(floor):
    with Receiver(302) as receiver:
        hooked(floor, receiver.url)
        with floor.database.writing() as session:
            emit(session, EventKind.CALL_FAILED, floor.pk("c1"), at=NOW)
        tried = send(due(floor)[0], LOOPBACK_TOO)
    assert (tried.status, tried.delivered, len(receiver.messages)) == (302, False, 1)
    hook = hooked(floor, f"http://127.0.0.1:{free_port()}/")
    with floor.database.writing() as session:
        emit(session, EventKind.CALL_SCORED, floor.pk("c1"), at=NOW)
    gone = next(one for one in due(floor) if one.url.endswith("/") and one.event.kind == "call.scored")
    tried = send(gone, LOOPBACK_TOO)
    assert (tried.status, tried.delivered) == (None, False)
    assert "ConnectionRefusedError" in tried.answer
    assert hook


def test_what_is_switched_off_is_told_nothing(floor):
    hook = hooked(floor, "http://192.0.2.1/")
    with floor.database.writing() as session:
        emit(session, EventKind.CALL_FAILED, floor.pk("c1"), at=NOW)
        switch_hook(session, hook, active=False)
        emit(session, EventKind.CALL_FAILED, floor.pk("c1"), at=NOW)
    assert due(floor) == []


def test_the_feed_tells_what_one_may_see_in_order(floor):
    with floor.database.writing() as session:
        put_scored(session, "c2", "807")
    with floor.database.reading() as session:
        everything = feed(session, floor["boss"], 0)
        own = feed(session, floor["wang"], 0)
        later = feed(session, floor["boss"], everything[1].id)
    assert [one.id for one in everything] == sorted(one.id for one in everything)
    assert {one.call_id for one in everything} == {"c1", "c2"}
    assert {one.call_id for one in own} == {"c2"}
    assert later == everything[2:]


def test_work_that_fails_again_after_a_crash_tells_no_second_event(floor):
    def told() -> list[str]:
        with floor.database.reading() as session:
            return [one.body["error"] for one in feed(session, floor["boss"], 0) if one.kind == "call.failed"]

    for _ in range(2):  # the server was killed before the step was written down, and did it again
        with floor.database.writing() as session:
            fail(session, "c1", "broken", attempt=1)
    assert told() == ["broken"]
    with floor.database.writing() as session:
        retry(session, "c1")
    with floor.database.writing() as session:
        fail(session, "c1", "broken", attempt=1)  # what was left of the first attempt
        assert work_item(session, "c1").attempt == 2
    with floor.database.reading() as session:
        assert get_call(session, floor["boss"], "c1").state is CallState.RECEIVED
    with floor.database.writing() as session:
        fail(session, "c1", "still broken", attempt=2)
    assert told() == ["broken", "still broken"]


def test_a_reader_misses_no_event_that_was_written_earlier_and_kept_later(floor):
    if floor.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with floor.database.writing() as slow:
        emit(slow, EventKind.CALL_FAILED, floor.pk("c1"), {"error": "slow"})
        slow.flush()
        with floor.database.writing() as quick:
            emit(quick, EventKind.CALL_FAILED, floor.pk("c1"), {"error": "quick"})
        with floor.database.reading() as session:
            seen = feed(session, floor["boss"], 0)
    with floor.database.reading() as session:
        seen += feed(session, floor["boss"], seen[-1].id)
    assert [one.body.get("error") for one in seen if one.kind == "call.failed"] == ["quick", "slow"]


def test_a_reader_follows_many_writers(floor):
    writers, each = 6, 15

    def write(writer: int) -> None:
        for number in range(each):
            with floor.database.writing() as session:
                emit(session, EventKind.CALL_FAILED, floor.pk("c1"), {"error": f"{writer}/{number}"})
                emit(session, EventKind.CALL_SCORED, floor.pk("c1"), {"score": number})

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    seen: list[str] = []
    last = 0
    for thread in threads:
        thread.start()
    while True:
        over = not any(thread.is_alive() for thread in threads)
        with floor.database.reading() as session:
            found = feed(session, floor["boss"], last)
        seen += [one.body["error"] for one in found if one.kind == "call.failed"]
        last = found[-1].id if found else last
        if over and not found:
            break
    assert sorted(seen) == sorted(f"{writer}/{number}" for writer in range(writers) for number in range(each))


def test_a_receiver_that_is_slow_leaves_the_others_their_turn(floor):
    slow, quick = hooked(floor, "http://192.0.2.1/"), hooked(floor, "http://192.0.2.2/")
    for _ in range(9):
        with floor.database.writing() as session:
            emit(session, EventKind.CALL_FAILED, floor.pk("c1"), at=NOW)
    with floor.database.writing() as session:
        taken = take_due(session, NOW, 8, {slow: 1})
        assert sorted(one.hook_id for one in taken) == [slow, quick, quick]
        assert [one.hook_id for one in take_due(session, NOW, 8, {slow: 2})] == [quick, quick]


def test_a_running_server_delivers_signed_events(client: TestClient, services: Services):
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    with Receiver() as receiver:
        with services.database.writing() as session:
            secret = add_hook(session, 1, receiver.url, [EventKind.CALL_ENDED], Severity.NOTICE, now=NOW).secret
        sent = client.post("/api/v1/calls", files={"sound": ("a.wav", b"RIFF....", "audio/wav")}, headers=boss)
        assert sent.status_code == 201
        wait_until(lambda: receiver.messages, "the event", timeout_s=30)
    (message,) = receiver.messages
    headers = message.headers
    expected = signature(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), message.body)
    assert headers["webhook-signature"] == expected
    plain = json.loads(message.body)
    assert (plain["type"], plain["data"]["call_id"]) == ("call.ended", sent.json()["id"])


def test_the_feed_over_a_websocket_goes_on_where_one_was(client: TestClient, services: Services):
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    client.post("/api/v1/calls", files={"sound": ("a.wav", b"RIFF....", "audio/wav")}, headers=boss)
    with client.websocket_connect("/api/v1/events?after=0", headers=boss) as feed_socket:
        first = feed_socket.receive_json()
        assert first["type"] == "call.ended"
        client.post("/api/v1/calls", files={"sound": ("b.wav", b"RIFF...b", "audio/wav")}, headers=boss)
        second = feed_socket.receive_json()
    with client.websocket_connect(f"/api/v1/events?after={first['id']}", headers=boss) as again:
        assert again.receive_json() == second


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_the_feed_is_for_who_has_signed_in(client: TestClient, headers):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/v1/events", headers=headers) as feed_socket:
        feed_socket.receive_json()


def test_the_feed_needs_its_scope(client: TestClient, services: Services):
    weak = token_for(services, "weak", Role.ADMINISTRATOR, (Scope.CALLS_READ,))
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/v1/events", headers=weak) as feed_socket:
        feed_socket.receive_json()


def test_webhooks_are_kept_by_the_api(client: TestClient, services: Services):
    boss = token_for(services, "boss", Role.ADMINISTRATOR, (Scope.HOOKS,))
    body = {"url": "https://crm.example.com/hook", "kinds": ["call.findings"], "least_severity": "serious"}
    made = client.post("/api/v1/webhooks", json=body, headers=boss)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    path = f"/api/v1/webhooks/{made.json()['id']}"
    shown = client.get(path, headers=boss).json()
    assert "secret" not in shown
    assert client.get("/api/v1/webhooks", headers=boss).json() == [shown]
    changed = client.patch(path, json={"kinds": ["call.failed"], "active": False}, headers=boss).json()
    assert (changed["kinds"], changed["active"], changed["least_severity"]) == (["call.failed"], False, "serious")
    assert client.get(path, headers=boss).json() == changed


@pytest.mark.parametrize(
    "body",
    [
        {"url": "ftp://crm.example.com", "kinds": ["call.failed"]},
        {"url": "http://crm.example.com:x/", "kinds": ["call.failed"]},
        {"url": "http://127.0.0.1.nip.invalid\n", "kinds": ["call.failed"], "colour": 1},
        {"url": "http://[::1/", "kinds": ["call.failed"]},
        {"url": "http://169.254.169.254/", "kinds": ["call.failed"]},
        {"url": "https://crm.example.com", "kinds": []},
        {"url": "https://crm.example.com", "kinds": ["call.eaten"]},
    ],
)
def test_a_wrong_webhook_is_refused_by_the_api(client: TestClient, services: Services, body):
    boss = token_for(services, "boss", Role.ADMINISTRATOR, (Scope.HOOKS,))
    assert client.post("/api/v1/webhooks", json=body, headers=boss).status_code == 422
    assert client.get("/api/v1/webhooks", headers=boss).json() == []


def test_the_delivery_log_can_be_read_and_an_event_sent_again(client: TestClient, services: Services):
    boss = token_for(services, "boss", Role.ADMINISTRATOR)
    with Receiver(500) as receiver:
        body = {"url": receiver.url, "kinds": ["call.ended"]}
        path = f"/api/v1/webhooks/{client.post('/api/v1/webhooks', json=body, headers=boss).json()['id']}"
        client.post("/api/v1/calls", files={"sound": ("a.wav", b"RIFF....", "audio/wav")}, headers=boss)

        def log():
            return client.get(f"{path}/deliveries", headers=boss).json()

        wait_until(lambda: log() and log()[0]["status"] == 500, "the refusal", timeout_s=60)
        (one,) = log()
        assert (one["type"], one["attempts"], one["delivered"]) == ("call.ended", 1, False)
        again = client.post(f"{path}/deliveries/{one['id']}/resend", headers=boss)
        assert (again.status_code, again.json()["attempts"]) == (202, 0)
        wait_until(lambda: log()[0]["delivered"], "the delivery", timeout_s=60)
    assert [message.headers["webhook-id"] for message in receiver.messages] == [one["event_id"]] * 2
    assert client.post(f"{path}/deliveries/999/resend", headers=boss).status_code == 404
    client.patch(path, json={"active": False}, headers=boss)
    assert client.post(f"{path}/deliveries/{one['id']}/resend", headers=boss).status_code == 409
