"""What supervisors did with the demonstration's calls: reviews, appeals, calibration, queues, a plan, coaching.

Takes a filled data folder whose calls are being analysed by a server. Each piece waits for the calls it is about, is
done once, in one transaction, and through what the pages of the product use; nothing is written past it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from callcoach.analysis import ANALYSIS_FILE, load
from callcoach.atomic import write_atomic
from callcoach.datapath import Finding, FindingStatus
from callcoach.demo.around import Cast, put_around
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.review.acts import Acknowledge, Act, AddNote, Appeal, Decide, Finish, Judge, Outcome, Read, Verdict
from callcoach.review.guards import Actor
from callcoach.review.periods import PeriodUnit
from callcoach.review.rescoring import Basis
from callcoach.review.sampling import Method, QuotaPer
from callcoach.rules.practice import WORDING, practise
from callcoach.scoring import load_rubric
from callcoach.store.around.complaints import Terms
from callcoach.store.call_lists import list_calls
from callcoach.store.calls import get_call
from callcoach.store.coaching import add_coaching
from callcoach.store.drills import Answer, DrillTerms, ItemRef, NewItem, add_answer, add_drill, moments_of
from callcoach.store.engine import Session
from callcoach.store.model import AnswerKind, CallFilter, CallState, CallSummary, DrillMode, PageRequest
from callcoach.store.people import as_principal, person_by_id, person_by_login
from callcoach.store.reviews.acting import Deed, do
from callcoach.store.reviews.appointing import appoint, appointed
from callcoach.store.reviews.assignments import assign
from callcoach.store.reviews.plans import PlanTerms, add_plan
from callcoach.store.reviews.rounds import RoundTerms, add_round, close_round
from callcoach.store.reviews.sheets import SheetRef, kept_basis
from callcoach.work.calendar import calendar_of
from callcoach.work.desk import Desk

logger = logging.getLogger(__name__)

DONE_FILE = "demo-reviews.json"
"""Says which pieces are done."""
PAUSE_S = 2.0
"""Between two looks whether more calls are scored."""
LEADER, OTHER_LEADER, TRAINER, BOSS = "wang.fang", "zhao.min", "liu.yang", "admin"
EVERY = 4
"""The supervisor rejects every fourth finding."""
REVIEWED = ("demo-01", "demo-02", "demo-03", "demo-04", "demo-05", "demo-06", "demo-09", "demo-10")
ACKNOWLEDGED = ("demo-01", "demo-03", "demo-06")
APPEALED, DECIDED = "demo-04", "demo-05"
CALIBRATED = ("demo-11", "demo-12", "demo-13", "demo-14")
ASSIGNED = (("demo-15", LEADER, -1), ("demo-16", LEADER, 2), ("demo-17", OTHER_LEADER, 1), ("demo-18", TRAINER, 3))
"""Call, whose, and in how many days it is due."""
COACHED_DAYS_AGO = 8
COACHED_LOGIN = "zhang.wei"
DRILLED = 4
"""Moments of the drill."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that was done once; `calls` are those that have to be scored before."""

    name: str
    calls: tuple[str, ...]
    do: Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A call's review, to be written on."""

    session: Session
    call: CallSummary
    basis: Basis
    ref: SheetRef

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the machine found."""
        return self.basis.report.findings

    def act(self, act: Act, who: Principal, at: datetime, reason: str = "") -> None:
        """Have somebody do something."""
        actor = Actor(who.person_id, self.call.agent_id == who.person_id)
        do(self.session, self.call.id, self.ref, self.basis, Deed(act, actor, at, reason))

    def agent(self) -> Principal:
        """Return whose call it is."""
        assert self.call.agent_id is not None  # noqa: S101 - the demonstration's agents are people
        return as_principal(person_by_id(self.session, self.call.agent_id))

    def confirmed(self) -> list[Finding]:
        """Return what takes points and is not among those the supervisor rejects."""
        return [one for one in _confirmed(self.findings) if one.status is FindingStatus.SCORED]


class DayOfReviews:
    """Does the pieces as their calls get scored."""

    def __init__(self, desk: Desk, now: datetime, all_calls: int, complaints: Terms) -> None:
        self._desk = desk
        self._complaints = complaints
        self._now = now
        self._rubric = load_rubric(desk.settings.rules.rubric)
        every = tuple(f"demo-{number + 1:02d}" for number in range(all_calls))
        self.pieces = (
            Piece("around", (), self._put_around),
            *(Piece(f"review {one}", (one,), lambda session, one=one: self._review(session, one)) for one in REVIEWED),
            *(
                Piece(f"acknowledge {one}", (one,), lambda session, one=one: self._acknowledge(session, one))
                for one in ACKNOWLEDGED
            ),
            Piece("appeal", (APPEALED,), lambda session: self._appeal(session, APPEALED)),
            Piece("decided appeal", (DECIDED,), self._decide),
            *(
                Piece(f"assignment {one[0]}", (one[0],), lambda session, one=one: self._assign(session, *one))
                for one in ASSIGNED
            ),
            Piece("calibration", CALIBRATED, self._calibrate),
            Piece("coaching", every, self._coach),
            Piece("drill", every, self._set_drill),
            Piece("plan", every, self._plan),
        )

    def follow(self, stopping: threading.Event) -> None:
        """Do every piece as soon as it can be done; return when none is left, or when told to."""
        while self.advance() and not stopping.wait(PAUSE_S):
            pass

    def advance(self) -> int:
        """Do the pieces that can be done now; return how many are left."""
        done = self._done()
        ended = self._ended()
        for piece in self.pieces:
            if piece.name in done or not all(one in ended for one in piece.calls):
                continue
            try:
                with self._desk.database.writing() as session:
                    piece.do(session)
            except CallCoachError as error:  # a call failed, or somebody who looks has done something with it already
                logger.warning("the demonstration goes on without %r: %s", piece.name, error)
            done.add(piece.name)
            write_atomic(self._desk.settings.data_dir / DONE_FILE, json.dumps(sorted(done)).encode())
        return len(self.pieces) - len(done)

    def _done(self) -> set[str]:
        path = self._desk.settings.data_dir / DONE_FILE
        return set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()

    def _ended(self) -> frozenset[str]:
        """Return the ids of calls whose analysis has ended, well or badly."""
        wanted = {one for piece in self.pieces for one in piece.calls}
        with self._desk.database.reading() as session:
            boss = _person(session, BOSS)
            states = {one: get_call(session, boss, one).state for one in wanted}
        return frozenset(one for one, state in states.items() if state in (CallState.SCORED, CallState.FAILED))

    # -- pieces --------------------------------------------------------------------------------

    def _review(self, session: Session, call_id: str) -> None:
        """Have the supervisor judge every finding, and finish."""
        sheet, leader = self._opened(session, call_id), _person(session, LEADER)
        at = min(sheet.call.started_at + timedelta(hours=20), self._now - timedelta(hours=3))
        confirmed = _confirmed(sheet.findings)
        for one in sheet.findings:
            if one in confirmed:
                sheet.act(Judge(one.id, Verdict.CONFIRMED), leader, at)
            else:
                sheet.act(Judge(one.id, Verdict.REJECTED), leader, at, "听录音，是在复述客户的话")
        if sheet.findings:
            sheet.act(AddNote(sheet.findings[0].start_s, "下次例会一起听这一段"), leader, at)
        settings = self._desk.settings
        sheet.act(Finish(calendar_of(settings).deadline(at, settings.review.appeal_workdays)), leader, at)

    def _acknowledge(self, session: Session, call_id: str) -> None:
        sheet, at = self._opened(session, call_id), self._now - timedelta(hours=2)
        sheet.act(Read(), sheet.agent(), at)
        sheet.act(Acknowledge(), sheet.agent(), at)

    def _appeal(self, session: Session, call_id: str) -> None:
        sheet, at = self._opened(session, call_id), self._now - timedelta(hours=2)
        objected = tuple(one.id for one in sheet.confirmed()[:1])
        dimensions = () if objected else (sheet.basis.rubric.dimensions[0].id,)
        sheet.act(Appeal(objected, dimensions), sheet.agent(), at, "当时线路不好，客户没有听清，我重复了一遍")
        settings = self._desk.settings
        due = calendar_of(settings).deadline(at, settings.review.decision_workdays)
        appoint(session, sheet.call.pk, due_at=due, at=at)

    def _decide(self, session: Session) -> None:
        """Have an appeal filed, and decided by whoever it was given to."""
        self._appeal(session, DECIDED)
        sheet, at = self._opened(session, DECIDED), self._now - timedelta(hours=1)
        given = appointed(session, sheet.call.pk)
        assert given is not None  # noqa: S101 - the trainer can decide any
        judge = as_principal(person_by_id(session, given.person_id))
        for one in sheet.confirmed()[:1]:
            sheet.act(Judge(one.id, Verdict.REJECTED), judge, at, "线路确有杂音，不算坐席的问题")
        sheet.act(Decide(Outcome.UPHELD), judge, at, "录音里能听到杂音，撤销这一处")

    def _assign(self, session: Session, call_id: str, login: str, days: int) -> None:
        due = self._now + timedelta(days=days)
        assign(session, _person(session, BOSS), call_id, _person(session, login).person_id, due_at=due, at=self._now)

    def _calibrate(self, session: Session) -> None:
        """Have three reviewers review the same calls blind: they agree on most findings, not on all."""
        reviewers = [_person(session, login) for login in (LEADER, OTHER_LEADER, TRAINER)]
        at = self._now - timedelta(days=1)
        terms = RoundTerms("本周校准", CALIBRATED, tuple(one.person_id for one in reviewers))
        made = add_round(session, reviewers[-1], terms, at)
        for call_id in CALIBRATED:
            opened = self._opened(session, call_id)
            for place, reviewer in enumerate(reviewers):
                sheet = replace(opened, ref=SheetRef(opened.call.pk, made.id, reviewer.person_id))
                for number, one in enumerate(sheet.findings):
                    rejected = number % 3 == 2 or (number % 5 == 1 and place == 1)
                    if rejected:
                        sheet.act(Judge(one.id, Verdict.REJECTED), reviewer, at, "不是坐席的问题")
                    else:
                        sheet.act(Judge(one.id, Verdict.CONFIRMED), reviewer, at)
                sheet.act(Finish(None), reviewer, at)
        close_round(session, reviewers[-1], made.id, self._now - timedelta(hours=4))

    def _coach(self, session: Session) -> None:
        """Have an agent coached about what is found most in their calls, between the older calls and the newer."""
        agent, leader = person_by_login(session, COACHED_LOGIN), _person(session, LEADER)
        day = self._now.date() - timedelta(days=COACHED_DAYS_AGO)
        held = datetime.combine(day, time(16, 30), self._now.tzinfo)
        rules, call_ids = self._most_found(session, agent.id, held)
        goal = "先听完再回应，用“看看我能为您做什么”代替否定的话；结束前问还有什么可以帮到客户。"
        add_coaching(session, leader, agent.id, at=held, rule_ids=rules, call_ids=call_ids, goal=goal)

    def _plan(self, session: Session) -> None:
        """Have a plan made some days ago: the server draws what it owes since then."""
        reviewers = tuple(_person(session, login).person_id for login in (LEADER, OTHER_LEADER, TRAINER))
        terms = PlanTerms("每日低分优先", Method.WORST_FIRST, PeriodUnit.DAY, 3, QuotaPer.ALL, 2026, 3, reviewers)
        add_plan(session, _person(session, BOSS), terms, self._now - timedelta(days=2))

    def _set_drill(self, session: Session) -> None:
        """Have the coached agent practise on what was found in own calls; the first moment was said better already."""
        agent, leader = as_principal(person_by_login(session, COACHED_LOGIN)), _person(session, LEADER)
        book = self._desk.rules.rulebook
        words = [rule for rule in book.rules if rule.category in WORDING]
        rule, moments = max(
            ((rule, moments_of(session, leader, agent.person_id, rule.id)) for rule in words),
            key=lambda found: len(found[1]),
        )
        items = [NewItem(one, rule.advice_zh) for one in moments[:DRILLED]]
        terms = DrillTerms(
            agent.person_id, rule.id, DrillMode.SAY, "先说能做什么", self._now.date() + timedelta(days=2)
        )
        made = add_drill(session, leader, terms, items, self._now - timedelta(hours=3))
        judged = practise(book, rule.id, items[0].moment.customer, rule.advice_zh, rule.advice_zh)
        at = self._now - timedelta(hours=1)
        tried = Answer(0, at, AnswerKind.TYPED, rule.advice_zh, judged.passed, judged.likeness, (), "")
        add_answer(session, agent, ItemRef(made, 1), tried, at)

    def _put_around(self, session: Session) -> None:
        boss = _person(session, BOSS)
        calls = [get_call(session, boss, call_id) for call_id in REVIEWED]
        agents = tuple(person_by_login(session, login).id for login in (COACHED_LOGIN, "li.na"))
        put_around(session, Cast(boss, agents, tuple(call.number for call in calls)), self._complaints, self._now)

    # -- what pieces are made of ---------------------------------------------------------------

    def _opened(self, session: Session, call_id: str) -> _Opened:
        """Return a call with what the machine says of it; what was kept with its review comes first."""
        call = get_call(session, _person(session, BOSS), call_id)
        basis = kept_basis(session, call.pk)
        if basis is None:
            analysis = load(self._desk.folder(call_id) / ANALYSIS_FILE)
            basis = Basis(analysis.recording.duration_s, analysis.rules, self._rubric, analysis.scorecard)
        return _Opened(session, call, basis, SheetRef(call.pk))

    def _most_found(self, session: Session, agent_id: int, before: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the two rules found most in an agent's calls before a day, and the ids of these calls."""
        older = CallFilter(agent_id=agent_id, started_before=before, state=CallState.SCORED)
        calls = list_calls(session, _person(session, BOSS), older, PageRequest(limit=20)).calls
        found = Counter(
            one.rule_id
            for call in calls
            for one in load(self._desk.folder(call.id) / ANALYSIS_FILE).rules.findings
            if one.status is FindingStatus.SCORED
        )
        return tuple(rule_id for rule_id, _ in found.most_common(2)), tuple(call.id for call in calls[:2])


def _person(session: Session, login: str) -> Principal:
    return as_principal(person_by_login(session, login))


def _confirmed(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that the supervisor confirms: all but every fourth one."""
    return [one for number, one in enumerate(findings, start=1) if number % EVERY]
