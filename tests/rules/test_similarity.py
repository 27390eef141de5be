"""The measure behind `similar` parts rewordings from sentences that only share a frame."""

from __future__ import annotations

import pytest

from callcoach.rules.kinds.similar import DEFAULT_SIMILAR
from callcoach.rules.normalise import normalise
from callcoach.rules.similarity import best_window, similarity

REWORDED = [
    ("请问还有没有什么其他需要我服务的地方", "请问还有没有别的要我服务的"),
    ("请问有什么可以帮助您", "有什么可以帮到您的吗"),
    ("我要投诉你们", "我想投诉你们公司"),
    ("你们的服务太差了", "你们这服务也太差劲了"),
    ("您的心情我非常理解", "我很理解您的心情"),
    ("请您稍等一下", "请您烧等一下"),
]
OTHER = [
    ("请问有什么可以帮助您", "请问您的电话号码是多少"),
    ("我要投诉你们", "我要查一下我的订单"),
    ("您的心情我非常理解", "您的包裹明天下午送到"),
    ("请您稍等一下", "请您报一下会员号"),
    ("我能给您退款", "明天会下雨吗"),
]


@pytest.mark.parametrize(("one", "other"), REWORDED)
def test_rewordings_lie_above_the_threshold(one: str, other: str) -> None:
    assert similarity(normalise(one).text, normalise(other).text) >= DEFAULT_SIMILAR


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_sentences_lie_below(one: str, other: str) -> None:
    assert similarity(normalise(one).text, normalise(other).text) < DEFAULT_SIMILAR


def test_it_is_symmetric_and_one_for_the_same() -> None:
    assert similarity("我要投诉", "我要投诉") == pytest.approx(1)
    assert similarity("我要投诉", "投诉我要") == pytest.approx(similarity("投诉我要", "我要投诉"))
    assert similarity("我要投诉", "投诉我要") < 1
    assert similarity("", "我") == 0


def test_the_best_window_is_found_inside_a_long_turn() -> None:
    found = best_window("你好我是小周我要投诉你们谢谢", "我要投诉你们")
    assert found is not None
    assert found[:2] == (6, 12)
    assert found[2] == pytest.approx(1)
    assert best_window("", "我") is None
