"""Starting programs for a test and waiting for what they do."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """Return an even port number that is free for UDP and TCP right now."""
    while True:
        with socket.socket(type=kind) as probe:
            probe.bind((LOOPBACK, 0))
            port = probe.getsockname()[1]
        if port % 2 == 0 and port < 60000 and _free_for_tcp(port):
            return port


def _free_for_tcp(port: int) -> bool:
    with socket.socket(type=socket.SOCK_STREAM) as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def wait_until(done: Callable[[], bool], what: str, timeout_s: float = 15.0) -> None:
    end = time.monotonic() + timeout_s
    while not done():
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout_s} s in vain for: {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in `log` until the end of the block; its standard input stays open."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()
