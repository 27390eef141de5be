import math
from dataclasses import replace

import pytest

from callcoach.datapath import Hypothesis
from callcoach.rules.sound.proposals import propose
from callcoach.rules.sound.rehearing import PAUSE_EDGE_S, Evidence, Question, judge, question_for
from callcoach.rules.sound.search import SoundIndex
from tests.rules.sound.turns import heard


def question(text: str, phrase: str, start_s: float = 0.0) -> Question:
    turn = heard(text, start_s=start_s)
    (proposal,) = propose((turn,), SoundIndex([phrase]))
    return question_for([proposal], turn)


def test_both_readings_stand_among_the_same_words() -> None:
    asked = question("请 先 看 一下 这 不 关 我 的 是 这样 的话 就 好", "这不关我的事", start_s=5.0)
    assert asked.readings == (
        ("看", "一下", "这不关我的事", "这样", "的话"),
        ("看", "一下", "这", "不", "关", "我", "的", "是", "这样", "的话"),
        ("这不关我的事",),
        ("这", "不", "关", "我", "的", "是"),
    )
    assert (asked.start_s, asked.end_s) == pytest.approx((5.3, 8.1))
    assert asked.seconds == pytest.approx(2.8)


def test_where_no_word_is_written_beside_the_place_more_sound_is_taken() -> None:
    asked = question("这 不 关 我 的 是", "这不关我的事", start_s=5.0)
    assert (asked.start_s, asked.end_s) == pytest.approx((5.0 - PAUSE_EDGE_S, 6.2 + PAUSE_EDGE_S))


def test_ways_in_which_it_was_heard_are_readings_too() -> None:
    turn = heard("请 先 看 一下 这 不 关 我 的 是 这样 的话 就 好", start_s=5.0)
    (proposal,) = propose((turn,), SoundIndex(["这不关我的事"]))
    way = heard("请 先 看 一个 这不 关我的 事 这 个 话 就 好", start_s=5.0).words
    asked = question_for([replace(proposal, ways=(way,))], turn)
    assert asked.readings[-1] == ("看", "一个", "这不", "关我的", "事", "这", "个", "话")


def test_you_is_tried_in_both_forms() -> None:
    asked = question("没有 填 对", "你没有填对")
    assert asked.readings[0] == ("你没有填对",)
    assert asked.readings[1] == ("您没有填对",)
    assert asked.start_s == 0.0


def test_a_word_across_the_edge_leaves_its_rest_outside() -> None:
    asked = question("说 是你的 是 的话", "这是你的事")
    assert asked.readings[0] == ("说", "这是你的事", "的话")
    asked = question("也应该 是", "你应该")
    assert asked.readings[0] == ("也", "你应该", "是")


@pytest.mark.parametrize(
    ("hypotheses", "expected"),
    [
        ([Hypothesis("您没有填对啊", -10.0), Hypothesis("没有钱对啊", -12.5)], 2.5),
        ([Hypothesis("没有钱对啊", -10.0), Hypothesis("您没有填对啊", -11.0), Hypothesis("你没有填对啊", -10.5)], -0.5),
        ([Hypothesis("你没有填对", -10.0)], math.inf),
        ([Hypothesis("没有钱对", -10.0)], -math.inf),
    ],
)
def test_evidence_is_the_difference_of_the_best_of_either_kind(hypotheses: list[Hypothesis], expected: float) -> None:
    assert judge(hypotheses, ["你没有填对"]) == (Evidence(pytest.approx(expected)),)


def test_nothing_heard_is_no_evidence() -> None:
    assert judge((), ["你没有填对", "但是"]) == (None, None)


def test_phrases_at_one_place_are_each_compared_with_what_holds_none_of_them() -> None:
    hypotheses = [Hypothesis("我不会做的", -3.0), Hypothesis("我不会的", -4.0), Hypothesis("我回家的", -5.0)]
    assert judge(hypotheses, ["我不会", "我不会做", "但是"]) == (Evidence(2.0), Evidence(2.0), Evidence(-math.inf))


def test_overlapping_proposals_are_asked_about_at_once() -> None:
    turn = heard("那 就是 你 的 是 好")
    proposals = propose((turn,), SoundIndex(["这是你的事", "那就是你的事"]))
    asked = question_for(proposals, turn)
    assert ("那就是你的事", "好") in asked.readings
    assert ("那", "就", "这是你的事", "好") in asked.readings
    assert asked.readings.count(("那", "就是", "你", "的", "是", "好")) == 2
