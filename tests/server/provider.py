"""A real OpenID Connect provider in a process of its own, on loopback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests import web
from tests.peers.process import LOOPBACK, free_port, running, wait_until


@dataclass(frozen=True)
class Provider:
    url: str

    def answers(self) -> bool:
        try:
            return web.get(f"{self.url}/.well-known/openid-configuration").is_success
        except httpx2.TransportError:
            return False

    def knows(self, subject: str, **claims: Any) -> None:
        assert httpx2.put(f"{self.url}/users/{subject}", json=claims).is_success

    def enters(self, address: str, subject: str) -> str:
        """Sign somebody in at the provider's page; return where it sends the browser."""
        answer = web.post(address, data={"sub": subject}, follow_redirects=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@contextmanager
def running_provider(log: Path) -> Iterator[Provider]:
    """Run a provider until the end of the block."""
    provider = Provider(f"http://{LOOPBACK}:{free_port()}")
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", provider.url.rpartition(":")[2], "-n", "true"]
    with running(command, log):
        wait_until(provider.answers, f"the provider; see {log}")
        yield provider
