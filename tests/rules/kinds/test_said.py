"""Kinds about what was said: keyword, regex, similar, repetition, sequence."""

from __future__ import annotations

import pytest

from callcoach.errors import RuleTimeoutError
from tests.rules.kinds.conftest import Find, conversation, fault_of, say

TALK = say("a 您好请问姓名", "c 我姓王电话报给你", "a 请问地址")


@pytest.mark.parametrize(
    ("fields", "quotes"),
    [
        ({"match": "any"}, ["姓名", "电话", "地址"]),
        ({"match": "any", "speaker": "agent"}, ["姓名", "地址"]),
        ({"match": "all", "within": "call"}, ["地址"]),
        ({"match": "all", "within": "turn"}, []),
        ({"match": "some", "at_least": 2, "within": "call"}, ["电话"]),
        ({"match": "some", "at_least": 3, "within": "call", "speaker": "agent"}, []),
        ({"match": "none", "within": "call"}, []),
        ({"match": "none", "within": "turn", "position": {"last_turns": 1}}, []),
    ],
)
def test_keywords(find: Find, fields: dict[str, object], quotes: list[str]) -> None:
    assert [one.quote for one in find(TALK, kind="keyword", words=["姓名", "电话", "地址"], **fields)] == quotes


def test_no_keyword_points_at_the_last_turn_searched(find: Find) -> None:
    found = find(TALK, kind="keyword", words=["再见", "谢谢"], match="none", within="call", speaker="agent")
    assert [(one.quote, one.turn_index) for one in found] == [("请问地址", 2)]


def test_the_same_word_twice_is_one_of_n(find: Find) -> None:
    talk = say("a 姓名姓名")
    assert not find(talk, kind="keyword", words=["姓名", "电话"], match="some", at_least=2)


def test_a_number_of_words_that_cannot_be_is_refused() -> None:
    assert "can never be" in fault_of(kind="keyword", words=["一", "二"], match="some", at_least=3)
    assert "go together" in fault_of(kind="keyword", words=["一", "二"], at_least=1)


def test_a_regular_expression_sees_comparable_text(find: Find) -> None:
    talk = say("a 請您撥打１０ ０８６。")
    assert [one.quote for one in find(talk, kind="regex", pattern="请您拨打[0-9]{5}")] == []
    talk = say("a 請您打１０ ０８６。")
    assert [one.quote for one in find(talk, kind="regex", pattern="請您打[0-9]{5}")] == ["請您打１０ ０８６"]
    assert not find(talk, kind="regex", pattern="请你打[0-9]{6}")


def test_a_find_that_overlaps_the_exclusion_does_not_count(find: Find) -> None:
    talk = say("a 不要退款我要退货")
    found = find(talk, kind="regex", pattern="退[款货]", unless="不要退款")
    assert [one.text_span for one in found] == [(6, 8)]


def test_endless_backtracking_ends_in_a_clear_error(find: Find) -> None:
    talk = say("a " + "啊" * 60 + "哦")
    with pytest.raises(RuleTimeoutError, match=r"backtracks.*repetitions inside"):
        find(talk, kind="regex", pattern="(啊|啊啊)+[嗯呃]")


@pytest.mark.parametrize(("pattern", "why"), [("(啊", "not a regular expression"), ("啊*", "empty text")])
def test_a_wrong_expression_is_a_fault(pattern: str, why: str) -> None:
    assert why in fault_of(kind="regex", pattern=pattern)


def test_a_reworded_sentence_is_similar_and_its_stretch_is_told(find: Find) -> None:
    talk = say("a 您好有什么可以帮到您的吗请讲", "a 您的包裹明天到")
    found = find(talk, kind="similar", to=["请问有什么可以帮助您"])
    assert [one.turn_index for one in found] == [0]
    assert "有什么可以帮" in found[0].quote
    assert found[0].threshold == 0.57
    assert found[0].value is not None
    assert 0.57 <= found[0].value < 1


