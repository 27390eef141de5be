"""Bringing calls in over the API, and what can be had of them."""

from __future__ import annotations

import io
import json
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from callcoach.errors import StoreError
from callcoach.principal import Role, Scope
from callcoach.server.app import create_app
from callcoach.server.services import Services
from callcoach.settings import ServerSettings, Settings, WorkSettings
from callcoach.store.engine import Database
from callcoach.store.tables import AuditRow
from callcoach.work import steps
from callcoach.work.receiving import clear_incoming, stage
from tests.server.conftest import token_for


def wav(seed: int = 1, channels: int = 2, seconds: float = 1.0) -> bytes:
    samples = (np.random.default_rng(seed).standard_normal((round(8000 * seconds), channels)) * 500).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


@pytest.fixture
def boss(services: Services) -> dict[str, str]:
    return token_for(services, "boss", Role.ADMINISTRATOR)


def send(client: TestClient, headers: dict[str, str], sound: bytes, **metadata: object):
    return client.post(
        "/api/v1/calls",
        headers=headers,
        files={"sound": ("通话 1.wav", sound)},
        data={"metadata": json.dumps(metadata)} if metadata else {},
    )


def deeds(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.action for row in session.query(AuditRow).order_by(AuditRow.id)]


def test_a_recording_comes_in_with_its_metadata(client: TestClient, services: Services, boss: dict[str, str]) -> None:
    answer = send(
        client,
        boss,
        wav(),
        agent="806",
        direction="呼入",
        number="138",
        started_at="2026-01-31 08:59:00",
        tags="投诉;退款",
    )
    assert answer.status_code == 201
    call = client.get(f"/api/v1/calls/{answer.json()['id']}", headers=boss).json()
    assert call["started_at"] == "2026-01-31T00:59:00Z"  # Shanghai's morning
    assert (call["agent"], call["direction"], call["number"], call["tags"]) == (
        "806",
        "inbound",
        "138",
        ["投诉", "退款"],
    )
    assert (call["state"], call["source"]) == ("received", "通话 1.wav")
    assert deeds(services.database) == ["call.receive"]
    assert list(services.desk.incoming_dir.iterdir()) == []


def test_the_same_sound_is_the_same_call(client: TestClient, services: Services, boss: dict[str, str]) -> None:
    first, again = send(client, boss, wav()), send(client, boss, wav(), agent="other")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "created": False}
    assert list(services.desk.incoming_dir.iterdir()) == []


def test_two_sides_are_one_call(client: TestClient, boss: dict[str, str]) -> None:
    files = {"sound": ("a.wav", wav(1, 1)), "customer": ("c.wav", wav(2, 1))}
    first = client.post("/api/v1/calls", headers=boss, files=files)
    again = client.post("/api/v1/calls", headers=boss, files=files)
    alone = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", wav(1, 1))})
    assert [first.status_code, again.status_code, alone.status_code] == [201, 200, 201]


