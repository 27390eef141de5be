"""A file from an address, in pieces if need be.

Takes a URL, appends to a `.part` file, asks only for what is missing (RFC 9110 section 14, Range).
It never judges the content: whoever calls checks the hash.
"""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, cast

from callcoach.errors import ModelError

CONNECT_TIMEOUT_S = 6.0
"""An address that has not answered by then is taken for unreachable, and the next source is tried."""
BLOCK_BYTES = 1 << 16
ATTEMPTS_WITHOUT_PROGRESS = 3
"""Connections in a row that may end without one more byte before the download is given up."""

OnBytes = Callable[[int], None]
"""Called with the bytes on disk so far."""


def download(url: str, part: Path, size_bytes: int, on_bytes: OnBytes) -> None:
    """Fetch `url` into `part`, going on after what `part` holds; it is complete on return.

    Raises:
        ModelError: the address cannot be reached, refuses, offers a file of another size, or breaks
            off again and again. What came stays in `part` for the next time.
    """
    fruitless = 0
    while (before := _size(part)) < size_bytes:
        try:
            _fetch_rest(url, part, size_bytes, on_bytes)
            trouble = "it closed the connection early"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not before:
                raise ModelError(f"{url} answered {error.code} {error.reason}") from error
            part.unlink()
            trouble = "it refused to go on where the download had stopped"
        except (OSError, http.client.HTTPException) as error:
            trouble = str(getattr(error, "reason", error)) or type(error).__name__
            if not before and not _size(part):
                raise ModelError(f"{url} cannot be reached ({trouble})") from error
        fruitless = 0 if _size(part) > before else fruitless + 1
        if fruitless >= ATTEMPTS_WITHOUT_PROGRESS:
            raise ModelError(f"{url} broke off at {_size(part)} of {size_bytes} bytes ({trouble})")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fetch_rest(url: str, part: Path, size_bytes: int, on_bytes: OnBytes) -> None:
    """Make one request and write what it gives; a server that ignores Range starts over."""
    start = _size(part)
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310
    with _open(request) as response:
        resumed = response.status == HTTPStatus.PARTIAL_CONTENT
        done = start if resumed else 0
        length = response.headers.get("Content-Length")
        if length is not None and done + int(length) != size_bytes:
            raise ModelError(f"{url} offers a file of {done + int(length)} bytes, expected {size_bytes}")
        with part.open("ab" if resumed else "wb") as file:
            _copy(response, file, done, size_bytes, on_bytes)


def _copy(response: http.client.HTTPResponse, file: BinaryIO, done: int, limit: int, on_bytes: OnBytes) -> None:
    while done <= limit and (block := response.read1(BLOCK_BYTES)):
        file.write(block)
        done += len(block)
        on_bytes(done)


def _open(request: urllib.request.Request) -> http.client.HTTPResponse:
    """Open the request, giving up after `CONNECT_TIMEOUT_S` even when the name lookup hangs.

    A lookup has no timeout of its own, so it runs in a thread that is left behind when it hangs.
    """
    outcome: list[http.client.HTTPResponse | BaseException] = []

    def connect() -> None:
        try:
            # The manifest admits only http and https addresses.
            response = urllib.request.urlopen(request, timeout=CONNECT_TIMEOUT_S)  # noqa: S310
            outcome.append(cast("http.client.HTTPResponse", response))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            outcome.append(error)

    thread = threading.Thread(target=connect, name="model-download", daemon=True)
    thread.start()
    thread.join(2 * CONNECT_TIMEOUT_S)
    if not outcome:
        raise TimeoutError("no answer")
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