def test_homophones_are_similar_and_a_shared_frame_is_not(find: Find) -> None:
    assert find(say("a 请您稍等医下"), kind="similar", to=["请您稍等一下"])
    assert not find(say("a 请问您的电话号码是多少"), kind="similar", to=["请问有什么可以帮助您"])


def test_saying_it_again_is_a_repetition(find: Find) -> None:
    talk = say("a 请您报一下单号", "c 我没有单号", "a 请您报一下单号吧", "a 请您报一下单号")
    assert [one.turn_index for one in find(talk, kind="repetition", speaker="agent")] == [2, 3]
    assert [one.turn_index for one in find(talk, kind="repetition", speaker="agent", times=3)] == [3]


@pytest.mark.parametrize(
    "lines",
    [
        ["a 请您报一下单号", "c 请您报一下单号"],
        ["a 好的好的", "a 好的好的"],
        ["a 请您报一下单号", "a 请您报一下收件地址"],
    ],
    ids=["an echo of the other", "too short", "another question"],
)
def test_what_is_no_repetition(find: Find, lines: list[str]) -> None:
    assert not find(say(*lines), kind="repetition")


def test_after_too_long_it_is_no_repetition(find: Find) -> None:
    talk = say("a 请您报一下单号", "c " + "啊" * 40, "a 请您报一下单号")
    assert find(talk, kind="repetition", within_s=11)
    assert not find(talk, kind="repetition", within_s=10.9)


COMPLAINT = {"kind": "phrase", "any": ["投诉"], "speaker": "customer"}
UNDERSTANDING = {"kind": "phrase", "any": ["理解"], "speaker": "agent"}


def test_one_after_another(find: Find) -> None:
    talk = say("c 我要投诉", "a 我理解", "c 好", "a 我理解")
    sequence = {"kind": "sequence", "first": COMPLAINT, "then": UNDERSTANDING}
    assert [one.turn_index for one in find(talk, **sequence, within_turns=1)] == [1]
    assert not find(say("a 我理解", "c 我要投诉"), **sequence, within_turns=3)


@pytest.mark.parametrize(("limit", "missing"), [(2, False), (1, True)])
def test_the_second_is_missing_beyond_the_limit_of_turns(find: Find, limit: int, missing: bool) -> None:
    talk = say("c 我要投诉", "a 请讲", "a 我理解")
    found = find(talk, kind="sequence", first=COMPLAINT, then=UNDERSTANDING, within_turns=limit, missing=True)
    assert [one.quote for one in found] == (["投诉"] if missing else [])


@pytest.mark.parametrize(("limit_s", "missing"), [(1.75, False), (1.7, True)])
def test_the_second_is_missing_beyond_the_limit_of_seconds(find: Find, limit_s: float, missing: bool) -> None:
    talk = say("c 我要投诉", "a 请讲", "a 我理解")  # 投诉 ends at 1.0 s; 理解 begins at 2.75 s
    found = find(talk, kind="sequence", first=COMPLAINT, then=UNDERSTANDING, within_s=limit_s, missing=True)
    assert bool(found) is missing


def test_a_sequence_without_a_limit_is_refused() -> None:
    assert "within_turns or within_s" in fault_of(kind="sequence", first=COMPLAINT, then=UNDERSTANDING)


@pytest.mark.parametrize(("seconds", "seldom"), [(30.0, False), (31.0, True), (29.0, False)])
def test_words_said_too_seldom_for_the_time_talked(find: Find, seconds: float, seldom: bool) -> None:
    talk = conversation(("a", 0, seconds, "请您报一下单号"), ("c", 40, 50, "请请请请"))
    found = find(talk, kind="density", words=["请"], below=2, speaker="agent")
    assert bool(found) is seldom  # once in 30 s is just twice a minute; under 30 s is not judged
    assert not find(talk, kind="density", words=["请"], above=2.1, speaker="agent")
    assert find(talk, kind="density", words=["请"], above=5, min_speech_s=1, speaker="customer")
    assert "below or above" in fault_of(kind="density", words=["请"])
