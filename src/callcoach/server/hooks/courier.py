"""Carries events to the addresses that are told: a thread that looks for what is due, and a few that send.

A slow receiver holds up one sender for `TIMEOUT_S` at most, never the others and never a page. Redirects are not
followed: a receiver says its own address.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from callcoach import __version__
from callcoach.errors import CallCoachError
from callcoach.server.hooks.signing import signature
from callcoach.server.services import Services
from callcoach.store.events import Due, OutEvent, Tried, forget_old, note_try, take_due

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
SENDERS = 8
TIMEOUT_S = 10.0
FORGET_EVERY_S = 3600.0


class Courier:
    """Works from `start` to `stop`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="courier", daemon=True)
        self._forgot_at = 0.0

    def start(self) -> None:
        """Begin; what fell due while no server ran is sent first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the tries that are under way."""
        self._stopping.set()
        self._thread.join()

    def _go(self) -> None:
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="courier") as senders:
            while not self._stopping.is_set():
                try:
                    due = self._take()
                    list(senders.map(self._deliver, due))
                except CallCoachError as error:  # the database is away for a while
                    logger.warning("events wait: %s", error)
                    due = []
                if not due:
                    self._stopping.wait(LOOK_EVERY_S)

    def _take(self) -> list[Due]:
        now = self._services.now()
        if time.monotonic() - self._forgot_at > FORGET_EVERY_S:
            with self._services.database.writing() as session:
                forget_old(session, now)
            self._forgot_at = time.monotonic()
        with self._services.database.writing() as session:
            return take_due(session, now, SENDERS)

    def _deliver(self, due: Due) -> None:
        tried = send(due)
        with self._services.database.writing() as session:
            note_try(session, due.delivery_id, tried, self._services.now())


def send(due: Due) -> Tried:
    """Try to deliver an event."""
    body = json.dumps(as_plain(due.event), ensure_ascii=False).encode()
    message_id, timestamp = f"evt_{due.event.id}", int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"CallCoach/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(due.secret, message_id, timestamp, body),
    }
    begun = time.monotonic()
    try:
        answer = requests.post(due.url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
        status, said = answer.status_code, answer.text
    except requests.RequestException as error:
        status, said = None, f"{type(error).__name__}: {error}"
    return Tried(status, said, round((time.monotonic() - begun) * 1000))


def as_plain(event: OutEvent) -> dict[str, object]:
    """Return an event as it is told, over webhooks and the feed alike."""
    return {
        "id": event.id,
        "type": event.kind,
        "timestamp": event.at.isoformat(),
        "data": {
            "call_id": event.call_id,
            **({"severity": event.severity.value} if event.severity else {}),
            **event.body,
        },
    }
