"""Calls for the browser's site: real sound; two analysed for real, the others with part of what was found in these.

The analyses are made once for all sites of a test run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from callcoach.analysis import load, save
from callcoach.datapath import CallAnalysis
from callcoach.demo.day import bring
from callcoach.review.periods import PeriodUnit
from callcoach.review.sampling import Method, QuotaPer
from callcoach.scoring import load_rubric, score
from callcoach.settings import Settings, load_settings
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.people import as_principal, person_by_login
from callcoach.store.reviews.assignments import assign
from callcoach.store.reviews.plans import PlanTerms, add_plan
from callcoach.store.reviews.rounds import RoundTerms, add_round
from callcoach.store.schema import upgrade
from callcoach.store.work import begin_step, end_step, fail, save_analysis
from callcoach.work.desk import Desk
from callcoach.work.steps import STEPS, receive

TODAY = datetime(2026, 1, 31, 18, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CALLS = 24
REAL = (0, 5)
"""Numbers of the calls that are analysed for real: one of each dialogue."""
FAILED, WAITING = 22, 23
WHY = "The recording received.wav is missing. Restore it from a backup, then retry the call."


def put_calls(settings: Settings, database: Database) -> None:
    """Bring calls into a site's database and folder."""
    desk = Desk(settings, database)
    models = settings.data_dir / "models"
    if not models.exists():
        models.symlink_to(load_settings().models_dir, target_is_directory=True)
    for number in range(CALLS):
        call_id = bring(desk, number, TODAY)
        if number == FAILED:
            with database.writing() as session:
                fail(session, call_id, WHY)
        elif number != WAITING:
            _put_analysis(desk, call_id, number)


def put_review_work(database: Database) -> None:
    """Have reviews wait: assignments, a sampling plan, a calibration round."""
    now = TODAY
    with database.writing() as session:
        boss = as_principal(person_by_login(session, "admin"))
        supervisor, trainer = (person_by_login(session, login).id for login in ("wang.fang", "liu.yang"))
        for number, person in ((8, supervisor), (9, boss.person_id), (12, boss.person_id)):
            due = now + timedelta(days=number - 9)
            assign(session, boss, f"demo-{number:02d}", person, due_at=due, at=now - timedelta(days=3))
        terms = PlanTerms(
            "每周每人两通", Method.STRATIFIED, PeriodUnit.WEEK, 2, QuotaPer.AGENT, 7, 3, (supervisor, trainer)
        )
        add_plan(session, boss, terms, now)
        add_round(session, boss, RoundTerms("一月校准", ("demo-10", "demo-14"), (boss.person_id, trainer)), now)


def _put_analysis(desk: Desk, call_id: str, number: int) -> None:
    receive(desk, call_id)
    made = _analyses()[number % 2]
    call = replace(made.call, id=call_id)
    findings = made.rules.findings
    if number not in REAL:
        findings = findings[:: 1 + number % 4]
    report = replace(made.rules, findings=findings)
    analysis = replace(made, call=call, rules=report, scorecard=score(load_rubric("service-language"), report))
    save(analysis, desk.folder(call_id))
    with desk.database.writing() as session:
        run = begin_step(session, call_id, "index")
        save_analysis(session, call_id, analysis)
        end_step(session, run)


@cache
def _analyses() -> Sequence[CallAnalysis]:
    """Analyse the real ones, in a data folder of their own."""
    folder = Path(mkdtemp(prefix="callcoach-analyses-"))
    (folder / "models").symlink_to(load_settings().models_dir, target_is_directory=True)
    settings = Settings(data_dir=folder)
    made: list[CallAnalysis] = []
    database = open_database(database_url("", folder))
    try:
        upgrade(database)
        desk = Desk(settings, database)
        for number in REAL:
            call_id = bring(desk, number, TODAY)
            for step in STEPS:
                step(desk, call_id)
            made.append(load(desk.folder(call_id) / "analysis.json"))
    finally:
        database.close()
    return made
