"""baresip as the other end of calls: answers by itself, speaks a prompt, keeps what it heard."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.peers.process import LOOPBACK, free_port, running, wait_until
from tests.peers.sound import RATE_HZ, read_wav

_CONFIG = """sip_listen {host}:{port}
call_max_calls 8
call_local_timeout 120
audio_player aubridge,sink
audio_source aufile,{prompt}
audio_alert aufile,/dev/null
audio_level no
ausrc_srate {rate_hz}
auplay_srate {rate_hz}
audio_txmode thread
rtp_ports {rtp_port}-{rtp_end}
jitter_buffer_delay 1-5
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module aufile.so
module srtp.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {host}:{control_port}
net_interface {host}
snd_path {folder}
"""


FAREWELL_S = 0.5
"""It waits five seconds for the other end of an open call, which has gone by then."""


class Baresip:
    """A running baresip, controlled over its TCP interface."""

    def __init__(self, folder: Path, port: int, control_port: int) -> None:
        self.folder = folder
        self.port = port
        self._socket = socket.create_connection((LOOPBACK, control_port), timeout=5)
        self._socket.settimeout(None)
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def command(self, command: str, params: str = "") -> None:
        text = json.dumps({"command": command, "params": params}).encode()
        self._socket.sendall(b"%d:%s," % (len(text), text))

    def wait_event(self, kind: str, count: int = 1) -> dict[str, Any]:
        """Wait for the `count`-th event of a type, such as CALL_ESTABLISHED."""

        def found() -> list[dict[str, Any]]:
            return [event for event in tuple(self.events) if event.get("type") == kind]

        wait_until(lambda: len(found()) >= count, f"baresip event {kind}; had {self.events}")
        return found()[count - 1]

    def heard(self) -> NDArray[np.int16]:
        """Return what the last finished call brought to baresip's ear."""
        dumps = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)
        samples, _ = read_wav(dumps[-1])
        return samples[:, 0]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        """Collect netstrings of JSON."""
        pending = b""
        with contextlib.suppress(OSError):
            while data := self._socket.recv(65536):
                pending += data
                while b":" in pending:
                    size, _, rest = pending.partition(b":")
                    if len(rest) <= int(size):
                        break
                    self.events.append(json.loads(rest[: int(size)]))
                    pending = rest[int(size) + 1 :]


@contextlib.contextmanager
def baresip(
    folder: Path, prompt: Path, account: str, port: int | None = None, rate_hz: int = RATE_HZ
) -> Iterator[Baresip]:
    """Run baresip with one account line until the end of the block; `rate_hz` is that of the prompt and its ear."""
    folder.mkdir(parents=True, exist_ok=True)
    port, control_port, rtp_port = port or free_port(), free_port(), free_port()
    (folder / "config").write_text(
        _CONFIG.format(
            host=LOOPBACK,
            port=port,
            control_port=control_port,
            prompt=prompt,
            rtp_port=rtp_port,
            rtp_end=rtp_port + 40,
            folder=folder,
            rate_hz=rate_hz,
        )
    )
    (folder / "accounts").write_text(account + "\n")
    (folder / "contacts").write_text("")
    with running(["baresip", "-4", "-f", str(folder)], folder / "baresip.log", FAREWELL_S):
        wait_until(lambda: _listens(control_port), f"baresip to listen; see {folder}/baresip.log")
        phone = Baresip(folder, port, control_port)
        try:
            yield phone
        finally:
            phone.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
