"""Whatever is done to calls and reviews, the roll-ups say what the rows say: on both databases, whatever the order."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from callcoach.datapath import Call, FindingStatus
from callcoach.review.acts import Finish, Judge, Reopen, Verdict
from callcoach.review.guards import Actor
from callcoach.review.stages import Stage
from callcoach.store.engine import Database
from callcoach.store.people import take_agent_name
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.sheets import SheetRef, read_sheet
from callcoach.store.tables import (
    CallRow,
    CallSumsRow,
    FindingRow,
    HourSumsRow,
    JudgedRow,
    Level,
    RuleSumsRow,
    TrendStaleRow,
)
from callcoach.store.trends.rolling import build, built_from, prepare
from callcoach.store.work import save_analysis
from tests.review.builders import BASIS, NOON
from tests.store.reviews.floor import Floor, analysis_of, make_floor, put_scored
from tests.store.rolled import roll_up

ZONE = ZoneInfo("Asia/Shanghai")
TIMES = (datetime(2026, 1, 30, 15, 50, tzinfo=UTC), datetime(2026, 1, 31, 16, 10, tzinfo=UTC), NOON)


def told(database: Database) -> dict[Any, dict[str, float]]:
    """What the roll-ups say, by what they are of; sums that are nought left out."""
    found = {}
    for table in (CallSumsRow, RuleSumsRow, HourSumsRow):
        keys = [column.name for column in table.__table__.primary_key]
        names = [column.name for column in table.__table__.columns if not column.primary_key]
        with database.reading() as session:
            for row in session.scalars(select(table)):
                sums = {name: round(getattr(row, name), 6) for name in names if getattr(row, name)}
                found[table.__tablename__, *(getattr(row, key) for key in keys)] = sums
    return found


def computed(database: Database) -> dict[Any, dict[str, float]]:
    """The same from the rows, call by call."""
    found: dict[Any, Counter] = {}
    with database.reading() as session:
        for call in session.scalars(select(CallRow)):
            for key, sums in _of_call(session, call):
                for cell in _cells(key, call):
                    found.setdefault(cell, Counter()).update(sums)
    return {key: {name: round(value, 6) for name, value in sums.items() if value} for key, sums in found.items()}


def _cells(key: tuple, call: CallRow):
    table, *rest = key
    day = call.started_at.astimezone(ZONE).date()
    for first, levels in (
        (day, (Level.DAY_AGENT, Level.DAY_TEAM, Level.DAY_ALL)),
        (day.replace(day=1), (Level.MONTH_AGENT, Level.MONTH_TEAM, Level.MONTH_ALL)),
    ):
        team, agent = call.team_id or 0, call.agent_id or 0
        for level, who in zip(levels, ((team, agent), (team, 0), (0, 0)), strict=True):
            yield (table, level, first, *who, *rest)


def _of_call(session: Session, call: CallRow):
    machine = session.execute(
        select(FindingRow.rule_id, FindingRow.severity, FindingRow.status).where(FindingRow.call_pk == call.pk)
    ).all()
    machine = [(rule, severity) for rule, severity, status in machine if status is FindingStatus.SCORED]
    judged = session.execute(
        select(JudgedRow.rule_id, JudgedRow.severity, JudgedRow.verdict).where(JudgedRow.call_pk == call.pk)
    ).all()
    standing = [(one.rule_id, one.severity) for one in judged if one.verdict != "rejected"]
    standing = standing if call.reviewed else machine
    sums: dict[str, float] = {
        "calls": 1,
        "duration_s": call.duration_s,
        "findings": len(machine),
        "standing": len(standing),
        "serious_calls": any(severity.value in ("serious", "fatal") for _, severity in standing),
    }
    if call.score is not None:
        sums |= {"scored": 1, "score": call.score, "score_squares": call.score**2}
        sums[f"scores_{min(int(call.score // 10), 9)}"] = 1
        sums |= {"measured": 1}  # the calls of these tests have measures of nothing else
    if call.reviewed_score is not None:
        sums |= {"reviewed": 1, "reviewed_score": call.reviewed_score}
    yield ("trend_calls",), sums
    at = call.started_at.astimezone(ZONE)
    score = {"scored": 1, "score": call.score} if call.score is not None else {}
    yield ("trend_hours", at.weekday(), at.hour), {"calls": 1, "standing": len(standing), **score}
    for rule in {rule for rule, *_ in [*machine, *judged]}:
        by_machine = sum(one == rule for one, _ in machine)
        stands = sum(one == rule for one, _ in standing)
        verdicts = Counter(one.verdict for one in judged if one.rule_id == rule)
        yield (
            ("trend_rules", rule),
            {
                "findings": by_machine,
                "finding_calls": by_machine > 0,
                "finding_squares": by_machine**2,
                "standing": stands,
                "standing_calls": stands > 0,
                "standing_squares": stands**2,
                **verdicts,
            },
        )


def without_nothing(sums: dict[Any, dict[str, float]]) -> dict[Any, dict[str, float]]:
    """Sums with something in them: a cell whose last call went may stand there with nought."""
    return {key: value for key, value in sums.items() if value}


def stale(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(TrendStaleRow.id)).all())


DEEDS = ("come", "come", "come", "score", "again", "finish", "finish", "reopen", "move", "leave", "name")


class Life:
    """What happens to calls and reviews, by chance that is the same at every run."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.chance = random.Random(60)
        self.number = 0

    def happen(self) -> str:
        deed = self.chance.choice(DEEDS)
        with self.floor.database.writing() as session:
            rows = session.scalars(select(CallRow).order_by(CallRow.pk)).all()
            if deed == "come" or not rows:
                self.come(session)
            elif deed in ("finish", "reopen"):
                self.review(session, deed, self.chance.choice(rows))
            else:
                self.change(session, deed, self.chance.choice(rows))
        return deed

    def come(self, session: Session) -> None:
        self.number += 1
        at = self.chance.choice(TIMES) + timedelta(hours=self.chance.randrange(30))
        agent, score = self.chance.choice(["806", "807", "900", ""]), self.chance.choice([0, 59.5, 100])
        put_scored(session, f"x{self.number}", agent, started_at=at, score=score)

    def review(self, session: Session, deed: str, call: CallRow) -> None:
        ref, reviewer = SheetRef(call.pk), Actor(self.floor["boss"].person_id)
        stage = read_sheet(session, ref).review.stage
        done = stage not in (Stage.UNREVIEWED, Stage.IN_REVIEW)
        if deed == "reopen" and done:
            do(session, call.id, ref, BASIS, Deed(Reopen(), reviewer, NOON, "again"))
        elif deed == "finish" and not done:
            for finding in BASIS.report.findings:
                verdict = self.chance.choice(list(Verdict))
                do(session, call.id, ref, BASIS, Deed(Judge(finding.id, verdict), reviewer, NOON, "why"))
            do(session, call.id, ref, BASIS, Deed(Finish(NOON + timedelta(days=5)), reviewer, NOON))

    def change(self, session: Session, deed: str, call: CallRow) -> None:
        if deed == "score":
            call.score = self.chance.uniform(0, 100)
        elif deed == "again":
            analysis = analysis_of(Call(call.id, agent=call.agent, started_at=call.started_at))
            if self.chance.random() < 0.5:  # another analysis finds other things
                analysis = replace(analysis, rules=replace(analysis.rules, findings=analysis.rules.findings[1:]))
            save_analysis(session, call.id, analysis)
        elif deed == "move":
            mine = update(CallRow).where(CallRow.pk == call.pk)
            session.execute(mine.values(started_at=self.chance.choice(TIMES)))
        elif deed == "leave":
            session.execute(delete(CallRow).where(CallRow.pk == call.pk))
        else:
            call.agent, call.agent_id = f"n{self.chance.random()}", None
            session.flush()
            take_agent_name(session, call.agent, self.floor["wang"].person_id, None)


