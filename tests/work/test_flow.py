"""The workflow with its real queue: what fails says why, and can be retried."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from callcoach.errors import WorkflowError
from callcoach.principal import Role
from callcoach.server.app import create_app
from callcoach.settings import Settings
from callcoach.store.model import CallState
from callcoach.store.tables import CallRow
from callcoach.work import flow
from tests.peers.process import wait_until
from tests.server.conftest import token_for

pytestmark = pytest.mark.slow


def test_what_is_no_sound_fails_with_its_reason_and_is_retried(empty_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=empty_url)  # type: ignore[arg-type]
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        services = client.app.state.services  # type: ignore[attr-defined]
        boss = token_for(services, "boss", Role.ADMINISTRATOR)
        sent = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", b"no sound at all")})
        path = f"/api/v1/calls/{sent.json()['id']}"

        def state() -> str:
            return client.get(path, headers=boss).json()["state"]

        wait_until(lambda: state() == "failed", "the failure", timeout_s=60)
        assert "no sound that can be read" in client.get(path, headers=boss).json()["error"]
        answer = client.post(f"{path}/retry", headers=boss)
        assert (answer.status_code, answer.json()["state"], answer.json()["error"]) == (202, "received", "")
        wait_until(lambda: state() == "failed", "the second failure", timeout_s=60)
        with pytest.raises(WorkflowError):
            flow.start(services.desk)


def test_a_call_that_ended_the_server_again_and_again_is_given_up(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with TestClient(create_app(settings)) as client:
        services = client.app.state.services  # type: ignore[attr-defined]
        boss = token_for(services, "boss", Role.ADMINISTRATOR)
        sent = client.post("/api/v1/calls", headers=boss, files={"sound": ("a.wav", b"no sound at all")})
        path = f"/api/v1/calls/{sent.json()['id']}"
        wait_until(lambda: client.get(path, headers=boss).json()["state"] == "failed", "the failure", timeout_s=60)
        with services.database.writing() as session:
            session.query(CallRow).update({CallRow.state: CallState.RECEIVED})
    # As DBOS leaves it when it has recovered a workflow too often; to end a server twenty times takes minutes.
    with closing(sqlite3.connect(tmp_path / flow.WORK_FILE)) as work, work:
        work.execute("UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'")
    with TestClient(create_app(settings)) as client:
        wait_until(lambda: client.get(path, headers=boss).json()["state"] == "failed", "the end", timeout_s=60)
        assert "20 times" in client.get(path, headers=boss).json()["error"]
