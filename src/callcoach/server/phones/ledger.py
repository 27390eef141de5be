"""Writes down what telephones tell: each call from its first ring to its end, and when the telephone was there.

Statistics rest on it: a call that nobody answers leaves no recording. What happens while the database or this server is
away is not written; the recordings that are handed in later fill in for the calls that were answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool

from callcoach.datapath import Direction
from callcoach.errors import CallCoachError
from callcoach.line.standing import StandingCall
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.news import News
from callcoach.store.engine import Database, Session
from callcoach.store.phone_calls import (
    RingingCall,
    answer_phone_call,
    begin_phone_call,
    come,
    end_phone_call,
    lose_phone_calls,
    stay,
)

log = logging.getLogger(__name__)

STAY_EVERY_S = 60.0
"""How often it is noted that telephones are still there: a killed server loses so much of their time at the most."""


class Ledger:
    """Writes from `follow` until it is cancelled.

    Args:
        database: keeps it.
        exchange: the telephones.
        zone: in which days begin and end.
        now: the clock.
    """

    def __init__(self, database: Database, exchange: Exchange, zone: ZoneInfo, now: Callable[[], datetime]) -> None:
        self._database = database
        self._exchange = exchange
        self._zone = zone
        self._now = now
        self._there: dict[int, int] = {}
        """Key of its attendance, by the person whose telephone is there."""

    async def follow(self) -> None:
        """Write down what is told, until cancelled."""
        staying = asyncio.create_task(self._stay())
        try:
            with self._exchange.newsroom.reading(lambda _: True) as reader:
                while True:
                    one = await reader.queue.get()
                    if isinstance(one, News):
                        await self._write(one)
        finally:
            staying.cancel()
            if self._there:  # a server that stops loses no time of the phones that were there
                with contextlib.suppress(CallCoachError):
                    self._note_staying(tuple(self._there.values()), self._now())

    async def _write(self, news: News) -> None:
        try:
            await run_in_threadpool(self._take, news, self._now())
        except CallCoachError as error:  # the database is away for a while
            log.warning("what the phone of person %d told is not in the statistics: %s", news.person_id, error)

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(STAY_EVERY_S)
            there = tuple(self._there.values())
            if not there:
                continue
            try:
                await run_in_threadpool(self._note_staying, there, self._now())
            except CallCoachError as error:
                log.warning("the time phones were there is noted later: %s", error)

    def _note_staying(self, there: tuple[int, ...], at: datetime) -> None:
        with self._database.writing() as session:
            stay(session, there, at)

    def _take(self, news: News, at: datetime) -> None:
        if news.kind not in ("connected", "gone", "event"):
            return
        with self._database.writing() as session:
            if news.kind == "connected":
                self._connected(session, news.person_id, at)
            elif news.kind == "gone":
                if (key := self._there.pop(news.person_id, None)) is not None:
                    stay(session, (key,), at)
            else:
                self._happened(session, news.person_id, news.data, at)

    def _connected(self, session: Session, person_id: int, at: datetime) -> None:
        if (earlier := self._there.get(person_id)) is not None:  # a newer phone has taken the place of this one
            stay(session, (earlier,), at)
        self._there[person_id] = come(session, person_id, at)
        phone = self._exchange.find(person_id)
        calls = phone.standing.calls if phone is not None else ()
        lose_phone_calls(session, person_id, {one.call_id for one in calls}, at)
        for one in calls:
            self._found(session, person_id, one, at)

    def _found(self, session: Session, person_id: int, one: StandingCall, at: datetime) -> None:
        """Write down a call that began while the line was down."""
        since = datetime.fromtimestamp(one.talking_since, UTC) if one.talking_since is not None else None
        call = RingingCall(one.call_id, Direction(one.direction), one.number, one.queue, is_late=since is not None)
        begin_phone_call(session, person_id, call, since or at, self._zone)
        if since is not None:
            answer_phone_call(session, person_id, one.call_id, since)

    def _happened(self, session: Session, person_id: int, event: Mapping[str, Any], at: datetime) -> None:
        match event.get("event"):
            case "IncomingCall":
                call = RingingCall(event["call_id"], Direction.INBOUND, event["number"], event.get("queue", ""))
                begin_phone_call(session, person_id, call, at, self._zone)
            case "OutgoingCall":
                call = RingingCall(event["call_id"], Direction.OUTBOUND, event["target"], "")
                begin_phone_call(session, person_id, call, at, self._zone)
            case "CallTurnedAway":
                known = f"turned-away-{uuid.uuid4().hex}"  # it never became a call of the phone's
                queue = event.get("queue", "")
                call = RingingCall(known, Direction.INBOUND, event["number"], queue, turned_away=True)
                begin_phone_call(session, person_id, call, at, self._zone)
            case "StateChanged" if event["state"]["phase"] == "talking":
                answer_phone_call(session, person_id, event["call_id"], at)
            case "CallEnded":
                by, code = str(event["ended_by"]), int(event["code"])
                end_phone_call(session, person_id, event["call_id"], at, ended_by=by, code=code)
            case _:
                pass
