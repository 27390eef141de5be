"""Real softphones at a real server: their line, live updates of a call, recordings handed in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray

from callcoach.line.wire import SoundFrame, SoundKind
from callcoach.principal import Role, Scope
from callcoach.server.app import create_app
from callcoach.server.phones import phone as line_end
from callcoach.server.phones.news import News
from callcoach.settings import Settings, WorkSettings
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.tokens import make_token
from tests import web
from tests.peers.cable import cable
from tests.peers.phone import Phone, softphone
from tests.peers.process import LOOPBACK, free_port, wait_until
from tests.peers.sound import seconds_of_tone, share_of_tone, sides_of, tone, write_wav
from tests.server.conftest import token_for

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PHONE_SCOPES = (Scope.PHONE, Scope.CALLS_WRITE)


class Running:
    """A server in a thread of this process, so that a test can read its news."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings, self.port = settings, port
        self.app = create_app(settings)
        self.news: list[News] = []
        self.sounds: list[SoundFrame] = []
        config = uvicorn.Config(self.app, host=LOOPBACK, port=port, log_level="error", lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Running:
        self._thread.start()
        wait_until(lambda: self._server.started, "the server", timeout_s=60)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def services(self):
        return self.app.state.services

    def live(self, update: str) -> list[dict[str, Any]]:
        return [one.data for one in list(self.news) if one.kind == "live" and one.data["update"] == update]

    def _run(self) -> None:
        asyncio.run(self._serve())

    def at_the_phone(self, do: Callable[[line_end.Phone], object]) -> None:
        """Do something with the one connected phone, in the server's event loop."""
        (phone,) = self.services.exchange.phones()
        self._loop.call_soon_threadsafe(do, phone)

    def tell_live(self, call_id: str, *updates: dict[str, Any]) -> None:
        """Tell of the one phone's call what the live recognition tells, without waiting for its model."""
        (phone,) = self.services.exchange.phones()
        for update in updates:
            news = News(phone.principal.person_id, "live", {"call_id": call_id, **update})
            self._loop.call_soon_threadsafe(self.services.exchange.newsroom.tell, news)

    def ask(self, person_id: int, command: str, arguments: dict[str, Any]) -> Any:
        """Have somebody's phone carry out a command."""
        asked = self.services.exchange.phone_of(person_id).ask(command, arguments)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(20)

    def heard(self, kind: SoundKind) -> NDArray[np.int16]:
        return np.frombuffer(b"".join(one.pcm for one in list(self.sounds) if one.kind is kind), "<i2")

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        readers = [asyncio.create_task(self._read(kind)) for kind in (SoundKind.EAR, SoundKind.CALL)]
        await self._server.serve()
        for reader in readers:
            reader.cancel()

    async def _read(self, kind: SoundKind) -> None:
        """Read one kind of sound of the phone, and with the agent's ear the news."""
        while not self._server.started:
            await asyncio.sleep(0.01)
        with self.services.exchange.newsroom.reading(lambda _: True) as reader:
            while True:
                one = await reader.queue.get()
                if isinstance(one, SoundFrame):
                    self.sounds.append(one)
                    continue
                reader.hears = (one.person_id, kind)
                if kind is SoundKind.EAR:
                    self.news.append(one)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "server", work=WorkSettings(calls_at_once=0))


@pytest.fixture
def server(settings: Settings) -> Iterator[Running]:
    with Running(settings, free_port()) as running:
        yield running


def agent_token(server: Running, *scopes: Scope) -> str:
    with server.services.database.writing() as session:
        person = add_person(session, NewPerson("zhang.wei", "张伟", Role.AGENT, ("一组",), ("806",)))
        return make_token(session, person.id, "phone", scopes or PHONE_SCOPES)


def speech(side: str) -> str:
    return str(resources.files("callcoach.demo") / "dialogues" / f"lost-parcel.{side}.wav")


def called(phone: Phone, customer: Phone) -> str:
    """Have the customer call; return the agent's id of the call once it is talked on."""
    customer.say(f"dial sip:806@{LOOPBACK}:{phone.port()}")
    call_id = phone.wait("IncomingCall")["call_id"]
    phone.wait_phase("talking", call_id=call_id)
    return call_id


