"""Softphones that the server runs: real processes, registered at Kamailio, killed in the middle of a call."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from callcoach.principal import Role
from callcoach.server.phones.keeper import phone_folder
from callcoach.server.phones.kept import BACKOFF_S, Keeping, PhoneState
from callcoach.server.sign_in.cookies import SESSION_COOKIE, lifetime_of
from callcoach.settings import PhonesSettings, ServerSettings, Settings, WorkSettings
from callcoach.store.sessions import begin_session
from tests import web
from tests.peers.baresip import Baresip
from tests.peers.fixtures import authority, customer, pbx, prompt, server_files
from tests.peers.kamailio import USERS, Pbx
from tests.peers.process import LOOPBACK, free_port, wait_until
from tests.server.conftest import token_for
from tests.server.phones.test_phone_line import Running
from tests.server.visitors import add

__all__ = ["authority", "customer", "pbx", "prompt", "server_files"]
pytestmark = [pytest.mark.peer, pytest.mark.slow]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("CALLCOACH_SIP__LOCAL_HOST", LOOPBACK)
    monkeypatch.setenv("CALLCOACH_DATABASE_URL", "")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3] / "src"))
    port = free_port()
    settings = Settings(
        data_dir=tmp_path / "server",
        server=ServerSettings(port=port),
        phones=PhonesSettings(start=True),
        work=WorkSettings(calls_at_once=0),
    )
    with Running(settings, port) as running:
        yield running


@pytest.fixture
def client(server: Running) -> Iterator[httpx2.Client]:
    """An administrator's browser."""
    person = add(server.services, "chen.jing", Role.ADMINISTRATOR, password=False)
    with server.services.database.writing() as session:
        token = begin_session(session, person.id, lifetime_of(server.settings))
    with httpx2.Client(base_url=server.url, follow_redirects=True, timeout=60) as browser:
        browser.cookies.set(SESSION_COOKIE, token, domain=LOOPBACK)
        yield browser


def send(client: httpx2.Client, path: str, data: dict[str, str], *, shown_on: str) -> httpx2.Response:
    token = re.search(r'name="forgery_token" value="([0-9a-f]*)"', client.get(shown_on).text)
    assert token
    return client.post(path, data={**data, "forgery_token": token[1]})


def kept(server: Running, person_id: int) -> Any:
    return server.services.phone_keeper.told().get(person_id)


def standing(server: Running, person_id: int) -> Any:
    phone = server.services.exchange.find(person_id)
    return phone.standing if phone else None


def test_a_phone_killed_in_a_call_is_started_again_and_its_recording_handed_in(
    server: Running, client: httpx2.Client, pbx: Pbx, customer: Baresip
) -> None:
    agent = add(server.services, "1001")
    page = f"/phones/{agent.id}"
    form = {"extension": "1001", "password": USERS["1001"], "registrar": pbx.address, "starts": "true"}
    assert "已保存" in send(client, page, form, shown_on=page).text
    wait_until(lambda: bool(standing(server, agent.id) and standing(server, agent.id).registered), "the phone", 30)
    phone = psutil.Process(kept(server, agent.id).pid)
    told = " ".join(phone.cmdline())
    assert USERS["1001"] not in told
    assert "ccat_" not in told
    assert phone.environ()["CALLCOACH_PHONE__TOKEN"].startswith("ccat_")
    assert "CALLCOACH_DATABASE_URL" not in phone.environ()

    server.ask(agent.id, "dial", {"target": "8001"})
    wait_until(lambda: talking(server, agent.id), "the call")
    calls = phone_folder(server.settings, agent.id) / "calls"
    wait_until(lambda: any(part.stat().st_size > 100_000 for part in calls.glob("*/recording.part")), "3 s of sound")
    os.kill(phone.pid, signal.SIGKILL)
    wait_until(lambda: kept(server, agent.id).restarts == 1, "its death to be noticed")
    wait_until(lambda: kept(server, agent.id).state is PhoneState.RUNNING, "the phone again", 30)
    assert kept(server, agent.id).pid != phone.pid
    wait_until(lambda: any(calls.glob("*/handed-in.json")), "the recording to be handed in", 60)
    (receipt,) = calls.glob("*/handed-in.json")
    record = json.loads((receipt.parent / "call.json").read_text())
    assert record["recovered"] is True
    assert record["recording"]["frames"] > 2 * 8000
    reader = token_for(server.services, "reader", Role.ADMINISTRATOR)
    (call,) = web.get(f"{server.url}/api/v1/calls", headers=reader).json()["calls"]
    assert call["agent"] == agent.name
    shown = client.get(page).text
    assert "运行中" in shown
    assert "&lt;time" not in shown
    assert "SIGKILL" in shown
    assert USERS["1001"] not in shown
    assert "8001" not in shown, "numbers of calls are not among the last words"
    assert client.get("/phones").text.count("运行中") == 1

    changed = {**form, "password": ""}
    del changed["starts"]
    send(client, page, changed, shown_on=page)
    wait_until(lambda: kept(server, agent.id) is None, "the phone to be stopped", 30)
    wait_until(lambda: standing(server, agent.id) is None, "its line to be down")


