from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.rules.normalise import normalise


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("您好，我不能！", "你好我不能"),
        ("對不起，我們沒辦法", "对不起我们没办法"),
        ("ＶＩＰ 客户１２", "vip客户12"),
        ("  ", ""),
    ],
)
def test_the_comparable_form(written: str, compared: str) -> None:
    assert normalise(written).text == compared


def test_the_way_back_to_the_original() -> None:
    text = normalise("喂，您 必须来")
    start = text.text.index("你必须")
    assert text.original_span(start, start + 3) == (2, 6)
    assert text.breaks == {1}


@given(st.text(max_size=40))
def test_spans_lead_back_into_the_original(written: str) -> None:
    text = normalise(written)
    assert len(text.origin) == len(text.text)
    assert list(text.origin) == sorted(text.origin)
    assert normalise(text.text).text == text.text
    for index in range(len(text.text)):
        start, end = text.original_span(index, index + 1)
        assert normalise(written[start:end]).text