@pytest.mark.slow
def test_the_roll_ups_say_what_the_rows_say(database: Database) -> None:
    life = Life(make_floor(database))
    roll_up(database, ZONE.key)
    for _ in range(60):
        deed = life.happen()
        assert stale(database) == 0
        assert without_nothing(told(database)) == without_nothing(computed(database)), deed
    before = told(database)
    roll_up(database, "UTC")
    roll_up(database, ZONE.key)
    assert without_nothing(told(database)) == without_nothing(before), "built anew, they say the same"


def test_while_they_are_built_it_is_said_how_far_back_they_reach(database: Database) -> None:
    make_floor(database)
    with database.writing() as session:
        put_scored(session, "old", "806", started_at=datetime(2025, 11, 3, 4, tzinfo=UTC))
        prepare(session, ZONE.key)
    with database.writing() as session:
        assert built_from(session) == date.max
        assert build(session)
    with database.reading() as session:
        assert built_from(session) == NOON.astimezone(ZONE).date()
    for _ in range(2):
        with database.writing() as session:
            build(session)
    with database.reading() as session:
        assert built_from(session) is None


def test_a_clock_that_is_wrong_hinders_nothing(database: Database) -> None:
    make_floor(database)
    with database.writing() as session:
        prepare(session, ZONE.key)
        while build(session):
            pass
    with database.writing() as session:
        put_scored(session, "odd", "806", started_at=datetime(9999, 12, 31, 23, tzinfo=UTC))
        put_scored(session, "ancient", "806", started_at=datetime(1, 1, 1, tzinfo=UTC))
    with database.reading() as session:
        assert session.scalar(select(CallSumsRow.calls).where(CallSumsRow.level == Level.MONTH_ALL)) == 1
    assert stale(database) == 0


def test_every_table_that_is_counted_has_its_triggers(database: Database) -> None:
    wanted = {"calls", "findings", "call_measures", "judged_findings"}
    query = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'trend%'"
        if database.is_sqlite
        else "SELECT event_object_table, trigger_name || event_manipulation FROM information_schema.triggers"
        " WHERE trigger_name LIKE 'trend%'"
    )
    with database.engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    assert {table for table, _ in rows} == wanted
    assert len(set(rows)) == 12, "after each insert, update and delete"
