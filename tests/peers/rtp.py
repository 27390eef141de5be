"""An RTP sender whose losses are known exactly (RFC 3550), for use beside sipp's signalling."""

from __future__ import annotations

import socket
import struct
import threading
import time

from tests.peers.process import LOOPBACK
from tests.peers.sound import RATE_HZ

PCMA = 8
SAMPLES = 160


class LossySender:
    """Sends A-law packets to the first address that talks to its port, leaving out every n-th."""

    def __init__(self, port: int, voice: bytes, leave_out_every: int) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, port))
        self._socket.settimeout(0.2)
        self._voice = voice
        self._leave_out_every = leave_out_every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        target = None
        while target is None and not self._stop.is_set():
            try:
                _, target = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
        start = time.monotonic()
        number = 0
        while target and not self._stop.is_set():
            number += 1
            if number % self._leave_out_every:
                self._socket.sendto(self._packet(number), target)
            time.sleep(max(0.0, start + number * SAMPLES / RATE_HZ - time.monotonic()))

    def _packet(self, number: int) -> bytes:
        at = (number * SAMPLES) % (len(self._voice) - SAMPLES)
        header = struct.pack("!BBHII", 0x80, PCMA, number & 0xFFFF, number * SAMPLES, 0x1234)
        return header + self._voice[at : at + SAMPLES]
