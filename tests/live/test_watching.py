"""What is said of words that are not final, and of a silence that goes on."""

from __future__ import annotations

import numpy as np

from callcoach.datapath import Call, CallEvent, CallEventKind, Direction, Finding, Severity, Speaker, Turn, Word
from callcoach.live.sound import RunningSound
from callcoach.live.speaking_up import speaks_by_default
from callcoach.live.watching import CONFIRM_S, Watching
from callcoach.rules.rulebook import load_rulebook

BOOK = load_rulebook("service-language")


def watching() -> Watching:
    return Watching(BOOK, Call("c", Direction.INBOUND), speaks_by_default(BOOK))


def turn(index: int, speaker: Speaker, start_s: float, end_s: float, text: str) -> Turn:
    return Turn(index, speaker, start_s, end_s, text)


def ids(found) -> list[str]:
    return [rule.id for rule, _ in found]


def test_a_wording_counts_when_it_stands_for_a_moment():
    watch = watching()
    open_turn = [turn(0, Speaker.AGENT, 2.0, 3.0, "对不起我不能给您退")]
    assert ids(watch.words([], open_turn, 3.0)) == []
    assert ids(watch.words([], open_turn, 3.0 + 2 * CONFIRM_S)) == ["neg.cannot"]


def test_a_wording_that_vanishes_again_never_counts():
    watch = watching()
    assert watch.words([], [turn(0, Speaker.AGENT, 2.0, 3.0, "我不能")], 3.0) == []
    assert watch.words([], [turn(0, Speaker.AGENT, 2.0, 3.1, "我不能不感谢您")], 3.5) == []
    assert watch.words([], [turn(0, Speaker.AGENT, 2.0, 3.1, "我不能")], 3.6) == []


def test_the_customer_may_say_it():
    watch = watching()
    said = [turn(0, Speaker.CUSTOMER, 2.0, 3.0, "我不能接受")]
    watch.words([], said, 3.0)
    assert watch.words([], said, 4.0) == []


def test_only_what_is_open_is_told():
    watch = watching()
    told = [turn(0, Speaker.AGENT, 0.0, 1.0, "我不能退")]
    now = [turn(1, Speaker.AGENT, 4.0, 5.0, "请您稍等")]
    watch.words(told, now, 5.0)
    assert watch.words(told, now, 6.0) == []


def test_a_wording_in_a_closed_utterance_counts_at_once():
    words = (Word("我不能", 2.0, 2.5, 0.9), Word("退", 2.5, 3.0, 0.9))
    closed = Turn(0, Speaker.AGENT, 2.0, 3.0, "我不能退", words)
    assert ids(watching().words([], [closed], 3.6)) == ["neg.cannot"]


RATE_HZ = 8000
SIDES = (Speaker.AGENT, Speaker.CUSTOMER)


def sound(seconds: float, *louder: tuple[float, float, float]) -> RunningSound:
    """Both sides' noise at one level; the agent's raised in stretches of (from s, to s, dB)."""
    noise = np.random.default_rng(5).normal(0, 300, (int(seconds * RATE_HZ), 2))
    for from_s, to_s, db in louder:
        noise[int(from_s * RATE_HZ) : int(to_s * RATE_HZ), 0] *= 10 ** (db / 20)
    heard = RunningSound(SIDES, RATE_HZ)
    heard.hear(noise.astype(np.int16), (True, True))
    return heard


def test_a_silence_that_goes_on_is_told_and_an_announced_one_is_not():
    watch = watching()
    asked = turn(0, Speaker.CUSTOMER, 0.0, 2.0, "我的包裹到哪里了")
    assert ids(watch.silence([asked], [], sound(4), 4.0)) == []
    assert ids(watch.silence([asked], [], sound(7), 7.0)) == ["silence.dead_air"]
    assert ids(watch.silence([asked], [], sound(7), 7.0, since_s=6.9)) == ["silence.dead_air"]
    assert watch.silence([asked], [], sound(7.1), 7.1, since_s=7.0) == [], "it was one before"
    wait = turn(1, Speaker.AGENT, 2.2, 3.5, "请您稍等我查一下")
    assert ids(watch.silence([asked, wait], [], sound(12), 12.0)) == []


def test_a_silence_that_is_over_is_not():
    turns = [turn(0, Speaker.CUSTOMER, 0.0, 2.0, "我的包裹到哪里了"), turn(1, Speaker.AGENT, 9.0, 10.0, "在仓库里")]
    assert watching().silence(turns, [], sound(10.5), 10.5) == []


def test_a_silence_on_hold_has_its_reason_until_the_call_is_resumed():
    watch = watching()
    asked = turn(0, Speaker.CUSTOMER, 0.0, 2.0, "我的包裹到哪里了")
    watch.hear_event(CallEvent(CallEventKind.HOLD, 2.2, Speaker.AGENT))
    assert watch.silence([asked], [], sound(9), 9.0) == []
    watch.hear_event(CallEvent(CallEventKind.RESUME, 9.0, Speaker.AGENT))
    assert ids(watch.silence([asked], [], sound(30), 30.0)) == ["silence.dead_air"]


def test_a_raised_voice_is_told_while_it_goes_on_and_not_long_after():
    watch = watching()
    usual = [turn(0, Speaker.AGENT, 0.5, 5.0, "您好请问有什么可以帮您的吗")]
    shouted = turn(1, Speaker.AGENT, 7.0, 9.5, "这件事情我已经说过了")
    heard = sound(9.5, (7.0, 10.0, 10.0))
    assert ids(watch.voice(usual, [shouted], heard, 9.5)) == ["voice.raised"]
    assert watch.voice([*usual, shouted], [], sound(14, (7.0, 9.5, 10.0)), 14.0) == []
    assert watch.voice(usual, [shouted], sound(9.5), 9.5) == []


def test_only_the_usual_level_of_the_last_minutes_counts():
    early = [turn(0, Speaker.AGENT, 0.5, 30.0, "很久以前说的话")]
    usual = [turn(1, Speaker.AGENT, 340.0, 365.0, "现在说话一直是这个音量")]
    now = turn(2, Speaker.AGENT, 367.0, 370.0, "还是这个音量")
    heard = sound(370, (340.0, 370.0, 10.0))
    assert watching().voice([*early, *usual], [now], heard, 370.0) == []


def test_a_rule_that_needs_its_finding_speaks_up_with_it():
    def finding(rule_id: str) -> Finding:
        rule = BOOK.rule(rule_id)
        assert rule is not None
        kind = {"category": rule.category, "severity": Severity.WARNING, "speaker": Speaker.AGENT}
        return Finding("l001", rule_id, 1, rule.name_zh, rule.name_en, start_s=4.0, end_s=6.0, quote="您先听", **kind)

    watch = watching()
    ((rule, match),) = watch.late(finding("talk.interruption"))
    assert (rule.id, match.start_s, match.quote) == ("talk.interruption", 4.0, "您先听")
    assert watch.late(finding("neg.cannot")) == [], "its wording was told when it was heard"
    assert watch.late(finding("silence.customer_busy")) == [], "this rule does not speak up"
