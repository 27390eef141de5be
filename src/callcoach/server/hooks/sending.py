"""One try to send an event: a POST that goes to an address which may be told, directly, and ends in time.

No proxy, no redirect: a receiver says its own address. Of the answer only the beginning is read.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from callcoach.server.hooks.addresses import allowed_addresses
from callcoach.settings import HookSettings

TIMEOUT_S = 10.0
"""Of a whole try, from the name's look-up (which the system bounds) to the end of the answer."""
READ_BYTES = 4000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said, as much of it as is read."""

    status: int
    text: str


def post(url: str, body: bytes, headers: Mapping[str, str], settings: HookSettings) -> Answer:
    """Send a body.

    Raises:
        OSError: nobody answered in time, or the address may not be told.
        http.client.HTTPException: what answered does not speak HTTP.
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
    with _connected(host, port, settings) as plain:
        late = threading.Event()
        deadline = threading.Timer(TIMEOUT_S, _cut, [plain, late])
        deadline.start()
        try:
            stream = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_secure else plain
            with stream:
                answer = _exchange(stream, parts, body, headers)
        finally:
            deadline.cancel()
    if late.is_set():
        raise TimeoutError(f"no whole answer within {TIMEOUT_S:.0f} s")
    return answer


def _connected(host: str, port: int, settings: HookSettings) -> socket.socket:
    """Connect to the first address that answers, the very one that was seen to be allowed."""
    failure: OSError | None = None
    for address in allowed_addresses(host, port, settings):
        try:
            return socket.create_connection((address, port), TIMEOUT_S)
        except OSError as error:
            failure = error
    raise failure or OSError(f"{host} has no address")


def _cut(stream: socket.socket, late: threading.Event) -> None:
    """End what goes on too slowly: whoever reads gets the end, or an error."""
    late.set()
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended


def _exchange(stream: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection(parts.netloc.rpartition("@")[2])
    connection.sock = stream
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", target, body, {**headers, **_credentials(parts)})
    answer = connection.getresponse()
    return Answer(answer.status, answer.read(READ_BYTES).decode(errors="replace"))


def _credentials(parts: SplitResult) -> dict[str, str]:
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
