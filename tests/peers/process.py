"""Starting programs for a test and waiting for what they do."""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"


PORTS = range(20_000, 32_000, 2)
"""Below what Linux gives to outgoing connections: none of these takes a port between its choice and its use."""


def free_port() -> int:
    """Return an even port number that is free for UDP and TCP right now."""
    while True:
        port = random.choice(PORTS)
        if _is_free(port, socket.SOCK_DGRAM) and _is_free(port, socket.SOCK_STREAM):
            return port


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as probe:
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
def running(command: list[str], log: Path, patience_s: float = 10.0) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in `log` until the end of the block; its standard input stays open.

    It has `patience_s` to end by itself before it is killed.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()
