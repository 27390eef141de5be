"""Our own softphone as agents run it: the real `callcoach phone` process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.peers.process import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
Event = dict[str, Any]


class Phone:
    """A running softphone. `wait` consumes events in order, so each is seen once."""

    def __init__(self, process: subprocess.Popen[str], data_dir: Path) -> None:
        self.process = process
        self.data_dir = data_dir
        self.events: list[Event] = []
        self._seen = 0
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def calls_dir(self) -> Path:
        return self.data_dir / "calls"

    def say(self, line: str) -> None:
        """Type a command."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, kind: str, timeout_s: float = 15.0, **fields: Any) -> Event:
        """Return the next event of this kind whose fields are as given; skip others."""
        end = time.monotonic() + timeout_s
        with self._news:
            while True:
                while self._seen < len(self.events):
                    event = self.events[self._seen]
                    self._seen += 1
                    if event["event"] == kind and all(_field(event, name) == value for name, value in fields.items()):
                        return event
                left = end - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    raise AssertionError(f"no {kind} {fields} in {timeout_s} s; events: {self.events}")

    def wait_phase(self, phase: str, **fields: Any) -> Event:
        return self.wait("StateChanged", phase=phase, **fields)

    def had(self, kind: str) -> list[Event]:
        """Return all events of a kind so far, seen or not."""
        return [event for event in tuple(self.events) if event["event"] == kind]

    def port(self) -> int:
        return int(self.wait("PhoneReady")["address"].rpartition(":")[2])

    def record(self, call_id: str) -> Event:
        """Return a call's `call.json`."""
        return json.loads((self.calls_dir / call_id / "call.json").read_text())

    def call_events(self, call_id: str) -> list[tuple[str, str]]:
        """Return kind and causing side of every event in a call's record."""
        return [(event["kind"], event["by"]) for event in self.record(call_id)["call"]["events"]]

    def recorded_s(self) -> float:
        """Return how much audio the unfinished recordings hold, in seconds."""
        return sum((part.stat().st_size - 44) / 32000 for part in self.calls_dir.glob("*/recording.part"))

    def stop(self) -> int:
        """End it as a service manager does, and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(20)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait(10)
        self._reader.join(5)

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._news:
                self.events.append(json.loads(line))
                self._news.notify_all()


def _field(event: Event, name: str) -> Any:
    """Look a field up in the event, or in its state."""
    return event.get("state", {}).get(name) if name in {"phase", "hold", "transfer"} else event.get(name)


@contextlib.contextmanager
def softphone(
    data_dir: Path, *options: str, settings: Mapping[str, str | int] | None = None, log: Path | None = None
) -> Iterator[Phone]:
    """Run `callcoach phone` until the end of the block.

    `settings` are those of `[sip]`, or full names such as `RECORDING__MIN_FREE_MB`.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    chosen = {"local_host": LOOPBACK, "retry_s": 1, **(settings or {})}
    names = {key if "__" in key else f"SIP__{key.upper()}": str(value) for key, value in chosen.items()}
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("CALLCOACH_")},
        **{f"CALLCOACH_{key}": value for key, value in names.items()},
        "CALLCOACH_DATA_DIR": str(data_dir),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
    }
    with (log or data_dir / "phone.log").open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "callcoach", "phone", "--json", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
            cwd=data_dir,
        )
    phone = Phone(process, data_dir)
    try:
        yield phone
    finally:
        phone.stop()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
