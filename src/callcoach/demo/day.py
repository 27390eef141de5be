"""A day of calls to look at: people of two teams, and calls of the last days and weeks waiting to be analysed.

Takes an empty data folder; what was filled once is left as it is. The calls' sound is real, and the server analyses
them as it does any others, while one already looks.
"""

from __future__ import annotations

import json
import random
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from callcoach.atomic import write_atomic
from callcoach.datapath import Call, CallEvent, CallEventKind, Direction, Speaker
from callcoach.demo.variants import make_variant, write_variant
from callcoach.principal import Role
from callcoach.store.model import NewPerson
from callcoach.store.passwords import hash_password, put_password
from callcoach.store.people import add_person, list_people
from callcoach.work.desk import Desk
from callcoach.work.receiving import Sender, discard, receive, stage

DONE_FILE = "demo.json"
"""Says that a data folder is filled, and the password of its people."""
CALLS = 36
RECENT = 24
"""So many calls are of the last two days. The others lie further and further back, every second one of the first agent,
so that there is a before and an after."""
OPEN_H, CLOSE_H = 9, 18
TEAMS = ("售后一组", "售后二组")
PEOPLE = (
    NewPerson("admin", "陈静", Role.ADMINISTRATOR),
    NewPerson("wang.fang", "王芳", Role.SUPERVISOR, TEAMS),
    NewPerson("zhao.min", "赵敏", Role.SUPERVISOR, TEAMS),
    NewPerson("liu.yang", "刘洋", Role.TRAINER),
    NewPerson("zhang.wei", "张伟", Role.AGENT, TEAMS[:1], ("801",)),
    NewPerson("li.na", "李娜", Role.AGENT, TEAMS[:1], ("802",)),
    NewPerson("sun.li", "孙丽", Role.AGENT, TEAMS[:1], ("803",)),
    NewPerson("zhou.jie", "周杰", Role.AGENT, TEAMS[1:], ("811",)),
    NewPerson("wu.gang", "吴刚", Role.AGENT, TEAMS[1:], ("812",)),
    NewPerson("he.xia", "何霞", Role.AGENT, TEAMS[1:], ("813",)),
)
CUSTOMERS = ("李先生", "王女士", "刘先生", "陈女士", "杨先生", "黄女士", "周先生", "徐女士")
QUEUES = ("物流", "银行卡", "投诉")
TAGS = ((), (), (), ("投诉",), ("催单",), ("回访",))


@dataclass(frozen=True, slots=True)
class Filled:
    """A data folder with a day in it."""

    password: str
    """Of all its people."""
    calls: int


def fill_day(desk: Desk, today: datetime, calls: int = CALLS) -> Filled:
    """Fill the data folder, unless it is filled; `today` is now, in the site's time zone.

    Raises:
        StoreError: the disk or the database refused.
    """
    done = desk.settings.data_dir / DONE_FILE
    if done.is_file():
        return Filled(**json.loads(done.read_text(encoding="utf-8")))
    filled = Filled(secrets.token_urlsafe(9), calls)
    add_people(desk, filled.password)
    for number in range(calls):
        bring(desk, number, today)
    write_atomic(done, json.dumps({"password": filled.password, "calls": calls}).encode())
    return filled


def add_people(desk: Desk, password: str) -> None:
    """Add the people who are not there yet."""
    encoded = hash_password(password)
    with desk.database.writing() as session:
        there = {person.login for person in list_people(session)}
        for new in PEOPLE:
            if new.login not in there:
                put_password(session, add_person(session, new).id, encoded)


def bring(desk: Desk, number: int, today: datetime) -> str:
    """Bring in the call of this number, from 0; return its id. A call that is there already is left alone."""
    variant = make_variant(number)
    call = make_call(number, today, len(variant.sound) / 8000)
    with tempfile.TemporaryDirectory(prefix="callcoach-demo-") as folder:
        path = Path(folder) / f"{call.id}.wav"
        write_variant(variant, path)
        with path.open("rb") as sound:
            staged = stage(desk, sound, path.name)
    try:
        return receive(desk, staged, None, call, Sender()).call_id
    finally:
        discard(staged)


def make_call(number: int, today: datetime, duration_s: float) -> Call:
    """Return what the telephone system would tell of the call of this number."""
    chance = random.Random(1000 + number)  # noqa: S311 - variety, not secrecy
    agents = [one for one in PEOPLE if one.role is Role.AGENT]
    older = max(0, number - RECENT + 1)
    agent = agents[0] if older % 2 else agents[number % len(agents)]
    minute = OPEN_H * 60 + number * (CLOSE_H - OPEN_H) * 60 // CALLS
    day = today.date() - timedelta(days=1 + 2 * older if older else 1 + number % 2)
    started = datetime.combine(day, time(minute // 60, minute % 60, chance.randrange(60)), today.tzinfo)
    inbound = chance.random() < 0.75
    return Call(
        id=f"demo-{number + 1:02d}",
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        agent=agent.agent_names[0],
        team=agent.teams[0],
        remote_number=f"138{chance.randrange(10**8):08d}",
        remote_name=CUSTOMERS[chance.randrange(len(CUSTOMERS))],
        started_at=started,
        events=tuple(_events(chance, inbound, duration_s)),
        ended_by=Speaker.CUSTOMER if chance.random() < 0.7 else Speaker.AGENT,
        queue=QUEUES[number % 2] if chance.random() < 0.9 else QUEUES[2],
        tags=TAGS[chance.randrange(len(TAGS))],
    )


def _events(chance: random.Random, inbound: bool, duration_s: float) -> Iterator[CallEvent]:
    caller, called = (Speaker.CUSTOMER, Speaker.AGENT) if inbound else (Speaker.AGENT, Speaker.CUSTOMER)
    yield CallEvent(CallEventKind.RING, -round(chance.uniform(2, 19), 1), caller)
    yield CallEvent(CallEventKind.ANSWER, 0.0, called)
    yield CallEvent(CallEventKind.END, round(duration_s, 1), Speaker.CUSTOMER)