def test_the_phones_stop_with_the_server(server: Running, client: httpx2.Client, pbx: Pbx) -> None:
    agent = add(server.services, "1002")
    page = f"/phones/{agent.id}"
    form = {"extension": "1002", "password": USERS["1002"], "registrar": pbx.address, "starts": "true"}
    send(client, page, form, shown_on=page)
    wait_until(lambda: bool(standing(server, agent.id) and standing(server, agent.id).registered), "the phone", 30)
    first = kept(server, agent.id).pid
    send(client, f"{page}/restart", {}, shown_on=page)
    wait_until(lambda: kept(server, agent.id) is not None and kept(server, agent.id).pid not in (None, first), "it", 30)
    pid = kept(server, agent.id).pid
    assert not psutil.pid_exists(first)
    server.__exit__()
    assert not psutil.pid_exists(pid)


def test_a_wrong_extension_is_said_on_the_page(server: Running, client: httpx2.Client) -> None:
    agent = add(server.services, "1003")
    page = f"/phones/{agent.id}"
    refused = send(client, page, {"extension": "10 03", "password": "x"}, shown_on=page)
    assert refused.status_code == 422
    assert "不是分机号" in refused.text
    assert 'value="10 03"' in refused.text


def test_a_phone_that_dies_at_once_is_tried_after_longer_and_longer_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("callcoach.server.phones.kept.time.monotonic", lambda: now[0])
    environment = {**os.environ, "CALLCOACH_SIP__TRANSPORT": "pigeon"}
    keeping = Keeping(1, tmp_path, environment)
    try:
        for pause_s in (*BACKOFF_S, BACKOFF_S[-1]):
            keeping.look()
            assert keeping.told().state is PhoneState.RUNNING
            pid = keeping.told().pid
            assert pid
            psutil.Process(pid).wait(60)
            keeping.look()
            assert keeping.told().state is PhoneState.WAITING
            now[0] += pause_s - 0.1
            keeping.look()
            assert keeping.told().state is PhoneState.WAITING
            now[0] += 0.1
        assert keeping.told().restarts == len(BACKOFF_S) + 1
        assert any("sip.transport" in line for line in keeping.told().last_words)
    finally:
        keeping.stop()


def test_an_orphan_finishes_before_another_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need_program: Callable[..., str]
) -> None:
    """A server that was killed leaves its phone, which ends with its input; until then a new one waits."""
    environment = {**os.environ, "CALLCOACH_DATA_DIR": str(tmp_path), "CALLCOACH_SIP__LOCAL_HOST": LOOPBACK}
    first, second = Keeping(1, tmp_path, environment), Keeping(1, tmp_path, environment)
    first.look()
    try:
        second.look()
        assert second.told().state is PhoneState.WAITING
        assert "softphone process still ends its call" in second.told().last_words[-1]
        process = first._process
        assert process
        assert process.stdin
        wait_until(lambda: any("ready" in line for line in first.told().last_words), "the phone", 30)
        process.stdin.close()  # as when the server is gone
        assert process.wait(20) == 0
        wait_until(lambda: second.look() or second.told().state is PhoneState.RUNNING, "the second", 30)
    finally:
        first.stop()
        second.stop()


def talking(server: Running, person_id: int) -> bool:
    now = standing(server, person_id)
    return bool(now and now.calls and now.calls[0].phase == "talking")