def test_an_id_goes_to_one_recording(client: TestClient, boss: dict[str, str]) -> None:
    assert send(client, boss, wav(1), id="pbx-1").status_code == 201
    answer = send(client, boss, wav(2), id="pbx-1")
    assert answer.status_code == 409
    assert "pbx-1" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ('{"colour": 1}', "colour"),
        ('{"id": "../x"}', "id"),
        ('{"id": ".."}', "id"),
        ('{"direction": "up"}', "direction"),
        ('{"started_at": "soon"}', "started_at"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_wrong_metadata_is_told(client: TestClient, boss: dict[str, str], metadata: str, said: str) -> None:
    answer = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", wav())}, data={"metadata": metadata})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_an_empty_file_is_refused(client: TestClient, boss: dict[str, str]) -> None:
    answer = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", b"")})
    assert answer.status_code == 422
    assert "empty" in answer.json()["detail"]


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_refused(tmp_path: Path, announced: bool) -> None:
    settings = Settings(data_dir=tmp_path, server=ServerSettings(max_upload_mb=1), work=WorkSettings(calls_at_once=0))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        headers = token_for(client.app.state.services, "boss", Role.ADMINISTRATOR)  # type: ignore[attr-defined]
        head = b'--x\r\nContent-Disposition: form-data; name="sound"; filename="a.wav"\r\n\r\n'
        blocks = [head, *[bytes(100_000)] * 11, b"\r\n--x--\r\n"]
        body = b"".join(blocks) if announced else iter(blocks)
        headers["Content-Type"] = "multipart/form-data; boundary=x"
        answer = client.post("/api/v1/calls", headers=headers, content=body)
    assert answer.status_code == 413
    assert "max_upload_mb" in answer.json()["detail"]


def test_what_a_crash_left_is_removed_once_it_is_old(services: Services) -> None:
    left = [stage(services.desk, io.BytesIO(b"x"), "a.wav").path for _ in range(2)]
    os.utime(left[0], (1_700_000_000, 1_700_000_000))
    clear_incoming(services.desk)
    assert [path.exists() for path in left] == [False, True]


def test_an_agents_recording_is_the_agents_call(client: TestClient, services: Services) -> None:
    agent = token_for(services, "li", Role.AGENT)
    call_id = send(client, agent, wav(), agent="somebody else").json()["id"]
    assert client.get(f"/api/v1/calls/{call_id}", headers=agent).status_code == 200


def test_a_reading_token_brings_nothing_in(client: TestClient, services: Services) -> None:
    headers = token_for(services, "boss", Role.ADMINISTRATOR, (Scope.CALLS_READ,))
    assert send(client, headers, wav()).status_code == 403


def test_the_sound_comes_in_ranges_and_is_noted_once(
    client: TestClient, services: Services, boss: dict[str, str]
) -> None:
    sound = wav()
    path = f"/api/v1/calls/{send(client, boss, sound).json()['id']}/audio"
    assert client.get(path, headers=boss).content == sound
    part = client.get(path, headers={**boss, "Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, sound[100:200])
    assert client.get(path, headers={**boss, "Range": "bytes=9999999-"}).status_code == 416
    assert deeds(services.database).count("call.hear") == 1


def test_a_missing_recording_is_told(client: TestClient, services: Services, boss: dict[str, str]) -> None:
    call_id = send(client, boss, wav()).json()["id"]
    (services.desk.folder(call_id) / "received.wav").unlink()
    answer = client.get(f"/api/v1/calls/{call_id}/audio", headers=boss)
    assert answer.status_code == 404
    assert "missing" in answer.json()["detail"]
    with pytest.raises(StoreError, match="Restore it from a backup"):
        steps.receive(services.desk, call_id)


def test_a_changed_recording_is_told(client: TestClient, services: Services, boss: dict[str, str]) -> None:
    call_id = send(client, boss, wav(1)).json()["id"]
    (services.desk.folder(call_id) / "received.wav").write_bytes(wav(2))
    with pytest.raises(StoreError, match="was changed after it came in"):
        steps.receive(services.desk, call_id)


def test_an_analysis_that_is_not_there_yet(client: TestClient, boss: dict[str, str]) -> None:
    call_id = send(client, boss, wav()).json()["id"]
    answer = client.get(f"/api/v1/calls/{call_id}/analysis", headers=boss)
    assert answer.status_code == 404
    assert "received" in answer.json()["detail"]


def test_only_what_failed_is_retried(client: TestClient, services: Services, boss: dict[str, str]) -> None:
    call_id = send(client, boss, wav()).json()["id"]
    assert client.post(f"/api/v1/calls/{call_id}/retry", headers=boss).status_code == 409
    agent = token_for(services, "li", Role.AGENT)
    assert client.post(f"/api/v1/calls/{call_id}/retry", headers=agent).status_code == 403