def agent_phone(server: Running, folder: Path, token: str, *options: str, port: int = 0):
    """The agent's phone; `port`: where it finds the server, if elsewhere than at its own port."""
    settings = {"PHONE__TOKEN": token, "user": "806"}
    url = f"http://{LOOPBACK}:{port or server.port}"
    return softphone(folder, "--server", url, "--auto-answer", *options, settings=settings)


@pytest.mark.model
def test_a_call_is_followed_live_across_a_broken_line_and_its_recording_handed_in(server, tmp_path, model_dir):
    (server.settings.data_dir / "models").symlink_to(model_dir.parent)
    token = agent_token(server)
    watcher = token_for(server.services, "wang.fang", Role.SUPERVISOR)
    customer = softphone(tmp_path / "customer", "--play", speech("customer"), settings={"user": "13800000020"})
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(cable(server.port))
        agent = agent_phone(server, tmp_path / "agent", token, "--play", speech("agent"), port=line.own_port)
        phone, caller = stack.enter_context(agent), stack.enter_context(customer)
        wait_until(lambda: any(one.kind == "connected" for one in server.news), "the line", timeout_s=30)
        call_id = called(phone, caller)
        wait_until(lambda: server.live("TurnHeard"), "the first words", timeout_s=90)
        line.cut()
        wait_until(lambda: server.live("LiveOver"), "the end of what was heard before", timeout_s=60)
        heard = len(server.live("TurnHeard"))
        wait_until(lambda: len(server.live("TurnHeard")) > heard, "words after the line came back", timeout_s=60)
        wait_until(lambda: server.live("Hint"), "a hint", timeout_s=90)
        (seen,) = web.get(f"{server.url}/api/v1/phones", headers=watcher).json()
        assert (seen["name"], seen["number"]) == ("张伟", "806")
        assert seen["standing"]["calls"][0]["phase"] == "talking"
        caller.say("hangup")
        phone.wait("RecordingFinished", timeout_s=30)
        wait_until(lambda: len(server.live("LiveOver")) == 2, "the end of the live call", timeout_s=60)
        receipt = tmp_path / "agent" / "calls" / call_id / "handed-in.json"
        wait_until(receipt.exists, "the receipt of the recording", timeout_s=60)
    assert {one["turn"]["speaker"] for one in server.live("TurnHeard")} == {"agent", "customer"}
    # a machine that is busy with other things may fall behind and skip; what matters is that it listens
    assert all(one["lost_s"] < one["duration_s"] / 2 for one in server.live("LiveOver"))
    record = json.loads((receipt.parent / "call.json").read_text())
    call = web.get(f"{server.url}/api/v1/calls/{json.loads(receipt.read_text())['id']}", headers=watcher).json()
    assert (call["direction"], call["agent"], call["number"]) == ("inbound", "张伟", record["call"]["remote_number"])


def test_a_recording_waits_for_a_server_that_is_away_and_is_handed_in_once(settings, tmp_path):
    port = free_port()
    with Running(settings, port) as server:
        token = agent_token(server)
        with (
            agent_phone(server, tmp_path / "agent", token) as phone,
            softphone(tmp_path / "customer", settings={"user": "138"}) as caller,
        ):
            wait_until(lambda: any(one.kind == "connected" for one in server.news), "the line", timeout_s=30)
            call_id = called(phone, caller)
            server.__exit__()
            caller.say("hangup")
            phone.wait("RecordingFinished", timeout_s=30)
            receipt = tmp_path / "agent" / "calls" / call_id / "handed-in.json"
            assert not receipt.exists()
            with Running(settings, port) as again:
                wait_until(receipt.exists, "the receipt of the recording", timeout_s=90)
                wait_until(lambda: any(one.kind == "connected" for one in again.news), "the line again", timeout_s=60)
                seen = token_for(again.services, "chen.jing", Role.ADMINISTRATOR)
                assert len(web.get(f"{again.url}/api/v1/calls", headers=seen).json()["calls"]) == 1
                (line,) = web.get(f"{again.url}/api/v1/statistics", headers=seen).json()["lines"]
                counted = (line["calls"]["inbound"], line["calls"]["answered_in"], line["calls"]["missed"])
                assert counted == (1, 1, 0), "the phone told of it, its recording was not counted again"


