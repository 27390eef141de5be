"""Operators that other products offer, each just inside and just outside its limit."""

from __future__ import annotations

from typing import Any

import pytest

from callcoach.datapath import Direction, Speaker
from callcoach.rules.kinds.entity import EntityType, entities
from callcoach.rules.normalise import normalise
from tests.rules.kinds.conftest import Find, conversation, events, fault_of, levels, say

TALK = say("a 一号您好", "c 二号你好", "a 三号请讲", "c 四号是我", "a 五号再见")


@pytest.mark.parametrize(
    ("position", "turns"),
    [
        ({"from_turn": 2}, [1, 2, 3, 4]),
        ({"to_turn": 2}, [0, 1]),
        ({"from_turn": 2, "to_turn": -2}, [1, 2, 3]),
        ({"from_turn": -1}, [4]),
        ({"to_turn": -5}, [0]),
        ({"from_turn": 9}, []),
        ({"from_turn": -9, "to_turn": 1}, [0]),
        ({"from_s": 3.5, "to_s": 5.9}, [3]),
        ({"from_percent": 50}, [3, 4]),
        ({"from_percent": 30, "to_percent": 70}, [2, 3]),
    ],
)
def test_a_range_of_turns_seconds_and_shares(find: Find, position: dict[str, Any], turns: list[int]) -> None:
    assert [one.turn_index for one in find(TALK, kind="phrase", any=["#号"], position=position)] == turns


def test_turns_are_counted_as_the_speaker_s_own(find: Find) -> None:
    found = find(TALK, kind="phrase", any=["#号"], speaker="agent", position={"from_turn": 2, "to_turn": 2})
    assert [one.turn_index for one in found] == [2]
    assert "from_turn" in fault_of(kind="phrase", any=["号"], position={"from_turn": 0})


def test_the_total_of_hits(find: Find) -> None:
    talk = say("a 抱歉真抱歉", "a 不好意思", "a 好的")
    fields: dict[str, Any] = {"kind": "keyword", "words": ["抱歉", "不好意思", "真抱歉"], "match": "total"}
    assert [one.turn_index for one in find(talk, **fields, at_least=3, within="call")] == [1]
    assert not find(talk, **fields, at_least=4, within="call"), "抱歉 inside 真抱歉 is not a place of its own"
    assert [one.turn_index for one in find(talk, **fields, at_least=2)] == [0]
    assert "at_least" in fault_of(**fields)


def test_a_repetition_so_many_turns_back_and_what_does_not_count(find: Find) -> None:
    talk = say("a 请您报一下会员号", "a 好的谢谢您稍等", "a 我看到记录了呀", "a 请您报一下会员号")
    fields: dict[str, Any] = {"kind": "repetition", "speaker": "agent"}
    assert [one.turn_index for one in find(talk, **fields, within_turns=3)] == [3]
    assert not find(talk, **fields, within_turns=2)
    assert not find(talk, **fields, excludes=["会员号"])


@pytest.mark.parametrize(("characters", "over"), [(5, True), (6, False)])
def test_talking_over_of_enough_characters(find: Find, characters: int, over: bool) -> None:
    talk = conversation(("c", 0, 5, "我上个月就来问过这件事情"), ("a", 4, 8, "您先听我说"))
    assert bool(find(talk, kind="talk_over", speaker="agent", min_characters=characters)) is over


def test_the_pace_of_a_turn_against_the_own_mean(find: Find) -> None:
    talk = conversation(("a", 0, 10, "说" * 40), ("a", 11, 21, "说" * 40), ("a", 22, 27, "说" * 40))
    fields: dict[str, Any] = {"kind": "pace", "speaker": "agent", "over": "turn", "min_characters": 4}
    (found,) = find(talk, **fields, above_own=1.6)
    assert (found.turn_index, found.value, found.threshold) == (2, 480, pytest.approx(460.8))
    assert not find(talk, **fields, above_own=1.7)
    assert [one.turn_index for one in find(talk, **fields, below_own=0.9)] == [0, 1]
    assert "over: turn" in fault_of(kind="pace", above_own=1.5)


