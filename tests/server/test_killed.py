"""A server killed with SIGKILL, at the worst moments, loses no call and repeats no finished step."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from callcoach.demo.calls import DIALOGUES, dialogue_sound
from callcoach.store.engine import database_url, open_database
from callcoach.store.work import StepRun, step_runs
from tests.peers.process import wait_until
from tests.server.process import Server

STEPS = ["receive", "transcribe", "judge", "score", "index"]


@pytest.fixture
def data_dir(tmp_path: Path, model_dir: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / model_dir.name).symlink_to(model_dir)
    return tmp_path


def runs_of(url: str, data_dir: Path, call_id: str) -> tuple[StepRun, ...]:
    database = open_database(database_url(url, data_dir))
    try:
        with database.reading() as session:
            return step_runs(session, call_id)
    finally:
        database.close()


@pytest.mark.model
@pytest.mark.slow
def test_a_killed_server_goes_on_where_it_was(empty_url: str, data_dir: Path) -> None:
    server = Server(data_dir, empty_url)
    with server:
        server.call("people", "add", "boss", "--role", "administrator")
        token = server.call("people", "token", "boss")
        with dialogue_sound(DIALOGUES[0]) as (agent, customer), agent.open("rb") as left, customer.open("rb") as right:
            answer = httpx2.post(
                server.url("/api/v1/calls"),
                headers={"Authorization": f"Bearer {token}"},
                files={"sound": left, "customer": right},
                data={"metadata": '{"id": "killed", "agent": "806"}'},
            )
        server.kill()  # as soon as the call was promised to be safe
        assert answer.status_code == 201, answer.text

    def transcribing() -> bool:
        return [run.step for run in runs_of(empty_url, data_dir, "killed")][-1:] == ["transcribe"]

    with server:
        wait_until(transcribing, "the transcription", timeout_s=60)
        server.kill()
    killed = runs_of(empty_url, data_dir, "killed")
    assert killed[-1].ended_at is None

    with server:
        wait_until(lambda: server.get("/api/v1/calls/killed", token)["state"] == "scored", "the score", timeout_s=120)
        call = server.get("/api/v1/calls/killed", token)
        assert call["score"] == server.get("/api/v1/calls/killed/analysis", token)["scorecard"]["score"]
        server.kill(signal.SIGTERM)
    ended = Counter(run.step for run in runs_of(empty_url, data_dir, "killed") if run.ended_at is not None)
    assert ended == dict.fromkeys(STEPS, 1)
    begun = Counter(run.step for run in runs_of(empty_url, data_dir, "killed"))
    assert begun["transcribe"] >= 2
    assert begun["judge"] == begun["score"] == begun["index"] == 1