def test_the_server_dials_with_the_agents_own_phone(server, tmp_path):
    token = agent_token(server)
    headers = {"Authorization": f"Bearer {token}"}
    refused = web.post(f"{server.url}/api/v1/dial", json={"target": "8001"}, headers=headers)
    assert refused.status_code == 409
    assert "No softphone is connected" in refused.json()["detail"]
    with (
        agent_phone(server, tmp_path / "agent", token) as phone,
        softphone(tmp_path / "customer", "--auto-answer", settings={"user": "138"}) as callee,
    ):
        wait_until(lambda: any(one.kind == "connected" for one in server.news), "the line", timeout_s=30)
        target = f"sip:138@{LOOPBACK}:{callee.port()}"
        call_id = web.post(f"{server.url}/api/v1/dial", json={"target": target}, headers=headers).json()["call_id"]
        phone.wait_phase("talking", call_id=call_id)
        wrong = web.post(f"{server.url}/api/v1/dial", json={"target": "not a number"}, headers=headers)
        assert wrong.status_code == 409
        assert wrong.json()["detail"]


def test_a_supervisor_whispers_and_barges_in_over_the_line(server: Running, tmp_path: Path) -> None:
    token = agent_token(server)
    voice = write_wav(tmp_path / "customer.wav", tone(700, 60))
    said = tone(1900, 2.0)
    with (
        agent_phone(server, tmp_path / "agent", token) as phone,
        softphone(tmp_path / "customer", "--play", str(voice), settings={"user": "138"}) as caller,
    ):
        wait_until(lambda: any(one.kind == "connected" for one in server.news), "the line", timeout_s=30)
        call_id = called(phone, caller)
        wait_until(lambda: len(server.heard(SoundKind.EAR)) > 8000, "what the agent hears")
        server.sounds.clear()
        speak(server, said, lambda phone, pcm: phone.whisper(pcm))
        ear, call = server.heard(SoundKind.EAR), server.heard(SoundKind.CALL)
        assert share_of_tone(ear, 1900) > 0.2
        assert share_of_tone(ear, 700) > 0.2
        assert share_of_tone(call[0::2], 1900) == 0.0
        server.sounds.clear()
        speak(server, said, lambda phone, pcm: phone.barge(pcm))
        wait_until(lambda: _calls(server)[0]["barged"], "the supervisor to be told")
        assert share_of_tone(server.heard(SoundKind.EAR), 1900) > 0.2
        assert share_of_tone(server.heard(SoundKind.CALL)[0::2], 1900) > 0.8
        wait_until(lambda: not _calls(server)[0]["barged"], "the supervisor to have left")
        server.at_the_phone(lambda phone: asyncio.ensure_future(phone.ask("pause_recording", {})))
        wait_until(lambda: _calls(server)[0]["recording"] == "paused", "the pause")
        server.sounds.clear()
        wait_until(lambda: len(server.heard(SoundKind.CALL)) > 16000, "sound while paused")
        assert not server.heard(SoundKind.CALL)[3200:].any(), "who listens live hears nothing of it"
        assert share_of_tone(server.heard(SoundKind.EAR), 700) > 0.8, "the agent does"
        caller.say("hangup")
        heard = sides_of(caller.wait("RecordingFinished"))[1]
    assert seconds_of_tone(heard, 1900) == pytest.approx(2.0, abs=0.5), "the customer heard the one, not the other"
    assert {"barge_started", "barge_ended", "recording_paused"} <= {kind for kind, _ in phone.call_events(call_id)}


def speak(server: Running, samples: NDArray[np.int16], say: Callable[[line_end.Phone, bytes], None]) -> None:
    """Speak as a supervisor's browser does: 20 ms at a time."""
    began = time.monotonic()
    for number in range(len(samples) // 160):
        time.sleep(max(0.0, began + 0.02 * number - time.monotonic()))
        pcm = samples[number * 160 : (number + 1) * 160].tobytes()
        server.at_the_phone(lambda phone, pcm=pcm: say(phone, pcm))


def _calls(server: Running) -> list[dict[str, Any]]:
    standings = [one.data for one in list(server.news) if one.kind == "standing"]
    return standings[-1]["calls"]


def test_a_token_without_the_scope_is_refused_in_words(server, tmp_path):
    token = agent_token(server, Scope.CALLS_READ)
    with agent_phone(server, tmp_path / "agent", token):
        log = tmp_path / "agent" / "phone.log"
        wait_until(lambda: "check phone.token" in log.read_text(), "the refusal", timeout_s=30)
    assert not server.news
