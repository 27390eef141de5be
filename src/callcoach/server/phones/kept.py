"""One softphone process that the server starts, watches and starts again.

Its standard input stays open as long as this server lives: when that ends without a word, the phone finishes its call
and leaves. The lock of its data folder passes to it, so that a server started meanwhile waits for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO

BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Pauses before a phone that died is started again; the last one is kept."""
SETTLED_S = 60.0
"""A phone that ran for so long is taken for sound: the next pause is the shortest again."""
STOP_S = 15.0
"""How long a phone may take to end its calls, finish its recordings and leave."""
MOST_WORDS = 20
LOCK_FILE = "phone.lock"


class PhoneState(StrEnum):
    """How a softphone of the server's stands."""

    RUNNING = "running"
    WAITING = "waiting"
    """Ended or could not start; started again after a pause."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class KeptPhone:
    """What is told of a softphone."""

    person_id: int
    state: PhoneState
    since: datetime
    restarts: int
    pid: int | None
    last_words: tuple[str, ...]
    """The last lines that it said, none of them about a call."""


class Keeping:
    """The process of one person's softphone.

    Args:
        person_id: whose it is.
        folder: its data folder, made here.
        environment: its settings, the password and the token among them; never on a command line.
    """

    def __init__(self, person_id: int, folder: Path, environment: Mapping[str, str]) -> None:
        self._person_id = person_id
        self._folder = folder
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._words: deque[str] = deque(maxlen=MOST_WORDS)
        self._state = PhoneState.WAITING
        self._since = datetime.now(UTC)
        self._started_at = self._due_at = time.monotonic()
        self._deaths = 0
        self._restarts = 0

    def look(self) -> None:
        """Start it if it is due; notice if it has died. To be called again and again."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._died(f"进程已结束 ended with {_how(code)}")
        if time.monotonic() >= self._due_at:
            self._start()

    def stop(self) -> None:
        """Have it end its calls, finish its recordings and leave; kill it if it does not."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._close(process)
        self._become(PhoneState.STOPPED)

    def told(self) -> KeptPhone:
        """Return how it stands."""
        pid = self._process.pid if self._process else None
        return KeptPhone(self._person_id, self._state, self._since, self._restarts, pid, tuple(self._words))

    def _start(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self._folder / LOCK_FILE).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "callcoach", "phone", "--until-input-ends"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    env=dict(self._environment),
                    pass_fds=(lock.fileno(),),
                    start_new_session=True,  # Ctrl-C at the server's terminal is the server's to pass on
                )
        except BlockingIOError:
            self._died("等待上一个软电话进程结束 an earlier softphone process still ends its call")
            return
        except OSError as error:
            self._died(f"无法启动 cannot be started: {error}")
            return
        self._started_at = time.monotonic()
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), daemon=True, name="phone-words"
        )
        self._reader.start()
        self._become(PhoneState.RUNNING)

    def _died(self, words: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._close(process)
            self._restarts += 1
            if time.monotonic() - self._started_at >= SETTLED_S:
                self._deaths = 0
        self._words.append(words)
        self._due_at = time.monotonic() + BACKOFF_S[min(self._deaths, len(BACKOFF_S) - 1)]
        self._deaths += 1
        self._become(PhoneState.WAITING)

    def _close(self, process: subprocess.Popen[str]) -> None:
        if self._reader is not None:
            self._reader.join(1.0)
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def _become(self, state: PhoneState) -> None:
        if state is not self._state:
            self._state, self._since = state, datetime.now(UTC)

    def _read(self, lines: IO[str]) -> None:
        """Keep the last lines; those about a call begin with its id in brackets and hold numbers."""
        with contextlib.suppress(ValueError):  # closed
            for line in lines:
                if (words := line.rstrip()) and not words.startswith("["):
                    self._words.append(words[:300])


def _how(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what is no softphone's business."""
    withheld = ("CALLCOACH_DATABASE_URL", "CALLCOACH_OIDC__", "CALLCOACH_PHONE__", "CALLCOACH_SIP__PASSWORD")
    return {name: value for name, value in os.environ.items() if not name.startswith(withheld)}
