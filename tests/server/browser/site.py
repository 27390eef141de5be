"""A site for browsers to look at: a real server whose data has something of everything.

A domain that gets pages adds to `fill` what there is to see on them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcoach.principal import Role, Scope
from callcoach.server.pages.navigation import NAVIGATION
from callcoach.server.sign_in.cookies import lifetime_of
from callcoach.settings import Settings
from callcoach.store.audit import note
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.model import NewPerson
from callcoach.store.passwords import put_password
from callcoach.store.people import add_person, person_by_login
from callcoach.store.schema import upgrade
from callcoach.store.sessions import begin_session
from callcoach.store.tokens import make_token
from callcoach.store.watched import SeenFile, note_file, note_folder
from tests.server.browser.filled_around import put_around
from tests.server.browser.filled_calling import put_campaigns, put_contact_book, put_customer_cards
from tests.server.browser.filled_calls import APPEALED, EVENTFUL, PUBLISHED, put_calls, put_review_work, put_reviews
from tests.server.browser.filled_teaching import OWN_RULE, put_teaching
from tests.server.process import Server
from tests.server.visitors import HASH
from tests.store.rolled import roll_up

ADMINISTRATOR = "admin"
PEOPLE = (
    NewPerson(ADMINISTRATOR, "陈静", Role.ADMINISTRATOR, (), (), "chen.jing@example.com"),
    NewPerson("wang.fang", "王芳", Role.SUPERVISOR, ("售后一组", "售后二组"), (), "wang.fang@example.com"),
    NewPerson("liu.yang", "刘洋", Role.TRAINER),
    NewPerson("zhang.wei", "张伟", Role.AGENT, ("售后一组",), ("801", "8801"), "zhang.wei@example.com"),
    NewPerson("li.na", "李娜", Role.AGENT, ("售后一组",), ("802",)),
    NewPerson("zhao.lei", "赵磊", Role.AGENT, ("售后二组",), ("803",)),
    NewPerson("sun.li", "孙丽", Role.AGENT, ("热线支持与投诉处理组",), ("804",), "a.rather.long.address@example.com"),
)
AGENTS = ("results",)
BESIDE = {
    "trends-filled": "/trends?from_day=2026-01-20&to_day=2026-01-31",
    "rule": "/trends/rules/neg.but?from_day=2026-01-20&to_day=2026-01-31",
    "round": "/rounds/1",
    "plan-preview": "/plans?plan=1&day=2026-01-30",
    "rule-own": "/rules/neg.but",
    "rule-new": "/rules/new",
    "rule-draft": f"/rules/{OWN_RULE}/draft",
    "drill": "/drills/1",
    "drill-new": "/drills/new?agent_id=4&rule_id=forbid.absolutely_not",
    "hook": "/hooks/1",
    "phone": "/phones/4",
    "customer": "/customers/1",
    "customer-new": "/customers/new",
    "customers-import": "/customers/import",
    "campaign": "/campaigns/1",
    "campaign-import": "/campaigns/1/import",
    "contacts-import": "/contacts/import",
    "contact": "/contacts/2",
    "desk-notes": "/desk/notes?call_id=live-1&number=13800000020",
    "desk-wrap-up": "/desk/wrap-up?call_id=live-1&number=13800000020",
    "desk-callbacks": "/desk/callbacks",
    "callback": "/callbacks/4",
    "complaint": "/complaints/1",
    "complaint-new": "/complaints/new?call_id=demo-01",
    "disposition": "/dispositions?change=2",
    "script": "/scripts/1",
    "desk-script": "/desk/script?call_id=live-1&number=13800000020&direction=inbound",
    "survey": "/surveys/1",
    "statistics-by-day": "/statistics?by=day",
    "follow-ups-answered": "/follow-ups?state=any",
    "follow-up-answered": "/follow-ups/3",
    "follow-up-open": "/follow-ups/5",
    "person": "/people/4",
    "person-new": "/people/new",
    "call": "/calls/demo-01",
    "call-failed": "/calls/demo-23",
    "call-eventful": f"/calls/{EVENTFUL}",
    "call-waiting": "/calls/demo-24",
    "call-appealed": f"/calls/{APPEALED}",
    "appeals-open": "/appeals?show=open",
    "appeals-decided": "/appeals?show=decided",
}
"""Pages without an entry in the navigation, by a name for their pictures."""


def pages() -> dict[str, str]:
    """Return the path of every page that an administrator may open, by name."""
    return {name: path for name, path in _entries().items() if name not in AGENTS} | BESIDE


def agents_pages() -> dict[str, str]:
    """Return the pages that only an agent has, or that look different to one."""
    own = {name: path for name, path in _entries().items() if name in AGENTS}
    return own | {
        "call-of-agent": f"/calls/{PUBLISHED}",
        "drills-of-agent": "/drills",
        "drill-to-say": "/drills/1",
        "drill-to-choose": "/drills/2",
    }


def _entries() -> dict[str, str]:
    return {entry.name: entry.path for section in NAVIGATION for entry in section.entries}


@dataclass(frozen=True)
class Site:
    """The running site."""

    server: Server
    settings: Settings

    def session_of(self, login: str) -> str:
        """Return the token of a new session."""
        with opened(self.settings) as database, database.writing() as session:
            person = person_by_login(session, login)
            return begin_session(session, person.id, lifetime_of(self.settings))


def make_filled(folder: Path, *, with_calls: bool = True) -> None:
    """Make a site's data folder with something of everything in it."""
    own = Settings(data_dir=folder)
    with opened(own) as database:
        upgrade(database)
        fill(database)
        if with_calls:
            put_calls(own, database)
            put_review_work(database)
            put_reviews(own, database)
            put_around(own, database)
            put_teaching(database)
        roll_up(database, own.server.time_zone)


