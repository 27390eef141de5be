"""A real `callcoach serve` in a process of its own, which a test can kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from tests import web
from tests.peers.process import LOOPBACK, free_port, wait_until


class Server:
    """`callcoach serve` on a free port, from entering the block to its end."""

    def __init__(self, data_dir: Path, database_url: str = "", **settings: str) -> None:
        self.port = free_port()
        self.log = data_dir / "server.log"
        variables = {f"CALLCOACH_{name.upper()}": value for name, value in settings.items()}
        self._environment = {
            **os.environ,
            "CALLCOACH_DATA_DIR": str(data_dir),
            "CALLCOACH_DATABASE_URL": database_url,
            "PYTHONPATH": os.pathsep.join(sys.path),
            **variables,
        }

    def __enter__(self) -> Server:
        command = [sys.executable, "-m", "callcoach", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        wait_until(self.answers, f"the server; see {self.log}", timeout_s=60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill(signal.SIGTERM)

    def answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            return web.get(self.url("/api/v1/health")).status_code == 200
        except httpx2.TransportError:
            return False

    def url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}{path}"

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        self._process.send_signal(how)
        self._process.wait(30)

    def call(self, *arguments: str) -> str:
        """Run another command of `callcoach` on the same data."""
        command = [sys.executable, "-m", "callcoach", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def get(self, path: str, token: str) -> Any:
        return web.get(self.url(path), headers={"Authorization": f"Bearer {token}"}).json()
