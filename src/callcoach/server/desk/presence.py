"""Keeps every agent's presence while the server runs: told to desks and floors, and kept in the database at once.

After a call comes after-call work, for who was ready; it ends by hand or when its time is over, also when the server
was away meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool

from callcoach.server.phones.news import News, Newsroom
from callcoach.store.engine import Database
from callcoach.store.presence import UNSAID, Presence, PresenceState, change_presence, presences

log = logging.getLogger(__name__)

NEWS = "presence"


class PresenceBoard:
    """What all agents last said.

    Args:
        database: keeps it.
        newsroom: tells it.
        after_call: how long after-call work lasts at most; none: there is no such state.
        now: the clock.
    """

    def __init__(
        self, database: Database, newsroom: Newsroom, after_call: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._newsroom = newsroom
        self._after_call = after_call
        self._now = now
        self._known: dict[int, Presence] = {}
        self._talking: dict[int, bool] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def of(self, person_id: int) -> Presence:
        """Return an agent's presence."""
        if person_id not in self._known:
            presence = await run_in_threadpool(self._read, person_id)
            if person_id not in self._known:
                self._keep(person_id, presence)
        return self._known[person_id]

    def state(self, person_id: int) -> PresenceState:
        """Return what is known without asking the database: of an agent whose desk or phone was there."""
        return self._known.get(person_id, UNSAID).state

    async def change(self, person_id: int, state: PresenceState, reason: str = "") -> Presence:
        """Take what an agent says; when this returns it is kept."""
        presence = await run_in_threadpool(self._write, person_id, state, reason)
        self._keep(person_id, presence)
        self._newsroom.tell(News(person_id, NEWS, as_plain(presence)))
        return presence

    async def follow(self) -> None:
        """Watch the phones for calls that end, until cancelled."""
        with self._newsroom.reading(lambda _: True) as reader:
            while True:
                one = await reader.queue.get()
                if isinstance(one, News) and one.kind == "standing":
                    await self._stands(one.person_id, one.data)
                elif isinstance(one, News) and one.kind == "gone":
                    self._talking.pop(one.person_id, None)

    async def _stands(self, person_id: int, standing: Mapping[str, Any]) -> None:
        talked = self._talking.get(person_id, False)
        has_calls = bool(standing["calls"])
        self._talking[person_id] = has_calls and (
            talked or any(call["talking_since"] is not None for call in standing["calls"])
        )
        presence = await self.of(person_id)
        if talked and not has_calls and self._after_call and presence.state is PresenceState.READY:
            await self.change(person_id, PresenceState.AFTER_CALL)

    def _keep(self, person_id: int, presence: Presence) -> None:
        self._known[person_id] = presence
        if (timer := self._timers.pop(person_id, None)) is not None:
            timer.cancel()
        if presence.state is PresenceState.AFTER_CALL and presence.since is not None:
            left = presence.since + self._after_call - self._now()
            self._timers[person_id] = asyncio.get_running_loop().call_later(
                max(0.0, left.total_seconds()), self._be_ready, person_id
            )

    def _be_ready(self, person_id: int) -> None:
        task = asyncio.get_running_loop().create_task(self.change(person_id, PresenceState.READY))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _read(self, person_id: int) -> Presence:
        with self._database.reading() as session:
            return presences(session, (person_id,))[person_id]

    def _write(self, person_id: int, state: PresenceState, reason: str) -> Presence:
        with self._database.writing() as session:
            return change_presence(session, person_id, state, reason, self._now())


def as_plain(presence: Presence) -> dict[str, Any]:
    """Return it as JSON data; `since` is Unix time in seconds."""
    since = presence.since.timestamp() if presence.since else None
    return {"state": presence.state.value, "reason": presence.reason, "since": since}
