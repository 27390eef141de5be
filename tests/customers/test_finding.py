"""A name is found by its characters, its pinyin and its initials."""

from __future__ import annotations

import pytest

from callcoach.customers.finding import asked_words, search_text, spelled


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("张伟", "zhangwei", "zw"),
        ("单雪梅", "shanxuemei", "sxm"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("曾 小姐", "zengxiaojie", "zxj"),
        ("重庆运输公司", "chongqingyunshugongsi", "cqysgs"),
        ("Tom 李", "tomli", "tl"),
    ],
)
def test_pinyin_and_initials(name: str, pinyin: str, initials: str) -> None:
    assert spelled(name) == (pinyin, initials)


@pytest.mark.parametrize("asked", ["张伟", "伟", "zhangwei", "zw", "138", "0020", "销售", "xsb", "ZW 138"])
def test_what_is_typed_is_in_the_search_text(asked: str) -> None:
    text = search_text(("张伟", "销售部"), ("13800000020",))
    assert all(word in text for word in asked_words(asked))


def test_what_is_not_there_is_not_found() -> None:
    text = search_text(("张伟", "销售部"), ("13800000020",))
    assert not all(word in text for word in asked_words("zw 139"))
