"""A floor with a scored call: its people, its rows, its analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach.analysis import SCHEMA_VERSION
from callcoach.datapath import Call, CallAnalysis, Direction, Recording, RuleReport, Speaker, Transcript, Turn
from callcoach.principal import Principal, Role
from callcoach.review.acts import Act
from callcoach.review.guards import Actor
from callcoach.review.rescoring import Basis
from callcoach.scoring import score
from callcoach.store.calls import add_call
from callcoach.store.engine import Database
from callcoach.store.model import NewPerson, StoredSound
from callcoach.store.people import add_person, as_principal
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.sheets import Sheet, SheetRef
from callcoach.store.tables import CallRow
from callcoach.store.work import save_analysis
from tests.review.builders import BASIS, DURATION_S, NOON

PEOPLE = {
    "li": NewPerson("li", "李", Role.AGENT, ("一组",), ("806",)),
    "wang": NewPerson("wang", "王", Role.AGENT, ("二组",), ("807",)),
    "one": NewPerson("one", "一组组长", Role.SUPERVISOR, ("一组",)),
    "two": NewPerson("two", "二组组长", Role.SUPERVISOR, ("二组",)),
    "trainer": NewPerson("trainer", "培训师", Role.TRAINER),
    "boss": NewPerson("boss", "管理员", Role.ADMINISTRATOR),
}


@dataclass(frozen=True)
class Floor:
    database: Database
    people: dict[str, Principal]

    def __getitem__(self, login: str) -> Principal:
        return self.people[login]

    def pk(self, call_id: str) -> int:
        with self.database.reading() as session:
            return session.scalars(select(CallRow.pk).where(CallRow.id == call_id)).one()

    def row(self, call_id: str) -> CallRow:
        with self.database.reading() as session:
            return session.scalars(select(CallRow).where(CallRow.id == call_id)).one()

    def do(self, login: str | None, act: Act, version: int | None = None, **more: object) -> Sheet:
        """Do something in the review of c1."""
        person = None if login is None else self.people[login].person_id
        deed = Deed(act, Actor(person, login == "li"), NOON, expected_version=version)
        with self.database.writing() as session:
            return do(session, "c1", SheetRef(self.pk("c1")), BASIS, replace(deed, **more))  # type: ignore[arg-type]


def make_floor(database: Database) -> Floor:
    with database.writing() as session:
        people = {login: as_principal(add_person(session, person)) for login, person in PEOPLE.items()}
        put_scored(session, "c1", "806")
    return Floor(database, people)


def analysis_of(call: Call, basis: Basis = BASIS) -> CallAnalysis:
    turns = (
        Turn(0, Speaker.AGENT, 0.5, 3.0, "您好请问"),
        Turn(1, Speaker.CUSTOMER, 3.5, 6.0, "我的发票"),
    )
    report = RuleReport(basis.report.rulebook, basis.report.rulebook_version, basis.report.findings)
    return CallAnalysis(
        SCHEMA_VERSION,
        "test",
        call,
        Recording("call.wav", "aa", 8000, DURATION_S, (Speaker.AGENT, Speaker.CUSTOMER)),
        (),
        Transcript(turns, "vosk", "test"),
        report,
        score(basis.rubric, report),
    )


def put_scored(
    session: Session,
    call_id: str,
    agent: str,
    *,
    started_at: datetime = NOON,
    score: float | None = None,
    duration_s: float = DURATION_S,
    direction: Direction = Direction.INBOUND,
) -> Call:
    """Add a call that the machine has scored."""
    call = Call(call_id, direction=direction, agent=agent, started_at=started_at)
    pk = add_call(session, call, StoredSound(f"hash-{call_id}", "call.wav"))
    save_analysis(session, call_id, analysis_of(call))
    row = session.get_one(CallRow, pk)
    row.duration_s = duration_s
    if score is not None:
        row.score = score
    return call


MINUTE = timedelta(minutes=1)
