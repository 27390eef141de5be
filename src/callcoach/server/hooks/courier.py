"""Carries events to the addresses that are told: a thread that looks for what is due, and a few that send.

A slow receiver holds up `MOST_OF_A_HOOK` senders at most, each for the time of a try, never those of others and never
a page.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from http.client import HTTPException

from callcoach import __version__
from callcoach.errors import CallCoachError
from callcoach.server.hooks.sending import post
from callcoach.server.hooks.signing import signature
from callcoach.server.services import Services
from callcoach.settings import HookSettings
from callcoach.store.events import Due, OutEvent, Tried, forget_old, note_try, take_due

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
SENDERS = 8
FORGET_EVERY_S = 3600.0


class Courier:
    """Works from `start` to `stop`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="courier", daemon=True)
        self._forgot_at = float("-inf")
        self._sending: dict[Future[None], int] = {}
        """Tries that are under way, with the hook of each."""

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
                self._sending = {try_: hook for try_, hook in self._sending.items() if not try_.done()}
                due: list[Due] = []
                try:
                    due = self._take()
                except CallCoachError as error:  # the database is away for a while
                    logger.warning("events wait: %s", error)
                for one in due:
                    self._sending[senders.submit(self._deliver, one)] = one.hook_id
                if due:
                    continue
                if len(self._sending) == SENDERS:
                    wait(self._sending, LOOK_EVERY_S, FIRST_COMPLETED)
                else:
                    self._stopping.wait(LOOK_EVERY_S)

    def _take(self) -> list[Due]:
        now = self._services.now()
        if time.monotonic() - self._forgot_at > FORGET_EVERY_S:
            with self._services.database.writing() as session:
                forget_old(session, now)
            self._forgot_at = time.monotonic()
        free = SENDERS - len(self._sending)
        if not free:
            return []
        with self._services.database.writing() as session:
            return take_due(session, now, free, Counter(self._sending.values()))

    def _deliver(self, due: Due) -> None:
        tried = send(due, self._services.settings.hooks)
        try:
            with self._services.database.writing() as session:
                note_try(session, due.delivery_id, tried, self._services.now())
        except CallCoachError as error:
            logger.warning("delivery %s is not noted and is made again: %s", due.delivery_id, error)


def send(due: Due, settings: HookSettings) -> Tried:
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
        answer = post(due.url, body, headers, settings)
        status, said = answer.status, answer.text
    except (OSError, HTTPException, ValueError) as error:
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
