"""`callcoach serve` and `callcoach people`: what is wrong is told in words before anything starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from callcoach.cli.serve import _listen
from callcoach.models.locking import exclusive
from tests.peers.process import LOOPBACK, free_port

pytestmark = pytest.mark.slow


def callcoach(data_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CALLCOACH_DATA_DIR": str(data_dir), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "callcoach", *arguments]
    return subprocess.run(command, env=environment | variables, capture_output=True, text=True, check=False, timeout=60)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        done = callcoach(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with exclusive(tmp_path / "main.lock"):
        done = callcoach(tmp_path, "serve", "--port", "0")
    assert done.returncode == 1
    assert "work.server_name" in done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://nobody@127.0.0.1:{port}/none", "did not answer"),
        ("mysql://x@y/z", "expected sqlite:///PATH or postgresql"),
        ("nonsense", "not a URL"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path, url: str, said: str) -> None:
    done = callcoach(tmp_path, "serve", "--port", "0", CALLCOACH_DATABASE_URL=url.format(port=free_port()))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_people_are_added_listed_and_given_tokens(tmp_path: Path) -> None:
    added = callcoach(tmp_path, "people", "add", "li", "--role", "agent", "--team", "一组", "--agent-name", "806")
    assert added.returncode == 0, added.stderr
    assert callcoach(tmp_path, "people", "list").stdout == "li\tli\tagent\t一组\t806\n"
    assert callcoach(tmp_path, "people", "token", "li").stdout.startswith("ccat_")
    again = callcoach(tmp_path, "people", "add", "li", "--role", "agent")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    assert "people list" in callcoach(tmp_path, "people", "token", "wang").stderr


def test_answers_are_sent_at_once() -> None:
    with _listen(LOOPBACK, 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
