"""A real receiver of webhooks: an HTTP server that keeps what it was sent and answers as it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.peers.process import LOOPBACK


@dataclass(frozen=True)
class Message:
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers with `statuses` in turn, then with 204."""

    def __init__(self, *statuses: int) -> None:
        self.messages: list[Message] = []
        self._statuses = list(statuses)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.messages.append(Message({name.lower(): value for name, value in self.headers.items()}, body))
                status = outer._statuses.pop(0) if outer._statuses else 204
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", outer.url)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.url = f"http://{LOOPBACK}:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
