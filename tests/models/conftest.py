"""A small model of our own making, and a real HTTP server on loopback that can cut connections."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from callcoach.models.manifest import FileInfo, ModelInfo, PublisherSource

NAME = "tiny-model"
FILES = {
    "am/final.mdl": np.random.default_rng(1).bytes(300_000),
    "conf/model.conf": b"--beam=12.0\n",
    "ivector/empty.conf": b"",
}


def zip_of(members: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


ARCHIVE = zip_of({f"{NAME}/{name}": content for name, content in FILES.items()})


def describe(archive: bytes = ARCHIVE, url: str = "http://127.0.0.1:9/none.zip", **changes) -> ModelInfo:
    """The manifest entry of the tiny model; port 9 answers nobody."""
    entry = {
        "name": NAME,
        "engine": "vosk",
        "languages": ("zh",),
        "size_bytes": len(archive),
        "sha256": hashlib.sha256(archive).hexdigest(),
        "licence": "Apache-2.0",
        "description_zh": "测试",
        "description_en": "test",
        "source": (PublisherSource(kind="publisher", url=url),),
        "files": {
            name: FileInfo(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            for name, content in FILES.items()
        },
    }
    return ModelInfo(**(entry | changes))


@dataclass
class Server:
    """What the server offers, how it misbehaves, and what it was asked."""

    url: str
    content: bytes = ARCHIVE
    cut_after: list[int] = field(default_factory=list)
    """Bytes after which the next connections are cut, one entry a connection."""
    honours_range: bool = True
    status: int = 0
    """An error to answer with instead."""
    ranges: list[str] = field(default_factory=list)
    """The Range header of each request ('' for none)."""


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            offer.ranges.append(asked)
            if offer.status:
                self.send_error(offer.status)
                return
            start = int(match[1]) if offer.honours_range and (match := re.match(r"bytes=(\d+)-", asked)) else 0
            if start >= len(offer.content):
                self.send_error(416)
                return
            body = offer.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: offer.cut_after.pop(0)] if offer.cut_after else body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    offer = Server(f"http://127.0.0.1:{http.server_address[1]}/{NAME}.zip")
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield offer
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"
