from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.rules.normalise import normalise
from callcoach.rules.pattern import PatternError, parse, spellings, to_regex
from callcoach.rules.phrases import PhraseHit, TrieFinder


def found(pattern: str, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in TrieFinder([pattern]).find(normalise(text).text)]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("我[们]不(能|可以)", "我不能我们不可以他不能", ["我不能", "我们不可以"]),
        ("我…4不能", "我今天真的不能", ["我今天真的不能"]),
        ("我…3不能", "我今天真的不能", []),
        ("我不会[做|弄]", "这道菜我不会做", ["我不会做"]),
        ("因为你…6(错|没看)", "因为你弄错了没看", ["因为你弄错"]),
        ("等#(分钟|天)", "请你等二十五分钟或者等3天别等几年", ["等二十五分钟", "等3天"]),
        ("#元", "押金是三百五十元不是24元", ["三百五十元", "24元"]),
        ("#点…2#", "三点半或者十点零五", ["三点半", "十点零五"]),
        ("转#", "给您转八零二", ["转八零二"]),
        ("#点", "三点五十点", ["三点五十点"]),
    ],
)
def test_a_pattern_finds(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "match nothing"),
        ("[我]", "match nothing"),
        ("…3我", "begins or ends with a gap"),
        ("我…", "begins or ends with a gap"),
        ("(我|你", "expected ')'"),
        ("我)", "outside of brackets"),
        ("我…99你", "expected 1 to 60"),
        ("(甲|乙|丙|丁|戊)" * 5, "split it"),
    ],
)
def test_a_broken_pattern_is_refused_with_its_fault(pattern: str, complaint: str) -> None:
    with pytest.raises(PatternError, match=re.escape(complaint)):
        spellings(pattern)


PIECES = st.sampled_from(["我", "你", "不能", "(我|你们)", "[们]", "…2", "(不|没…1)", "#", "#点"])


@given(st.lists(PIECES, min_size=1, max_size=5), st.text(alphabet="我你们不能没好三点", max_size=14))
def test_the_trie_finds_where_the_regular_expression_does(pieces: list[str], text: str) -> None:
    pattern = "".join(["我", *pieces, "好"])
    expected = {
        match.start() for at in range(len(text)) if (match := re.compile(to_regex(parse(pattern))).match(text, at))
    }
    assert {hit.start for hit in TrieFinder([pattern]).find(text)} == expected


def test_many_phrases_are_found_in_one_pass() -> None:
    finder = TrieFinder(["我不能", "不能", "我不能说"])
    assert list(finder.find("我不能说")) == [
        PhraseHit("我不能", 0, 3),
        PhraseHit("我不能说", 0, 4),
        PhraseHit("不能", 1, 3),
    ]
