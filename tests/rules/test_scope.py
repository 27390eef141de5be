"""A rule is applied to the calls it is for, and to no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from callcoach.datapath import Call, Conversation, Direction, RuleReport, Speaker, Turn
from callcoach.rules.rulebook import load_rulebook, try_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.scope import InForce, Scope, Verdict, applicability
from tests.rules.test_rulebook import GOOD, write

NOON = datetime(2026, 3, 10, 12, tzinfo=timezone(timedelta(hours=8)))


def report(folder: Path, rule: str, **facts: object) -> RuleReport:
    book = load_rulebook(write(folder, a=rule))
    call = replace(Call("c", started_at=NOON), **facts)
    return apply_rules(book, Conversation(call, 3.0, (Turn(0, Speaker.AGENT, 0, 2, "我不来"),)))


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ("{from: 2026-03-10}", 1),
        ("{from: 2026-03-11}", 0),
        ("{until: 2026-03-10}", 1),
        ("{until: 2026-03-09}", 0),
        ("{from: 2026-03-01, until: 2026-03-31}", 1),
    ],
)
def test_a_rule_is_in_force_on_its_days(tmp_path: Path, dates: str, found: int) -> None:
    told = report(tmp_path, GOOD + f"in_force: {dates}\n")
    assert (len(told.findings), told.not_evaluated, told.failures) == (found, (), ())


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("{queues: [售后, 投诉]}", 1),
        ("{queues: [售前]}", 0),
        ("{teams: [一组], directions: [inbound]}", 1),
        ("{teams: [一组], directions: [outbound]}", 0),
    ],
)
def test_a_rule_is_for_its_scope(tmp_path: Path, scope: str, found: int) -> None:
    told = report(tmp_path, GOOD + f"scope: {scope}\n", queue="售后", team="一组", direction=Direction.INBOUND)
    assert (len(told.findings), told.not_evaluated, told.failures) == (found, (), ())


def test_what_the_call_does_not_tell_is_not_guessed(tmp_path: Path) -> None:
    rule = GOOD + "in_force: {from: 2026-01-01}\nscope: {queues: [售后]}\n"
    told = report(tmp_path, rule, started_at=None)
    assert not told.findings
    (left_out,) = told.not_evaluated
    assert "不知道通话的时间" in left_out.reason_zh
    assert "not known" in left_out.reason_en


def test_a_clear_no_wins_over_not_knowing() -> None:
    call = Call("c", direction=Direction.OUTBOUND)
    inbound = Scope(directions=(Direction.INBOUND,))
    assert applicability(call, InForce(date(2026, 1, 1)), inbound).verdict is Verdict.OUT_OF_SCOPE


def test_a_day_begins_at_midnight_in_china_not_in_greenwich() -> None:
    late = Call("c", started_at=datetime(2026, 3, 9, 16, 30, tzinfo=UTC))
    assert applicability(late, InForce(date(2026, 3, 10)), Scope()).verdict is Verdict.APPLIES


def test_a_book_may_lie_elsewhere(tmp_path: Path) -> None:
    header = 'rulebook: paris\nversion: "1"\nname: {zh: 巴黎, en: Paris}\nutc_offset: "+01:00"\n---\n'
    told = report(
        tmp_path,
        header + GOOD + "in_force: {from: 2026-03-10}\n",
        started_at=datetime(2026, 3, 9, 16, 30, tzinfo=UTC),
    )
    assert not told.findings


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("in_force: {from: 2026-03-10, until: 2026-03-01}", "expected from <= until"),
        ("in_force: {from: tomorrow}", "in_force.from"),
        ("in_force: {since: 2026-03-10}", "不认识的键 in_force.since"),
        ("scope: {directions: [sideways]}", "scope.directions[0]"),
        ("scope: {queues: ['']}", "scope.queues[0]"),
    ],
)
def test_faulty_dates_and_scopes_are_told_with_their_line(tmp_path: Path, written: str, complaint: str) -> None:
    book, faults = try_rulebook(write(tmp_path, a=GOOD + written + "\n"))
    assert book is None
    (fault,) = faults
    assert complaint in fault.what
    assert fault.line == GOOD.count("\n") + 1
