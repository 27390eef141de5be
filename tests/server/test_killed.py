"""A server killed with SIGKILL, at the worst moments, loses no call and repeats no finished step."""

from __future__ import annotations

import json
import signal
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from callcoach.demo.calls import DIALOGUES, Dialogue, dialogue_sound
from callcoach.store.engine import database_url, open_database
from callcoach.store.work import StepRun, step_runs
from tests import web
from tests.peers.postgres import Cluster
from tests.peers.process import wait_until
from tests.server.process import Server

STEPS = ["receive", "transcribe", "judge", "score", "index"]


@pytest.fixture
def data_dir(tmp_path: Path, model_dir: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / model_dir.name).symlink_to(model_dir)
    return tmp_path


def send(server: Server, token: str, dialogue: Dialogue, call_id: str) -> httpx2.Response:
    with dialogue_sound(dialogue) as (agent, customer), agent.open("rb") as left, customer.open("rb") as right:
        return web.post(
            server.url("/api/v1/calls"),
            headers={"Authorization": f"Bearer {token}"},
            files={"sound": left, "customer": right},
            data={"metadata": json.dumps({"id": call_id, "agent": "806"})},
            timeout=60,
        )


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
        answer = send(server, token, DIALOGUES[0], "killed")
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


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.peer
def test_two_servers_share_the_work(postgres: Cluster, data_dir: Path) -> None:
    url = postgres.new_database()
    with Server(data_dir, url, work__server_name="one") as one, Server(data_dir, url, work__server_name="two") as two:
        one.call("people", "add", "boss", "--role", "administrator")
        token = one.call("people", "token", "boss")
        names = [f"call{number}" for number in range(len(DIALOGUES))]
        for server, dialogue, name in zip((one, two), DIALOGUES, names, strict=True):
            assert send(server, token, dialogue, name).status_code == 201
        for name in names:
            wait_until(
                lambda name=name: one.get(f"/api/v1/calls/{name}", token)["state"] == "scored", name, timeout_s=120
            )
    for name in names:
        assert [run.step for run in runs_of(url, data_dir, name)] == STEPS
