"""How long the server takes over 100,000 calls with 5 million turns: lists, filters, searches, calls, trends, plans.

Each request goes through the whole application in one process, sign-in by token included, and is timed from the
request to the end of the answer; parameters differ from request to request. CPU is that of the application and of
PostgreSQL, mean of the same requests: on a machine that does other things too, it says more than the clock. Smaller:
`--calls 10000`. Filling takes most of the time: `--keep FOLDER` leaves the SQLite database there and takes it again;
`--postgresql URL` does so with a database of yours, whose CPU is not counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from sqlalchemy import select, text
from starlette.testclient import TestClient
from tests.peers.postgres import find_programs, running_cluster

from benchmarks.bulk_filling import filling
from benchmarks.synthetic_calls import (
    AGENTS,
    DAYS,
    FIRST_DAY,
    TAGS,
    TEAMS,
    TURNS,
    Sayings,
    add_people,
    add_tags,
    make_batches,
    make_sayings,
    write_analyses,
)
from callcoach.principal import Scope
from callcoach.rules.rulebook import load_rulebook
from callcoach.server.app import create_app
from callcoach.settings import Settings, WorkSettings
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.people import person_by_login
from callcoach.store.schema import upgrade
from callcoach.store.tables import CallRow
from callcoach.store.tokens import make_token
from callcoach.store.trends.rolling import build, prepare

RUNS = 40
ANALYSES = 20
"""Calls that get a document besides their rows."""
LOGINS = ("boss", "lead3", "agent7")


@dataclass(frozen=True, slots=True)
class Room:
    """A server with its calls, and who asks."""

    client: TestClient
    tokens: dict[str, str]
    calls: int
    sayings: Sayings
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def get(self, path: str, login: str = "boss", **query: Any) -> Any:
        """Ask the server."""
        answer = self.client.get(path, params=query, headers={"Authorization": f"Bearer {self.tokens[login]}"})
        assert answer.status_code == 200, answer.text
        return answer

    def list(self, login: str = "boss", **query: Any) -> Any:
        """Ask for a list of calls."""
        return self.get("/api/v1/calls", login, **query)

    def day(self) -> str:
        """Some day of the year, as a time."""
        return (FIRST_DAY + timedelta(days=int(self.random.integers(DAYS - 31)))).isoformat()

    def month(self) -> dict[str, str]:
        """Some thirty days."""
        start = FIRST_DAY + timedelta(days=int(self.random.integers(DAYS - 31)))
        return {"started_from": start.isoformat(), "started_before": (start + timedelta(days=30)).isoformat()}

    def days(self, count: int) -> dict[str, str]:
        """So many days, as the pages name them."""
        start = FIRST_DAY + timedelta(days=int(self.random.integers(max(1, DAYS - count))))
        return {"from_day": str(start.date()), "to_day": str((start + timedelta(days=count - 1)).date())}

    def word(self, first: int, last: int) -> str:
        """Some word between two ranks of frequency."""
        return self.sayings.words[int(self.random.integers(first, last))]

    def piece(self) -> str:
        """Three characters out of the middle of some sentence."""
        sentence = self.sayings.sentences[int(self.random.integers(len(self.sayings.sentences)))]
        return sentence[1:4]

    def rule(self) -> str:
        """Some rule."""
        rules = load_rulebook_ids()
        return rules[int(self.random.integers(len(rules)))]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long some requests took, in milliseconds."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    """Mean."""


def load_rulebook_ids() -> tuple[str, ...]:
    """Ids of the built-in rules."""
    if not _RULES:
        _RULES.extend(rule.id for rule in load_rulebook("service-language").rules)
    return tuple(_RULES)


_RULES: list[str] = []
Request = Callable[[Room], Any]
REQUESTS: dict[str, Request] = {
    "list, first page": lambda room: room.list(),
    "list, first page, supervisor": lambda room: room.list("lead3"),
    "list, first page, agent": lambda room: room.list("agent7"),
    "list, a page in the middle": lambda room: room.list(started_before=room.day()),
    "list by score": lambda room: room.list(sort="score", descending=False),
    "list by duration": lambda room: room.list(sort="duration"),
    "filter: agent": lambda room: room.list(agent_id=int(room.random.integers(1, AGENTS))),
    "filter: team, a month, not reviewed": lambda room: room.list(
        team_id=int(room.random.integers(1, TEAMS)), reviewed=False, **room.month()
    ),
    "filter: direction, score range": lambda room: room.list(direction="outbound", score_max=40),
    "filter: rule": lambda room: room.list(rule=room.rule()),
    "filter: rule, supervisor": lambda room: room.list("lead3", rule=room.rule()),
    "filter: fatal": lambda room: room.list(severity="fatal"),
    "filter: tag": lambda room: room.list(tag=TAGS[int(room.random.integers(len(TAGS)))]),
    "filter: number": lambda room: room.list(number=f"1{room.random.integers(3000, 10000)}"),
    "filter: long calls of a month": lambda room: room.list(duration_min_s=600, **room.month()),
    "filter: nothing fits": lambda room: room.list(score_min=99.9, duration_min_s=1500, reviewed=True, tag="投诉"),
    "search: a common word": lambda room: room.list(text=room.word(0, 100)),
    "search: a word": lambda room: room.list(text=room.word(500, 3000)),
    "search: a rare word": lambda room: room.list(text=room.word(10_000, 30_000)),
    "search: two words": lambda room: room.list(text=f"{room.word(0, 500)} {room.word(0, 500)}"),
    "search: a piece of a sentence": lambda room: room.list(text=room.piece()),
    "search: one character": lambda room: room.list(text=room.word(0, 1000)[0]),
    "search: a word, supervisor, a month": lambda room: room.list("lead3", text=room.word(0, 3000), **room.month()),
    "call page: the call": lambda room: room.get(f"/api/v1/calls/call-{room.random.integers(room.calls):07}"),
    "call page: its analysis": lambda room: room.get(
        f"/api/v1/calls/call-{room.random.integers(ANALYSES):07}/analysis"
    ),
    "page: list": lambda room: room.get("/calls"),
    "page: list, a rule, supervisor": lambda room: room.get("/calls", "lead3", rule=room.rule()),
    "page: list, a word": lambda room: room.get("/calls", text=room.word(500, 3000)),
    "page: a call": lambda room: room.get(f"/calls/call-{room.random.integers(ANALYSES):07}"),
    "page: trends of 30 days": lambda room: room.get("/trends", **room.days(30)),
    "page: trends of 30 days, supervisor": lambda room: room.get("/trends", "lead3", **room.days(30)),
    "page: trends of a year": lambda room: room.get("/trends", **room.days(DAYS)),
    "page: a rule, 30 days": lambda room: room.get(f"/trends/rules/{room.rule()}", **room.days(30)),
    "page: a rule, 30 days, supervisor": lambda room: room.get(
        f"/trends/rules/{room.rule()}", "lead3", **room.days(30)
    ),
    "page: a rule, a year": lambda room: room.get(f"/trends/rules/{room.rule()}", **room.days(DAYS)),
    "page: coaching": lambda room: room.get("/coaching"),
    "page: plans": lambda room: room.get("/plans"),
}


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--keep", type=Path, help="folder of a SQLite database to fill, or to take as it is")
    parser.add_argument("--postgresql", default="", help="URL of a database to fill, or to take as it is")
    parser.add_argument("--only", default="", help="requests whose names contain this")
    options = parser.parse_args()
    sayings = make_sayings()
    requests = {what: request for what, request in REQUESTS.items() if options.only in what}
    columns: dict[str, dict[str, Timing]] = {}
    for name in options.databases.split(","):
        if name == "sqlite" or options.postgresql or find_programs() is not None:
            with server_at(name, options) as (folder, url):
                columns[name] = measure_database(folder, url, options.calls, sayings, requests)
    show(options.calls, columns, requests)


def measure_database(
    folder: Path, url: str, calls: int, sayings: Sayings, requests: dict[str, Request]
) -> dict[str, Timing]:
    """Fill a database, unless it is, and time every request."""
    settings = Settings(data_dir=folder, database_url=url, work=WorkSettings(calls_at_once=0))  # type: ignore[arg-type]
    database = open_database(database_url(url, settings.data_dir))
    upgrade(database)
    with database.reading() as session:
        is_filled = session.scalar(select(CallRow.pk).limit(1)) is not None
    if not is_filled:
        with told(f"{calls} calls filled in"):
            fill(database, calls, sayings)
        with told("days rolled up"):
            roll_up(database, settings.server.time_zone)
    with database.writing() as session:
        if not (settings.calls_dir / "call-0000000").exists():
            write_analyses(session, settings.calls_dir, ANALYSES)
        scopes = tuple(Scope)
        tokens = {login: make_token(session, person_by_login(session, login).id, "", scopes) for login in LOGINS}
    database.close()
    with TestClient(create_app(settings)) as client:
        room = Room(client, tokens, calls, sayings)
        return {what: timed(room, what, request) for what, request in requests.items()}


def fill(database: Database, calls: int, sayings: Sayings) -> None:
    """Write people and calls into a database that has the schema and nothing else."""
    with database.writing() as session:
        add_people(session)
        add_tags(session)
    with filling(database, sayings) as filled:
        for batch in make_batches(calls, sayings):
            filled.write(batch)
    with database.writing() as session:
        session.execute(text("ANALYZE"))


def roll_up(database: Database, zone: str) -> None:
    """Sum up every day, as a server does after an upgrade."""
    with database.writing() as session:
        prepare(session, zone)
    more = True
    while more:
        with database.writing() as session:
            more = build(session)
    with database.writing() as session:
        session.execute(text("ANALYZE"))


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say on the error stream how long the block took."""
    start, cpu = time.perf_counter(), cpu_s()
    yield
    print(f"{what}: {time.perf_counter() - start:.0f} s, CPU {cpu_s() - cpu:.0f} s", file=sys.stderr, flush=True)