@pytest.mark.parametrize(("over_s", "found"), [(3.9, True), (4.0, False)])
def test_a_pause_with_a_change_of_speaker(find: Find, over_s: float, found: bool) -> None:
    talk = conversation(("c", 0, 2, "几点闭馆"), ("a", 6, 8, "八点"), ("a", 20, 21, "晚上"))
    fields: dict[str, Any] = {"kind": "pause", "speaker": "agent", "last_speaker": "customer"}
    assert [one.start_s for one in find(talk, **fields, over_s=over_s)] == ([2.0] if found else [])
    assert not find(talk, **fields, below_s=4.0, over_s=1)
    assert [one.value for one in find(talk, kind="pause", over_s=5, turns_back=2)] == [18.0]


@pytest.mark.parametrize(("answer_s", "late"), [(3.9, True), (4.1, False)])
def test_the_first_word_after_the_answer(find: Find, answer_s: float, late: bool) -> None:
    talk = conversation(("a", 9, 11, "您好"), call={"events": events(("ring", -5.0), ("answer", answer_s))})
    found = find(talk, kind="opening_gap", speaker="agent")
    assert [(one.start_s, one.end_s) for one in found] == ([(answer_s, 9.0)] if late else [])
    assert [one.end_s for one in find(talk, kind="opening_gap", speaker="customer")] == [11.0], "never said a word"


@pytest.mark.parametrize(("end_s", "late"), [(16.1, True), (15.9, False)])
def test_the_hang_up_after_the_last_word(find: Find, end_s: float, late: bool) -> None:
    talk = conversation(("a", 9, 11, "再见"), duration_s=20, call={"events": events(("end", end_s))})
    found = find(talk, kind="closing_gap")
    assert [(one.start_s, one.end_s) for one in found] == ([(11.0, end_s)] if late else [])


def test_the_share_without_words_and_on_hold(find: Find) -> None:
    talk = conversation(
        ("a", 0, 20, "说" * 60), ("a", 80, 100, "说" * 60), call={"events": events(("hold", 30.0), ("resume", 70.0))}
    )
    assert [one.value for one in find(talk, kind="non_talk", above=0.59)] == [0.6]
    assert not find(talk, kind="non_talk", above=0.61)
    assert [one.value for one in find(talk, kind="non_talk", above=0.3, holds=False)] == [0.333]
    assert not find(talk, kind="non_talk", above=0.34, holds=False)
    assert [one.value for one in find(talk, kind="hold", over_s=None, total_s=None, share=0.39)] == [0.4]
    assert not find(talk, kind="hold", over_s=None, total_s=None, share=0.41)


