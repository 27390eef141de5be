"""Hints: which rules, how often, the worst first."""

from __future__ import annotations

import pytest

from callcoach.datapath import Severity, Speaker
from callcoach.live.speaking_up import MOMENT_S, PAUSE_S, REPEAT_S, STALE_S, HintPacer, speaks_by_default
from callcoach.rules.match import Match
from callcoach.rules.rulebook import load_rulebook

BOOK = load_rulebook("service-language")


def found(rule_id: str, at_s: float):
    rule = BOOK.rule(rule_id)
    assert rule is not None
    return rule, Match(Speaker.AGENT, at_s, at_s + 1, quote="…")


def test_the_worse_of_two_comes_first_and_the_other_after_the_pause():
    pacer = HintPacer()
    pacer.offer([found("neg.cannot", 1), found("forbid.rude", 1)], 2.0)
    first = pacer.due(2.0)
    assert first is not None
    assert (first.number, first.rule_id, first.severity) == (1, "forbid.rude", Severity.SERIOUS)
    assert first.advice_zh
    assert pacer.due(2.0 + PAUSE_S - 0.1) is None
    second = pacer.due(2.0 + PAUSE_S)
    assert second is not None
    assert (second.number, second.rule_id) == (2, "neg.cannot")


def test_what_waited_too_long_is_not_said():
    pacer = HintPacer()
    pacer.offer([found("forbid.rude", 1), found("forbid.not_liable", 1), found("neg.cannot", 1)], 1.0)
    assert pacer.due(1.0) is not None
    assert pacer.due(1.0 + STALE_S + 0.1) is None


def test_a_rule_does_not_nag():
    pacer = HintPacer()
    pacer.offer([found("neg.cannot", 1)], 1.0)
    assert pacer.due(1.0) is not None
    pacer.offer([found("neg.cannot", 9)], 10.0)
    assert pacer.due(10.0) is None
    pacer.offer([found("neg.cannot", 30)], 1.0 + REPEAT_S)
    assert pacer.due(1.0 + REPEAT_S) is not None


def test_a_silence_that_becomes_graver_is_told_again():
    rule = BOOK.rule("silence.dead_air")
    assert rule is not None
    pacer = HintPacer()
    for tenths in range(50, 140, 5):
        now_s = tenths / 10
        severity = Severity.SERIOUS if now_s >= 10 else None
        silence = Match(Speaker.CUSTOMER, 0.0, now_s, value=now_s, unit="s", severity=severity)
        pacer.offer([(rule, silence)], now_s, for_s=MOMENT_S)
        hint = pacer.due(now_s)
        assert (hint is not None) == (now_s in (5.0, 10.0)), now_s
        assert hint is None or hint.value == now_s


def test_what_is_over_before_its_turn_comes_is_not_said():
    pacer = HintPacer()
    pacer.offer([found("neg.cannot", 1)], 1.0)
    assert pacer.due(1.0) is not None
    pacer.offer([found("voice.raised", 2)], 3.0, for_s=MOMENT_S)
    assert pacer.due(1.0 + PAUSE_S) is None


@pytest.mark.parametrize(
    "rule_id", ["neg.cannot", "neg.but", "forbid.must", "silence.dead_air", "voice.raised", "talk.interruption"]
)
def test_what_can_still_be_changed_speaks_up(rule_id):
    assert rule_id in speaks_by_default(BOOK)


@pytest.mark.parametrize(
    "rule_id", ["forbid.empty_promise", "silence.customer_busy", "voice.customer_raised", "close.thanks", "ring.three"]
)
def test_what_needs_a_person_or_the_end_stays_silent(rule_id):
    assert BOOK.rule(rule_id) is not None
    assert rule_id not in speaks_by_default(BOOK)
