"""What is said of words that are not final, and of a silence that goes on."""

from __future__ import annotations

from callcoach.datapath import Call, Direction, Speaker, Turn
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


def test_a_silence_that_goes_on_is_told_and_an_announced_one_is_not():
    watch = watching()
    asked = turn(0, Speaker.CUSTOMER, 0.0, 2.0, "我的包裹到哪里了")
    assert ids(watch.moment([asked], [], {}, 4.0)) == []
    assert ids(watch.moment([asked], [], {}, 8.0)) == ["silence.dead_air"]
    wait = turn(1, Speaker.AGENT, 2.2, 3.5, "请您稍等我查一下")
    assert ids(watch.moment([asked, wait], [], {}, 12.0)) == []


def test_a_silence_that_is_over_is_not():
    turns = [turn(0, Speaker.CUSTOMER, 0.0, 2.0, "我的包裹到哪里了"), turn(1, Speaker.AGENT, 9.0, 10.0, "在仓库里")]
    assert watching().moment(turns, [], {}, 10.5) == []