@contextmanager
def running_site(folder: Path, filled: Path | None = None, **settings: str) -> Iterator[Site]:
    """Run a server until the end of the block: on a copy of `filled`, or on people and their lists without calls."""
    if filled is None:
        make_filled(folder, with_calls=False)
    else:
        shutil.copytree(filled, folder, dirs_exist_ok=True)
    with Server(folder, **settings) as server:
        yield Site(server, Settings(data_dir=folder))


def fill(database: Database) -> None:
    """Put something of everything into the data."""
    with database.writing() as session:
        people = {new.login: add_person(session, new) for new in PEOPLE}
        for login in (ADMINISTRATOR, "wang.fang", "zhang.wei", "li.na"):
            put_password(session, people[login].id, HASH)
        administrator = people[ADMINISTRATOR].id
        make_token(session, administrator, "统计报表", (Scope.CALLS_READ, Scope.EVENTS))
        make_token(session, administrator, "录音导入", (Scope.CALLS_WRITE,))
        note_folder(session, "/srv/pbx/recordings", "main", "", 2)
        note_folder(session, "/mnt/branch/录音", "main", "The folder is not there. Make or mount it.", 0)
        pbx, bad = "/srv/pbx/recordings", "The file '20260131-101500.wav' is empty; expected a recording."
        note_file(session, SeenFile(f"{pbx}/20260131-101500_805_13800000020.wav", pbx, 0, 1, bad))
        note_file(session, SeenFile(f"{pbx}/20260131-102200_801_13800000021.wav", pbx, 9, 1, call_id="demo-01"))
        for number in range(60):
            deed = ("call.see", "call.hear", "person.change", "token.make")[number % 4]
            about = ("call", f"20260131-{number:04}") if number % 4 < 2 else ("person", str(number % 7 + 1))
            detail = {"name": "统计报表"} if deed == "token.make" else {}
            person_id = people[PEOPLE[number % 5].login].id
            note(session, deed, person_id=person_id, about=about, detail=detail, address="192.0.2.17")
        put_contact_book(session)
        put_customer_cards(session, people["zhang.wei"].id)
        agents = [people[login].id for login in ("zhang.wei", "li.na")]
        put_campaigns(session, people["wang.fang"].id, agents)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the site's database beside its server."""
    database = open_database(database_url("", settings.data_dir))
    try:
        yield database
    finally:
        database.close()
