from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from callcoach.datapath import Call, CallEvent, CallEventKind, Conversation, FindingStatus, Speaker, Turn, Word
from callcoach.rules.definition import Rulebook
from callcoach.rules.kinds import Condition
from callcoach.rules.match import Match
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.view import ConversationView


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook("service-language")


def heard(*words: tuple[str, float, float, float]) -> Turn:
    made = tuple(Word(*one) for one in words)
    return Turn(0, Speaker.AGENT, made[0].start_s, made[-1].end_s, "".join(one.text for one in made), made)


def test_a_finding_says_where_in_text_and_sound(book: Rulebook) -> None:
    turn = heard(("对不起", 1.0, 1.6, 0.9), ("我", 2.0, 2.2, 0.8), ("不能", 2.2, 2.6, 0.6), ("退", 2.6, 2.8, 0.9))
    report = apply_rules(book, Conversation(Call("c"), 4.0, (turn,)))
    finding = next(one for one in report.findings if one.rule_id == "neg.cannot")
    assert (finding.quote, finding.text_span) == ("我不能", (3, 6))
    assert (finding.start_s, finding.end_s) == pytest.approx((2.0, 2.6))
    assert finding.confidence == pytest.approx(0.7)
    rule = book.rule("neg.cannot")
    assert rule is not None
    assert finding.rule_version == rule.version
    assert finding.source == "S0：“我不能”"


def test_a_mono_mix_leaves_rules_about_a_speaker_out_and_says_why(book: Rulebook) -> None:
    turn = Turn(0, Speaker.UNKNOWN, 0, 3, "我不能给您改签")
    report = apply_rules(book, Conversation(Call("c"), 4.0, (turn,), separated=False))
    left_out = {one.rule_id: one for one in report.not_evaluated}
    assert "neg.cannot" in left_out
    assert "没有分开录" in left_out["neg.cannot"].reason_zh
    assert "separate channels" in left_out["neg.cannot"].reason_en
    assert not report.findings


def test_a_mono_mix_still_shows_dead_air(book: Rulebook) -> None:
    turns = (Turn(0, Speaker.UNKNOWN, 0, 3, "您好"), Turn(1, Speaker.UNKNOWN, 15, 17, "喂"))
    report = apply_rules(book, Conversation(Call("c"), 17.0, turns, separated=False))
    assert [(one.rule_id, one.severity.value, one.value) for one in report.findings] == [
        ("silence.dead_air", "serious", 12.0)
    ]


def test_without_levels_loudness_is_not_evaluated(book: Rulebook) -> None:
    report = apply_rules(book, Conversation(Call("c"), 4.0, (Turn(0, Speaker.AGENT, 0, 3, "您好"),)))
    silent_on = {one.rule_id for one in report.not_evaluated if "没有测得音量" in one.reason_zh}
    assert silent_on == {"voice.raised", "voice.customer_raised", "empathy.after_raised", "voice.too_quiet"}


class Crashing(Condition):
    kind = "crashing"

    def find(self, view: ConversationView) -> Iterator[Match]:  # noqa: ARG002
        raise ZeroDivisionError("boom")


def test_a_crashing_rule_is_a_visible_failure_and_the_others_still_run(book: Rulebook) -> None:
    broken = replace(book.rules[0], id="test.broken", condition=Crashing())
    report = apply_rules(
        replace(book, rules=(broken, *book.rules)),
        Conversation(Call("c"), 4.0, (Turn(0, Speaker.AGENT, 0, 3, "我不能"),)),
    )
    assert [(one.rule_id, one.error) for one in report.failures] == [("test.broken", "ZeroDivisionError: boom")]
    assert any(one.rule_id == "neg.cannot" for one in report.findings)


def test_a_rule_for_review_takes_no_points(book: Rulebook) -> None:
    turn = Turn(0, Speaker.AGENT, 0, 3, "我们一定会帮您解决")
    report = apply_rules(book, Conversation(Call("c"), 4.0, (turn,)))
    finding = next(one for one in report.findings if one.rule_id == "forbid.empty_promise")
    assert finding.status is FindingStatus.TO_REVIEW


def test_findings_are_in_order_of_time_and_numbered_so(book: Rulebook) -> None:
    turns = tuple(
        Turn(i, Speaker.AGENT, 5.0 * i, 5.0 * i + 3, text) for i, text in enumerate(["但是我不能", "你必须来"])
    )
    findings = apply_rules(book, Conversation(Call("c"), 9.0, turns)).findings
    assert [one.start_s for one in findings] == sorted(one.start_s for one in findings)
    assert [one.id for one in findings] == [f"f{n:03d}" for n in range(1, len(findings) + 1)]


def test_what_a_supervisor_or_a_notice_says_is_no_fault_of_the_agent(book: Rulebook) -> None:
    turns = (Turn(0, Speaker.AGENT, 1, 3, "我不能给您改签"), Turn(1, Speaker.AGENT, 21, 23, "我不能给您改签"))

    def found(*events: CallEvent) -> list[float]:
        report = apply_rules(book, Conversation(Call("c", events=events), 24.0, turns))
        return [one.start_s for one in report.findings if one.rule_id == "neg.cannot"]

    barged = CallEvent(CallEventKind.BARGE_STARTED, 20.0), CallEvent(CallEventKind.BARGE_ENDED, 23.5)
    noticed = CallEvent(CallEventKind.NOTICE, 0.0), CallEvent(CallEventKind.NOTICE_ENDED, 2.0)
    assert len(found()) == 2
    assert [start < 20 for start in found(*barged)] == [True]
    assert [start > 20 for start in found(*noticed)] == [True]
    assert found(*noticed, *barged[:1]) == [], "whoever barged in stayed to the end"
    assert len(found(CallEvent(CallEventKind.BARGE_STARTED, 10.0), CallEvent(CallEventKind.BARGE_ENDED, 15.0))) == 2


def test_silence_while_the_recording_was_paused_is_no_dead_air(book: Rulebook) -> None:
    turns = (Turn(0, Speaker.CUSTOMER, 0, 3, "卡号是"), Turn(1, Speaker.AGENT, 20, 22, "收到了谢谢"))

    def dead_air(*events: CallEvent) -> list[float | None]:
        report = apply_rules(book, Conversation(Call("c", events=events), 24.0, turns))
        return [one.value for one in report.findings if one.rule_id == "silence.dead_air"]

    paused = CallEvent(CallEventKind.RECORDING_PAUSED, 4.0)
    assert dead_air() == [17.0]
    assert dead_air(paused, CallEvent(CallEventKind.RECORDING_RESUMED, 19.0)) == []
    assert dead_air(paused) == []
    assert dead_air(paused, CallEvent(CallEventKind.RECORDING_RESUMED, 12.0)) == [8.0], (
        "what was silent after it counts"
    )
