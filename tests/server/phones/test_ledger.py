"""What telephones tell is written down: each call from its first ring, and when the telephone was there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcoach.datapath import Direction, Speaker
from callcoach.line.standing import PhoneStanding, StandingCall
from callcoach.line.wire import PROTOCOL, Happened, Hello
from callcoach.principal import Principal, Role
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.ledger import Ledger
from callcoach.server.phones.news import News
from callcoach.server.phones.phone import Phone
from callcoach.sip import events
from callcoach.sip.states import CallState, Phase
from callcoach.store.engine import Database
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.tables import AttendanceRow, PhoneCallRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
"""Half past midnight of the next day in Shanghai."""
TALKS = CallState(Phase.TALKING)


class Told:
    """An agent's phone that tells a ledger things, at times."""

    def __init__(self, database: Database) -> None:
        with database.writing() as session:
            person = add_person(session, NewPerson("li", "李", Role.AGENT, ("一组",), ()))
        self.database, self.person_id = database, person.id
        self.exchange = Exchange(None)
        self.ledger = Ledger(database, self.exchange, SHANGHAI, lambda: BEGIN)
        principal = Principal(person.id, "李", Role.AGENT, frozenset(team.id for team in person.teams))
        self.phone = Phone(principal, Hello(PROTOCOL, "1", "801", 8000))

    def news(self, kind: str, after_s: float, data: dict | None = None) -> None:
        self.ledger._take(News(self.person_id, kind, data or {}), BEGIN + timedelta(seconds=after_s))

    def event(self, after_s: float, event: events.PhoneEvent) -> None:
        self.news("event", after_s, events.as_plain(event))

    @contextmanager
    def connected(self, after_s: float, *calls: StandingCall) -> Iterator[None]:
        self.phone.standing = PhoneStanding(registered=True, calls=calls)
        with self.exchange.connected(self.phone):
            self.news("connected", after_s)
            yield

    def calls(self) -> list[PhoneCallRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(PhoneCallRow).order_by(PhoneCallRow.id)))


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


def ended(call_id: str, code: int, by: Speaker = Speaker.CUSTOMER) -> events.CallEnded:
    return events.CallEnded(call_id, Direction.INBOUND, by, code, "", "PCMA", False, None, None)


def test_answered_missed_and_turned_away_calls_are_told_apart(told: Told) -> None:
    told.event(0, events.IncomingCall("c1", "138", "", (), "", False, "售后"))
    told.event(6, events.StateChanged("c1", TALKS, Speaker.AGENT))
    told.event(7, events.StateChanged("c1", TALKS, Speaker.AGENT))
    told.event(66, ended("c1", 200))
    told.event(70, ended("c1", 200))
    told.event(100, events.IncomingCall("c2", "139", "", (), "", waiting=False))
    told.event(120, ended("c2", 487))
    told.event(130, events.CallTurnedAway("137", "", (), "", "销售"))
    told.event(140, events.OutgoingCall("c3", "13900000000"))
    told.event(150, events.StateChanged("c3", TALKS, Speaker.CUSTOMER))
    told.event(180, ended("c3", 200, Speaker.AGENT))
    first, second, third, fourth = told.calls()
    assert (first.ring_s, first.talk_s, first.queue, first.ended_by) == (6, 60, "售后", "customer")
    assert first.day.isoformat() == "2026-11-03", "the day of the site's zone"
    assert (second.ring_s, second.talk_s, second.answered_at, second.code) == (20, None, None, 487)
    assert (third.turned_away, third.queue, third.ended_at is not None) == (True, "销售", True)
    assert (fourth.direction, fourth.talk_s, fourth.ended_by) == (Direction.OUTBOUND, 30, "agent")


def test_what_happened_while_the_line_was_down_is_neither_lost_nor_made_up(told: Told) -> None:
    with told.connected(0):
        told.event(1, events.IncomingCall("c1", "138", "", (), "", waiting=False))
        told.event(2, events.IncomingCall("c2", "139", "", (), "", waiting=True))
        told.event(5, events.StateChanged("c1", TALKS, Speaker.AGENT))
        told.news("gone", 60)
    since = (BEGIN + timedelta(seconds=90)).timestamp()
    goes_on = StandingCall("c1", "inbound", "138", phase="talking", talking_since=(BEGIN.timestamp() + 5))
    new = StandingCall("c9", "inbound", "137", phase="talking", queue="售后", talking_since=since)
    with told.connected(100, goes_on, new):
        told.event(110, ended("c1", 200))
        told.event(120, ended("c9", 200))
    first, second, third = told.calls()
    assert first.talk_s == 105
    assert (second.ended_at, second.talk_s, second.ring_s) == (BEGIN + timedelta(seconds=100), None, None)
    assert (third.talk_s, third.ring_s, third.queue) == (30, None, "售后")
    with told.database.reading() as session:
        spans = session.execute(select(AttendanceRow.from_at, AttendanceRow.until_at).order_by(AttendanceRow.id)).all()
    assert spans[0] == (BEGIN, BEGIN + timedelta(seconds=60))
    assert spans[1][0] == BEGIN + timedelta(seconds=100)


def test_a_phone_that_is_still_there_stays(told: Told) -> None:
    with told.connected(0):
        told.ledger._note_staying(tuple(told.ledger._there.values()), BEGIN + timedelta(seconds=60))
        with told.database.reading() as session:
            assert session.scalar(select(AttendanceRow.until_at)) == BEGIN + timedelta(seconds=60)


def test_what_phones_tell_is_followed_until_the_server_stops(told: Told) -> None:
    clock = [BEGIN]
    told.ledger._now = lambda: clock[0]

    async def served() -> None:
        following = asyncio.create_task(told.ledger.follow())
        await asyncio.sleep(0)
        told.phone.standing = PhoneStanding(registered=True)
        with told.exchange.connected(told.phone):
            event = events.as_plain(events.IncomingCall("c1", "138", "", (), "", waiting=False))
            told.exchange.take(told.phone, Happened(event))
            async with asyncio.timeout(20):
                while not told.calls():
                    await asyncio.sleep(0.01)
            clock[0] = BEGIN + timedelta(seconds=30)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    asyncio.run(served())
    assert [one.phone_call_id for one in told.calls()] == ["c1"]
    with told.database.reading() as session:
        assert session.scalar(select(AttendanceRow.until_at)) == BEGIN + timedelta(seconds=30)