def cpu_s() -> float:
    """Return the CPU time of this process and of all below it, PostgreSQL's among them."""
    below = (process.cpu_times() for process in psutil.Process().children(recursive=True))
    return time.process_time() + sum(
        times.user + times.system + times.children_user + times.children_system for times in below
    )


@contextmanager
def server_at(name: str, options: argparse.Namespace) -> Iterator[tuple[Path, str]]:
    """Give a data folder and the URL of a database of a kind; empty: SQLite in the data folder."""
    with tempfile.TemporaryDirectory(prefix="callcoach-bench-") as passing:
        if name == "sqlite":
            folder = Path(options.keep or passing)
            folder.mkdir(parents=True, exist_ok=True)
            yield folder, ""
        elif options.postgresql:
            yield Path(passing), options.postgresql
        else:
            programs = find_programs()
            assert programs is not None
            with running_cluster(programs) as cluster:
                yield Path(passing), cluster.new_database()


def timed(room: Room, what: str, request: Request) -> Timing:
    """Time some runs; the first one, which loads what is cached, does not count."""
    request(room)
    times_ms: list[float] = []
    cpu = cpu_s()
    for _ in range(RUNS):
        start = time.perf_counter()
        request(room)
        times_ms.append((time.perf_counter() - start) * 1000)
    p50_ms, p95_ms = (float(value) for value in np.percentile(times_ms, [50, 95]))
    timing = Timing(p50_ms, p95_ms, (cpu_s() - cpu) * 1000 / RUNS)
    print(f"  {what}: {timing.p50_ms:.1f} {timing.p95_ms:.1f} {timing.cpu_ms:.1f}", file=sys.stderr, flush=True)
    return timing


def show(calls: int, columns: dict[str, dict[str, Timing]], requests: Iterable[str]) -> None:
    """Print the table."""
    print("## Review room\n")
    size = f"{calls:,} calls, {calls * TURNS:,} turns"
    print(f"`python -m benchmarks.review_room`; {size}; p50 / p95 of {RUNS} requests and mean CPU, in ms.\n")
    print(f"| request | {' | '.join(f'{name} | CPU' for name in columns)} |")
    print(f"| --- | {' | '.join('---: | ---:' for _ in columns)} |")
    for what in requests:
        found = (columns[name][what] for name in columns)
        cells = (f"{one.p50_ms:.1f} / {one.p95_ms:.1f} | {one.cpu_ms:.1f}" for one in found)
        print(f"| {what} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
