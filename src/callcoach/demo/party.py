"""One side of a demonstration call: a real softphone in a process of its own, spoken for by a WAV file.

Taken: who it is and what it says. Given: its events as the dictionaries `callcoach phone --json`
prints. It listens and calls on loopback only, and leaves the user's own PBX account alone.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from callcoach.errors import SipError

LOOPBACK = "127.0.0.1"
START_S = 30.0
"""How long a softphone may take to start; a cold start on a slow disk takes a few seconds."""
STOP_S = 20.0
"""How long it may take to finish its recording after being told to quit."""

PhoneEvent = dict[str, Any]


class Party:
    """A softphone process. Leaving the context makes it finish its recording and quit.

    Args:
        number: what the other side sees as the caller's number.
        name: what the other side sees as the caller's name.
        speech: WAV file it speaks once a call connects (16-bit mono, 8 kHz).
        options: further options of `callcoach phone`.
        data_dir: where it records.
    """

    def __init__(self, number: str, name: str, speech: Path, *options: str, data_dir: Path) -> None:
        self.number = number
        self._seen: list[PhoneEvent] = []
        self._events: queue.SimpleQueue[PhoneEvent | None] = queue.SimpleQueue()
        account = {
            "CALLCOACH_DATA_DIR": str(data_dir),
            "CALLCOACH_SIP__REGISTRAR": "",
            "CALLCOACH_SIP__USER": number,
            "CALLCOACH_SIP__DISPLAY_NAME": name,
            "CALLCOACH_SIP__TRANSPORT": "udp",
            "CALLCOACH_SIP__SRTP": "off",
            "CALLCOACH_SIP__LOCAL_HOST": LOOPBACK,
            "CALLCOACH_SIP__LOCAL_PORT": "0",
            "CALLCOACH_SIP__CLOCK_RATE_HZ": "8000",
        }
        command = [sys.executable, "-m", "callcoach", "phone", "--json", "--play", str(speech), *options]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **account},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, name=f"events of {number}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Party:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(SipError):  # it may have ended already, and why is said by whoever waits for it
            self._tell("quit")
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()

    @property
    def address(self) -> str:
        """Where it listens, `host:port`."""
        return str(self.wait_for("PhoneReady", START_S)["address"])

    def dial(self, other: Party) -> None:
        """Call the other party directly, without a PBX between."""
        self._tell(f"dial sip:{other.number}@{other.address}")

    def wait_for(self, kind: str, timeout_s: float) -> PhoneEvent:
        """Return the first event of this kind, which may have come already.

        Raises:
            SipError: the softphone ended, or the event did not come in time.
        """
        for event in self._seen:
            if event["event"] == kind:
                return event
        while True:
            try:
                event = self._events.get(timeout=timeout_s)
            except queue.Empty:
                raise SipError(f"The softphone of {self.number} gave no {kind} within {timeout_s:.0f} s.") from None
            if event is None:
                raise SipError(f"The softphone of {self.number} ended before {kind}: {self._last_words()}")
            self._seen.append(event)
            if event["event"] == kind:
                return event

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

    def _tell(self, command: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        try:
            self._process.stdin.write(f"{command}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise SipError(f"The softphone of {self.number} ended: {self._last_words()}") from None

    def _last_words(self) -> str:
        assert self._process.stderr is not None  # noqa: S101 - asked for above
        self._process.wait(STOP_S)
        return self._process.stderr.read().strip() or f"exit code {self._process.returncode}"
