"""A network that can fail: a TCP relay to a server, which can be unplugged.

What is sent meanwhile waits, as in a network that loses packets; nothing is closed, so that both ends must notice by
themselves. New connections are taken and hear nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from tests.peers.process import LOOPBACK

MOST_BYTES = 65536


class Cable:
    """A running relay to `port` on this machine; its own is `own_port`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plugged = threading.Event()
        self._plugged.set()
        self._closing = False
        self._sockets: list[socket.socket] = []
        self._listening = socket.create_server((LOOPBACK, 0))
        self.own_port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def unplug(self) -> None:
        """Let nothing through from now on."""
        self._plugged.clear()

    def plug(self) -> None:
        """Let everything through again, also what has waited."""
        self._plugged.set()

    def cut(self) -> None:
        """Break every connection; new ones get through."""
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closing = True
        self._plugged.set()
        for one in (self._listening, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listening.accept()
                self._sockets.append(near)
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._plugged.wait()
        try:
            far = socket.create_connection((LOOPBACK, self._port))
        except OSError:  # the server is away: whoever connected learns it
            near.close()
            return
        self._sockets.append(far)
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
        self._carry(far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):  # either end is gone
            while data := source.recv(MOST_BYTES):
                self._plugged.wait()
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cable(port: int) -> Iterator[Cable]:
    """Lay one until the end of the block."""
    one = Cable(port)
    try:
        yield one
    finally:
        one.close()