@pytest.mark.parametrize(
    ("fields", "turns"),
    [
        ({"jump_db": 7.9}, [2]),
        ({"jump_db": 8.1}, []),
        ({"span_db": 9.9}, [2]),
        ({"span_db": 10.1}, []),
        ({"above_dbfs": -22.1}, [2]),
        ({"below_dbfs": -31}, [0]),
        ({"jump_db": 1, "position": {"to_turn": 2}}, [1]),
        ({"jump_db": 1, "min_speech_s": 2.5}, []),
    ],
)
def test_the_level_of_turns(find: Find, fields: dict[str, Any], turns: list[int]) -> None:
    track = {Speaker.AGENT: levels([-32.0] * 20 + [-30.0] * 20 + [-22.0] * 20)}
    talk = conversation(("a", 0, 2, "喂喂"), ("a", 2, 4, "喂喂"), ("a", 4, 6, "喂喂"), levels=track)
    assert [one.turn_index for one in find(talk, kind="energy", speaker="agent", **fields)] == turns
    assert "jump_db" in fault_of(kind="energy")


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        ("money", "押金三百五十元，早餐二十八块五，不是三百米", ["三百五十元", "二十八块五"]),
        ("percent", "退百分之三十，也就是三成", ["百分之三十", "三成"]),
        ("date", "五月二十号或者下周三，最晚月底", ["五月二十号", "下周三", "月底"]),
        ("time", "下午三点半开始，十点十五分结束，一点也不晚", ["下午三点半", "十点十五分", "一点"]),
        ("duration", "等二十四个小时或者两个工作日", ["二十四个小时", "两个工作日"]),
        ("phone", "我的电话是幺三八零零一二三四五六，分机八零二", ["幺三八零零一二三四五六"]),
        ("phone", "座机0571-88001234，热线400-820-1234", ["0571-88001234", "400-820-1234"]),
        ("id_card", "证件号是33010219900307123X", ["33010219900307123X"]),
        ("number", "一共24件，三点五公斤", ["24", "三点五"]),
        ("person", "请找王经理，或者李师傅", ["王经理", "李师傅"]),
        ("place", "从上海寄到乌鲁木齐", ["上海", "乌鲁木齐"]),
        ("organisation", "我在中国银行排队", ["中国银行"]),
    ],
)
def test_what_is_named(kind: str, text: str, named: list[str]) -> None:
    comparable = normalise(text)
    spans = sorted(set(entities(comparable.text, (EntityType(kind),))))
    assert [text[slice(*comparable.original_span(*span))] for span in spans] == named


def test_an_entity_is_a_place_of_its_turn(find: Find) -> None:
    (found,) = find(say("a 好", "c 退我三百块钱"), kind="entity", types=["money", "number"], speaker="customer")
    assert (found.turn_index, found.quote) == (1, "三百块钱")


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"attributes": {"X-Level": ["gold", "VIP"]}}, True),
        ({"attributes": {"x-level": ["silver"]}}, False),
        ({"attributes": {"X-Other": ["vip"]}}, False),
        ({"end_reasons": ["486", "busy"]}, True),
        ({"end_reasons": ["603"]}, False),
        ({"numbers": ["400", "138"]}, True),
        ({"numbers": ["139"]}, False),
    ],
)
def test_more_facts_of_the_call(find: Find, fields: dict[str, Any], holds: bool) -> None:
    facts = {
        "direction": Direction.INBOUND,
        "end_reason": "486 Busy Here",
        "headers": (("X-Level", "vip"),),
        "remote_number": "13800000000",
    }
    assert bool(find(conversation(duration_s=10, call=facts), kind="call", **fields)) is holds


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"at_least": 5}, True),
        ({"at_least": 6}, False),
        ({"at_most": 3, "speaker": "agent"}, True),
        ({"at_most": 2, "speaker": "agent"}, False),
        ({"at_least": 2, "position": {"to_s": 3}}, True),
    ],
)
def test_the_number_of_turns(find: Find, fields: dict[str, Any], holds: bool) -> None:
    assert bool(find(TALK, kind="turn_count", **fields)) is holds
    assert "at_least" in fault_of(kind="turn_count")


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"kind": "phrase", "any": ["抱歉"]}, True),
        ({"kind": "phrase", "any": ["您好"]}, False),
        ({"kind": "phrase", "any": ["您好"], "position": {"last_turns": 2}}, True),
        ({"kind": "talk_over", "speaker": "agent"}, True),
        ({"kind": "pause", "over_s": 0.4, "near": {"of": {"kind": "phrase", "any": ["再见"]}, "within_s": 1}}, False),
    ],
)
def test_any_condition_can_be_negated(find: Find, fields: dict[str, Any], holds: bool) -> None:
    assert [one.end_s for one in find(TALK, **fields, negate=True)] == ([TALK.duration_s] if holds else [])
    assert "negate" in fault_of(**fields, negate="yes please")
