"""Calls for the browser's site: real sound; two analysed for real, the others with part of what was found in these.

The analyses are made once for all sites of a test run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from callcoach.analysis import load, save
from callcoach.datapath import CallAnalysis, CallEvent, CallEventKind, NotEvaluated, RuleFailure, Speaker
from callcoach.demo.day import bring
from callcoach.review.acts import Act, AddNote, Appeal, Decide, Finish, Judge, Outcome, Verdict
from callcoach.review.guards import Actor
from callcoach.review.periods import PeriodUnit
from callcoach.review.rescoring import Basis
from callcoach.review.sampling import Method, QuotaPer
from callcoach.scoring import load_rubric, score
from callcoach.settings import Settings, load_settings
from callcoach.store.calls import get_call
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.people import as_principal, person_by_login
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.appointing import appoint
from callcoach.store.reviews.assignments import assign
from callcoach.store.reviews.plans import PlanTerms, add_plan
from callcoach.store.reviews.rounds import RoundTerms, add_round
from callcoach.store.reviews.sheets import SheetRef
from callcoach.store.schema import upgrade
from callcoach.store.tables import CallRow
from callcoach.store.work import begin_step, end_step, fail, save_analysis
from callcoach.work.desk import Desk
from callcoach.work.steps import STEPS, receive

TODAY = datetime(2026, 1, 31, 18, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CALLS = 24
REAL = (0, 5)
"""Numbers of the calls that are analysed for real: one of each dialogue."""
FAILED, WAITING = 22, 23
EVENTFUL = "demo-16"
"""A call that was held, muted and transferred, of which a rule failed and one was left out."""
EVENTS = (
    CallEvent(CallEventKind.DTMF, 5.0, Speaker.CUSTOMER, "3"),
    CallEvent(CallEventKind.HOLD, 10.0, Speaker.AGENT),
    CallEvent(CallEventKind.RESUME, 14.5, Speaker.AGENT),
    CallEvent(CallEventKind.MUTE, 20.0, Speaker.AGENT),
    CallEvent(CallEventKind.UNMUTE, 22.0, Speaker.AGENT),
    CallEvent(CallEventKind.TRANSFER, 30.0, Speaker.AGENT, "8002"),
)
PUBLISHED, APPEALED, DECIDED = "demo-13", "demo-19", "demo-20"
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
            put_analysis(desk, call_id, number)
        else:
            with database.writing() as session:
                row = session.query(CallRow).filter(CallRow.id == call_id).one()
                row.agent, row.agent_id = "8805", None


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


def put_reviews(settings: Settings, database: Database) -> None:
    """Have reviews in every stage a page looks different at: out, appealed against, appeal decided."""
    desk = Desk(settings, database)
    with database.writing() as session:
        people = {login: as_principal(person_by_login(session, login)) for login in ("wang.fang", "liu.yang")}
        first, second = people["wang.fang"].person_id, people["liu.yang"].person_id
        for call_id, agents_login in ((PUBLISHED, ""), (APPEALED, "zhang.wei"), (DECIDED, "li.na")):
            basis = _basis(desk, call_id)
            ref = SheetRef(get_call(session, people["liu.yang"], call_id).pk)
            now = datetime.now(UTC)

            def act(what: Act, person_id: int, reason: str = "", *, own: bool = False, **more: bool) -> None:
                deed = Deed(what, Actor(person_id, own), now, reason, **more)  # noqa: B023 - used at once
                do(session, call_id, ref, basis, deed)  # noqa: B023

            rejected = len(basis.report.findings) // 3
            for one in basis.report.findings[:rejected]:
                act(Judge(one.id, Verdict.REJECTED), first, "这是客户说的话")
            for one in basis.report.findings[rejected:]:
                act(Judge(one.id, Verdict.CONFIRMED), first)
            act(AddNote(4.0, "开头很亲切"), first)
            act(Finish(now + timedelta(days=5)), first)
            if not agents_login:
                continue
            agent_id = person_by_login(session, agents_login).id
            act(Appeal((basis.report.findings[-1].id,)), agent_id, "当时线路不好，客户没有听清", own=True)
            appoint(session, ref.call_pk, due_at=now + timedelta(days=3), at=now)
            if call_id == DECIDED:
                act(Judge(basis.report.findings[-1].id, Verdict.REJECTED), second, "听录音，线路确实有杂音")
                act(Decide(Outcome.UPHELD), second, "线路有杂音，不算坐席的问题")


def _basis(desk: Desk, call_id: str) -> Basis:
    analysis = load(desk.folder(call_id) / "analysis.json")
    rubric = load_rubric("service-language")
    return Basis(analysis.recording.duration_s, analysis.rules, rubric, analysis.scorecard)


def put_analysis(desk: Desk, call_id: str, number: int) -> None:
    """Have a call scored by part of what was found in the one of its dialogue that was analysed for real."""
    receive(desk, call_id)
    made = _analyses()[number % 2]
    call = replace(made.call, id=call_id, events=made.call.events + (EVENTS if call_id == EVENTFUL else ()))
    findings = made.rules.findings
    if number not in REAL:
        findings = findings[:: 1 + number % 4]
    report = replace(made.rules, findings=findings)
    if call_id == EVENTFUL:
        left_out = NotEvaluated("ring.three", "没有振铃记录", "no record of ringing")
        failure = RuleFailure("pace.fast", "ZeroDivisionError: division by zero")
        report = replace(report, not_evaluated=(*report.not_evaluated, left_out), failures=(failure,))
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
